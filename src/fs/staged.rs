//! Files that get their name when they are complete.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{FsError, open_new, random_name};

/// A file that is being written under a temporary name; removed when dropped unless it was [placed](Staged::place).
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    file: File,
    in_place: bool,
}

impl Staged {
    /// A new, empty file under a random name in this folder, which must be of the file system that it will stay on.
    pub fn create(folder: &Path) -> Result<Self, FsError> {
        let path = folder.join(random_name().map_err(FsError::io("write into", folder))?);
        let file = open_new(&path).map_err(FsError::io("write into", folder))?;
        Ok(Self { path, file, in_place: false })
    }

    /// Makes the content durable and gives it its name, in place of what had it.
    /// The name lasts over a loss of power once [`sync_folder`] was called for its folder.
    pub fn place(mut self, path: &Path) -> Result<(), FsError> {
        self.file.sync_all().map_err(FsError::io("write", path))?;
        std::fs::rename(&self.path, path).map_err(FsError::io("write", path))?;
        self.in_place = true;
        Ok(())
    }

    /// Makes the content durable and gives it its name unless something has it; says whether it got it.
    pub(super) fn place_if_free(self, path: &Path) -> Result<bool, FsError> {
        self.file.sync_all().map_err(FsError::io("write", path))?;
        match std::fs::hard_link(&self.path, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            // File systems without hard links: not atomic, but never over another's file.
            Err(_) => match std::fs::File::create_new(path) {
                Ok(_) => self.place(path).map(|()| true),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(FsError::io("create", path)(error)),
            },
        }
    }

    pub(super) fn with(folder: &Path, target: &Path, bytes: &[u8]) -> Result<Self, FsError> {
        let mut staged = Self::create(folder)?;
        staged.write_all(bytes).map_err(FsError::io("write", target))?;
        Ok(staged)
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.in_place {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
