//! What a rollout did.

use ledger_format::event::{End, Outcome};
use ledger_format::judgement::Verdict;
use ledger_format::ledger::Ledger;
use ledger_format::lock::Scope;
use ledger_format::name::{Component, EventId, Name};
use serde::Serialize;

use super::{Because, because};
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::ui::times;
use crate::cli::view::release_name::ReleaseName;
use crate::cli::view::says::list;
use crate::ledger::releases::Found;
use crate::stages::rollout::{Plan, Report, Way};

/// What became of it.
#[derive(Debug, Clone, Serialize)]
pub struct RolledOut {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseName,
    pub state: RolledOutState,
    pub start: Option<EventId>,
    /// The `rollout.finished`, or the claim of a hold.
    pub event: Option<EventId>,
    pub verdict: Option<Verdict>,
    pub components: Vec<RolledOutComponent>,
    pub duration_ms: u64,
    pub rollback: Option<Because>,
    #[serde(rename = "override")]
    pub overrides: Option<Because>,
    /// Where it was not all components of the release.
    #[serde(skip)]
    only: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RolledOutState {
    Succeeded,
    /// This rollout had done all of it before.
    AlreadyApplied,
    /// The target is kept for the rollout.
    Held,
}

#[derive(Debug, Clone, Serialize)]
pub struct RolledOutComponent {
    pub component: Component,
    pub outcome: Outcome,
}

impl RolledOut {
    pub fn of(ledger: &Ledger, plan: &Plan, found: &Found, report: &Report) -> Self {
        let judged = ledger.index(report.start).and_then(|start| ledger.judge(start, &ledger.everything()));
        let outcome = |touched: &crate::stages::rollout::Touched| RolledOutComponent {
            component: touched.component.clone(),
            outcome: touched.outcome,
        };
        Self {
            start: Some(report.start),
            event: report.finish.map(|(event, _): (EventId, End)| event),
            verdict: judged.map(|judgement| judgement.verdict),
            components: report.touched.iter().map(outcome).collect(),
            duration_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
            ..Self::in_state(plan, found, RolledOutState::Succeeded)
        }
    }

    pub fn before(plan: &Plan, found: &Found) -> Self {
        Self::in_state(plan, found, RolledOutState::AlreadyApplied)
    }

    pub fn holds(plan: &Plan, found: &Found, claim: EventId) -> Self {
        Self { event: Some(claim), ..Self::in_state(plan, found, RolledOutState::Held) }
    }

    fn in_state(plan: &Plan, found: &Found, state: RolledOutState) -> Self {
        let request = &plan.request;
        Self {
            deployment: request.deployment.clone(),
            target: request.target.clone(),
            release: ReleaseName::new(found.release, found.alias.clone()),
            state,
            start: None,
            event: None,
            verdict: None,
            components: Vec::new(),
            duration_ms: 0,
            rollback: match &request.way {
                Way::Forward => None,
                Way::Back(back) => because(Some(&back.reason)),
            },
            overrides: because(request.overrides.as_ref()),
            only: match &plan.scope {
                Scope::All | Scope::Hold => None,
                Scope::Components(components) => Some(list(components.iter().map(Component::name))),
            },
        }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.components.iter().filter(|component| component.outcome == outcome).count()
    }
}

impl View for RolledOut {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let release = self.release.short(&look);
        let event = self.event.map(|event| format!(" · {}", look.event(&event))).unwrap_or_default();
        let line = match self.state {
            RolledOutState::Succeeded => {
                let again = if self.rollback.is_some() { " is live again on " } else { " is live on " };
                let (changed, unchanged) = (self.count(Outcome::Changed), self.count(Outcome::Unchanged));
                let took = times::duration(std::time::Duration::from_millis(self.duration_ms));
                let line = Line::new().mark(Mark::Done).bold(&self.deployment).text(" ").bold(release);
                let only = self.only.as_ref().map(|only| format!(": {only}")).unwrap_or_default();
                line.text(only)
                    .text(again)
                    .bold(&self.target)
                    .text(format!(" · {changed} changed, {unchanged} unchanged · {took}{event}"))
            }
            RolledOutState::AlreadyApplied => {
                let line = Line::new().mark(Mark::Nothing).bold(&self.deployment).text(" ").bold(release);
                line.text(" was applied to ").bold(&self.target).text(" by this rollout before")
            }
            RolledOutState::Held => {
                let line = Line::new().mark(Mark::Done).bold(&self.target).text(" is kept for ");
                line.bold(&self.deployment).text(" ").bold(release).text(event)
            }
        };
        page.line(line);
        match self.verdict {
            Some(verdict @ (Verdict::Raced | Verdict::Unpermitted)) => {
                let line = Line::new().mark(Mark::Look).text("its start is ").bold(verdict.as_str());
                page.line(line.text(": somebody else must review it"));
            }
            Some(Verdict::Permitted | Verdict::Overridden) | None => {}
        }
    }

    fn quiet(&self) -> Option<String> {
        self.event.map(|event| event.to_string())
    }
}
