//! Files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Who else than its owner may read or change a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    OwnerOnly,
    /// The permission bits, as `chmod` takes them.
    Others(u32),
}

/// Writes a new file that only its owner can read, through to the disk; never over an existing one.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = new_private_file(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a key is worse than none; that it cannot be removed either changes nothing for the caller.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Makes the folder and what leads to it; those made here only their owner can enter.
#[cfg(unix)]
pub fn create_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
pub fn create_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(unix)]
fn new_private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
pub fn exposure(file: &File) -> io::Result<Exposure> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok(if mode & 0o077 == 0 { Exposure::OwnerOnly } else { Exposure::Others(mode) })
}

/// Elsewhere the folder's access list decides, which a profile folder has right.
#[cfg(not(unix))]
pub fn exposure(_file: &File) -> io::Result<Exposure> {
    Ok(Exposure::OwnerOnly)
}

/// The repository that a path lies in or would lie in: the nearest folder above it with a `.git`.
pub fn repository_of(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let existing = absolute.ancestors().find(|ancestor| ancestor.exists())?;
    let real = existing.canonicalize().ok()?;
    real.ancestors().find(|ancestor| ancestor.join(".git").exists()).map(Path::to_owned)
}
