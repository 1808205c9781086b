//! `sealog promote`: what is let in where, and by which rules.

use ledger_format::judgement::RuleCheck;
use ledger_format::name::{EventId, Name};
use serde::Serialize;

use super::release_name::ReleaseName;
use super::rules::RuleRow;
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::ledger::releases::Found;

/// Above the question.
#[derive(Debug, Clone, Serialize)]
pub struct Promoting {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseName,
    pub rules: Vec<RuleRow>,
}

/// What was recorded; no event where none was needed.
#[derive(Debug, Clone, Serialize)]
pub struct Promoted {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseName,
    pub event: Option<EventId>,
}

impl Promoting {
    pub fn of(found: &Found, target: &Name, checks: &[RuleCheck]) -> Self {
        Self {
            deployment: found.deployment.clone(),
            target: target.clone(),
            release: ReleaseName::new(found.release, found.alias.clone()),
            rules: checks.iter().map(RuleRow::of).collect(),
        }
    }
}

impl View for Promoting {
    fn draw(&self, page: &mut Page<'_>) {
        let release = self.release.both(page.look);
        let line = Line::new().bold(&self.deployment).text(" ").bold(release).text(" into ").bold(&self.target);
        page.line(line.text(format!(" · {}", super::rules::summary(&self.rules, &self.target))));
    }
}

impl View for Promoted {
    fn draw(&self, page: &mut Page<'_>) {
        let (mark, event) = match &self.event {
            Some(event) => (Mark::Done, format!(" · {}", page.look.event(event))),
            None => (Mark::Nothing, String::new()),
        };
        let release = self.release.short(page.look);
        let line = Line::new().mark(mark).bold(&self.deployment).text(" ").bold(release);
        page.line(line.text(" may go to ").bold(&self.target).text(event));
    }

    fn quiet(&self) -> Option<String> {
        self.event.map(|event| event.to_string())
    }
}
