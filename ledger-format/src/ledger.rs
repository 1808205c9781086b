//! A ledger: the state that a set of verified events folds into.
//!
//! The reader and the writer use the same fold. What an event is judged by is its own past alone and never changes
//! (`admission`, V1); what a closed set of events says is computed from these (`set`, `judgement`, `finding`).

mod index;
mod set;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) use index::Indexes;
pub use index::RolloutKey;
pub use set::ClosedSet;

use crate::admission::{Admission, Junk, Refusal, Status};
use crate::authority::Document;
use crate::authority::force::{Authorities, Number, Pin, Step, ViewId, What};
use crate::authority::lineage::BadSuccessor;
use crate::dag::{Index, Past};
use crate::event::{Data, Event, Kind};
use crate::judgement::Own;
use crate::name::{EventId, Fingerprint, LedgerId, Name};
use crate::received::{Checked, Standing};

/// The level that this crate reads.
pub const LEVEL: u64 = 1;

/// The state of a ledger.
#[derive(Debug)]
pub struct Ledger {
    id: LedgerId,
    entries: Vec<Entry>,
    numbers: HashMap<EventId, Index>,
    /// What no other event has in its past.
    tips: BTreeSet<Index>,
    junk: BTreeMap<EventId, Junk>,
    strangers: usize,
    waiting: HashMap<EventId, Checked>,
    waited_for: HashMap<EventId, Vec<EventId>>,
    authorities: Authorities,
    pub(crate) indexes: Indexes,
}

/// An event that is neither junk nor pending, and what its own past says of it.
#[derive(Debug)]
pub struct Entry {
    pub event: Event,
    pub past: Past,
    pub status: Status,
    /// Whom the authority in force in its own past gives its key.
    pub principal: Name,
    pub(crate) view: ViewId,
    /// What its own past holds against it, of a start or promotion.
    pub(crate) own: Option<Own>,
}

impl Entry {
    /// Whether a principal signed it; of one whose authorities disagree nobody did (LF-73).
    pub(crate) fn is_by(&self, principal: &Name) -> bool {
        self.status != Status::Refused(Refusal::PrincipalDisputed) && self.principal == *principal
    }
}

/// Why an event begins no ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAFirst {
    #[error("not a `ledger.created` with the form of its kind")]
    Kind,
    #[error("generation {0}, where a first event has 0")]
    Generation(u64),
    #[error("signed by {0}, who is no root of it")]
    Root(Fingerprint),
    #[error(transparent)]
    Document(#[from] BadSuccessor),
}

impl Ledger {
    /// Begins with the first event; `pin` is the authority that the reader trusts, if any.
    pub fn begin(first: Checked, pin: Option<Pin>) -> Result<Self, NotAFirst> {
        let event = first.event;
        let Some(Data::LedgerCreated(created)) = event.data() else { return Err(NotAFirst::Kind) };
        if event.header.generation.get() != 0 {
            return Err(NotAFirst::Generation(event.header.generation.get()));
        }
        let document = Document::first(created.authority.clone(), created.unproven())?;
        let Some(principal) = document.root_of(&event.header.key).cloned() else {
            return Err(NotAFirst::Root(event.header.key));
        };
        let mut authorities = Authorities::new(pin);
        let view = authorities.view_of(Past::default());
        let what = What::Document { document: Box::new(document), replaces: Vec::new(), builds_on: Default::default() };
        authorities.add(Step { event: 0, id: event.id, principal: principal.clone(), valid: true, what });
        let entry = Entry { past: Past::default(), status: Status::Admitted, principal, view, own: None, event };
        Ok(Self {
            id: entry.event.id,
            numbers: HashMap::from([(entry.event.id, 0)]),
            tips: BTreeSet::from([0]),
            entries: vec![entry],
            junk: BTreeMap::new(),
            strangers: 0,
            waiting: HashMap::new(),
            waited_for: HashMap::new(),
            authorities,
            indexes: Indexes::default(),
        })
    }

    /// The same ledger with its first event alone.
    pub fn at_its_beginning(&self) -> Self {
        let first = Checked { event: self.entries[0].event.clone(), standing: Standing::Verified };
        Self::begin(first, self.authorities.pin().cloned()).unwrap_or_else(|_| unreachable!("it began before"))
    }

    /// Folds one more object; what waited for it follows. The answer is about the object itself.
    pub fn with(mut self, object: Checked) -> (Self, Admission) {
        let admission = self.add(object);
        (self, admission)
    }

    pub(crate) fn add(&mut self, object: Checked) -> Admission {
        let id = object.event.id;
        if let Some(known) = self.admission(id) {
            return known;
        }
        if object.standing == Standing::Stranger {
            self.strangers += 1;
        }
        let known = |parent: &EventId| self.numbers.contains_key(parent) || self.junk.contains_key(parent);
        let missing: Vec<EventId> = object.event.header.parents.iter().copied().filter(|p| !known(p)).collect();
        // LF-70: a stranger's object is junk, whatever it names as its parents.
        if !missing.is_empty() && object.standing == Standing::Verified {
            for parent in &missing {
                self.waited_for.entry(*parent).or_default().push(id);
            }
            self.waiting.insert(id, object);
            return Admission::Pending { missing };
        }
        let admission = self.fold(object);
        self.wake(id);
        admission
    }

    /// Folds what waited for this event, and what waited for that.
    fn wake(&mut self, arrived: EventId) {
        let mut arrived = vec![arrived];
        while let Some(parent) = arrived.pop() {
            for child in self.waited_for.remove(&parent).unwrap_or_default() {
                let ready = |waiting: &Checked| {
                    let parents = &waiting.event.header.parents;
                    parents.iter().all(|p| self.numbers.contains_key(p) || self.junk.contains_key(p))
                };
                if self.waiting.get(&child).is_some_and(ready)
                    && let Some(object) = self.waiting.remove(&child)
                {
                    self.fold(object);
                    arrived.push(child);
                }
            }
        }
    }

    fn fold(&mut self, object: Checked) -> Admission {
        let stranger = object.standing == Standing::Stranger;
        let event = object.event;
        let id = event.id;
        let draft = if stranger { Err(Junk::Stranger) } else { self.draft(event) };
        match draft {
            Err(junk) => {
                self.junk.insert(id, junk.clone());
                Admission::Junk(junk)
            }
            Ok(entry) => {
                self.push(entry);
                self.admission(id).unwrap_or(Admission::Admitted)
            }
        }
    }

    /// The entry of an event all of whose parents are there, or why it is junk.
    fn draft(&mut self, event: Event) -> Result<Entry, Junk> {
        let (past, members) = self.past_of(&event)?;
        let view = self.authorities.view_of(members);
        let principal = self.principal(&event, &past, view)?;
        self.check_header(&event)?;
        let mut entry = Entry { event, past, status: Status::Admitted, principal, view, own: None };
        entry.status = self.status_of(&entry);
        Ok(entry)
    }

    fn past_of(&self, event: &Event) -> Result<(Past, Past), Junk> {
        let mut parents = Vec::new();
        for parent in &event.header.parents {
            match self.numbers.get(parent) {
                Some(index) => parents.push(*index),
                None => return Err(Junk::Parent(*parent)),
            }
        }
        let past = Past::of_parents(parents.iter().map(|parent| (*parent, &self.entries[*parent as usize].past)));
        let of_parents: Vec<Past> = parents.iter().map(|parent| self.members_with(*parent)).collect();
        Ok((past, if let [one] = &of_parents[..] { one.clone() } else { Past::union(&of_parents) }))
    }

    /// The authority events in the past of an event, and itself.
    pub(crate) fn members_with(&self, index: Index) -> Past {
        let entry = self.entry(index);
        let members = &self.authorities.view(entry.view).members;
        match self.authorities.number(entry.event.id) {
            Some(number) => members.with(number),
            None => members.clone(),
        }
    }

    fn check_header(&self, event: &Event) -> Result<(), Junk> {
        let parents = || event.header.parents.iter().filter_map(|parent| self.get(*parent));
        let expected =
            parents().map(|parent| parent.event.header.generation.get()).max().map_or(0, |largest| largest + 1);
        if event.header.generation.get() != expected {
            return Err(Junk::Generation { is: event.header.generation.get(), expected });
        }
        if let Some(later) = parents().find(|parent| parent.event.header.time > event.header.time) {
            return Err(Junk::Time { parent: later.event.id });
        }
        match event.kind() {
            None => Err(Junk::Data),
            Some(Kind::LedgerCreated) => Err(Junk::Generation { is: 0, expected }),
            Some(_) => Ok(()),
        }
    }

    fn push(&mut self, entry: Entry) {
        let index = Index::try_from(self.entries.len()).expect("fewer than 2^32 events");
        let id = entry.event.id;
        if let Some(what) = self.authority_step(&entry) {
            let (principal, valid) = (entry.principal.clone(), entry.status == Status::Admitted);
            self.authorities.add(Step { event: index, id, principal, valid, what });
        }
        self.numbers.insert(id, index);
        for parent in entry.event.header.parents.iter().filter_map(|parent| self.numbers.get(parent)) {
            self.tips.remove(parent);
        }
        self.tips.insert(index);
        if entry.status == Status::Admitted {
            self.indexes.add(index, &entry, &self.numbers);
        }
        self.entries.push(entry);
        let own = self.judge_in_own_past(index);
        self.entries[index as usize].own = own;
    }

    fn authority_step(&self, entry: &Entry) -> Option<What> {
        match entry.event.data()? {
            Data::AuthorityProposed(proposed) => {
                let replaces: Vec<Number> = self.replaced_numbers(&proposed.authority);
                let bases: Vec<&Document> = replaces.iter().map(|number| self.authorities.document(*number)).collect();
                let document = Box::new(Document::unchecked(proposed.authority.clone(), &bases));
                let mut builds_on = std::collections::BTreeSet::from_iter(replaces.iter().copied());
                builds_on.extend(replaces.iter().flat_map(|number| self.authorities.builds_on(*number)));
                Some(What::Document { document, replaces, builds_on })
            }
            Data::Endorsed(endorsed) => {
                let proposal = self.authorities.number(endorsed.proposal)?;
                Some(What::Endorsement { proposal })
            }
            _ => None,
        }
    }

    /// The documents that a proposal replaces, where its ids name documents.
    pub(crate) fn replaced_numbers(&self, authority: &crate::authority::document::Authority) -> Vec<Number> {
        let numbers = authority.replaces.iter().flatten().filter_map(|id| self.authorities.number(*id));
        numbers.filter(|number| matches!(self.authorities.step(*number).what, What::Document { .. })).collect()
    }

    /// The id of the first event.
    pub fn id(&self) -> LedgerId {
        self.id
    }

    /// The number of events that are neither junk nor pending.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Never: there is a first event.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn entry(&self, index: Index) -> &Entry {
        &self.entries[index as usize]
    }

    /// What no other event has in its past.
    pub(crate) fn tips(&self) -> &BTreeSet<Index> {
        &self.tips
    }

    /// In order of arrival, which means nothing.
    pub fn entries(&self) -> impl Iterator<Item = (Index, &Entry)> {
        (0..).zip(&self.entries)
    }

    pub fn index(&self, id: EventId) -> Option<Index> {
        self.numbers.get(&id).copied()
    }

    pub fn get(&self, id: EventId) -> Option<&Entry> {
        self.index(id).map(|index| self.entry(index))
    }

    pub fn authorities(&self) -> &Authorities {
        &self.authorities
    }

    /// What became of an object, by its own past alone; `None` of what was never added.
    pub fn admission(&self, id: EventId) -> Option<Admission> {
        if let Some(entry) = self.get(id) {
            return Some(match &entry.status {
                Status::Admitted => Admission::Admitted,
                Status::Refused(refusal) => Admission::Refused(refusal.clone()),
            });
        }
        if let Some(junk) = self.junk.get(&id) {
            return Some(Admission::Junk(junk.clone()));
        }
        let waiting = self.waiting.get(&id)?;
        let missing = |parent: &EventId| !self.numbers.contains_key(parent) && !self.junk.contains_key(parent);
        let parents = waiting.event.header.parents.iter().copied();
        Some(Admission::Pending { missing: parents.filter(missing).collect() })
    }

    pub fn junk(&self) -> &BTreeMap<EventId, Junk> {
        &self.junk
    }

    /// How many of the junk objects are of keys that no document names.
    pub fn strangers(&self) -> usize {
        self.strangers
    }

    /// Well-signed events that miss an ancestor.
    pub fn pending(&self) -> impl Iterator<Item = &Event> {
        self.waiting.values().map(|object| &object.event)
    }

    pub(crate) fn pending_by_id(&self, id: EventId) -> Option<&Event> {
        self.waiting.get(&id).map(|object| &object.event)
    }

    /// The effective events of a set that name this one in their data, in order of arrival.
    pub fn naming_in(&self, index: Index, set: &ClosedSet) -> Vec<Index> {
        self.indexes.naming(index).filter(|by| self.is_effective(*by, set)).collect()
    }

    /// The index of an event in a past, where it lies in it.
    pub(crate) fn find(&self, past: &Past, id: EventId) -> Option<Index> {
        self.index(id).filter(|index| past.contains(*index))
    }

    /// The index of an event of a kind in a past (LF-77).
    pub(crate) fn find_kind(&self, past: &Past, id: EventId, kind: Kind) -> Option<Index> {
        self.find(past, id).filter(|index| self.entry(*index).event.kind() == Some(kind))
    }

    /// The data of an event in a past.
    pub(crate) fn data_in(&self, past: &Past, id: EventId) -> Option<&Data> {
        self.find(past, id).and_then(|index| self.entry(index).event.data())
    }

    /// The data of an event of the ledger.
    pub fn data(&self, index: Index) -> Option<&Data> {
        self.entry(index).event.data()
    }

    pub(crate) fn status(&self, index: Index) -> Result<(), &Refusal> {
        match &self.entry(index).status {
            Status::Admitted => Ok(()),
            Status::Refused(refusal) => Err(refusal),
        }
    }
}
