//! `component.applied`: what a start did to one of its components.

use crate::digest::Digest;
use crate::event::content::{Content, Naming};
use crate::event::{Data, Kind, RolloutClaimed};
use crate::field::{Blob, Int, Map, Note, Plan, Set, Str, record, words};
use crate::name::{Component, EventId, Name};
use crate::right::{Ask, Dimension, Lookup, Scope};

record! {
    /// The outcome of one component. A fact.
    pub struct ComponentApplied {
        /// Of the same key and run.
        start: EventId,
        /// Among the components of the start.
        component: Component,
        outcome: Outcome,
        /// What runs now.
        images?: Set<Digest>,
        plan?: Plan,
        /// What of the target's own state it was compared with.
        compared?: Compared,
        /// None that its tool marks as sensitive.
        outputs?: Map<Name, Str>,
        /// May be erased.
        log?: Blob,
        error?: Note,
        duration_ms?: Int,
    }
}

record! {
    /// A state of the target by which another writer would have shown: lineage and serial, `resourceVersion`, a commit.
    pub struct Compared {
        by: Str,
        value: Str,
    }
}

words! {
    /// What became of a component.
    pub enum Outcome {
        Changed = "changed",
        Unchanged = "unchanged",
        Failed = "failed",
    }
}

impl Content for ComponentApplied {
    fn notes(&self) -> Vec<&Note> {
        self.error.iter().collect()
    }

    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        let Some(Data::RolloutStarted(start)) = past(self.start) else { return Vec::new() };
        vec![Scope {
            deployment: Dimension::One(start.deployment.clone()),
            component: Dimension::One(self.component.clone()),
            target: Dimension::One(start.target.clone()),
        }]
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&RolloutClaimed::ROLLOUT, self.scopes(past))
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("start", &[Kind::RolloutStarted], [&self.start]).collect()
    }
}
