//! Closed sets of events: what every answer is about.

use crate::authority::Document;
use crate::authority::force::{Number, Pin};
use crate::dag::{Index, Past};
use crate::event::{Data, Kind};
use crate::ledger::{Entry, LEVEL, Ledger};
use crate::name::{EventId, Fingerprint};
use crate::time::Time;

/// Events that hold the parents of each, and the authorities that are in force among them.
#[derive(Debug, Clone)]
pub struct ClosedSet {
    pub past: Past,
    /// The authority events in it.
    pub(crate) members: Past,
    pub(crate) in_force: Vec<Number>,
    pub(crate) newest: Vec<Number>,
}

impl ClosedSet {
    pub fn contains(&self, index: Index) -> bool {
        self.past.contains(index)
    }

    pub fn len(&self) -> usize {
        self.past.len()
    }

    pub fn is_empty(&self) -> bool {
        self.past.is_empty()
    }
}

impl Ledger {
    /// Everything that is neither junk nor pending.
    pub fn everything(&self) -> ClosedSet {
        self.closed(Past::first(Index::try_from(self.len()).unwrap_or(Index::MAX)))
    }

    /// An event and its past.
    pub fn at_event(&self, index: Index) -> ClosedSet {
        self.closed(self.entry(index).past.with(index))
    }

    /// These events and their pasts.
    pub fn at_events(&self, events: &[Index]) -> ClosedSet {
        let each: Vec<Past> = events.iter().map(|index| self.entry(*index).past.with(*index)).collect();
        self.closed(Past::union(&each))
    }

    /// What claims to have been written up to then: closed, since no time precedes a parent's.
    pub fn at_time(&self, time: Time) -> ClosedSet {
        let up_to = self.entries().filter(|(_, entry)| entry.event.header.time <= time);
        self.closed(Past::from_sorted(up_to.map(|(index, _)| index)))
    }

    /// The own past of an event.
    pub fn own_past(&self, entry: &Entry) -> ClosedSet {
        let view = self.authorities().view(entry.view);
        ClosedSet {
            past: entry.past.clone(),
            members: view.members.clone(),
            in_force: view.in_force.clone(),
            newest: view.newest.clone(),
        }
    }

    fn closed(&self, past: Past) -> ClosedSet {
        let steps = (0..).zip(self.authorities().steps());
        let members = Past::from_sorted(steps.filter(|(_, step)| past.contains(step.event)).map(|(number, _)| number));
        let in_force = self.authorities().in_force(&members, self.authorities().pin());
        let newest = self.authorities().newest(&in_force);
        ClosedSet { past, members, in_force, newest }
    }

    /// The authorities in force in what of the set does not descend from an event (nor is it).
    pub(crate) fn in_force_beside(&self, set: &ClosedSet, index: Index) -> Vec<Number> {
        let beside = |number: &Number| {
            let event = self.authorities().step(*number).event;
            event != index && !self.entry(event).past.contains(index)
        };
        let members = Past::from_sorted(set.members.iter().filter(beside));
        if members == set.members {
            return set.in_force.clone();
        }
        self.authorities().in_force(&members, self.authorities().pin())
    }

    /// The heads: what no other event of the set has in its past.
    pub fn heads(&self, set: &ClosedSet) -> Vec<Index> {
        if set.len() == self.len() {
            return self.sorted(self.tips().iter().copied().collect());
        }
        let mut is_parent = std::collections::HashSet::new();
        for index in set.past.iter() {
            is_parent.extend(self.entry(index).event.header.parents.iter().copied());
        }
        let heads = set.past.iter().filter(|index| !is_parent.contains(&self.entry(*index).event.id));
        self.sorted(heads.collect())
    }

    /// The events of a set in the order in which they are shown, the oldest first.
    pub fn in_order(&self, set: &ClosedSet) -> Vec<Index> {
        self.sorted(set.past.iter().collect())
    }

    fn sorted(&self, mut indices: Vec<Index>) -> Vec<Index> {
        indices.sort_by_key(|index| self.order(*index));
        indices
    }

    /// The order in which events are shown: by generation, then id.
    pub fn order(&self, index: Index) -> (u64, EventId) {
        let event = &self.entry(index).event;
        (event.header.generation.get(), event.id)
    }

    /// The ids of the authorities in force in a set, sorted.
    pub fn authorities_in_force(&self, set: &ClosedSet) -> Vec<EventId> {
        self.sorted_ids(&set.in_force)
    }

    /// The ids of the newest authorities of a set: one, or several in an open dispute.
    pub fn newest_authorities(&self, set: &ClosedSet) -> Vec<EventId> {
        self.sorted_ids(&set.newest)
    }

    /// The newest documents of a set.
    pub fn documents(&self, set: &ClosedSet) -> impl Iterator<Item = &Document> {
        set.newest.iter().map(|number| self.authorities().document(*number))
    }

    /// An authority in force in a set whose level this crate does not read (LF-47), and that level.
    pub fn unknown_level(&self, set: &ClosedSet) -> Option<(EventId, u64)> {
        let level = |number: &Number| self.authorities().document(*number).level();
        let unknown = set.in_force.iter().find(|number| level(number) > LEVEL)?;
        Some((self.authorities().step(*unknown).id, level(unknown)))
    }

    /// Every document that is in force in a set.
    pub(crate) fn all_in_force(&self, set: &ClosedSet) -> impl Iterator<Item = &Document> {
        set.in_force.iter().map(|number| self.authorities().document(*number))
    }

    /// Whether the authority of a set is in an open dispute, for a reader without a pinned authority.
    pub fn is_forked(&self, set: &ClosedSet) -> bool {
        self.newest_for(set, None).len() > 1
    }

    /// What is in force in a set with this pin in the place of the reader's; the statuses of the events stay.
    pub fn in_force_for(&self, set: &ClosedSet, pin: Option<&Pin>) -> Vec<EventId> {
        self.sorted_ids(&self.authorities().in_force(&set.members, pin))
    }

    /// The newest authorities of a set with this pin in the place of the reader's; the statuses of the events stay.
    pub fn newest_for(&self, set: &ClosedSet, pin: Option<&Pin>) -> Vec<EventId> {
        let in_force = self.authorities().in_force(&set.members, pin);
        self.sorted_ids(&self.authorities().newest(&in_force))
    }

    fn sorted_ids(&self, numbers: &[Number]) -> Vec<EventId> {
        let mut ids: Vec<EventId> = numbers.iter().map(|number| self.authorities().step(*number).id).collect();
        ids.sort_unstable();
        ids
    }

    /// Whether every newest authority of a set lists the key.
    pub fn is_alive(&self, key: &Fingerprint, set: &ClosedSet) -> bool {
        self.documents(set).all(|document| document.lists(key))
    }

    /// Whether an event has an effect in a set: admitted, and not cut there.
    pub fn is_effective(&self, index: Index, set: &ClosedSet) -> bool {
        set.contains(index) && self.status(index).is_ok() && !self.is_cut(index, set)
    }

    /// Whether an authority of the set took away, unseen by the event, what the event stands on (`SPEC.md`, LF-78).
    pub fn is_cut(&self, index: Index, set: &ClosedSet) -> bool {
        self.cutter(index, set).is_some()
    }

    /// The authority event that cuts an event in a set.
    pub fn cutter(&self, index: Index, set: &ClosedSet) -> Option<EventId> {
        let entry = self.entry(index);
        let own = &self.authorities().view(entry.view).in_force;
        if own.len() == set.in_force.len() || !is_cuttable(entry.event.data()) {
            return None;
        }
        let unseen = |number: &Number| {
            !own.contains(number) && !self.entry(self.authorities().step(*number).event).past.contains(index)
        };
        let cutting = set.in_force.iter().find(|number| unseen(number) && self.takes_away(**number, index));
        cutting.map(|number| self.authorities().step(*number).id)
    }

    /// What a proposal would cut in a set if it were in force there: events that it has not seen.
    pub fn would_cut(&self, proposal: EventId, set: &ClosedSet) -> Vec<Index> {
        let Some(number) = self.authorities().number(proposal) else { return Vec::new() };
        let step = self.authorities().step(number);
        if !matches!(step.what, crate::authority::force::What::Document { .. }) {
            return Vec::new();
        }
        let seen = &self.entry(step.event).past;
        let would = |index: &Index| {
            !seen.contains(*index)
                && self.is_effective(*index, set)
                && is_cuttable(self.entry(*index).event.data())
                && self.takes_away(number, *index)
        };
        self.in_order(set).into_iter().filter(would).collect()
    }

    fn takes_away(&self, number: Number, index: Index) -> bool {
        let authorities = self.authorities();
        let entry = self.entry(index);
        let key = &entry.event.header.key;
        let new = authorities.document(number);
        let taken = authorities.replaces(number).iter().any(|replaced| {
            let old = authorities.document(*replaced);
            old.lists(key) && (!new.lists(key) || self.entitles(old, entry) && !self.entitles(new, entry))
        });
        taken || new.excludes().iter().any(|id| *id == entry.event.id || self.find(&entry.past, *id).is_some())
    }
}

/// Authorities rest on endorsements alone: neither they nor these are ever cut.
fn is_cuttable(data: Option<&Data>) -> bool {
    !matches!(data.map(Data::kind), Some(Kind::LedgerCreated | Kind::AuthorityProposed | Kind::Endorsed))
}
