//! What a writer wants of a target, and what one listing shows it of the target's lock.

use std::collections::BTreeSet;

use super::claim::{Claim, Claimant, conflict};
use crate::name::{Component, EventId};

/// What a writer wants of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub by: Claimant,
    /// What it is to touch: of `Scope::All` the whole, of `Scope::Hold` nothing.
    pub components: BTreeSet<Component>,
}

/// What one listing shows of a target's lock to the writer that asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    /// Its unended claims, but for those that lock nothing: by who may not start there, made for another store, cut.
    pub claims: Vec<Claim>,
    /// Claims of this writer that somebody with the right `takeover` ended.
    pub taken_over: BTreeSet<EventId>,
    /// The components that a finish `succeeded` of another start of this rollout covers.
    pub done: BTreeSet<Component>,
    pub barriers: BTreeSet<Barrier>,
    pub delays: BTreeSet<Delay>,
}

/// What forbids to claim, to start and to touch on, whoever else claims; the first is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Barrier {
    /// An object that the listing names cannot be fetched: it could be a claim.
    Unreadable,
    /// The authority names another store than the one that is written.
    HomeMoved,
    KeyEnded,
    /// The rollout's key was used with other components as its whole.
    OtherWhole,
    /// Another rollout started there, and not in the past of each start of this one.
    Closed,
    /// A hold stands that the start does not override.
    Held,
    /// A start written now would be against policy, or its approvals are spent.
    NotPermitted,
    /// The start that was written is raced.
    Raced,
}

/// What passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delay {
    /// A component that this one needs is not done yet.
    Upstream,
    /// The end of a claim that the start would rely on lies ahead of the clock.
    Clock,
}

impl Lock {
    pub(super) fn claim(&self, id: EventId) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// The claims that exclude this one.
    pub(super) fn rivals(&self, mine: &Claim) -> Vec<Claim> {
        self.claims.iter().filter(|claim| conflict(&claim.by, &mine.by)).cloned().collect()
    }
}
