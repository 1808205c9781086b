//! What this machine verified last, ledger by ledger, and which ledger an address had: so that an older ledger, another
//! one, or another branch of its authority is not taken for it.
//!
//! Below the folder of state: `ledgers/<64 hex of the id>.json`, and `addresses/<64 hex, SHA-256 of the address>.json`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ledger_format::admission::Admission;
use ledger_format::authority::force::Pin;
use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::Kind;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, LedgerId};
use ledger_format::time::Time;
use serde::{Deserialize, Serialize};

use super::open::{Opened, Trust};
use super::trust;
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
    /// What a person took where the authority is forked; what is remembered above is this or builds on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
}

/// An authority that a person said to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    pub authority: EventId,
    pub at: Time,
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
        let pin = moved_along(ledger, before);
        let confirmed = before.and_then(|before| before.confirmed);
        let newest = newest.into_iter().collect();
        let (authority, builds_on) = (pin.authority, pin.builds_on);
        Self { ledger: ledger.id(), by, at, events, heads, newest, authority, builds_on, confirmed }
    }

    /// Whether a person said which side of a fork is right: the confirmed authority is held, in force, and leaves one
    /// newest (`SPEC.md`, LF-65).
    pub fn decides(&self, ledger: &Ledger, set: &ClosedSet) -> bool {
        let pin = self.confirmed.and_then(|confirmed| trust::pin_on(ledger, confirmed.authority));
        pin.is_some_and(|pin| {
            ledger.authorities_in_force(&ledger.everything()).contains(&pin.authority)
                && ledger.newest_for(set, Some(&pin)).len() == 1
        })
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
        let place = self.address_file(address);
        fs::create_folder(place.parent().unwrap_or(&self.folder))?;
        let seen = self.update(ledger.id(), |before| {
            let by = before.map_or(by, |before| if by == Acquaintance::FirstContact { before.by } else { by });
            Seen::after(ledger, by, at, before)
        })?;
        if self.ledger_of(address)? != Some(ledger.id()) {
            write(&place, &LedgerOf { address: address.to_string(), ledger: ledger.id() })?;
        }
        Ok(seen)
    }

    /// Remembers an authority because a person says so; `ledger` was read with it as the pin. Where several build on it
    /// and none of them on the others, nothing is confirmed.
    pub fn trust(&self, ledger: &Ledger, said: EventId, by: Acquaintance, at: Time) -> Result<Seen, MemoryError> {
        let pin = trust::newest_pin(ledger);
        let decides = ledger.newest_authorities(&ledger.everything()).len() == 1;
        let confirmed = decides.then_some(Confirmed { authority: said, at });
        self.update(ledger.id(), |before| {
            let (authority, builds_on) = (pin.authority, pin.builds_on);
            Seen { authority, builds_on, confirmed, ..Seen::after(ledger, by, at, before) }
        })
    }

    /// Replaces what is remembered of a ledger; one process at a time.
    fn update(&self, ledger: LedgerId, next: impl FnOnce(Option<&Seen>) -> Seen) -> Result<Seen, MemoryError> {
        let path = self.ledger_file(ledger);
        fs::create_folder(path.parent().unwrap_or(&self.folder))?;
        let _one_at_a_time = Lock::wait(&path.with_extension("lock"))?;
        let before: Option<Seen> = recall(&path)?;
        let seen = next(before.as_ref());
        if before.as_ref() != Some(&seen) {
            write(&path, &seen)?;
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

/// The pin of the next reading. In an open dispute it does not move, and never but to what builds on it.
fn moved_along(ledger: &Ledger, before: Option<&Seen>) -> Pin {
    let newest = trust::newest_pin(ledger);
    let Some(before) = before else { return newest };
    let is_disputed = ledger.newest_authorities(&ledger.everything()).len() > 1;
    if !is_disputed && newest.builds_on.contains(&before.authority) { newest } else { before.pin() }
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
