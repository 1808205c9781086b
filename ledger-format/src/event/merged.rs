//! `merged`: joins heads.

use crate::event::Header;
use crate::event::content::{Breach, Content};
use crate::field::record;
use crate::right::{Ask, Lookup};

record! {
    /// Says nothing but its parents, of which there are two at least. By any enrolled key.
    pub struct Merged {}
}

impl Content for Merged {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Vec::new()
    }

    fn breach(&self, header: &Header) -> Option<Breach> {
        (header.parents.len() < 2).then_some(Breach::MergeOfOne)
    }
}
