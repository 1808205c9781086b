//! Claims on a target, which of them exclude each other, and which of two gives way.

use std::collections::BTreeSet;

use crate::field::Run;
use crate::name::{Component, EventId, Fingerprint, Name, ReleaseId};

/// Who writes: the same key in another run is another writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    pub key: Fingerprint,
    pub run: Run,
}

/// One rollout, in however many processes: all of this is the same for each of them (lock rule 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseId,
    pub key: Name,
    pub principal: Name,
}

/// What of the target a claim keeps for its rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    Components(BTreeSet<Component>),
    /// No component: keeps other rollouts away between the jobs of this one, and touches nothing.
    Hold,
}

/// Who claims what, and for which rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimant {
    pub writer: Writer,
    pub rollout: Rollout,
    pub scope: Scope,
}

/// An unended claim that locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub id: EventId,
    pub generation: u64,
    pub by: Claimant,
    /// The newest start seen under it.
    pub start: Option<EventId>,
    pub standing: Standing,
}

/// Whether all of a claim's past is there; a pending claim of a living key locks like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Folded,
    Pending,
}

/// Whether two claims on one target exclude each other (lock rule 1).
pub fn conflict(a: &Claimant, b: &Claimant) -> bool {
    a.writer != b.writer && (a.rollout != b.rollout || a.scope.shares(&b.scope))
}

impl Scope {
    /// Whether a component is in both.
    pub fn shares(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Hold, Self::All | Self::Components(_) | Self::Hold) => false,
            (Self::All | Self::Components(_), Self::Hold) => false,
            (Self::All, Self::All | Self::Components(_)) | (Self::Components(_), Self::All) => true,
            (Self::Components(mine), Self::Components(theirs)) => !mine.is_disjoint(theirs),
        }
    }
}

/// How much a claim weighs against a rival, before the tie by `(generation, id)`.
enum Weight {
    Started,
    Hold,
    Plain,
}

impl Claim {
    fn weight(&self) -> Weight {
        match (self.start, &self.by.scope) {
            (Some(_), Scope::All | Scope::Components(_) | Scope::Hold) => Weight::Started,
            (None, Scope::Hold) => Weight::Hold,
            (None, Scope::All | Scope::Components(_)) => Weight::Plain,
        }
    }
}

/// Whether the writer of `mine` gives way to this rival, instead of waiting for the rival to give way (lock rule 3).
pub(super) fn precedes(rival: &Claim, mine: &Claim) -> bool {
    match (rival.weight(), mine.weight()) {
        (Weight::Started, Weight::Started | Weight::Hold | Weight::Plain) => true,
        // An interrupted start that goes on: whoever sees it gives way, so one of the two must not.
        (Weight::Hold | Weight::Plain, Weight::Started) => false,
        // No event says that a hold went on, and its end may wait for what this claim keeps out: not to be waited for.
        (Weight::Hold, Weight::Hold | Weight::Plain) => true,
        (Weight::Plain, Weight::Hold) => false,
        (Weight::Plain, Weight::Plain) => (rival.generation, rival.id) < (mine.generation, mine.id),
    }
}
