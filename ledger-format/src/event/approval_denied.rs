//! `approval.denied`: somebody says no to a release on a target.

use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::{Set, Text, record};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

record! {
    /// Restricts each start that shares a component of its scope, until withdrawn.
    pub struct ApprovalDenied {
        deployment: Name,
        release: ReleaseId,
        target: Name,
        /// Absent: all that the release has for that target.
        components?: Set<Component>,
        /// The request that is answered.
        request?: EventId,
        reason: Text,
    }
}

impl Content for ApprovalDenied {
    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let (deployment, target) = (Dimension::One(self.deployment.clone()), Dimension::One(self.target.clone()));
        Scope::each(deployment, self.components.as_ref(), target)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::ApprovalDenied), self.scopes(past))
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("request", &[Kind::ApprovalRequested], &self.request).collect()
    }
}
