//! `hold.placed`: nothing is to start here.

use crate::event::Kind;
use crate::event::content::Content;
use crate::field::{Text, record};
use crate::name::{Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};
use crate::time::Time;

record! {
    /// Restricts starts and promotions of what it names; what is absent stands for all.
    pub struct HoldPlaced {
        deployment?: Name,
        target?: Name,
        release?: ReleaseId,
        until?: Time,
        reason: Text,
    }
}

impl Content for HoldPlaced {
    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        vec![Scope {
            deployment: Dimension::of(self.deployment.as_ref()),
            component: Dimension::Unasked,
            target: Dimension::of(self.target.as_ref()),
        }]
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::HoldPlaced), self.scopes(past))
    }
}
