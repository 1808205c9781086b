//! The blobs that events name: which of them a place holds, and whether they are what they are named for.

use std::collections::BTreeMap;

use ledger_format::digest::Digest;
use ledger_format::event::{Data, Event};
use ledger_format::field::{Blob, Note};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::EventId;
use rayon::prelude::{IntoParallelIterator as _, ParallelIterator as _};
use serde_json::Value;

use crate::store::StoreError;

/// What became of the blobs that the events of a set name, each counted once, at the first event that names it.
#[derive(Debug, Default)]
pub struct Blobs {
    /// How many are there and have the right digest.
    pub whole: usize,
    pub damaged: Vec<Damaged>,
    /// Configurations of releases that are not there: these every store keeps, and a rollout needs them.
    pub lacking: Vec<Lacking>,
    /// How many others are not there: kept elsewhere, or erased.
    pub elsewhere: usize,
}

/// Something else lies where a blob should.
#[derive(Debug)]
pub struct Damaged {
    pub event: EventId,
    pub blob: Digest,
    pub why: StoreError,
}

/// A configuration that a release names and that is not there.
#[derive(Debug)]
pub struct Lacking {
    pub release: EventId,
    pub blob: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Configuration,
    Other,
}

/// Looks for every blob that an event of the set names; `get` checks it against its digest.
pub fn examine(
    ledger: &Ledger,
    set: &ClosedSet,
    get: impl Fn(&Digest) -> Result<Option<Vec<u8>>, StoreError> + Sync,
) -> Blobs {
    let asked = asked(ledger, set);
    let is_there = |(blob, (used, event))| (blob, used, event, get(&blob).map(|content| content.is_some()));
    let mut blobs = Blobs::default();
    for (blob, used, event, found) in asked.into_par_iter().map(is_there).collect::<Vec<_>>() {
        match (found, used) {
            (Ok(true), _) => blobs.whole += 1,
            (Ok(false), Use::Configuration) => blobs.lacking.push(Lacking { release: event, blob }),
            (Ok(false), Use::Other) => blobs.elsewhere += 1,
            (Err(why), _) => blobs.damaged.push(Damaged { event, blob, why }),
        }
    }
    blobs
}

/// Every blob that an event names, wherever in its data; no text that may be erased.
pub fn named(event: &Event) -> Vec<Blob> {
    let mut found = Vec::new();
    if let Some(data) = event.data() {
        collect(&Data::to_value(data), &mut found);
    }
    found
}

fn asked(ledger: &Ledger, set: &ClosedSet) -> BTreeMap<Digest, (Use, EventId)> {
    let mut asked: BTreeMap<Digest, (Use, EventId)> = BTreeMap::new();
    for index in ledger.in_order(set) {
        let event = &ledger.entry(index).event;
        let Some(data) = event.data() else { continue };
        let configurations = match data {
            Data::ReleaseCreated(created) => created.config.values().map(|blob| blob.digest).collect(),
            _ => Vec::new(),
        };
        let texts = data.notes().into_iter().filter_map(|note| match note {
            Note::Erasable(text) => Some(text.digest),
            _ => None,
        });
        let others = named(event).into_iter().map(|blob| blob.digest).chain(texts).map(|digest| (digest, Use::Other));
        for (digest, used) in configurations.into_iter().map(|digest| (digest, Use::Configuration)).chain(others) {
            let known = asked.entry(digest).or_insert((used, event.id));
            if used < known.0 {
                *known = (used, event.id);
            }
        }
    }
    asked
}

fn collect(value: &Value, found: &mut Vec<Blob>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => match serde_json::from_value::<Blob>(value.clone()) {
            Ok(named) => found.push(named),
            Err(_) => fields.values().for_each(|field| collect(field, found)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
