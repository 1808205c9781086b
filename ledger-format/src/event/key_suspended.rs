//! `key.suspended`: what one person alone can do against a key.

use crate::event::Kind;
use crate::event::content::Content;
use crate::field::{Set, Text, record};
use crate::name::Fingerprint;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// Until an authority in force lists it in `lifted`.
    pub struct KeySuspended {
        keys: Set<Fingerprint>,
        reason: Text,
    }
}

impl Content for KeySuspended {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::KeySuspended), vec![Scope::default()])
    }
}
