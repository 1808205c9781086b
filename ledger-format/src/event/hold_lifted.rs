//! `hold.lifted`: holds end.

use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::{Set, Text, record};
use crate::name::EventId;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// Reaches only the holds that it names; its right is asked for the scope of each.
    pub struct HoldLifted {
        holds: Set<EventId>,
        reason: Text,
    }
}

impl Content for HoldLifted {
    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        Scope::of_events(&self.holds, past)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::about(&Need::Kind(Kind::HoldLifted), &self.holds, past)
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("holds", &[Kind::HoldPlaced], &self.holds).collect()
    }
}
