//! The policy of a target, asked under one authority: which rule is met, by what (`SPEC.md`, section 9).

mod approval;
mod evidence;
mod history;

use std::collections::BTreeSet;

use super::{Cause, Code, Court};
use crate::authority::force::Number;
use crate::field::Set;
use crate::name::EventId;
use crate::policy::{Part, Policy, Rules};

/// One rule of a policy, and whether it is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCheck {
    pub code: Code,
    pub met: bool,
    /// What was found, for people: `0 of 2 from release-managers: ben, chloe, farid`.
    pub found: String,
    blame: Blame,
}

/// What is to blame for a rule that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Blame {
    /// The authority that asks.
    Authority,
    /// And whatever took the approvals that were named.
    Approvals,
    /// These events.
    Events(Vec<EventId>),
}

impl RuleCheck {
    fn new(code: Code, met: bool, found: impl Into<String>) -> Self {
        Self { code, met, found: found.into(), blame: Blame::Authority }
    }

    fn blaming(mut self, blame: Blame) -> Self {
        self.blame = blame;
        self
    }
}

impl Court<'_> {
    /// Right and policy under one authority.
    pub(super) fn under(&self, authority: Number, causes: &mut BTreeSet<Cause>) {
        let event = self.ledger.authorities().step(authority).id;
        if !self.has_right(authority) {
            causes.insert(Cause::by(Code::NoRight, event));
        }
        for check in self.policy_checks(authority).into_iter().filter(|check| !check.met) {
            match check.blame {
                Blame::Authority => causes.insert(Cause::by(check.code, event)),
                Blame::Approvals => {
                    causes.extend(self.blamed());
                    causes.insert(Cause::by(check.code, event))
                }
                Blame::Events(ids) => {
                    causes.extend(ids.into_iter().map(|id| Cause::by(check.code, id)));
                    true
                }
            };
        }
    }

    pub(super) fn policy_checks(&self, authority: Number) -> Vec<RuleCheck> {
        let document = self.ledger.authorities().document(authority);
        let policy = Policy::resolve(document.authority(), &self.gate.deployment, &self.gate.target);
        // LF-143: the lists of all entries in use act together.
        let in_use = policy.rules().iter().filter(|rules| !self.gate.rollback || rules.rollback.is_none());
        let lists: Vec<&Set<Part>> = in_use.flat_map(|rules| rules.distinct.iter().flatten()).collect();
        policy.rules().iter().flat_map(|rules| self.entry_checks(authority, rules, &lists)).collect()
    }

    fn entry_checks(&self, authority: Number, rules: &Rules, lists: &[&Set<Part>]) -> Vec<RuleCheck> {
        let mut checks = Vec::new();
        // A rollback meets these instead of the entry's other rules.
        if let (true, Some(rollback)) = (self.gate.rollback, &rules.rollback) {
            checks.extend(rollback.approvals.iter().flatten().map(|rule| self.approvals(authority, rule, lists)));
            checks.extend(rollback.windows.as_ref().map(|windows| self.windows(windows)));
            return checks;
        }
        checks.extend(rules.from.as_ref().map(|from| self.from(from)));
        if let (Some(from), Some(soak)) = (&rules.from, rules.soak_ms)
            && checks.iter().all(|check| check.met)
        {
            checks.push(self.soak(from, soak.get()));
        }
        checks.extend(rules.approvals.iter().flatten().map(|rule| self.approvals(authority, rule, lists)));
        checks.extend(rules.distinct.iter().flatten().map(|parts| self.distinct(parts)));
        checks.extend(rules.evidence.iter().flatten().flat_map(|rule| self.evidence(rule)));
        checks.extend(rules.built.map(|_| self.built()));
        checks.extend(rules.clean.map(|_| self.clean()));
        checks.extend(rules.windows.as_ref().map(|windows| self.windows(windows)));
        checks
    }

    fn windows(&self, windows: &Set<crate::policy::Window>) -> RuleCheck {
        let inside = windows.iter().any(|window| window.contains(self.gate.time));
        let found = if inside { "inside a window" } else { "outside of every window (UTC)" };
        RuleCheck::new(Code::PolicyWindows, inside, found)
    }
}
