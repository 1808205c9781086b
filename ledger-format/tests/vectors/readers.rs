//! Both readers over the folders as they lie there.

use std::path::PathBuf;
use std::process::Command;

use ledger_format::report::{GivenPin, report};
use serde_json::Value;

/// Every folder with a case.
pub fn folders() -> Vec<PathBuf> {
    let list = |folder: PathBuf| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let mut folders: Vec<PathBuf> =
        ["valid", "invalid"].iter().flat_map(|kind| list(crate::folder().join(kind))).collect();
    folders.sort();
    folders
}

#[test]
fn rust_says_what_every_vector_expects() {
    if std::env::var_os("UPDATE").is_some() {
        return;
    }
    for folder in folders() {
        let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let events = std::fs::read(folder.join("events.jsonl")).unwrap();
        let lines: Vec<&[u8]> = events.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let pin: Option<GivenPin> = serde_json::from_value(expected["pin"].clone()).unwrap();
        assert_eq!(serde_json::to_value(report(&lines, pin)).unwrap(), expected, "{}", folder.display());
    }
}

/// Needs a Python with `cryptography`: `scripts/test` names one in `SEALOG_TEST_PYTHON`.
#[test]
fn the_independent_verifier_says_the_same() {
    if std::env::var_os("UPDATE").is_some() {
        return;
    }
    let Some(python) = std::env::var_os("SEALOG_TEST_PYTHON") else {
        eprintln!("not run: SEALOG_TEST_PYTHON names no Python; scripts/test installs one");
        return;
    };
    let verifier = crate::folder().with_file_name("verifier").join("verify.py");
    let ran = Command::new(python).arg("-B").arg(verifier).args(folders()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
}
