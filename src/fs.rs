//! Files: read with a limit, write-then-rename, create-new, locks. Every error carries the path and what was attempted.
//!
//! What is Unix-only stands here and in [`private`], and nowhere else.

mod hashed;
mod lock;
pub mod private;
mod staged;

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ledger_format::digest::{Digest, hex};

pub use self::hashed::Hashed;
pub use self::lock::{Lock, TryLock};
pub use self::staged::Staged;

/// What was attempted with which path, and why it failed.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is larger than {limit} bytes, the limit of {what}", path.display())]
    TooLarge { path: PathBuf, what: &'static str, limit: u64 },
    #[error("{} is no regular file", path.display())]
    NotAFile { path: PathBuf },
}

/// The most that is read of one thing, and its name for the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub what: &'static str,
    pub bytes: u64,
}

impl FsError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// The path that could not be used.
    pub fn path(&self) -> &Path {
        match self {
            Self::Io { path, .. } | Self::TooLarge { path, .. } | Self::NotAFile { path } => path,
        }
    }

    /// The kind of the system's error, where the system made it.
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            Self::TooLarge { .. } | Self::NotAFile { .. } => None,
        }
    }

    fn is_missing(&self) -> bool {
        self.kind() == Some(io::ErrorKind::NotFound)
    }
}

/// Reads a regular file; over the limit is an error, and so is a pipe or a device, which could be read for ever.
pub fn read(path: &Path, limit: Limit) -> Result<Vec<u8>, FsError> {
    let (file, size) = open(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit.bytes)).unwrap_or(0));
    file.take(limit.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(FsError::io("read", path))?;
    if bytes.len() as u64 > limit.bytes {
        return Err(FsError::TooLarge { path: path.to_owned(), what: limit.what, limit: limit.bytes });
    }
    Ok(bytes)
}

/// Opens a regular file to be read piece by piece; over the limit is an error, and so is what is no file.
pub fn open_within(path: &Path, limit: Limit) -> Result<io::BufReader<io::Take<File>>, FsError> {
    match open(path)? {
        (_, size) if size > limit.bytes => {
            Err(FsError::TooLarge { path: path.to_owned(), what: limit.what, limit: limit.bytes })
        }
        (file, size) => Ok(io::BufReader::new(file.take(size))),
    }
}

/// A regular file, and its size now.
fn open(path: &Path) -> Result<(File, u64), FsError> {
    let metadata = path.metadata().map_err(FsError::io("read", path))?;
    if !metadata.is_file() {
        return Err(FsError::NotAFile { path: path.to_owned() });
    }
    Ok((File::open(path).map_err(FsError::io("read", path))?, metadata.len()))
}

/// [`read`], with `None` for a file that is not there.
pub fn read_if_there(path: &Path, limit: Limit) -> Result<Option<Vec<u8>>, FsError> {
    match read(path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first bytes of a regular file; `None` where nothing has that name.
pub fn beginning(path: &Path, bytes: u64) -> Result<Option<Vec<u8>>, FsError> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FsError::io("look at", path)(error)),
        Ok(metadata) if !metadata.is_file() => return Err(FsError::NotAFile { path: path.to_owned() }),
        Ok(_) => {}
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(FsError::io("read", path))?;
    file.take(bytes).read_to_end(&mut start).map_err(FsError::io("read", path))?;
    Ok(Some(start))
}

/// Digest and size of a file's content, of any size.
pub fn digest_of(path: &Path) -> Result<(Digest, u64), FsError> {
    let mut file = Hashed::new(File::open(path).map_err(FsError::io("read", path))?);
    let size = io::copy(&mut file, &mut io::sink()).map_err(FsError::io("read", path))?;
    Ok((file.digest(), size))
}

/// Writes a file whole or not at all, and durably: temporary file beside it, fsync, rename, fsync of the folder.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    replace_by_way_of(parent(path), path, bytes)
}

/// [`replace`] with the temporary file in another folder of the same file system.
pub fn replace_by_way_of(temporary_folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    Staged::with(temporary_folder, path, bytes)?.place(path)?;
    sync_folder(parent(path))
}

/// Creates a file durably unless something of that name is there; says whether it was created. Never a torn file.
pub fn create_by_way_of(temporary_folder: &Path, path: &Path, bytes: &[u8]) -> Result<bool, FsError> {
    let created = Staged::with(temporary_folder, path, bytes)?.place_if_free(path)?;
    sync_folder(parent(path))?;
    Ok(created)
}

/// Another name for a file's content, durably: a hard link where the file system has them, else a copy.
pub fn link_or_copy(temporary_folder: &Path, from: &Path, to: &Path, limit: Limit) -> Result<(), FsError> {
    match std::fs::hard_link(from, to) {
        Ok(()) => sync_folder(parent(to)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(_) => replace_by_way_of(temporary_folder, to, &read(from, limit)?),
    }
}

/// Makes a folder and its parents; the new entries are durable.
pub fn create_folder(path: &Path) -> Result<(), FsError> {
    if path.is_dir() {
        return Ok(());
    }
    let above = parent(path);
    if above != path {
        create_folder(above)?;
    }
    match std::fs::create_dir(path) {
        Ok(()) => sync_folder(above),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(FsError::io("create the folder", path)(error)),
    }
}

/// The regular files of a folder by name, and how many other things are in it. The order is the file system's.
pub fn files(folder: &Path) -> Result<(Vec<String>, usize), FsError> {
    let mut names = Vec::new();
    let mut others = 0;
    for entry in std::fs::read_dir(folder).map_err(FsError::io("list", folder))? {
        let entry = entry.map_err(FsError::io("list", folder))?;
        let is_file = entry.file_type().map_err(FsError::io("list", folder))?.is_file();
        match entry.file_name().into_string() {
            Ok(name) if is_file => names.push(name),
            _ => others += 1,
        }
    }
    Ok((names, others))
}

/// The names of all that is in a folder, whatever it is. The order is the file system's.
pub fn names(folder: &Path) -> Result<Vec<OsString>, FsError> {
    let entries = std::fs::read_dir(folder).map_err(FsError::io("list", folder))?;
    entries.map(|entry| Ok(entry.map_err(FsError::io("list", folder))?.file_name())).collect()
}

/// Removes a file; that it was not there is no error.
pub fn remove(path: &Path) -> Result<(), FsError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FsError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Makes a file that somebody else wrote last over a loss of power.
pub fn sync_file(path: &Path) -> Result<(), FsError> {
    File::open(path).and_then(|opened| opened.sync_all()).map_err(FsError::io("fsync", path))
}

/// When a file or folder was last changed, by the file system's clock; `None` where that is not to be had.
pub fn changed_at(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// Removes the files of a folder that were last changed longer than `age` before `moment`. Best effort.
pub fn remove_older(folder: &Path, moment: SystemTime, age: Duration) {
    for name in files(folder).unwrap_or_default().0 {
        let path = folder.join(name);
        let old = changed_at(&path).and_then(|changed| moment.duration_since(changed).ok()).is_some_and(|is| is > age);
        if old {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Makes a folder's entries last over a loss of power.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> Result<(), FsError> {
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(FsError::io("fsync the folder", folder))
}

/// Makes a folder's entries last over a loss of power: done by the system itself here.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> Result<(), FsError> {
    Ok(())
}

/// Whether a file's owner may execute it.
#[cfg(unix)]
pub fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

/// Whether a file's owner may execute it: not known here.
#[cfg(not(unix))]
pub fn is_executable(_metadata: &std::fs::Metadata) -> bool {
    false
}

fn open_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!(".{}.tmp", hex(&bytes)))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limit = Limit { what: "a test", bytes: 4 };

    #[test]
    fn a_replaced_file_is_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path, SMALL).unwrap(), b"two");
        assert_eq!(files(folder.path()).unwrap(), (vec!["a".to_owned()], 0));
    }

    #[test]
    fn the_first_creation_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(create_by_way_of(folder.path(), &path, b"one").unwrap());
        assert!(!create_by_way_of(folder.path(), &path, b"two").unwrap());
        assert_eq!(read(&path, SMALL).unwrap(), b"one");
        assert_eq!(files(folder.path()).unwrap().0.len(), 1);
    }

    #[test]
    fn errors_name_the_path_and_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let large = folder.path().join("large");
        replace(&large, b"12345").unwrap();
        let error = read(&large, SMALL).unwrap_err().to_string();
        assert_eq!(error, format!("{} is larger than 4 bytes, the limit of a test", large.display()));
        let below_a_file = large.join("x");
        let error = replace(&below_a_file, b"").unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write into {}", large.display()));
        assert_eq!(read_if_there(&folder.path().join("none"), SMALL).unwrap(), None);
        assert!(matches!(read(folder.path(), SMALL), Err(FsError::NotAFile { .. })));
    }
}
