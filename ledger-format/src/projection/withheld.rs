//! What readers must not be silent about: events of living keys that wait for others which nobody shows
//! (`SPEC.md`, LF-82, LF-220).

use std::collections::BTreeSet;

use crate::event::Event;
use crate::ledger::{ClosedSet, Ledger};
use crate::name::EventId;

/// An event that waits, and for what.
#[derive(Debug, Clone)]
pub struct Waiting<'a> {
    pub event: &'a Event,
    /// Ids that are not there, directly under it or under what waits with it.
    pub missing: BTreeSet<EventId>,
}

impl Ledger {
    /// Pending events of keys that are alive in a set, and that no authority of it excuses; by generation and id.
    pub fn withheld(&self, set: &ClosedSet) -> Vec<Waiting<'_>> {
        let excluded: BTreeSet<EventId> =
            set.in_force.iter().flat_map(|number| self.authorities().document(*number).excludes()).copied().collect();
        let alive = self.pending().filter(|event| self.is_alive(&event.header.key, set));
        let mut all: Vec<Waiting<'_>> = alive.filter_map(|event| self.waiting(event, &excluded)).collect();
        all.sort_by_key(|waiting| (waiting.event.header.generation.get(), waiting.event.id));
        all
    }

    /// `None` of what is excused.
    fn waiting<'a>(&'a self, event: &'a Event, excluded: &BTreeSet<EventId>) -> Option<Waiting<'a>> {
        let (mut seen, mut missing, mut next) = (BTreeSet::new(), BTreeSet::new(), vec![event]);
        while let Some(event) = next.pop() {
            if !seen.insert(event.id) {
                continue;
            }
            if excluded.contains(&event.id) || event.header.parents.iter().any(|parent| excluded.contains(parent)) {
                return None;
            }
            for parent in &event.header.parents {
                match self.pending_by_id(*parent) {
                    Some(waiting) => next.push(waiting),
                    None if self.admission(*parent).is_none() => drop(missing.insert(*parent)),
                    None if self.is_founded_on(*parent, excluded) => return None,
                    None => {}
                }
            }
        }
        Some(Waiting { event, missing })
    }

    /// Whether one of these lies in the past of an event that is there.
    fn is_founded_on(&self, id: EventId, excluded: &BTreeSet<EventId>) -> bool {
        self.get(id).is_some_and(|entry| excluded.iter().any(|below| self.find(&entry.past, *below).is_some()))
    }
}
