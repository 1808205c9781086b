//! What changed on targets: one entry a rollout or promotion.

use super::rollout::Rollout;
use crate::dag::Index;
use crate::event::Data;
use crate::ledger::{ClosedSet, Ledger};
use crate::name::Name;

/// A change of a target.
#[derive(Debug, Clone)]
pub struct Change {
    /// What closed it, else what began it.
    pub at: Index,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    Rollout(Rollout),
    Promotion,
}

impl Ledger {
    /// The changes of the targets that are asked about, the newest first.
    pub fn timeline(&self, deployment: Option<&Name>, target: Option<&Name>, set: &ClosedSet) -> Vec<Change> {
        let asked = |place: &(Name, Name)| {
            deployment.is_none_or(|name| place.0 == *name) && target.is_none_or(|name| place.1 == *name)
        };
        let mut changes = Vec::new();
        for (deployment, target) in self.places(set).into_iter().filter(|place| asked(place)) {
            for mut rollout in self.rollouts(&deployment, &target, set) {
                rollout.starts.sort_by_key(|start| self.order(*start));
                let at = self.last_finish(&rollout, set).unwrap_or(rollout.newest());
                changes.push(Change { at, what: What::Rollout(rollout) });
            }
        }
        for (_, promotions) in self.indexes.promotions.iter().filter(|(place, _)| asked(place)) {
            let effective = promotions.iter().copied().filter(|promotion| self.is_effective(*promotion, set));
            changes.extend(effective.map(|at| Change { at, what: What::Promotion }));
        }
        changes.sort_by_key(|change| std::cmp::Reverse(self.order(change.at)));
        changes
    }

    /// The principals whose approvals a rollout used up, or a promotion names; in the order of their names.
    pub fn approvers(&self, change: &Change) -> Vec<Name> {
        let named: Vec<_> = match &change.what {
            What::Rollout(rollout) => {
                let starts = rollout.starts.iter().filter_map(|start| self.start(*start));
                starts.flat_map(|start| start.spends.iter().flatten().copied()).collect()
            }
            What::Promotion => match self.data(change.at) {
                Some(Data::PromotionRecorded(promotion)) => promotion.approvals.iter().flatten().copied().collect(),
                Some(_) | None => Vec::new(),
            },
        };
        let mut names: Vec<Name> =
            named.into_iter().filter_map(|id| self.get(id)).map(|entry| entry.principal.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
