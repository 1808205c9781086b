//! Where events lie. A store holds ids and bytes and never looks inside an event; the set only grows.

pub mod address;
pub mod artifact;
pub mod memory;
pub mod name;
pub mod oci_layout;

use ledger_format::digest::Digest;
use ledger_format::envelope::MAX_BUNDLE;
use ledger_format::name::EventId;

pub use address::Address;
pub use artifact::{Describe, Hints};
pub use memory::Memory;
pub use name::StoredName;
pub use oci_layout::OciLayout;

use crate::fs::{FsError, Limit, Lock};
use crate::registry::layout::LayoutError;

/// The most that an event's bundle may have.
pub const BUNDLE_LIMIT: Limit = Limit { what: "an event's bundle", bytes: MAX_BUNDLE as u64 };
/// The most that a blob which an event names may have.
pub const BLOB_LIMIT: Limit = Limit { what: "a blob of an event", bytes: 64 * 1024 * 1024 };

/// A grow-only set of events, and the blobs that they name.
///
/// Every implementation passes `tests/it/stores.rs`.
pub trait LedgerStore: Send + Sync {
    /// Who this store is, as an authority's `home` names it.
    fn identity(&self) -> Result<StoreIdentity, StoreError>;

    /// Whether a listing shows what was written before it began.
    fn class(&self) -> StoreClass;

    /// The events that are there. With [`StoreClass::Immediate`]: all whose `put` returned before this call.
    fn list(&self) -> Result<Listing, StoreError>;

    /// The bundle under this name, as it is; `None` when there is none.
    /// [`StoreError::TooLarge`] and [`StoreError::Unreadable`] are about this object, every other error about the store.
    fn get(&self, name: &StoredName) -> Result<Option<Vec<u8>>, StoreError>;

    /// Adds an event; it is there for good when this returns, and for everybody of the store's class.
    /// Of the same bytes: nothing happens. Of others: they are put right (every bundle of one id says the same).
    fn put(&self, name: &StoredName, bundle: &[u8]) -> Result<(), StoreError>;

    /// Adds the blobs that an event names; before the event itself.
    fn put_blobs(&self, event: &EventId, blobs: &[Blob]) -> Result<(), StoreError>;

    /// A blob, checked against its digest; `None` when it is not there.
    fn get_blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError>;

    /// Waits for the turn of those who write what there may be only once: they list again in it, look, and put. It ends
    /// when dropped. `None` where the store has no turns to give, as a registry: who writes there looks afterwards.
    /// Who puts an ordinary event takes none.
    fn turn(&self) -> Result<Option<Lock>, StoreError>;

    /// At the end of a command that wrote: shows other tools the newest events. No event's safety depends on it.
    fn flush(&self) -> Result<Flush, StoreError>;
}

/// What a store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// By generation and id, each once.
    pub events: Vec<StoredName>,
    /// Things in the place of events that are none by their name.
    pub unknown: usize,
}

/// A blob that an event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub media_type: String,
    pub content: Vec<u8>,
}

/// When a listing shows what was written; a lock needs a known bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreClass {
    /// Every listing that begins after the write returned.
    Immediate,
    /// Every listing that begins this long after it, in milliseconds.
    Settle(u64),
    /// Nobody has said.
    Unknown,
}

/// Who a store is: `oci-layout:<32 hex digits>` or `oci://host/repository`, compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoreIdentity(String);

/// What became of [`LedgerStore::flush`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// Other tools see every event that they are meant to see.
    Done,
    /// Another process is doing it.
    LeftToAnother,
    /// The file system knows no locks: other tools do not see new events. Reading and writing the ledger work.
    NoLocks,
}

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no ledger at {address}")]
    NotThere { address: Address },
    #[error("cannot make a ledger at {address}: there are other files in that folder, and a ledger needs its own")]
    Occupied { address: Address },
    #[error("cannot open the ledger {address}: this version keeps ledgers in folders, not yet in registries")]
    NoRegistries { address: Address },
    #[error("{name} is larger than {} bytes, the limit of {}", limit.bytes, limit.what)]
    TooLarge { name: StoredName, limit: Limit },
    #[error("{name} cannot be read: {source}")]
    Unreadable { name: StoredName, source: FsError },
    #[error("the blob {digest} is larger than {} bytes, the limit of {}", limit.bytes, limit.what)]
    BlobTooLarge { digest: Digest, limit: Limit },
    #[error("{} does not hold the id of a ledger's folder: 32 lower-case hex digits and a line end", path.display())]
    Identity { path: std::path::PathBuf },
    #[error("cannot make a random id for {address}")]
    NoRandomness { address: Address, source: getrandom::Error },
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// Opens the ledger at this address, which must be there.
pub fn open(address: &Address, describe: Describe) -> Result<Box<dyn LedgerStore>, StoreError> {
    match address {
        Address::Layout(folder) => Ok(Box::new(OciLayout::open(folder, describe)?)),
        Address::Registry(_) => Err(StoreError::NoRegistries { address: address.clone() }),
    }
}

/// Opens the ledger at this address and makes the place for it where it is missing.
pub fn create(address: &Address, describe: Describe) -> Result<Box<dyn LedgerStore>, StoreError> {
    match address {
        Address::Layout(folder) => Ok(Box::new(OciLayout::create(folder, describe)?)),
        Address::Registry(_) => Err(StoreError::NoRegistries { address: address.clone() }),
    }
}

impl StoreIdentity {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StoreIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_bundle(name: &StoredName, bundle: &[u8]) -> Result<(), StoreError> {
    match bundle.len() as u64 <= BUNDLE_LIMIT.bytes {
        true => Ok(()),
        false => Err(StoreError::TooLarge { name: *name, limit: BUNDLE_LIMIT }),
    }
}

fn check_blobs(blobs: &[Blob]) -> Result<(), StoreError> {
    match blobs.iter().find(|blob| blob.content.len() as u64 > BLOB_LIMIT.bytes) {
        None => Ok(()),
        Some(blob) => Err(StoreError::BlobTooLarge { digest: Digest::of(&blob.content), limit: BLOB_LIMIT }),
    }
}
