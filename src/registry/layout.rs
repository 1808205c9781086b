//! An OCI image layout on disk: blobs by digest, and `index.json` with their tags.
//!
//! ```text
//! oci-layout               {"imageLayoutVersion":"1.0.0"}
//! index.json               replaced whole
//! blobs/sha256/<hex>       complete files with right digests only
//! sealog/tmp/<random>      what is being written; never in blobs/, where other tools would trip over it
//! sealog/lock              exclusive lock for `index.json`
//! ```

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ledger_format::digest::Digest;

use super::descriptor::Descriptor;
use super::manifest::{Index, Manifest};
use crate::fs::{self, FsError, Hashed, Limit, Lock, Staged, TryLock};

/// The most that a manifest or an index may have: what registries take.
pub const MANIFEST_LIMIT: Limit = Limit { what: "a manifest", bytes: 4 * 1024 * 1024 };
/// The most that an index of a layout may have.
pub const INDEX_LIMIT: Limit = Limit { what: "an image layout's index.json", bytes: 128 * 1024 * 1024 };

const LAYOUT_FILE: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// An image layout in a folder.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

/// A blob that is being written, hashed on the way.
#[derive(Debug)]
pub struct BlobWriter {
    staged: Hashed<Staged>,
}

/// What went wrong with an image layout.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error("{} is not an OCI image layout: it has no `oci-layout` file", path.display())]
    NotALayout { path: PathBuf },
    #[error("{} does not hold what its name says: it is damaged", path.display())]
    Damaged { path: PathBuf },
    #[error("{} is not there, but something names it", path.display())]
    Missing { path: PathBuf },
    #[error("cannot read {} as {what}", path.display())]
    Unreadable { path: PathBuf, what: &'static str, source: serde_json::Error },
    #[error("{} has no image `{name}`", path.display())]
    NoSuchImage { path: PathBuf, name: String },
    #[error("{} has {count} images, so one has to be named, by tag or digest", path.display())]
    NotOneImage { path: PathBuf, count: usize },
}

impl Layout {
    /// The layout in this folder, which is only looked at when it is used.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The layout in this folder, made there where it is missing; a complete one is left as it is.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, LayoutError> {
        let layout = Self::at(root);
        layout.make_folders()?;
        let scratch = layout.scratch();
        fs::create_by_way_of(&scratch, &layout.index_path(), &Index::default().to_bytes())?;
        // Last: what has this file is complete.
        fs::create_by_way_of(&scratch, &layout.root.join("oci-layout"), LAYOUT_FILE)?;
        Ok(layout)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the folder says that it is an image layout.
    pub fn is_there(&self) -> bool {
        self.root.join("oci-layout").is_file()
    }

    pub fn require(&self) -> Result<(), LayoutError> {
        match self.is_there() {
            true => Ok(()),
            false => Err(LayoutError::NotALayout { path: self.root.clone() }),
        }
    }

    /// The folders that writing needs: git and other tools do not keep empty ones.
    pub fn make_folders(&self) -> Result<(), LayoutError> {
        fs::create_folder(&self.blobs())?;
        fs::create_folder(&self.scratch())?;
        Ok(())
    }

    /// Where temporary files go.
    pub fn scratch(&self) -> PathBuf {
        self.root.join("sealog").join("tmp")
    }

    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs").join("sha256")
    }

    pub fn index_path(&self) -> PathBuf {
        self.root.join("index.json")
    }

    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.blobs().join(digest.hex())
    }

    /// Whether a blob of this size is there. Its content is checked by whoever reads it.
    pub fn has_blob(&self, digest: &Digest, size: u64) -> bool {
        self.blob_path(digest).metadata().is_ok_and(|found| found.is_file() && found.len() == size)
    }

    /// A blob whose content fits its digest; `None` when it is not there.
    pub fn blob(&self, digest: &Digest, limit: Limit) -> Result<Option<Vec<u8>>, LayoutError> {
        read_checked(&self.blob_path(digest), digest, limit)
    }

    /// The content that a descriptor names: inlined, or the blob.
    pub fn content(&self, descriptor: &Descriptor, limit: Limit) -> Result<Vec<u8>, LayoutError> {
        if let Some(content) = descriptor.inlined() {
            return Ok(content);
        }
        let path = self.blob_path(&descriptor.digest);
        self.blob(&descriptor.digest, limit)?.ok_or(LayoutError::Missing { path })
    }

    /// The manifest that a descriptor names.
    pub fn manifest(&self, descriptor: &Descriptor) -> Result<Manifest, LayoutError> {
        let bytes = self.content(descriptor, MANIFEST_LIMIT)?;
        let path = self.blob_path(&descriptor.digest);
        Manifest::from_bytes(&bytes).map_err(|source| LayoutError::Unreadable { path, what: "a manifest", source })
    }

    /// Stores a blob unless it is there already. It lasts over a loss of power after [`Layout::sync_blobs`].
    pub fn put_blob(&self, content: &[u8]) -> Result<Digest, LayoutError> {
        let digest = Digest::of(content);
        let path = self.blob_path(&digest);
        let limit = Limit { what: "a blob", bytes: content.len() as u64 };
        // What is there may be damaged: then it is put right.
        if !fs::read_if_there(&path, limit).is_ok_and(|found| found.as_deref() == Some(content)) {
            let mut writer = self.write_blob()?;
            writer.write_all(content).map_err(|source| FsError::Io { action: "write", path, source })?;
            writer.finish(self)?;
        }
        Ok(digest)
    }

    /// Begins a blob whose digest is not known yet.
    pub fn write_blob(&self) -> Result<BlobWriter, LayoutError> {
        Ok(BlobWriter { staged: Hashed::new(Staged::create(&self.scratch())?) })
    }

    pub fn sync_blobs(&self) -> Result<(), LayoutError> {
        Ok(fs::sync_folder(&self.blobs())?)
    }

    /// The index; a missing one is empty.
    pub fn index(&self) -> Result<Index, LayoutError> {
        let path = self.index_path();
        let Some(bytes) = fs::read_if_there(&path, INDEX_LIMIT)? else { return Ok(Index::default()) };
        Index::from_bytes(&bytes).map_err(|source| LayoutError::Unreadable { path, what: "an index", source })
    }

    /// Changes the index under the layout's lock, for which it waits.
    pub fn change_index(&self, change: impl FnOnce(&mut Index)) -> Result<(), LayoutError> {
        self.make_folders()?;
        let _lock = Lock::wait(&self.lock_path())?;
        let mut index = self.index()?;
        change(&mut index);
        self.replace_index(&index)
    }

    /// Replaces the index; for holders of the lock.
    pub fn replace_index(&self, index: &Index) -> Result<(), LayoutError> {
        Ok(fs::replace_by_way_of(&self.scratch(), &self.index_path(), &index.to_bytes())?)
    }

    /// Takes the lock for `index.json` if it is free.
    pub fn try_lock(&self) -> Result<TryLock, LayoutError> {
        Ok(Lock::try_take(&self.lock_path())?)
    }

    fn lock_path(&self) -> PathBuf {
        self.root.join("sealog").join("lock")
    }
}

impl BlobWriter {
    /// The digest of what was written so far.
    pub fn digest(&self) -> Digest {
        self.staged.digest()
    }

    /// Gives the blob its name; digest and size of what was written.
    pub fn finish(self, layout: &Layout) -> Result<(Digest, u64), LayoutError> {
        let (digest, size) = (self.digest(), self.staged.size());
        self.staged.into_inner().place(&layout.blob_path(&digest))?;
        Ok((digest, size))
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.staged.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.staged.flush()
    }
}

/// A file whose content fits this digest; `None` when it is not there.
pub fn read_checked(path: &Path, digest: &Digest, limit: Limit) -> Result<Option<Vec<u8>>, LayoutError> {
    match fs::read_if_there(path, limit) {
        Ok(Some(content)) if Digest::of(&content) != *digest => Err(LayoutError::Damaged { path: path.to_owned() }),
        Err(FsError::NotAFile { path }) => Err(LayoutError::Damaged { path }),
        found => Ok(found?),
    }
}
