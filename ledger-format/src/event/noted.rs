//! `noted`: free JSON, for experiments and foreign needs.

use serde_json::Value;

use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::{Set, record};
use crate::name::EventId;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// Without effect on any rule.
    pub struct Noted {
        about?: Set<EventId>,
        /// Any JSON within the encoding.
        body: Value,
    }
}

impl Content for Noted {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::Noted), vec![Scope::default()])
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("about", Kind::ALL, self.about.iter().flatten()).collect()
    }
}
