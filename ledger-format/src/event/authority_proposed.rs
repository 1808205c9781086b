//! `authority.proposed`: a root proposes the next authority document.

use crate::authority::document::Authority;
use crate::event::content::{Breach, Content, Naming};
use crate::event::{Header, Kind};
use crate::field::{Text, record};
use crate::right::{Ask, Lookup};

record! {
    /// Counts as its signer's endorsement.
    pub struct AuthorityProposed {
        authority: Authority,
        reason: Text,
    }
}

impl Content for AuthorityProposed {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Vec::new()
    }

    fn names(&self) -> Vec<Naming> {
        let Authority { replaces, lifted, ended, .. } = &self.authority;
        let documents = &[Kind::AuthorityProposed, Kind::LedgerCreated];
        let ended = ended.iter().flat_map(|ended| {
            let keys = ended.keys.iter().flat_map(|keys| keys.values());
            keys.chain(ended.principals.iter().flat_map(|principals| principals.values()))
        });
        Naming::all("replaces", documents, replaces.iter().flatten())
            .chain(Naming::all("lifted", &[Kind::KeySuspended], lifted.iter().flatten()))
            .chain(Naming::all("ended.since", Kind::ALL, ended.filter_map(|end| end.since.as_ref())))
            .collect()
    }

    fn breach(&self, _header: &Header) -> Option<Breach> {
        self.authority.check().err().map(Breach::from)
    }
}
