//! `rollout.finished`: a start ends.

use crate::event::content::{Content, Naming};
use crate::event::{Kind, RolloutClaimed};
use crate::field::{Int, Set, Text, record, words};
use crate::name::{Component, EventId};
use crate::right::{Ask, Lookup, Scope};

record! {
    /// Speaks of the components of its start only. A fact.
    pub struct RolloutFinished {
        /// Of the same key and run.
        start: EventId,
        outcome: End,
        /// Components that were not touched.
        not_begun?: Set<Component>,
        reason?: Text,
        duration_ms?: Int,
    }
}

words! {
    /// How a start ended.
    pub enum End {
        /// Each component was applied, and none failed.
        Succeeded = "succeeded",
        Failed = "failed",
        /// Nothing was touched.
        Abandoned = "abandoned",
    }
}

impl Content for RolloutFinished {
    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        Scope::of_events([&self.start], past)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&RolloutClaimed::ROLLOUT, self.scopes(past))
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("start", &[Kind::RolloutStarted], [&self.start]).collect()
    }
}
