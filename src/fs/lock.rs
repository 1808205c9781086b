//! Locks of the operating system.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::FsError;

/// An exclusive operating-system lock on a file, given back when dropped or when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// What became of an attempt to take a lock without waiting.
#[derive(Debug)]
pub enum TryLock {
    Taken(Lock),
    /// Another process, or another holder in this one, has it.
    Busy,
    /// The file system knows no locks.
    Unsupported,
}

impl Lock {
    /// Waits until nobody else holds the lock on this file, which is created where it is missing.
    pub fn wait(path: &Path) -> Result<Self, FsError> {
        let file = open_lock(path)?;
        file.lock().map_err(FsError::io("lock", path))?;
        Ok(Self { _file: file })
    }

    /// The same; `None` where the file system knows no locks.
    pub fn wait_where_known(path: &Path) -> Result<Option<Self>, FsError> {
        match Self::wait(path) {
            Err(error) if error.kind() == Some(io::ErrorKind::Unsupported) => Ok(None),
            held => held.map(Some),
        }
    }

    /// Takes the lock on this file if it is free; the file is created where it is missing.
    pub fn try_take(path: &Path) -> Result<TryLock, FsError> {
        let file = open_lock(path)?;
        match file.try_lock() {
            Ok(()) => Ok(TryLock::Taken(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(TryLock::Busy),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(TryLock::Unsupported),
            Err(TryLockError::Error(error)) => Err(FsError::io("lock", path)(error)),
        }
    }
}

fn open_lock(path: &Path) -> Result<File, FsError> {
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).to_owned();
    options.open(path).map_err(FsError::io("open the lock", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::wait(&path).unwrap();
        assert!(matches!(Lock::try_take(&path).unwrap(), TryLock::Busy));
        drop(held);
        assert!(matches!(Lock::try_take(&path).unwrap(), TryLock::Taken(_)));
    }
}
