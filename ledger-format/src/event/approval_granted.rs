//! `approval.granted`: somebody says yes to a release on a target, under a policy, until a time.

use crate::digest::Digest;
use crate::event::content::{Breach, Content, Naming};
use crate::event::{Header, Kind};
use crate::field::{Image, Note, Set, record};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};
use crate::time::Time;

record! {
    /// Binds a release, a target, the policy and what its principal had seen.
    pub struct ApprovalGranted {
        deployment: Name,
        release: ReleaseId,
        target: Name,
        /// Absent: all that the release has for that target; else it counts only for starts that touch no others.
        components?: Set<Component>,
        /// The digest of the resolved policy of that target.
        policy: Digest,
        /// The evidence that was seen.
        evidence?: Set<EventId>,
        /// It counts only for a start of this plan.
        plan?: Digest,
        /// It counts for starts before this.
        until: Time,
        /// Those of one `release.created` of it, so that this is an attestation of each; none with `components`.
        images?: Set<Image>,
        /// The request that is answered.
        request?: EventId,
        /// Whom it speaks for: that principal counts no second time.
        on_behalf_of?: Name,
        note?: Note,
    }
}

impl Content for ApprovalGranted {
    fn notes(&self) -> Vec<&Note> {
        self.note.iter().collect()
    }

    fn images(&self) -> Vec<&Image> {
        self.images.iter().flatten().collect()
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let (deployment, target) = (Dimension::One(self.deployment.clone()), Dimension::One(self.target.clone()));
        Scope::each(deployment, self.components.as_ref(), target)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::ApprovalGranted), self.scopes(past))
    }

    fn names(&self) -> Vec<Naming> {
        let evidence = Naming::all("evidence", &[Kind::EvidenceRecorded], self.evidence.iter().flatten());
        evidence.chain(Naming::all("request", &[Kind::ApprovalRequested], &self.request)).collect()
    }

    fn breach(&self, header: &Header) -> Option<Breach> {
        if self.until <= header.time {
            return Some(Breach::ApprovalPast { until: self.until, time: header.time });
        }
        (self.components.is_some() && self.images.is_some()).then_some(Breach::ApprovalImages)
    }
}
