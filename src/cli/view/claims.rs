//! `sealog rollout --abandon`: the claims that stand on a target, and what ended them.

use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name, ReleaseId};
use ledger_format::time::Time;
use serde::Serialize;

use super::says::count;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::stages::rollout::claims::Standing;

/// In whose name a claim is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// In that of the process that made it, which is gone.
    Itself,
    TakeOver,
}

#[derive(Debug, Clone, Serialize)]
pub struct ClaimRow {
    pub claim: EventId,
    pub principal: Name,
    pub release: ReleaseId,
    pub since: Option<Time>,
    pub by: By,
}

/// Above the question.
#[derive(Debug, Clone, Serialize)]
pub struct Abandoning {
    pub deployment: Name,
    pub target: Name,
    pub claims: Vec<ClaimRow>,
}

/// What was ended.
#[derive(Debug, Clone, Serialize)]
pub struct Abandoned {
    pub deployment: Name,
    pub target: Name,
    pub claims: Vec<EventId>,
    pub event: Option<EventId>,
}

impl Abandoning {
    pub fn of(ledger: &Ledger, deployment: &Name, target: &Name, claims: &[(Standing, By)]) -> Self {
        let row = |(claim, by): &(Standing, By)| ClaimRow {
            claim: claim.id,
            principal: claim.principal.clone(),
            release: claim.release,
            since: ledger.get(claim.id).map(|entry| entry.event.header.time),
            by: *by,
        };
        let claims = claims.iter().map(row).collect();
        Self { deployment: deployment.clone(), target: target.clone(), claims }
    }
}

impl View for Abandoning {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let what = count(self.claims.len(), "claim");
        page.line(Line::new().text("Ending ").text(what).text(" on ").bold(&self.target));
        let facts = self.claims.iter().fold(Facts::new(), |facts, row| {
            let by = match row.by {
                By::Itself => "your own, of a process that is gone",
                By::TakeOver => "taken over",
            };
            let since = row.since.map(|since| look.times.both(since.into())).unwrap_or_default();
            let release = look.release(&row.release);
            facts.fact(look.event(&row.claim), format!("{} · {release} · {since} · {by}", row.principal))
        });
        page.facts(facts);
    }
}

impl Abandoned {
    pub fn of(deployment: &Name, target: &Name, claims: &[(Standing, By)], event: Option<EventId>) -> Self {
        let claims = claims.iter().map(|(claim, _)| claim.id).collect();
        Self { deployment: deployment.clone(), target: target.clone(), claims, event }
    }
}

impl View for Abandoned {
    fn draw(&self, page: &mut Page<'_>) {
        let line = match self.claims.len() {
            0 => Line::new().mark(Mark::Nothing).text("No claim stands on ").bold(&self.target),
            ended => Line::new()
                .mark(Mark::Done)
                .text(format!("Ended {} on ", count(ended, "claim")))
                .bold(&self.target)
                .text(": nobody has to wait"),
        };
        page.line(line);
    }

    fn quiet(&self) -> Option<String> {
        self.event.map(|event| event.to_string())
    }
}
