//! What git leaves out: whether a rule ignores a path, and a rule more.

use std::path::Path;

use super::git::{GitError, git};
use crate::fs::{self, FsError, Limit};
use crate::process::ProcessError;

const LIMIT: Limit = Limit { what: "a .gitignore", bytes: 1024 * 1024 };

/// The file that holds the rules of a folder.
pub const GITIGNORE: &str = ".gitignore";

/// What git would do with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    ByARule,
    ByNone,
    /// The folder is in no repository: nothing is committed.
    NoRepository,
}

/// Whether git leaves out a path below a folder, by whichever of its rules.
pub fn ignored(folder: &Path, path: &str) -> Result<Ignored, GitError> {
    if !folder.ancestors().any(|above| above.join(".git").exists()) {
        return Ok(Ignored::NoRepository);
    }
    match git(folder, &["check-ignore", "--quiet", "--no-index", "--", path]) {
        Ok(_) => Ok(Ignored::ByARule),
        Err(GitError::Process(ProcessError::Failed { status, .. })) if status.code() == Some(1) => Ok(Ignored::ByNone),
        Err(error) => Err(error),
    }
}

/// Adds a rule to the folder's `.gitignore`; what stands there stays.
pub fn add_rule(folder: &Path, rule: &str) -> Result<(), FsError> {
    let path = folder.join(GITIGNORE);
    let mut text = if path.exists() { fs::read(&path, LIMIT)? } else { Vec::new() };
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(rule.as_bytes());
    text.push(b'\n');
    fs::replace(&path, &text)
}
