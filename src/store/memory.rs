//! A store in memory: for tests, and for what is read from a file.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger_format::digest::{Digest, hex};
use ledger_format::name::EventId;

use super::{
    Blob, Flush, LedgerStore, Listing, StoreClass, StoreError, StoreIdentity, StoredName, check_blobs, check_bundle,
};
use crate::fs::Lock;

/// Events and blobs of this process.
#[derive(Debug, Default)]
pub struct Memory {
    seed: [u8; 16],
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    events: BTreeMap<StoredName, Vec<u8>>,
    blobs: BTreeMap<Digest, Vec<u8>>,
}

impl Memory {
    /// An empty store whose identity is made of these bytes.
    pub fn new(seed: [u8; 16]) -> Self {
        Self { seed, content: Mutex::default() }
    }

    /// Takes an event out again, as an attacker with the disk would: for tests of what readers notice.
    pub fn lose(&self, name: &StoredName) -> Option<Vec<u8>> {
        self.content().events.remove(name)
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // Every change is one insertion: what a panicking thread left is whole.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LedgerStore for Memory {
    fn identity(&self) -> Result<StoreIdentity, StoreError> {
        Ok(StoreIdentity(format!("oci-layout:{}", hex(&self.seed))))
    }

    fn class(&self) -> StoreClass {
        StoreClass::Immediate
    }

    fn list(&self) -> Result<Listing, StoreError> {
        Ok(Listing { events: self.content().events.keys().copied().collect(), unknown: 0 })
    }

    fn get(&self, name: &StoredName) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.content().events.get(name).cloned())
    }

    fn put(&self, name: &StoredName, bundle: &[u8]) -> Result<(), StoreError> {
        check_bundle(name, bundle)?;
        self.content().events.insert(*name, bundle.to_vec());
        Ok(())
    }

    fn put_blobs(&self, _event: &EventId, blobs: &[Blob]) -> Result<(), StoreError> {
        check_blobs(blobs)?;
        let named = blobs.iter().map(|blob| (Digest::of(&blob.content), blob.content.clone()));
        self.content().blobs.extend(named);
        Ok(())
    }

    fn get_blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.content().blobs.get(digest).cloned())
    }

    fn turn(&self) -> Result<Option<Lock>, StoreError> {
        Ok(None)
    }

    fn flush(&self) -> Result<Flush, StoreError> {
        Ok(Flush::Done)
    }
}
