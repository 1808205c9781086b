//! `claim.ended`: claims on targets are given up, or taken over.

use crate::event::content::{Content, Naming};
use crate::event::{Data, Kind, Reason, RolloutClaimed};
use crate::field::{Set, record};
use crate::name::EventId;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// Ends claims of the same key and run, or by the right `takeover` those of others.
    pub struct ClaimEnded {
        claims: Set<EventId>,
        takeover?: Reason,
    }
}

impl Content for ClaimEnded {
    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        Scope::of_events(&self.claims, past)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        let need = |claim: &EventId| match (&self.takeover, past(*claim)) {
            (Some(_), _) => Need::Takeover,
            (None, Some(Data::RolloutClaimed(claim))) => claim.need(),
            (None, _) => RolloutClaimed::ROLLOUT,
        };
        self.claims.iter().flat_map(|claim| Ask::about(&need(claim), [claim], past)).collect()
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("claims", &[Kind::RolloutClaimed], &self.claims).collect()
    }
}
