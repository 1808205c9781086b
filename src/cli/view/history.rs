//! `sealog history`: what changed on targets, the newest first, one row a rollout, promotion or rollback.

use std::time::Duration;

use ledger_format::name::{EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::release_name::ReleaseName;
use super::says::list;
use super::status::{Overridden, RolledBack, Verdict};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::table::{Cell, Column, Table};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::ui::times;

/// One change of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What closed it, else what began it.
    pub event: EventId,
    pub generation: u64,
    pub parents: Vec<EventId>,
    pub kind: String,
    pub time: Time,
    pub principal: Name,
    pub deployment: Name,
    pub target: Name,
    /// `null` while it runs, and of a promotion.
    pub outcome: Option<Outcome>,
    pub release: ReleaseName,
    pub approved_by: Vec<Name>,
    pub verdict: Option<Verdict>,
    pub duration_ms: Option<u64>,
    pub rollback: Option<RolledBack>,
    #[serde(rename = "override")]
    pub overridden: Option<Overridden>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded,
    Failed,
    Abandoned,
    Interrupted,
}

/// The newest changes of how many.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct History {
    pub changes: Vec<Change>,
    #[serde(skip)]
    pub of: usize,
    #[serde(skip)]
    pub asked: Asked,
}

/// What a question was about, which says how a row names its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    OneTarget,
    OneDeployment,
    Everything,
}

impl View for History {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let columns = [
            Column::whole("WHEN (UTC)"),
            Column::whole("TARGET"),
            Column::whole("RELEASE"),
            Column::whole("WHAT"),
            Column::whole("BY").leaves(2),
            Column::number("TOOK").leaves(1),
            Column::free("WHY").leaves(3),
            Column::whole("EVENT").wide(),
        ];
        let mut table = Table::new(columns);
        for change in &self.changes {
            let place = match self.asked {
                Asked::OneTarget => None,
                Asked::OneDeployment => Some(change.target.to_string()),
                Asked::Everything => Some(format!("{}/{}", change.deployment, change.target)),
            };
            table.row(change.cells(place, &look));
        }
        if self.asked == Asked::OneTarget {
            table = table.without("TARGET");
        }
        page.table(table);
        if self.changes.len() < self.of {
            page.line(format!("{} of {} shown: --limit {}", self.changes.len(), self.of, self.of));
        }
    }
}

impl Change {
    fn cells(&self, place: Option<String>, look: &Look) -> [Cell; 8] {
        let time = self.time.into();
        [
            Cell::shrinking(look.times.both(time), look.times.relative(time)),
            place.into(),
            self.release.short(look).into(),
            self.what(look).into(),
            self.principal.to_string().into(),
            self.duration_ms.map(|ms| times::duration(Duration::from_millis(ms))).into(),
            self.why().into(),
            look.event(&self.event).into(),
        ]
    }

    fn what(&self, look: &Look) -> Line {
        let done = match (&self.rollback, self.kind.as_str()) {
            (Some(RolledBack { from: Some(from), .. }), _) => format!("rolled back from {}", from.short(look)),
            (Some(RolledBack { from: None, .. }), _) => "rolled back".to_owned(),
            (None, "promotion.recorded") => "promoted".to_owned(),
            (None, _) => match self.outcome {
                Some(Outcome::Succeeded) => "rolled out".to_owned(),
                Some(Outcome::Failed) => "failed".to_owned(),
                Some(Outcome::Abandoned) => "abandoned".to_owned(),
                Some(Outcome::Interrupted) => "interrupted".to_owned(),
                None => "rolling out".to_owned(),
            },
        };
        match (self.outcome, self.verdict) {
            (Some(Outcome::Failed), _) => Line::new().mark(Mark::Failed).text(done),
            (_, Some(Verdict::Overridden)) => Line::new().mark(Mark::Look).text(format!("{done}, override")),
            (_, Some(Verdict::Raced)) => Line::new().mark(Mark::Look).text(format!("{done}, raced")),
            (_, Some(Verdict::Unpermitted)) => Line::new().mark(Mark::Look).text(format!("{done}, unpermitted")),
            (None, _) if self.kind != "promotion.recorded" => Line::new().mark(Mark::Running).text(done),
            (Some(Outcome::Interrupted), _) => Line::new().mark(Mark::Look).text(done),
            (_, Some(Verdict::Permitted) | None) => Line::from(done),
        }
    }

    fn why(&self) -> Option<String> {
        let mut reasons = Vec::new();
        reasons.extend(self.rollback.as_ref().map(|back| back.reason.clone()));
        if let Some(over) = &self.overridden {
            let reviewed = match (&over.reviewed_by, over.self_reviewed) {
                (Some(_), true) => "self-reviewed",
                (Some(_), false) => "reviewed",
                (None, _) => "not reviewed",
            };
            reasons.push(format!("break-glass, {}; {reviewed}", over.reason));
        }
        if !self.approved_by.is_empty() {
            reasons.push(format!("approved by {}", list(&self.approved_by)));
        }
        if reasons.is_empty() { None } else { Some(reasons.join("; ")) }
    }
}
