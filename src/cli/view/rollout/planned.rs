//! What a rollout would change, and what it passes over.

use std::collections::BTreeSet;

use ledger_format::judgement::{Cause, Code, RuleCheck};
use ledger_format::ledger::Ledger;
use ledger_format::name::{Component, Name, ReleaseId};
use serde::Serialize;

use super::{Because, because};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::release_name::ReleaseName;
use crate::cli::view::rules::{CauseRow, RuleRow, is_of_policy, summary};
use crate::cli::view::says::{count, list};
use crate::components::{Action, ComponentPlan};
use crate::ledger::releases::{self, Found};
use crate::stages::promote;
use crate::stages::rollout::choose::Stood;
use crate::stages::rollout::{Plan, Way, Work, choose};

/// What the gate of the target says to it.
pub struct AtGate {
    pub checks: Vec<RuleCheck>,
    pub passed_over: BTreeSet<Cause>,
}

impl AtGate {
    /// Failed evidence is a rule, but who says so is not.
    fn passed_over(&self, ledger: &Ledger) -> Vec<CauseRow> {
        let shown = |cause: &&Cause| !is_of_policy(cause.code) || cause.code == Code::EvidenceFailed;
        self.passed_over.iter().filter(shown).map(|cause| CauseRow::of(ledger, cause)).collect()
    }
}

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
    /// What break-glass passes over beside rules that are not met.
    pub passed_over: Vec<CauseRow>,
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

impl Planned {
    pub fn of(ledger: &Ledger, plan: &Plan, found: &Found, (work, gate): (&Work, &AtGate), principal: &Name) -> Self {
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
            rules: gate.checks.iter().map(RuleRow::of).collect(),
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
            passed_over: gate.passed_over(ledger),
            principal: principal.clone(),
            totals: [total(Action::Add), total(Action::Change), total(Action::Remove)],
        }
    }
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

impl Planned {
    /// What nobody may miss before the target's name is typed.
    fn draw_override(&self, overrides: &Because, page: &mut Page<'_>) {
        let line = Line::new().mark(Mark::Look).bold("BREAK GLASS").text(" on ").bold(&self.target);
        page.line(line.text(format!(": {} passes over {}", self.principal, self.says_passed_over())));
        let failed = Code::EvidenceFailed.as_str();
        let unmet = self.rules.iter().filter(|rule| !rule.met && rule.rule != failed);
        let unmet = list(unmet.map(|rule| format!("{} {}", rule.name(), rule.found)));
        let facts = if unmet.is_empty() { Facts::new() } else { Facts::new().fact("unmet", unmet) };
        let facts = self.passed_over.iter().fold(facts, |facts, cause| facts.fact(cause.name(), cause.says.as_str()));
        page.facts(facts.fact("reason", overrides.reason.as_str()).fact("for ever", FOR_EVER));
    }

    /// `1 of 2 rules, 1 hold, a missing promotion`
    fn says_passed_over(&self) -> String {
        let unmet = self.rules.iter().filter(|rule| !rule.met).count();
        let of = |code: Code| self.passed_over.iter().filter(|cause| cause.code == code.as_str()).count();
        let mut parts = Vec::new();
        if unmet > 0 {
            parts.push(format!("{unmet} of {}", count(self.rules.len(), "rule")));
        }
        for (code, noun) in
            [(Code::Hold, "hold"), (Code::Denied, "rejection"), (Code::NoPromotion, "missing promotion")]
        {
            parts.extend(Some(of(code)).filter(|number| *number > 0).map(|number| count(number, noun)));
        }
        match parts.is_empty() {
            true => "nothing: all is met, and nothing stands against it".to_owned(),
            false => list(parts),
        }
    }
}

impl View for Planned {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        if let Some(overrides) = &self.overrides {
            self.draw_override(overrides, page);
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
