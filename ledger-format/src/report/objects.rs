//! From objects to a folded ledger, in the steps of LF-70.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::authority::document::Authority;
use crate::authority::force::Pin;
use crate::event::Kind;
use crate::ledger::Ledger;
use crate::name::{EventId, LedgerId};
use crate::received::{Checked, Keyring, Received};

/// Objects that have the form of events, and the valid first events among them.
pub(super) struct Objects {
    received: Vec<Received>,
    firsts: BTreeMap<LedgerId, Checked>,
    /// How many different objects there are.
    count: usize,
}

/// A ledger folded from all that is held.
pub(super) struct Held {
    pub ledger: Ledger,
    /// Every verified event, pending ones too.
    pub events: BTreeSet<EventId>,
    pub not_events: usize,
    pub strangers: usize,
    parents: HashMap<EventId, Vec<EventId>>,
}

impl Objects {
    pub fn read(objects: &[&[u8]]) -> Self {
        let different: BTreeSet<&[u8]> = objects.iter().copied().collect();
        let received: Vec<Received> = different.iter().filter_map(|object| Received::read(object).ok()).collect();
        let valid = received.iter().filter_map(valid_first).map(|first| (first.id(), first));
        Self { firsts: valid.collect(), received, count: different.len() }
    }

    /// The id of the only first event that is valid.
    pub fn only_first(&self) -> Option<LedgerId> {
        let mut ids = self.firsts.keys();
        ids.next().copied().filter(|_| ids.next().is_none())
    }

    /// Folds the objects of a ledger, unless its first event is missing.
    pub fn fold(&mut self, ledger: LedgerId, authority: Option<EventId>) -> Option<Held> {
        let first = self.firsts.get(&ledger)?.clone();
        let received: Vec<Received> = self.received.drain(..).filter(|of| of.event().ledger() == ledger).collect();
        let mut keyring = Keyring::default();
        for object in &received {
            keyring.gather(object.event());
        }
        let pin = authority.and_then(|authority| pin_of(authority, &received));
        let mut held = Held {
            ledger: Ledger::begin(first, pin).ok()?,
            events: BTreeSet::new(),
            not_events: 0,
            strangers: 0,
            parents: HashMap::new(),
        };
        let mut read = 0;
        for checked in received.into_iter().filter_map(|object| keyring.check(object).ok()) {
            read += 1;
            held.take(checked);
        }
        held.not_events = self.count - read;
        Some(held)
    }
}

impl Held {
    fn take(&mut self, checked: Checked) {
        let id = checked.id();
        self.parents.insert(id, checked.event().header.parents.clone());
        if checked.is_stranger() {
            self.strangers += 1;
        } else {
            self.events.insert(id);
        }
        self.ledger.add(checked);
    }

    /// Whether an authority in force excludes a pending event, or something that it rests on (LF-82).
    pub fn is_excused(&self, pending: EventId, excluded: &BTreeSet<EventId>) -> bool {
        let (mut seen, mut ahead) = (BTreeSet::new(), vec![pending]);
        while let Some(id) = ahead.pop() {
            if excluded.contains(&id) {
                return true;
            }
            if seen.insert(id) {
                ahead.extend(self.parents.get(&id).into_iter().flatten());
            }
        }
        false
    }
}

/// A first event that breaks no rule, checked by the keys of its own document (LF-80).
fn valid_first(received: &Received) -> Option<Checked> {
    if received.event().kind() != Some(Kind::LedgerCreated) {
        return None;
    }
    let mut own = Keyring::default();
    own.gather(received.event());
    let checked = own.check(received.clone()).ok().filter(|checked| !checked.is_stranger())?;
    Ledger::begin(checked.clone(), None).ok().map(|_| checked)
}

/// What the pinned authority builds on, by the documents that are held; `None` where one of them is missing.
fn pin_of(authority: EventId, received: &[Received]) -> Option<Pin> {
    let documents: HashMap<EventId, &Authority> =
        received.iter().filter_map(|object| Some((object.id(), object.event().data()?.authority()?))).collect();
    let (mut builds_on, mut ahead) = (BTreeSet::new(), vec![authority]);
    while let Some(id) = ahead.pop() {
        for replaced in documents.get(&id)?.replaces.iter().flatten() {
            if builds_on.insert(*replaced) {
                ahead.push(*replaced);
            }
        }
    }
    Some(Pin { authority, builds_on })
}
