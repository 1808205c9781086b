//! Writes the pin of a ledger into `sealog.yaml`: lines are added, nothing else of the file changes.

use std::path::{Path, PathBuf};

use ledger_format::name::LedgerId;

use super::ConfigError;
use super::project::{Project, SEALOG_YAML, read_text};
use crate::fs::{self, FsError};

/// Why the pin does not stand in the file.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    #[error(transparent)]
    Read(#[from] ConfigError),
    #[error(transparent)]
    Write(#[from] FsError),
    #[error("no line can be added to {}: it would not be read as `trust:` of the project", path.display())]
    NoPlace { path: PathBuf },
}

/// Adds `trust:` and, where it is given, `ledger:` to the `sealog.yaml` of this folder, which is made if need be.
pub fn pin(root: &Path, trust: LedgerId, ledger: Option<&str>) -> Result<PathBuf, PinError> {
    let path = root.join(SEALOG_YAML);
    let old = if path.exists() { read_text(&path)? } else { String::new() };
    let mut text = old.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if let Some(ledger) = ledger {
        text.push_str(&format!("ledger: {}\n", serde_json::Value::from(ledger)));
    }
    text.push_str(&format!("trust: {trust}\n"));
    if Project::trust_in(&text) != Some(trust) {
        return Err(PinError::NoPlace { path });
    }
    fs::replace(&path, text.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "sha256:4f1c9a7be2d0a4c123b1612dd272d1371c17149d439536b3216fdaeeb975729f";

    #[test]
    fn a_line_is_added_and_nothing_else_changes() {
        for (before, ledger, after) in [
            (None, None, Some(format!("trust: {ID}\n"))),
            (Some(""), Some("a b"), Some(format!("ledger: \"a b\"\ntrust: {ID}\n"))),
            (Some("# kept\nledger: x # why"), None, Some(format!("# kept\nledger: x # why\ntrust: {ID}\n"))),
            (
                Some("deployments:\n  base_path: d\n"),
                None,
                Some(format!("deployments:\n  base_path: d\ntrust: {ID}\n")),
            ),
            (Some("{}\n"), None, None),
            (Some("trust: x\n"), None, None),
            (Some("ledger: x\n"), Some("y"), None),
        ] {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join("sealog.yaml");
            if let Some(before) = before {
                std::fs::write(&path, before).unwrap();
            }
            let pinned = pin(root.path(), ID.parse().unwrap(), ledger);
            assert_eq!(pinned.is_ok(), after.is_some(), "{before:?}");
            let expected = after.or(before.map(str::to_owned));
            assert_eq!(std::fs::read_to_string(&path).ok(), expected);
        }
    }
}
