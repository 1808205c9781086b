//! What this machine verified last, ledger by ledger, and which ledger an address had: so that an older ledger, another
//! one, or another branch of its authority is not taken for it.
//!
//! Below the folder of state: `ledgers/<64 hex of the id>.json`, and `addresses/<64 hex, SHA-256 of the address>.json`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ledger_format::admission::Admission;
use ledger_format::authority::force::{Number, Pin};
use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::Kind;
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, LedgerId};
use ledger_format::time::Time;
use serde::{Deserialize, Serialize};

use super::open::{Opened, Trust};
use crate::fs::{self, FsError, Limit, Lock};
use crate::store::Address;

const LIMIT: Limit = Limit { what: "what this machine remembers of a ledger", bytes: 16 * 1024 * 1024 };
/// How many of the newest events are remembered one by one, to name what a store hides.
const NEWEST: usize = 64;

/// What was verified last of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    pub ledger: LedgerId,
    /// How its id came to be trusted.
    pub by: Acquaintance,
    pub at: Time,
    pub events: usize,
    pub heads: BTreeSet<EventId>,
    /// The newest events, the heads among them; oldest first.
    pub newest: Vec<SeenEvent>,
    /// The newest authority in force, and all that it builds on.
    pub authority: EventId,
    pub builds_on: BTreeSet<EventId>,
}

/// An event, remembered so that it can be named when it is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenEvent {
    pub generation: u64,
    pub id: EventId,
    pub kind: Kind,
    pub time: Time,
}

/// How a ledger's id came to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acquaintance {
    /// Begun here.
    Begun,
    /// Named by a person: `trust:` or `--trust`.
    Pinned,
    /// It was the ledger of its address when this machine first looked.
    FirstContact,
}

/// A remembered event that is not shown now, or is shown without what it builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub event: SeenEvent,
    /// What it waits for; empty when it is itself not there.
    pub waits_for: Vec<EventId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerOf {
    address: String,
    ledger: LedgerId,
}

/// The folder of state.
#[derive(Debug, Clone)]
pub struct Memory {
    folder: PathBuf,
}

/// Why what was verified cannot be remembered or recalled.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error("{} does not hold what this machine remembers of a ledger", path.display())]
    Form { path: PathBuf, source: serde_json::Error },
}

impl Seen {
    /// What is to be remembered now. Of what was remembered before nothing is lost, also when another process looked
    /// meanwhile: a head that this ledger does not hold stays one.
    pub fn after(ledger: &Ledger, by: Acquaintance, at: Time, before: Option<&Self>) -> Self {
        let everything = ledger.everything();
        let mut heads: BTreeSet<EventId> = ledger.heads(&everything).into_iter().map(|head| id(ledger, head)).collect();
        let order = ledger.in_order(&everything);
        let newest =
            order.iter().rev().take(NEWEST).chain(order.iter().filter(|index| heads.contains(&id(ledger, **index))));
        let mut newest: BTreeSet<SeenEvent> = newest.map(|index| SeenEvent::of(ledger, *index)).collect();
        let unknown = |seen: &&SeenEvent| ledger.get(seen.id).is_none();
        if let Some(before) = before {
            newest.extend(before.newest.iter().filter(unknown).cloned());
            heads.extend(before.heads.iter().filter(|head| ledger.get(**head).is_none()));
        }
        let events = before.map_or(0, |before| before.events).max(ledger.len());
        let pin = newest_authority(ledger, before);
        let newest = newest.into_iter().collect();
        Self { ledger: ledger.id(), by, at, events, heads, newest, authority: pin.authority, builds_on: pin.builds_on }
    }

    /// What was seen before and is not shown now.
    pub fn check(&self, opened: &Opened) -> Vec<Missing> {
        let missing = |event: &SeenEvent| {
            let waits_for = match opened.ledger.admission(event.id) {
                Some(Admission::Admitted | Admission::Refused(_) | Admission::Junk(_)) => return None,
                Some(Admission::Pending { missing }) => missing,
                None => Vec::new(),
            };
            Some(Missing { event: event.clone(), waits_for })
        };
        self.newest.iter().filter_map(missing).collect()
    }

    pub fn pin(&self) -> Pin {
        Pin { authority: self.authority, builds_on: self.builds_on.clone() }
    }

    /// What a reader trusts who remembers this.
    pub fn trust(&self) -> Trust {
        Trust { ledger: Some(self.ledger), authority: Some(self.pin()) }
    }
}

impl SeenEvent {
    fn of(ledger: &Ledger, index: Index) -> Self {
        let event = &ledger.entry(index).event;
        let generation = event.header.generation.get();
        // What has another kind is junk and no entry.
        let kind = event.kind().unwrap_or(Kind::Noted);
        Self { generation, id: event.id, kind, time: event.header.time }
    }
}

impl Memory {
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The ledger that this address had when it was looked at first.
    pub fn ledger_of(&self, address: &Address) -> Result<Option<LedgerId>, MemoryError> {
        let known: Option<LedgerOf> = recall(&self.address_file(address))?;
        Ok(known.map(|known| known.ledger))
    }

    pub fn seen(&self, ledger: LedgerId) -> Result<Option<Seen>, MemoryError> {
        recall(&self.ledger_file(ledger))
    }

    /// Remembers what a ledger holds now, and that the address has it.
    pub fn remember(
        &self,
        address: &Address,
        ledger: &Ledger,
        by: Acquaintance,
        at: Time,
    ) -> Result<Seen, MemoryError> {
        let (path, place) = (self.ledger_file(ledger.id()), self.address_file(address));
        for path in [&path, &place] {
            fs::create_folder(path.parent().unwrap_or(&self.folder))?;
        }
        let seen = {
            let _one_at_a_time = Lock::wait(&path.with_extension("lock"))?;
            let before: Option<Seen> = recall(&path)?;
            let by = before.as_ref().map_or(by, |before| if by == Acquaintance::FirstContact { before.by } else { by });
            let seen = Seen::after(ledger, by, at, before.as_ref());
            if before.as_ref() != Some(&seen) {
                write(&path, &seen)?;
            }
            seen
        };
        if self.ledger_of(address)? != Some(ledger.id()) {
            write(&place, &LedgerOf { address: address.to_string(), ledger: ledger.id() })?;
        }
        Ok(seen)
    }

    fn ledger_file(&self, ledger: LedgerId) -> PathBuf {
        self.folder.join("ledgers").join(format!("{}.json", ledger.0.hex()))
    }

    fn address_file(&self, address: &Address) -> PathBuf {
        let name = Digest::of(address.to_string().as_bytes()).hex();
        self.folder.join("addresses").join(format!("{name}.json"))
    }
}

/// The newest authority in force and all that it builds on. In an open dispute the pin does not move; without one, it
/// is the newest on which all sides build.
fn newest_authority(ledger: &Ledger, before: Option<&Seen>) -> Pin {
    let everything = ledger.everything();
    let authorities = ledger.authorities();
    let number = |id: &EventId| authorities.number(*id);
    let newest: Vec<Number> = ledger.newest_authorities(&everything).iter().filter_map(number).collect();
    if let ([_, _, ..], Some(before)) = (&newest[..], before) {
        return before.pin();
    }
    let under_all = |candidate: &Number| {
        newest.iter().all(|side| side == candidate || authorities.builds_on(*side).contains(candidate))
    };
    let in_force = ledger.authorities_in_force(&everything);
    let shared = in_force.iter().filter_map(number).filter(under_all);
    // The first event is under all.
    let pinned = shared.max_by_key(|number| authorities.document(*number).version()).unwrap_or(0);
    let id_of = |number: &Number| authorities.step(*number).id;
    Pin { authority: id_of(&pinned), builds_on: authorities.builds_on(pinned).iter().map(id_of).collect() }
}

fn id(ledger: &Ledger, index: Index) -> EventId {
    ledger.entry(index).event.id
}

fn recall<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Option<T>, MemoryError> {
    let Some(bytes) = fs::read_if_there(path, LIMIT)? else { return Ok(None) };
    let wrong = |source| MemoryError::Form { path: path.to_owned(), source };
    serde_json::from_slice(&bytes).map(Some).map_err(wrong)
}

fn write(path: &Path, what: &impl Serialize) -> Result<(), MemoryError> {
    let wrong = |source| MemoryError::Form { path: path.to_owned(), source };
    Ok(fs::replace(path, &serde_json::to_vec_pretty(what).map_err(wrong)?)?)
}
