//! `sealog verify`: a line for each check with what it examined, and one for what it was not asked to check.

use ledger_format::digest::Digest;
use ledger_format::name::{EventId, LedgerId};
use serde::Serialize;

use super::says::count;
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::ui::times;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub verdict: Overall,
    pub exit_code: u8,
    pub ledger: LedgerId,
    pub heads: Vec<EventId>,
    pub events: usize,
    pub ignored: Ignored,
    pub checks: Vec<Check>,
    /// What this command did not look at.
    pub not_asked: Vec<String>,
    pub took_ms: u64,
    /// `as listed at 11:12:30`
    pub origin: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    Passed,
    Failed,
    /// Intact, but findings are open.
    OpenFindings,
}

/// Objects in the store that count for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ignored {
    pub junk: usize,
    pub cut: usize,
    pub pending: usize,
    pub refused: usize,
    /// No event at all.
    pub foreign: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: CheckName,
    pub result: CheckResult,
    pub examined: usize,
    /// In words for people.
    pub says: String,
    pub findings: Vec<Found>,
}

/// In the order in which they are made and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    Ledger,
    Bytes,
    Signatures,
    Order,
    Authority,
    Policy,
    Fresh,
    Blobs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    Passed,
    Failed,
    /// It could not be judged because an earlier check failed.
    NotJudged,
}

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    pub code: String,
    pub event: Option<EventId>,
    pub kind: Option<String>,
    /// What was there instead.
    pub found: Option<Digest>,
    pub says: String,
    /// More for people: name and value.
    #[serde(skip)]
    pub facts: Vec<(&'static str, String)>,
}

impl CheckName {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Bytes => "bytes",
            Self::Signatures => "signatures",
            Self::Order => "order",
            Self::Authority => "authority",
            Self::Policy => "policy",
            Self::Fresh => "fresh",
            Self::Blobs => "blobs",
        }
    }
}

impl View for Verification {
    /// What failed stands above what is fine.
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let failed = self.checks.iter().filter(|check| check.result == CheckResult::Failed);
        for check in failed {
            page.facts(Facts::at_edge().marked(Mark::Failed, check.name.word(), &check.says));
            check.findings.iter().for_each(|found| found.draw(page));
        }
        let fine = self.checks.iter().filter(|check| check.result != CheckResult::Failed);
        let mut facts = fine.fold(Facts::at_edge(), |facts, check| {
            let mark = if check.result == CheckResult::Passed { Mark::Done } else { Mark::Nothing };
            facts.marked(mark, check.name.word(), &check.says)
        });
        facts = facts.marked(Mark::Nothing, "ignored", self.ignored.says());
        facts = facts.marked(Mark::Nothing, "not asked", self.not_asked.join("; "));
        page.facts(facts);
        if self.verdict != Overall::Failed {
            page.line(self.summary(&look));
        }
    }
}

impl Verification {
    fn summary(&self, look: &Look) -> Line {
        let took = times::duration(std::time::Duration::from_millis(self.took_ms));
        let heads = self.heads.iter().map(|head| look.event(head)).collect::<Vec<_>>().join(", ");
        let heads = format!("{} {heads}", if self.heads.len() == 1 { "head" } else { "heads" });
        let text = format!("{} in {took} · {heads}, {}", count(self.events, "event"), self.origin);
        match self.verdict {
            Overall::Passed => Line::new().mark(Mark::Done).text(format!("Verified {text}")),
            Overall::OpenFindings | Overall::Failed => Line::new().mark(Mark::Look).text(format!("Intact: {text}")),
        }
    }
}

impl Ignored {
    fn says(self) -> String {
        let Self { junk, cut, pending, refused, foreign } = self;
        let foreign = if foreign == 0 { String::new() } else { format!(", {foreign} no events") };
        format!("{junk} junk, {cut} cut, {refused} refused, {pending} pending{foreign}")
    }
}

impl Found {
    fn draw(&self, page: &mut Page<'_>) {
        let head = match &self.event {
            Some(event) => format!("    {}   {}", page.look.event(event), self.says),
            None => format!("    {}", self.says),
        };
        page.line(head);
        let facts = self.facts.iter().fold(Facts::indented(4), |facts, (name, value)| facts.fact(*name, value));
        page.facts(facts);
    }
}
