//! What restricts a start or promotion whatever the policy: suspensions, holds, denials, withdrawals, the rollout's own end.

use std::collections::BTreeSet;

use super::{Cause, Code, Court};
use crate::dag::Index;
use crate::event::{Data, End};
use crate::name::{EventId, Fingerprint};
use crate::right::{Ask, Dimension, Need, Scope};

impl Court<'_> {
    pub(super) fn restrictions(&self, causes: &mut BTreeSet<Cause>) {
        let suspensions = self.suspensions(&self.gate.key);
        causes.extend(suspensions.map(|suspension| self.cause(Code::Suspended, suspension)));
        self.holds(causes);
        self.denials(causes);
        let withdrawn = self.ledger.indexes.withdrawn_releases.get(&self.gate.release);
        for index in withdrawn.into_iter().flatten().copied().filter(|index| self.restricts(*index)) {
            causes.insert(self.cause(Code::ReleaseWithdrawn, index));
        }
        self.rollout_over(causes);
        if self.gate.rollout.is_some() && !self.is_let_in() {
            causes.insert(Cause { code: Code::NoPromotion, event: self.gate.promotion });
        }
    }

    /// By a good promotion, or made with this target; a rollback needs neither (LF-163).
    fn is_let_in(&self) -> bool {
        let gate = self.gate;
        let promoted = gate.promotion.and_then(|id| self.ledger.find(&self.grants.past, id));
        let good = promoted.is_some_and(|index| self.grants(index) && self.ledger.is_good(index, self.grants));
        let created = self.ledger.indexes.releases.get(&gate.release).into_iter().flatten().copied();
        let made_with = |index: Index| match self.ledger.data(index) {
            Some(Data::ReleaseCreated(created)) => created.target.as_ref() == Some(&gate.target) && self.grants(index),
            Some(_) | None => false,
        };
        good || gate.rollback || created.into_iter().any(made_with)
    }

    pub(super) fn cause(&self, code: Code, index: Index) -> Cause {
        Cause::by(code, self.id(index))
    }

    pub(super) fn id(&self, index: Index) -> EventId {
        self.ledger.entry(index).event.id
    }

    /// The suspensions of a key that no authority of the own past lifts.
    pub(super) fn suspensions(&self, key: &Fingerprint) -> impl Iterator<Item = Index> {
        let suspensions = self.ledger.indexes.suspensions.get(key).into_iter().flatten().copied();
        let lifted = |index: Index| {
            self.lifters.iter().any(|number| self.ledger.authorities().document(*number).lifts(self.id(index)))
        };
        suspensions.filter(move |index| self.restricts(*index) && !lifted(*index))
    }

    fn holds(&self, causes: &mut BTreeSet<Cause>) {
        let gate = self.gate;
        for index in self.ledger.indexes.holds.iter().copied() {
            let Some(Data::HoldPlaced(hold)) = self.ledger.data(index) else { continue };
            let of_this = hold.deployment.as_ref().is_none_or(|name| *name == gate.deployment)
                && hold.target.as_ref().is_none_or(|name| *name == gate.target)
                && hold.release.is_none_or(|release| release == gate.release)
                && hold.until.is_none_or(|until| gate.time < until);
            if of_this && self.restricts(index) && !self.is_lifted(index) {
                causes.insert(self.cause(Code::Hold, index));
            }
        }
    }

    fn is_lifted(&self, hold: Index) -> bool {
        let lifts = self.ledger.indexes.naming(hold);
        lifts
            .into_iter()
            .any(|index| matches!(self.ledger.data(index), Some(Data::HoldLifted(_))) && self.grants(index))
    }

    fn denials(&self, causes: &mut BTreeSet<Cause>) {
        let denials = self.ledger.indexes.denials.get(&self.gate.place());
        for index in denials.into_iter().flatten().copied() {
            let Some(Data::ApprovalDenied(denial)) = self.ledger.data(index) else { continue };
            let of_this = denial.release == self.gate.release && self.gate.shares(denial.components.as_ref());
            if of_this && self.restricts(index) && self.still_has_right(index) && !self.is_taken_back(index) {
                causes.insert(self.cause(Code::Denied, index));
            }
        }
    }

    /// Whether a judging authority still gives who said no the right to.
    fn still_has_right(&self, index: Index) -> bool {
        let entry = self.ledger.entry(index);
        let permits = |number: &u32| self.ledger.permits(self.ledger.authorities().document(*number), entry);
        self.authorities.iter().any(permits)
    }

    /// Whether a denial was withdrawn in the own past.
    fn is_taken_back(&self, index: Index) -> bool {
        let naming = self.ledger.indexes.naming(index);
        naming.into_iter().any(|by| matches!(self.ledger.data(by), Some(Data::ApprovalWithdrawn(_))) && self.grants(by))
    }

    /// Components that are done, and rollouts that another one closed (`SPEC.md`, section 12).
    fn rollout_over(&self, causes: &mut BTreeSet<Cause>) {
        let Some(key) = &self.gate.rollout else { return };
        let ledger = self.ledger;
        let all = ledger.indexes.rollouts.get(key).into_iter().flatten().copied();
        let others = all.filter(|start| Some(*start) != self.gate.index && ledger.is_effective(*start, self.set));
        let mut mine: Vec<Index> = others.collect();
        for start in &mine {
            self.done(*start, causes);
        }
        mine.retain(|start| self.restricts(*start));
        // Nearly every start of a long ledger was seen by all that came later.
        let others = match self.gate.index {
            Some(index) if mine.is_empty() => {
                ledger.indexes.starts_beside(&self.gate.place(), index, &ledger.entry(index).past)
            }
            Some(_) | None => ledger.indexes.starts.get(&self.gate.place()).cloned().unwrap_or_default(),
        };
        for other in others {
            let unseen_by_mine = || mine.iter().any(|start| !ledger.entry(*start).past.contains(other));
            let unseen = !self.grants.contains(other) || unseen_by_mine();
            if unseen && self.restricts(other) && !ledger.is_of(other, key) {
                causes.insert(self.cause(Code::Closed, other));
            }
        }
    }

    fn done(&self, start: Index, causes: &mut BTreeSet<Cause>) {
        let Some(Data::RolloutStarted(data)) = self.ledger.data(start) else { return };
        if !data.components.iter().any(|component| self.gate.components.contains(component)) {
            return;
        }
        for finish in self.ledger.indexes.naming(start) {
            if let Some(Data::RolloutFinished(finished)) = self.ledger.data(finish)
                && finished.outcome == End::Succeeded
                && self.restricts(finish)
            {
                causes.insert(self.cause(Code::Done, finish));
            }
        }
    }

    /// Whether an authority gives the signer the right to what is judged.
    pub(super) fn has_right(&self, number: u32) -> bool {
        let document = self.ledger.authorities().document(number);
        if let Some(index) = self.gate.index {
            return self.ledger.permits(document, self.ledger.entry(index));
        }
        let (deployment, target) = (self.gate.deployment.clone(), self.gate.target.clone());
        let one = |component| Scope {
            deployment: Dimension::One(deployment.clone()),
            component,
            target: Dimension::One(target.clone()),
        };
        let (kind, scopes) = match &self.gate.rollout {
            None => (crate::event::Kind::PromotionRecorded, vec![one(Dimension::Unasked)]),
            Some(_) => {
                let each = self.gate.components.iter().map(|component| one(Dimension::One(component.clone())));
                (crate::event::Kind::RolloutStarted, each.collect())
            }
        };
        let mut asks = Ask::each(&Need::Kind(kind), scopes.clone());
        if self.gate.overridden {
            asks.extend(Ask::each(&Need::Override, scopes));
        }
        asks.iter().all(|ask| document.gives(&self.gate.principal, ask))
    }
}
