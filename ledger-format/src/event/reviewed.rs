//! `reviewed`: somebody looked at findings, and accepts or disregards.

use crate::event::content::{Content, Naming};
use crate::event::{Data, Kind};
use crate::field::{Set, Text, record, words};
use crate::name::EventId;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// By who signed none of the events.
    pub struct Reviewed {
        events: Set<EventId>,
        verdict: Review,
        reason: Text,
    }
}

words! {
    /// What becomes of the events reviewed.
    pub enum Review {
        /// Their findings are closed.
        Accept = "accept",
        /// They do not count against others.
        Disregard = "disregard",
    }
}

impl Reviewed {
    /// What is asked for the scope of each event. A review of a review asks for the right anywhere:
    /// otherwise a chain of them would lead back through the whole ledger.
    fn scopes_reviewed(&self, past: Lookup) -> Vec<(EventId, Scope)> {
        let of = |id: EventId| match past(id) {
            Some(Data::Reviewed(_)) => vec![Scope::default()],
            Some(data) => data.scopes(past),
            None => Vec::new(),
        };
        self.events.iter().flat_map(|id| of(*id).into_iter().map(|scope| (*id, scope))).collect()
    }
}

impl Content for Reviewed {
    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        self.scopes_reviewed(past).into_iter().map(|(_, scope)| scope).collect()
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        let ask = |(id, scope)| Ask { need: Need::Kind(Kind::Reviewed), scope, about: Some(id) };
        self.scopes_reviewed(past).into_iter().map(ask).collect()
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("events", Kind::ALL, &self.events).collect()
    }
}
