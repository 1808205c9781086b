//! A ledger as one file that is read without any store: closed, in the order in which events are shown.
//!
//! One JSON object a line: the header, then every event as its bundle, then every blob that was there. The header says
//! how many of each follow, so that a file which was cut short is noticed. It is no signed statement: every event
//! proves itself, and an export says nothing about events outside its heads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger_format::canonical;
use ledger_format::digest::Digest;
use ledger_format::event::Event;
use ledger_format::field::Blob as Named;
use ledger_format::ledger::ClosedSet;
use ledger_format::name::{EventId, LedgerId};
use ledger_format::received::{Keyring, NotAnEvent, Received};
use serde::{Deserialize, Serialize};

use super::blobs::named;
use super::open::Opened;
use crate::store::{BLOB_LIMIT, BUNDLE_LIMIT, Blob, LedgerStore, Memory, StoreError, StoredName};

/// What the first line of an export says it is.
pub const FORMAT: &str = "application/vnd.sealog.export.v1+jsonl";

/// The most that the first line may have: a ledger has few heads.
const HEADER_LIMIT: u64 = 1024 * 1024;
const EVENT_LIMIT: u64 = BUNDLE_LIMIT.bytes;
/// A blob in base64, and its digest.
const BLOB_LINE_LIMIT: u64 = BLOB_LIMIT.bytes / 3 * 4 + 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub format: String,
    pub ledger: LedgerId,
    pub heads: Vec<EventId>,
    pub events: usize,
    pub blobs: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlobLine {
    digest: Digest,
    content: String,
}

/// An export that was made of a ledger.
#[derive(Debug)]
pub struct Written {
    pub header: Header,
    pub file: Vec<u8>,
    /// How many blobs the events name that the store does not have.
    pub missing: usize,
}

/// The content of an export, its events not verified yet.
#[derive(Debug)]
pub struct Export {
    pub header: Header,
    pub events: Vec<(StoredName, Vec<u8>)>,
    pub blobs: BTreeMap<Digest, Vec<u8>>,
}

/// Why a file is no export, or not a whole one.
#[derive(Debug, thiserror::Error)]
pub enum NotAnExport {
    #[error("it does not begin as an export does")]
    Header(#[source] Option<serde_json::Error>),
    #[error("it ends in the middle: {found} of {said} {what} are there")]
    CutShort { what: &'static str, found: usize, said: usize },
    #[error("it cannot be read to its end")]
    Read(#[source] std::io::Error),
    #[error("line {line} is longer than {limit} bytes, the limit there")]
    Long { line: usize, limit: u64 },
    #[error("line {line} is more than the header says")]
    TooMuch { line: usize },
    #[error("line {line} is no event: {source}")]
    Event { line: usize, source: NotAnEvent },
    #[error("line {line} is no blob with the digest that it says")]
    Blob { line: usize },
    #[error("an event of it cannot be named")]
    Name(#[from] crate::store::name::NotAStoredName),
}

/// Whether a file that begins like this is an export, of whatever ledger.
pub fn begins_like_one(start: &[u8]) -> bool {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line).contains(&format!("\"format\":\"{FORMAT}\""))
}

/// Writes down the events of a closed set, and the blobs that they name as far as the store has them.
pub fn write(store: &dyn LedgerStore, opened: &Opened, set: &ClosedSet) -> Result<Written, ExportError> {
    let (mut lines, mut blobs, mut missing) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    let ledger = &opened.ledger;
    let mut names: HashMap<EventId, Vec<StoredName>> = HashMap::new();
    for name in store.list()?.events {
        names.entry(name.id()).or_default().push(name);
    }
    let order = ledger.in_order(set);
    for index in &order {
        let event = &ledger.entry(*index).event;
        let names = names.get(&event.id).map_or(&[][..], Vec::as_slice);
        let bundle = bundle(store, &opened.keyring, event.id, names)?.ok_or(ExportError::Gone(event.id))?;
        lines.extend_from_slice(&bundle);
        lines.push(b'\n');
        for Named { digest, .. } in named(event) {
            if blobs.contains_key(&digest) || missing.contains(&digest) {
                continue;
            }
            match store.get_blob(&digest)? {
                Some(content) => _ = blobs.insert(digest, content),
                None => _ = missing.insert(digest),
            }
        }
    }
    let heads = ledger.heads(set).into_iter().map(|head| ledger.entry(head).event.id).collect();
    let header =
        Header { format: FORMAT.to_owned(), ledger: ledger.id(), heads, events: order.len(), blobs: blobs.len() };
    let mut file = canonical::to_vec(&header);
    file.push(b'\n');
    file.append(&mut lines);
    for (digest, content) in blobs {
        file.extend(canonical::to_vec(&BlobLine { digest, content: STANDARD.encode(content) }));
        file.push(b'\n');
    }
    Ok(Written { header, file, missing: missing.len() })
}

/// The bundle of an event under whichever name it lies: a name is a hint.
fn bundle(
    store: &dyn LedgerStore,
    keyring: &Keyring,
    id: EventId,
    names: &[StoredName],
) -> Result<Option<Vec<u8>>, StoreError> {
    for name in names {
        let bundle = match store.get(name) {
            Ok(Some(bundle)) => bundle,
            Ok(None) | Err(StoreError::TooLarge { .. } | StoreError::Unreadable { .. }) => continue,
            Err(error) => return Err(error),
        };
        let is_it = |received: Received| received.id() == id && keyring.check(received).is_ok();
        if Received::read(&bundle).is_ok_and(is_it) {
            return Ok(Some(bundle));
        }
    }
    Ok(None)
}

/// Reads an export; what it holds is not verified yet.
pub fn read(file: impl BufRead) -> Result<Export, NotAnExport> {
    let mut lines = Lines { file, at: 0 };
    let first = match lines.next(HEADER_LIMIT) {
        Err(NotAnExport::Long { .. }) => return Err(NotAnExport::Header(None)),
        read => read?.unwrap_or_default(),
    };
    let header: Header = serde_json::from_slice(&first).map_err(|error| NotAnExport::Header(Some(error)))?;
    if header.format != FORMAT {
        return Err(NotAnExport::Header(None));
    }
    let (mut events, mut blobs) = (Vec::new(), BTreeMap::new());
    loop {
        let is_event = events.len() < header.events;
        let Some(line) = lines.next(if is_event { EVENT_LIMIT } else { BLOB_LINE_LIMIT })? else { break };
        if is_event {
            events.push(event(lines.at, line)?);
        } else if blobs.len() < header.blobs {
            let (digest, content) = blob(&line).ok_or(NotAnExport::Blob { line: lines.at })?;
            blobs.insert(digest, content);
        } else {
            return Err(NotAnExport::TooMuch { line: lines.at });
        }
    }
    for (what, found, said) in [("events", events.len(), header.events), ("blobs", blobs.len(), header.blobs)] {
        if found != said {
            return Err(NotAnExport::CutShort { what, found, said });
        }
    }
    Ok(Export { header, events, blobs })
}

/// Reads line by line, none longer than may be.
struct Lines<R> {
    file: R,
    /// The number of the line that was read last, from 1.
    at: usize,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self, limit: u64) -> Result<Option<Vec<u8>>, NotAnExport> {
        let mut line = Vec::new();
        self.at += 1;
        (&mut self.file).take(limit + 1).read_until(b'\n', &mut line).map_err(NotAnExport::Read)?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.pop_if(|byte| *byte == b'\n').is_none() && line.len() as u64 > limit {
            return Err(NotAnExport::Long { line: self.at, limit });
        }
        Ok(Some(line))
    }
}

fn event(line: usize, bundle: Vec<u8>) -> Result<(StoredName, Vec<u8>), NotAnExport> {
    let received = Received::read(&bundle).map_err(|source| NotAnExport::Event { line, source })?;
    let name = StoredName::new(received.event().header.generation.get(), received.id())?;
    Ok((name, bundle))
}

fn blob(line: &[u8]) -> Option<(Digest, Vec<u8>)> {
    let line: BlobLine = serde_json::from_slice(line).ok()?;
    let content = STANDARD.decode(line.content).ok()?;
    (Digest::of(&content) == line.digest).then_some((line.digest, content))
}

impl Export {
    /// The same as a store, to be opened as any other.
    pub fn store(&self) -> Result<Memory, StoreError> {
        let store = Memory::default();
        for (name, bundle) in &self.events {
            store.put(name, bundle)?;
        }
        Ok(store)
    }

    /// The blobs that an event names and that the export holds.
    pub fn blobs_of(&self, event: &Event) -> Vec<Blob> {
        let held = |named: Named| {
            let content = self.blobs.get(&named.digest)?.clone();
            Some(Blob { media_type: named.media_type.to_string(), content })
        };
        named(event).into_iter().filter_map(held).collect()
    }
}

/// Why a ledger cannot be written down.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the store does not show event {0} any more")]
    Gone(EventId),
}
