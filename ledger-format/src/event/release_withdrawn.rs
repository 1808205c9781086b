//! `release.withdrawn`: a release must not be rolled out any more. There is no undo.

use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::{Set, Text, record};
use crate::name::{EventId, ReleaseId};
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// Reaches the `release.created` that it names; its right is asked for the scope of each.
    pub struct ReleaseWithdrawn {
        release: ReleaseId,
        /// Of that release.
        created: Set<EventId>,
        reason: Text,
    }
}

impl Content for ReleaseWithdrawn {
    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        Scope::of_events(&self.created, past)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::about(&Need::Kind(Kind::ReleaseWithdrawn), &self.created, past)
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("created", &[Kind::ReleaseCreated], &self.created).collect()
    }
}
