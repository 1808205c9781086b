//! The start as it would be written now, or the promotion that has to come before it. Pure.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{PromotionRecorded, Reason, Rollback, RolloutStarted};
use ledger_format::field::{Set, Text};
use ledger_format::judgement::{Cause, Gate, RuleCheck};
use ledger_format::ledger::{ClosedSet, Ledger, RolloutKey};
use ledger_format::name::{Component, EventId};
use ledger_format::projection::gates::Fate;

use super::plan::{Plan, Way};
use crate::stages::promote::{self, LetIn, Obstacles, Signing};

/// What comes next before the gate of the target.
#[derive(Debug, Clone)]
pub enum Draft {
    Start(Box<RolloutStarted>),
    /// The release was not let into the target yet.
    Promotion(Box<PromotionRecorded>),
    /// A hold starts nothing.
    Nothing,
}

impl Draft {
    pub fn start(&self) -> Option<&RolloutStarted> {
        match self {
            Self::Start(start) => Some(start),
            Self::Promotion(_) | Self::Nothing => None,
        }
    }

    /// What is asked of the ledger before it is written.
    fn gate(&self, signing: &Signing) -> Option<Gate> {
        let Signing { key, principal, now } = signing.clone();
        match self {
            Self::Start(start) => Some(Gate::start(start, key, principal, now)),
            Self::Promotion(promotion) => Some(Gate::promotion(promotion, key, principal, now)),
            Self::Nothing => None,
        }
    }

    /// The rules of the target's policy, met or not.
    pub fn checks(&self, ledger: &Ledger, signing: &Signing, own: &ClosedSet) -> Vec<RuleCheck> {
        self.gate(signing).map_or_else(Vec::new, |gate| ledger.policy_checks(&gate, own))
    }

    /// What stands against it, with this set as its past.
    pub fn obstacles(&self, ledger: &Ledger, signing: &Signing, own: &ClosedSet) -> Option<Obstacles> {
        self.gate(signing).and_then(|gate| Obstacles::of(ledger, &gate, own))
    }

    /// What would stand against it, if it were not by break-glass.
    pub fn passed_over(&self, ledger: &Ledger, signing: &Signing, own: &ClosedSet) -> BTreeSet<Cause> {
        let gate = self.gate(signing).filter(|gate| gate.overridden);
        let mut causes = gate.map_or_else(BTreeSet::new, |gate| ledger.assess(&gate, own));
        causes.retain(|cause| cause.code.is_passable());
        causes
    }
}

impl Plan {
    /// What would be written on top of this set; `carried_out` is the digest of the plan of the components.
    pub fn draft(
        &self,
        ledger: &Ledger,
        own: &ClosedSet,
        signing: &Signing,
        components: &BTreeSet<Component>,
        carried_out: Option<Digest>,
    ) -> Draft {
        let (Some(components), Some(whole)) =
            (Set::new(components.iter().cloned()), Set::new(self.whole.iter().cloned()))
        else {
            return Draft::Nothing;
        };
        let request = &self.request;
        let candidate = request.candidate();
        let promotion = match (&request.way, promote::let_in(ledger, candidate, own)) {
            (Way::Forward, LetIn::No) if request.overrides.is_none() => {
                let (overrides, ci) = (request.overrides.as_ref(), request.ci.as_ref());
                let promotion = promote::draft(ledger, candidate, own, signing.now, overrides, ci);
                return Draft::Promotion(Box::new(promotion));
            }
            (Way::Forward, LetIn::Promoted(id)) => Some(id),
            (Way::Forward, LetIn::MadeHere | LetIn::No) | (Way::Back(_), _) => None,
        };
        Draft::Start(Box::new(RolloutStarted {
            claim: None,
            deployment: request.deployment.clone(),
            target: request.target.clone(),
            release: request.release,
            rollout: request.rollout.clone(),
            components,
            whole,
            policy: promote::policy(ledger, candidate, own),
            spends: Set::new(self.approvals(ledger, own, signing)),
            promotion,
            plan: carried_out,
            rollback: self.rollback(),
            resumes: Set::new(self.request.resumes.iter().copied()),
            r#override: request.overrides.clone().map(because),
            no_lock: None,
            bundle: None,
            on_behalf_of: None,
            ci: request.ci.clone(),
        }))
    }

    fn rollback(&self) -> Option<Rollback> {
        match &self.request.way {
            Way::Forward => None,
            Way::Back(back) => Some(Rollback {
                undoes: Set::new(back.undoes.iter().copied())?,
                returns_to: back.returns_to,
                reason: back.reason.clone(),
            }),
        }
    }

    /// The approvals that stand, and those that a start of this rollout has spent already.
    fn approvals(&self, ledger: &Ledger, own: &ClosedSet, signing: &Signing) -> Vec<EventId> {
        let mine = self.key(signing);
        let ours = |by: Index| ledger.rollout_of(by).as_ref() == Some(&mine);
        let given = ledger.approvals(self.request.candidate(), own).into_iter();
        let usable = given.filter(|(index, approval)| match ledger.fate(*index, approval, signing.now, own) {
            Fate::Stands => true,
            Fate::Spent(by) => ours(by),
            Fate::Withdrawn(_) | Fate::Suspended(_) | Fate::Expired | Fate::OtherPolicy => false,
        });
        usable.map(|(index, _)| ledger.entry(index).event.id).collect()
    }

    /// The rollout that its starts are of.
    pub fn key(&self, signing: &Signing) -> RolloutKey {
        RolloutKey {
            deployment: self.request.deployment.clone(),
            target: self.request.target.clone(),
            release: self.request.release,
            rollout: self.request.rollout.clone(),
            principal: signing.principal.clone(),
            whole: self.whole.iter().cloned().collect(),
        }
    }

    /// Whether what it is to undo still runs there, and nothing else; of a rollback alone.
    pub fn is_outdated(&self, ledger: &Ledger, set: &ClosedSet) -> bool {
        match &self.request.way {
            Way::Forward => false,
            Way::Back(back) => {
                let now = super::choose::running(ledger, &self.request.deployment, &self.request.target, set);
                let of_these = now.into_iter().filter(|(component, _)| self.whole.contains(component));
                of_these.map(|(_, start)| start).collect::<BTreeSet<_>>() != back.undoes
            }
        }
    }
}

/// A reason as starts, promotions and take-overs carry it.
pub fn because(reason: Text) -> Reason {
    Reason { reason }
}
