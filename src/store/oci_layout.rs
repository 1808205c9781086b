//! A ledger in a folder, which is an OCI image layout to other tools.
//!
//! ```text
//! oci-layout                   {"imageLayoutVersion":"1.0.0"}
//! index.json                   projection, never truth: at most the last 1,000 events, the blobs they name, what
//!                              other tools put there
//! blobs/sha256/<hex>           complete files with right digests only; other tools may delete what index.json
//!                              does not reach
//! sealog/id                    who this store is: 32 random hex digits
//! sealog/tail/e-<gen>-<id>     the truth: the bundle, one file an event
//! sealog/artifacts/b-<id>      the manifest of the blobs that an event names
//! sealog/blobs/<hex>           the truth of those blobs
//! sealog/tmp/<random>          what is being written
//! sealog/lock                  exclusive lock for index.json only; an append takes none
//! sealog/writing               exclusive lock of who writes what there may be only once: a first event, an authority,
//!                              the name of a release
//! ```

mod projection;
mod strays;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ledger_format::digest::{Digest, from_hex, hex};
use ledger_format::name::EventId;

use self::strays::Strays;
use super::artifact::{self, Describe};
use super::{
    Address, BLOB_LIMIT, BUNDLE_LIMIT, Blob, Flush, LedgerStore, Listing, StoreClass, StoreError, StoreIdentity,
    StoredName, check_blobs, check_bundle,
};
use crate::clock::Pace;
use crate::fs::{self, FsError, Limit, Lock};
use crate::registry::layout::{Layout, LayoutError, read_checked};

/// How often a long command lets other tools see what it wrote.
const PROJECT_EVERY: Duration = Duration::from_secs(1);

/// The ledger in one folder.
#[derive(Debug)]
pub struct OciLayout {
    layout: Layout,
    describe: Describe,
    pace: Mutex<Pace>,
    strays: Mutex<Strays>,
}

impl OciLayout {
    /// The ledger in this folder: any image layout, for events may have come in by another tool.
    pub fn open(root: &Path, describe: Describe) -> Result<Self, StoreError> {
        let layout = Layout::at(root);
        match layout.is_there() {
            true => Ok(Self::of(layout, describe)),
            false => Err(StoreError::NotThere { address: Address::Layout(root.to_owned()) }),
        }
    }

    /// The ledger in this folder, made where there is none; never among other files.
    pub fn create(root: &Path, describe: Describe) -> Result<Self, StoreError> {
        if !is_free(root)? {
            return Err(StoreError::Occupied { address: Address::Layout(root.to_owned()) });
        }
        fs::create_folder(&root.join("sealog").join("tail"))?;
        let store = Self::of(Layout::at(root), describe);
        store.layout.make_folders()?;
        store.identity()?;
        Layout::create(root)?;
        Ok(store)
    }

    fn of(layout: Layout, describe: Describe) -> Self {
        let pace = Mutex::new(Pace::new(PROJECT_EVERY));
        Self { layout, describe, pace, strays: Mutex::default() }
    }

    fn own(&self, name: &str) -> PathBuf {
        self.layout.root().join("sealog").join(name)
    }

    fn tail(&self) -> PathBuf {
        self.own("tail")
    }

    fn event_path(&self, name: &StoredName) -> PathBuf {
        self.tail().join(name.to_string())
    }

    fn kept_blob(&self, digest: &Digest) -> PathBuf {
        self.own("blobs").join(digest.hex())
    }

    /// The events of the tail, and how many things there are none.
    fn tail_names(&self) -> Result<Listing, StoreError> {
        // What has the name of an event and is no file is listed too: whoever reads it learns what it is.
        let names = match fs::names(&self.tail()) {
            Err(error) if error.kind() == Some(io::ErrorKind::NotFound) && self.layout.is_there() => Default::default(),
            found => found?,
        };
        let all = names.len();
        let mut events: Vec<StoredName> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
        let unknown = all - events.len();
        events.sort_unstable();
        Ok(Listing { events, unknown })
    }

    /// Writes a file durably, unless these very bytes are there. Git and others do not keep empty folders: those
    /// are made when they turn out to be missing, but not the ledger itself.
    fn keep(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let limit = Limit { what: "what is to be written", bytes: bytes.len() as u64 };
        if fs::read_if_there(path, limit).is_ok_and(|found| found.as_deref() == Some(bytes)) {
            fs::sync_file(path)?;
        } else {
            match fs::replace_by_way_of(&self.layout.scratch(), path, bytes) {
                Err(error) if error.kind() == Some(io::ErrorKind::NotFound) && self.layout.is_there() => {
                    self.layout.make_folders()?;
                    path.parent().map_or(Ok(()), fs::create_folder)?;
                    fs::replace_by_way_of(&self.layout.scratch(), path, bytes)?;
                }
                written => return Ok(written?),
            }
        }
        // Whoever wrote the same may not have come to this yet.
        Ok(path.parent().map_or(Ok(()), fs::sync_folder)?)
    }

    fn project_now_and_then(&self) {
        if self.pace.lock().unwrap_or_else(PoisonError::into_inner).is_due() && !self.was_just_projected() {
            // The event is safe already, and `flush` reports what hinders this.
            let _ = self.try_project();
        }
    }

    /// Whether some process projected within the last second, by the file system's own clock.
    fn was_just_projected(&self) -> bool {
        let (index, tail) = (fs::changed_at(&self.layout.index_path()), fs::changed_at(&self.tail()));
        index.zip(tail).is_some_and(|(index, tail)| tail.duration_since(index).unwrap_or_default() < PROJECT_EVERY)
    }
}

impl LedgerStore for OciLayout {
    fn identity(&self) -> Result<StoreIdentity, StoreError> {
        const ID_LIMIT: Limit = Limit { what: "the id of a ledger's folder", bytes: 64 };
        let path = self.own("id");
        if fs::read_if_there(&path, ID_LIMIT)?.is_none() {
            let address = || Address::Layout(self.layout.root().to_owned());
            let mut id = [0; 16];
            getrandom::fill(&mut id).map_err(|source| StoreError::NoRandomness { address: address(), source })?;
            self.layout.make_folders()?;
            fs::create_by_way_of(&self.layout.scratch(), &path, format!("{}\n", hex(&id)).as_bytes())?;
        }
        // Whoever was first has decided it.
        let text = String::from_utf8(fs::read(&path, ID_LIMIT)?).unwrap_or_default();
        match text.strip_suffix('\n') {
            Some(id) if id.len() == 32 && from_hex(id).is_some() => Ok(StoreIdentity(format!("oci-layout:{id}"))),
            _ => Err(StoreError::Identity { path }),
        }
    }

    fn class(&self) -> StoreClass {
        StoreClass::Immediate
    }

    fn list(&self) -> Result<Listing, StoreError> {
        if !self.layout.is_there() {
            return Err(StoreError::NotThere { address: Address::Layout(self.layout.root().to_owned()) });
        }
        let mut listing = self.tail_names()?;
        let (strays, broken) = self.strays_beside(&listing.events);
        listing.unknown += broken;
        if !strays.is_empty() {
            listing.events.extend(strays);
            listing.events.sort_unstable();
        }
        Ok(listing)
    }

    fn get(&self, name: &StoredName) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read_if_there(&self.event_path(name), BUNDLE_LIMIT) {
            Ok(None) => Ok(self.stray(name)),
            Err(FsError::TooLarge { .. }) => Err(StoreError::TooLarge { name: *name, limit: BUNDLE_LIMIT }),
            // Something that is no file, or that the file system does not give: another copy is as good.
            Err(source) => match self.stray(name) {
                Some(bundle) => Ok(Some(bundle)),
                None => Err(StoreError::Unreadable { name: *name, source }),
            },
            Ok(found) => Ok(found),
        }
    }

    fn put(&self, name: &StoredName, bundle: &[u8]) -> Result<(), StoreError> {
        check_bundle(name, bundle)?;
        self.keep(&self.event_path(name), bundle)?;
        self.project_now_and_then();
        Ok(())
    }

    fn put_blobs(&self, event: &EventId, blobs: &[Blob]) -> Result<(), StoreError> {
        check_blobs(blobs)?;
        if blobs.is_empty() {
            return Ok(());
        }
        for blob in blobs {
            self.keep(&self.kept_blob(&Digest::of(&blob.content)), &blob.content)?;
        }
        let manifest = artifact::of_blobs(blobs).to_bytes();
        self.keep(&self.own("artifacts").join(artifact::blobs_tag(event)), &manifest)
    }

    fn get_blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let too_large = || StoreError::BlobTooLarge { digest: *digest, limit: BLOB_LIMIT };
        let kept = read_checked(&self.kept_blob(digest), digest, BLOB_LIMIT);
        if let Ok(Some(content)) = kept {
            return Ok(Some(content));
        }
        // Copied in by another tool, or the only good copy.
        match (kept, self.layout.blob(digest, BLOB_LIMIT)) {
            (_, Ok(Some(content))) => Ok(Some(content)),
            (Err(LayoutError::Fs(FsError::TooLarge { .. })), _)
            | (_, Err(LayoutError::Fs(FsError::TooLarge { .. }))) => Err(too_large()),
            (Err(error), _) | (_, Err(error)) => Err(error.into()),
            (Ok(_), Ok(None)) => Ok(None),
        }
    }

    fn turn(&self) -> Result<Option<Lock>, StoreError> {
        self.layout.make_folders()?;
        Ok(Lock::wait_where_known(&self.own("writing"))?)
    }

    fn flush(&self) -> Result<Flush, StoreError> {
        self.project_all()
    }
}

/// Whether a ledger may be made here: there is nothing but what a ledger, or a `create` that was killed, has there.
fn is_free(root: &Path) -> Result<bool, StoreError> {
    const OURS: [&str; 4] = ["blobs", "index.json", "oci-layout", "sealog"];
    match std::fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(source) => Err(FsError::Io { action: "make a ledger in", path: root.to_owned(), source }.into()),
        Ok(mut entries) => {
            let is_ours = |entry: std::fs::DirEntry| OURS.iter().any(|name| entry.file_name() == *name);
            Ok(Layout::at(root).is_there() || entries.all(|entry| entry.is_ok_and(is_ours)))
        }
    }
}
