//! `sealog rollout`, `sealog rollback`: what would change, and what did.

use ledger_format::event::{End, Outcome};
use ledger_format::judgement::{RuleCheck, Verdict};
use ledger_format::ledger::Ledger;
use ledger_format::lock::Scope;
use ledger_format::name::{Component, EventId, Name, ReleaseId};
use serde::Serialize;

use super::release_name::ReleaseName;
use super::rules::{RuleRow, summary};
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::ui::times;
use crate::components::{Action, ComponentPlan};
use crate::ledger::releases::{self, Found};
use crate::stages::promote;
use crate::stages::rollout::choose::Stood;
use crate::stages::rollout::{Plan, Report, Way, Work, choose};

/// Above the question, and the answer of `rollout plan`.
#[derive(Debug, Clone, Serialize)]
pub struct Planned {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseName,
    /// What runs there now; several where it is mixed.
    pub from: Vec<ReleaseName>,
    pub components: Vec<PlannedComponent>,
    /// The digest that an approval of this plan binds.
    pub plan: Option<ledger_format::digest::Digest>,
    pub rules: Vec<RuleRow>,
    pub rollback: Option<Undone>,
    #[serde(rename = "override")]
    pub overrides: Option<Because>,
    #[serde(skip)]
    principal: Name,
    #[serde(skip)]
    totals: [usize; 3],
}

#[derive(Debug, Clone, Serialize)]
pub struct PlannedComponent {
    pub component: Component,
    pub add: usize,
    pub change: usize,
    pub remove: usize,
    pub paths: Vec<String>,
    /// Files that somebody else changed since they were written here.
    pub changed_by_hand: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Undone {
    pub from: Vec<ReleaseId>,
    pub reason: String,
    pub stood: Option<Stood>,
    /// How much is different in what runs there; `None` where several releases do.
    pub undoes: Option<Undoes>,
    /// Whether the policy has a rule for rollbacks.
    pub rule: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Undoes {
    pub images: usize,
    pub values: usize,
    pub versions: usize,
}

impl Undoes {
    /// `2 images, 1 value`
    fn says(self) -> String {
        let counts = [(self.images, "image"), (self.values, "value"), (self.versions, "component version")];
        let parts: Vec<String> =
            counts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
        if parts.is_empty() { "nothing that the releases say".to_owned() } else { parts.join(", ") }
    }
}

/// `the last that succeeded here (11-18 16:43 until 10:24)`
pub fn stood(stood: &Stood, look: &Look) -> String {
    let that = if stood.last { "the last that succeeded here" } else { "succeeded here" };
    let from = look.times.exact(stood.from.into());
    let until = stood.until.map(|until| format!(" until {}", look.times.exact(until.into()))).unwrap_or_default();
    format!("{that} ({from}{until})")
}

#[derive(Debug, Clone, Serialize)]
pub struct Because {
    pub reason: String,
}

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

impl Planned {
    pub fn of(
        ledger: &Ledger,
        plan: &Plan,
        found: &Found,
        (work, checks): (&Work, Vec<RuleCheck>),
        principal: &Name,
    ) -> Self {
        let (everything, request) = (ledger.everything(), &plan.request);
        let running = choose::running_releases(ledger, &request.deployment, &request.target, &everything);
        let named = |release: &ReleaseId| {
            let named = releases::find(ledger, &everything, Some(&request.deployment), &release.0.hex());
            ReleaseName::new(*release, named.ok().and_then(|found| found.alias))
        };
        let total = |action| work.plans.values().map(|plan| plan.count(action)).sum();
        Self {
            deployment: request.deployment.clone(),
            target: request.target.clone(),
            release: ReleaseName::new(found.release, found.alias.clone()),
            from: running.iter().map(named).collect(),
            components: work.plans.values().map(PlannedComponent::of).collect(),
            plan: work.digest(),
            rules: checks.iter().map(RuleRow::of).collect(),
            rollback: match &request.way {
                Way::Forward => None,
                Way::Back(back) => {
                    let good = choose::Good { release: request.release, finish: back.returns_to };
                    Some(Undone {
                        from: running.iter().copied().collect(),
                        reason: back.reason.to_string(),
                        stood: choose::stood(ledger, &request.deployment, &request.target, good, &everything),
                        undoes: None,
                        rule: promote::has_rollback_rule(ledger, request.candidate(), &everything),
                    })
                }
            },
            overrides: because(request.overrides.as_ref()),
            principal: principal.clone(),
            totals: [total(Action::Add), total(Action::Change), total(Action::Remove)],
        }
    }
}

fn because(reason: Option<&ledger_format::field::Text>) -> Option<Because> {
    reason.map(|reason| Because { reason: reason.to_string() })
}

impl PlannedComponent {
    fn of(plan: &ComponentPlan) -> Self {
        let by_hand = plan.changes.iter().filter(|change| change.changed_by_hand);
        Self {
            component: plan.component.clone(),
            add: plan.count(Action::Add),
            change: plan.count(Action::Change),
            remove: plan.count(Action::Remove),
            paths: plan.changes.iter().map(|change| change.path.to_string()).collect(),
            changed_by_hand: by_hand.map(|change| change.path.to_string()).collect(),
        }
    }

    fn is_unchanged(&self) -> bool {
        self.add + self.change + self.remove == 0
    }

    /// `1 to add, 2 to change`
    fn says(&self) -> String {
        let parts = [(self.add, "add"), (self.change, "change"), (self.remove, "remove")];
        let said = parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} to {what}"));
        let said: Vec<String> = said.collect();
        if said.is_empty() { "no change".to_owned() } else { list(said) }
    }
}

impl View for Planned {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        if let Some(overrides) = &self.overrides {
            let unmet: Vec<&RuleRow> = self.rules.iter().filter(|rule| !rule.met).collect();
            let line = Line::new().mark(Mark::Look).bold("BREAK GLASS").text(" on ").bold(&self.target);
            let rules = count(self.rules.len(), "rule");
            page.line(line.text(format!(": {} passes over {} of {rules}", self.principal, unmet.len())));
            let unmet = list(unmet.iter().map(|rule| format!("{} {}", rule.name(), rule.found)));
            let facts = if unmet.is_empty() { Facts::new() } else { Facts::new().fact("unmet", unmet) };
            page.facts(facts.fact("reason", overrides.reason.as_str()).fact("for ever", FOR_EVER));
        }
        let from: Vec<String> = self.from.iter().map(|release| release.short(&look)).collect();
        let changing = self.components.iter().filter(|component| !component.is_unchanged()).count();
        let from = if from.is_empty() { "nothing".to_owned() } else { from.join(" + ") };
        let line = Line::new().bold(&self.deployment).text(" on ").bold(&self.target).text(format!(": {from} → "));
        let all = count(self.components.len(), "component");
        page.line(line.bold(self.release.short(&look)).text(format!(", {changing} of {all} change")));
        let mut facts = Facts::new();
        for component in &self.components {
            let mark = match component {
                unchanged if unchanged.is_unchanged() => Mark::Nothing,
                PlannedComponent { change: 0, remove: 0, .. } => Mark::Add,
                PlannedComponent { add: 0, change: 0, .. } => Mark::Remove,
                PlannedComponent { .. } => Mark::Change,
            };
            facts = facts.marked(mark, component.component.as_str(), component.says());
            if !component.changed_by_hand.is_empty() {
                let said = format!("changed by hand since: {}", list(&component.changed_by_hand));
                facts = facts.marked(Mark::Look, component.component.as_str(), said);
            }
        }
        if let Some(rollback) = &self.rollback {
            facts = facts.fact("goes back", rollback.reason.as_str());
            facts = rollback.stood.iter().fold(facts, |facts, at| facts.fact("returns to", stood(at, &look)));
            facts = rollback.undoes.iter().fold(facts, |facts, undoes| facts.fact("undoes", undoes.says()));
        }
        let rollback_met =
            self.rollback.as_ref().is_some_and(|rollback| rollback.rule) && self.rules.iter().all(|rule| rule.met);
        if rollback_met {
            let said = format!("rollback rule of {} met: succeeded here before, not withdrawn, no hold", self.target);
            facts = facts.fact("policy", said);
        }
        page.facts(facts);
        let [add, change, remove] = self.totals;
        let plan = self.plan.as_ref().map(|plan| format!(" {}", look.digest(plan))).unwrap_or_default();
        let rules = match rollback_met && self.rules.is_empty() {
            true => String::new(),
            false => format!(" · {}", summary(&self.rules, &self.target)),
        };
        page.line(format!("Plan{plan}: {add} to add, {change} to change, {remove} to remove{rules}"));
    }

    fn quiet(&self) -> Option<String> {
        self.plan.as_ref().map(ToString::to_string)
    }
}

const FOR_EVER: &str = "shown in status, history and each audit; opens a review that someone else must close";

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
