//! `approval.requested`: somebody asks for approvals. It decides nothing.

use crate::digest::Digest;
use crate::event::Kind;
use crate::event::content::Content;
use crate::field::{Ci, Commit, Note, Plan, Set, record};
use crate::name::{Component, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};
use crate::time::Time;

record! {
    /// What is to be approved, by whom, until when.
    pub struct ApprovalRequested {
        deployment: Name,
        release: ReleaseId,
        target: Name,
        /// Absent: all that the release has for that target.
        components?: Set<Component>,
        /// The digest of the resolved policy of that target.
        policy: Digest,
        plan?: Plan,
        /// The groups that are asked.
        groups?: Set<Name>,
        /// The principals that are asked.
        principals?: Set<Name>,
        until: Time,
        commit?: Commit,
        note?: Note,
        ci?: Ci,
    }
}

impl Content for ApprovalRequested {
    fn notes(&self) -> Vec<&Note> {
        self.note.iter().collect()
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let (deployment, target) = (Dimension::One(self.deployment.clone()), Dimension::One(self.target.clone()));
        Scope::each(deployment, self.components.as_ref(), target)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::ApprovalRequested), self.scopes(past))
    }
}
