//! `sealog review`: what broke a rule, why, and whether somebody has looked at it.

use ledger_format::event::Kind;
use ledger_format::name::{EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::says::count;
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark, Style};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingView {
    pub event: EventId,
    /// `raced`, `overridden`, `no-right`, ...
    pub code: &'static str,
    pub kind: Option<Kind>,
    pub principal: Name,
    pub time: Time,
    pub says: String,
    pub causes: Vec<CauseView>,
    pub closed: bool,
    pub reviewed_by: Option<Name>,
    /// By who signed it, as nobody else could.
    pub self_reviewed: bool,
}

/// One rule that does not hold, and the event to blame, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseView {
    pub code: String,
    pub event: Option<EventId>,
    /// In words for people.
    pub says: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct FindingList(pub Vec<FindingView>);

impl FindingView {
    /// A line, and its causes below it.
    pub fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let mark = if self.closed { Mark::Nothing } else { Mark::Look };
        let since = look.times.relative(self.time.into());
        let style = if self.closed { Style::Dim } else { Style::Attention };
        let line = Line::new().mark(mark).text(format!("{}  ", look.event(&self.event))).styled(style, self.code);
        let reviewed = match (&self.reviewed_by, self.self_reviewed) {
            (Some(by), true) => format!(", self-reviewed by {by}"),
            (Some(by), false) => format!(", reviewed by {by}"),
            (None, _) => String::new(),
        };
        page.line(line.text(format!("  {}, {since}{reviewed}", self.says)));
        let causes =
            self.causes.iter().fold(Facts::indented(4), |facts, cause| facts.fact(&cause.code, cause.says(&look)));
        page.facts(causes);
    }
}

impl CauseView {
    fn says(&self, look: &Look) -> String {
        match (&self.event, &self.says) {
            (Some(event), Some(says)) => format!("{} {says}", look.event(event)),
            (Some(event), None) => look.event(event),
            (None, says) => says.clone().unwrap_or_default(),
        }
    }
}

impl View for FindingList {
    fn draw(&self, page: &mut Page<'_>) {
        if self.0.is_empty() {
            return;
        }
        let open = self.0.iter().filter(|finding| !finding.closed).count();
        let closed = self.0.len() - open;
        let verb = if open == 1 { "is" } else { "are" };
        let own = self.0.iter().filter(|finding| finding.self_reviewed).count();
        let reviewed = if closed == 0 { String::new() } else { format!(", {closed} reviewed") };
        let reviewed = if own == 0 { reviewed } else { format!("{reviewed}, {own} self-reviewed") };
        page.line(Line::new().bold(format!("{} {verb} open{reviewed}", count(open, "finding"))));
        for finding in &self.0 {
            finding.draw(page);
        }
    }

    fn quiet(&self) -> Option<String> {
        let ids = self.0.iter().filter(|finding| !finding.closed).map(|finding| finding.event.to_string());
        Some(ids.collect::<Vec<_>>().join("\n")).filter(|ids| !ids.is_empty())
    }
}
