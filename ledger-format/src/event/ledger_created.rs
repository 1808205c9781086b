//! `ledger.created`: the first event, whose id is the ledger's.

use crate::authority::document::Authority;
use crate::digest::Digest;
use crate::event::Header;
use crate::event::content::{Breach, Content};
use crate::field::{Set, record};
use crate::name::LedgerId;
use crate::right::{Ask, Lookup};

record! {
    /// Holds version 0 of the authority, in force by itself.
    pub struct LedgerCreated {
        /// Of version 0, without `replaces`.
        authority: Authority,
        continues?: Continues,
    } where form
}

record! {
    /// An older ledger that this one claims to go on from: without effect on any rule.
    pub struct Continues {
        ledger: LedgerId,
        heads: Set<Digest>,
    }
}

impl LedgerCreated {
    fn form(&self) -> Result<(), &'static str> {
        match (&self.authority.replaces, self.authority.version.get()) {
            (None, 0) => Ok(()),
            (Some(_), _) => Err("the first authority replaces none"),
            (None, _) => Err("the first authority has the version 0"),
        }
    }
}

impl Content for LedgerCreated {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Vec::new()
    }

    fn breach(&self, _header: &Header) -> Option<Breach> {
        self.authority.check().err().map(Breach::from)
    }
}
