//! `rollout.started`: components of a release begin to be applied to a target.

use crate::digest::Digest;
use crate::event::content::{Breach, Content, Naming};
use crate::event::{Header, Kind, RolloutClaimed};
use crate::field::{Ci, Set, Text, record};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

record! {
    /// A fact, judged by the policy of its target.
    pub struct RolloutStarted {
        /// Of the same key, run and scope; absent with `no_lock`.
        claim?: EventId,
        deployment: Name,
        target: Name,
        release: ReleaseId,
        /// The key of the rollout that it is part of.
        rollout: Name,
        /// What this start touches.
        components: Set<Component>,
        /// All components of the rollout.
        whole: Set<Component>,
        /// The digest of the resolved policy of that target.
        policy: Digest,
        /// The approvals that it uses up.
        spends?: Set<EventId>,
        /// The promotion of this release to this target.
        promotion?: EventId,
        /// The digest of the plan that is carried out.
        plan?: Digest,
        rollback?: Rollback,
        /// Starts of this release that did not succeed, which this one goes on with.
        resumes?: Set<EventId>,
        /// Against the policy, for a reason; asks for that right too.
        r#override?: Reason,
        /// Without a claim, for a reason.
        no_lock?: Reason,
        /// The bundle that it was made from.
        bundle?: Digest,
        on_behalf_of?: Name,
        ci?: Ci,
    }
}

record! {
    /// Back to a release that succeeded here.
    pub struct Rollback {
        /// Starts that run there.
        undoes: Set<EventId>,
        /// A finish of the rollout that is returned to.
        returns_to: EventId,
        reason: Text,
    }
}

record! {
    /// Why something extraordinary is done.
    pub struct Reason {
        reason: Text,
    }
}

impl Content for RolloutStarted {
    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let (deployment, target) = (Dimension::One(self.deployment.clone()), Dimension::One(self.target.clone()));
        Scope::each(deployment, Some(&self.components), target)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        let mut asks = Ask::each(&RolloutClaimed::ROLLOUT, self.scopes(past));
        if self.r#override.is_some() {
            asks.extend(Ask::each(&Need::Override, self.scopes(past)));
        }
        asks
    }

    fn names(&self) -> Vec<Naming> {
        let undoes = self.rollback.iter().flat_map(|rollback| &rollback.undoes);
        let returns_to = self.rollback.iter().map(|rollback| &rollback.returns_to);
        Naming::all("claim", &[Kind::RolloutClaimed], &self.claim)
            .chain(Naming::all("spends", &[Kind::ApprovalGranted], self.spends.iter().flatten()))
            .chain(Naming::all("promotion", &[Kind::PromotionRecorded], &self.promotion))
            .chain(Naming::all("rollback.undoes", &[Kind::RolloutStarted], undoes))
            .chain(Naming::all("rollback.returns_to", &[Kind::RolloutFinished], returns_to))
            .chain(Naming::all("resumes", &[Kind::RolloutStarted], self.resumes.iter().flatten()))
            .collect()
    }

    fn breach(&self, _header: &Header) -> Option<Breach> {
        let stranger = self.components.iter().find(|component| !self.whole.contains(component));
        stranger.map(|component| Breach::NotOfWhole(component.clone()))
    }
}
