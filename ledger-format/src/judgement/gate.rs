//! What starts and promotions have in common for a judge.

use std::collections::BTreeSet;

use crate::dag::Index;
use crate::digest::Digest;
use crate::event::{Data, Kind, PromotionRecorded, RolloutStarted};
use crate::ledger::{Ledger, RolloutKey};
use crate::name::{Component, EventId, Fingerprint, Name, ReleaseId};
use crate::time::Time;

/// A start or promotion, written or about to be.
#[derive(Debug, Clone)]
pub struct Gate {
    /// `None` before it is written.
    pub index: Option<Index>,
    pub key: Fingerprint,
    pub principal: Name,
    pub on_behalf_of: Option<Name>,
    pub time: Time,
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseId,
    pub policy: Digest,
    /// What a start touches; of a promotion all, and nothing before it is written.
    pub components: BTreeSet<Component>,
    pub whole: BTreeSet<Component>,
    /// The approvals that it names.
    pub approvals: BTreeSet<EventId>,
    pub plan: Option<Digest>,
    pub overridden: bool,
    /// Of a start: the rollout that it is part of.
    pub rollout: Option<RolloutKey>,
    pub resumes: BTreeSet<EventId>,
    pub rollback: bool,
    pub promotion: Option<EventId>,
    /// It is to run under a lock.
    pub locked: bool,
}

impl Gate {
    pub(crate) fn of(ledger: &Ledger, index: Index) -> Option<Self> {
        let entry = ledger.entry(index);
        if ledger.status(index).is_err() {
            return None;
        }
        let header = &entry.event.header;
        let mut gate = match entry.event.data()? {
            Data::RolloutStarted(start) => Self::start(start, header.key.clone(), entry.principal.clone(), header.time),
            Data::PromotionRecorded(promotion) => {
                Self::promotion(promotion, header.key.clone(), entry.principal.clone(), header.time)
            }
            _ => return None,
        };
        gate.index = Some(index);
        // LF-150: a bad id names nothing.
        let names = |id: &EventId, kind: Kind| ledger.find_kind(&entry.past, *id, kind).is_some();
        gate.approvals.retain(|id| names(id, Kind::ApprovalGranted));
        gate.resumes.retain(|id| names(id, Kind::RolloutStarted));
        gate.promotion = gate.promotion.filter(|id| names(id, Kind::PromotionRecorded));
        if gate.rollout.is_none() {
            let own = ledger.own_past(entry);
            gate.components = ledger.parts(gate.release, &gate.target, &own).into_iter().flatten().cloned().collect();
        }
        Some(gate)
    }

    /// A start that is about to be written.
    pub fn start(start: &RolloutStarted, key: Fingerprint, principal: Name, time: Time) -> Self {
        Self {
            index: None,
            on_behalf_of: start.on_behalf_of.clone(),
            time,
            deployment: start.deployment.clone(),
            target: start.target.clone(),
            release: start.release,
            policy: start.policy,
            components: start.components.iter().cloned().collect(),
            whole: start.whole.iter().cloned().collect(),
            approvals: start.spends.iter().flatten().copied().collect(),
            plan: start.plan,
            overridden: start.r#override.is_some(),
            rollout: Some(RolloutKey::of(start, &principal)),
            resumes: start.resumes.iter().flatten().copied().collect(),
            rollback: start.rollback.is_some(),
            promotion: start.promotion,
            locked: start.no_lock.is_none(),
            key,
            principal,
        }
    }

    /// A promotion that is about to be written.
    pub fn promotion(promotion: &PromotionRecorded, key: Fingerprint, principal: Name, time: Time) -> Self {
        Self {
            index: None,
            on_behalf_of: promotion.on_behalf_of.clone(),
            time,
            deployment: promotion.deployment.clone(),
            target: promotion.target.clone(),
            release: promotion.release,
            policy: promotion.policy,
            components: BTreeSet::new(),
            whole: BTreeSet::new(),
            approvals: promotion.approvals.iter().flatten().copied().collect(),
            plan: None,
            overridden: promotion.r#override.is_some(),
            rollout: None,
            resumes: BTreeSet::new(),
            rollback: false,
            promotion: None,
            locked: false,
            key,
            principal,
        }
    }

    /// Whether what is said of these components (none named: of all) is said of this.
    pub(crate) fn shares(&self, components: Option<&crate::field::Set<Component>>) -> bool {
        match components {
            None => true,
            Some(_) if self.components.is_empty() => true,
            Some(some) => some.iter().any(|component| self.components.contains(component)),
        }
    }

    pub(crate) fn place(&self) -> (Name, Name) {
        (self.deployment.clone(), self.target.clone())
    }
}
