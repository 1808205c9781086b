//! `promotion.recorded`: a release may go on to the next target; everything was copied there.

use crate::digest::Digest;
use crate::event::content::{Content, Naming};
use crate::event::{Kind, Reason};
use crate::field::{Ci, Image, Int, Set, Str, record, set_by_form};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

record! {
    /// Judged like a start; spends nothing.
    pub struct PromotionRecorded {
        deployment: Name,
        release: ReleaseId,
        target: Name,
        /// The digest of the resolved policy of that target.
        policy: Digest,
        approvals?: Set<EventId>,
        /// The finish on the earlier target.
        from?: EventId,
        /// What was copied for this target.
        images?: Set<Copied>,
        /// How many referrers were copied along.
        referrers?: Int,
        /// Against the policy, for a reason; asks for that right too.
        r#override?: Reason,
        on_behalf_of?: Name,
        ci?: Ci,
    }
}

record! {
    /// An image that was copied.
    pub struct Copied {
        component: Component,
        /// Where it was copied from.
        from: Str,
        /// Where it is now; the digest is the release's.
        image: Image,
    }
}

set_by_form!(Copied);

impl Content for PromotionRecorded {
    fn images(&self) -> Vec<&Image> {
        self.images.iter().flatten().map(|copied| &copied.image).collect()
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        // The whole release is promoted: there is no choice of components.
        vec![Scope {
            deployment: Dimension::One(self.deployment.clone()),
            component: Dimension::Unasked,
            target: Dimension::One(self.target.clone()),
        }]
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        let mut asks = Ask::each(&Need::Kind(Kind::PromotionRecorded), self.scopes(past));
        if self.r#override.is_some() {
            asks.extend(Ask::each(&Need::Override, self.scopes(past)));
        }
        asks
    }

    fn names(&self) -> Vec<Naming> {
        let approvals = Naming::all("approvals", &[Kind::ApprovalGranted], self.approvals.iter().flatten());
        approvals.chain(Naming::all("from", &[Kind::RolloutFinished], &self.from)).collect()
    }
}
