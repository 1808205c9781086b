//! `observation.recorded`: what an observer saw running on a target.

use crate::digest::Digest;
use crate::event::Kind;
use crate::event::content::Content;
use crate::field::{Blob, Map, Note, Plan, Set, Tool, record, words};
use crate::name::{Component, Name};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

record! {
    /// What really runs. A fact; its right is asked for each component.
    pub struct ObservationRecorded {
        deployment: Name,
        target: Name,
        components: Map<Component, Observed>,
        tool?: Tool,
        note?: Note,
    }
}

record! {
    /// What was seen of one component.
    pub struct Observed {
        /// An index is named for its manifests.
        images?: Set<Digest>,
        health?: Health,
        /// The target differs from what was applied.
        drift?: Drift,
    } where says_something
}

record! {
    /// What applying again would change.
    pub struct Drift {
        plan: Plan,
        report?: Blob,
    }
}

words! {
    /// How a component is.
    pub enum Health {
        Healthy = "healthy",
        Unhealthy = "unhealthy",
        Unknown = "unknown",
    }
}

impl Observed {
    fn says_something(&self) -> Result<(), &'static str> {
        match self {
            Self { images: None, health: None, drift: None } => Err("a component of which nothing was observed"),
            Self { .. } => Ok(()),
        }
    }
}

impl Content for ObservationRecorded {
    fn notes(&self) -> Vec<&Note> {
        self.note.iter().collect()
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let (deployment, target) = (Dimension::One(self.deployment.clone()), Dimension::One(self.target.clone()));
        Scope::each(deployment, Some(self.components.keys()), target)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::ObservationRecorded), self.scopes(past))
    }
}
