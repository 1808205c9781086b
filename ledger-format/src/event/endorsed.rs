//! `endorsed`: a root endorses a proposed authority.

use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::record;
use crate::name::EventId;
use crate::right::{Ask, Lookup};

record! {
    /// By a root of what is replaced, or of the proposal.
    pub struct Endorsed {
        proposal: EventId,
    }
}

impl Content for Endorsed {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Vec::new()
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("proposal", &[Kind::AuthorityProposed], [&self.proposal]).collect()
    }
}
