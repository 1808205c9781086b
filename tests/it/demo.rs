//! `scripts/demo`: the whole story, as whoever tries sealog sees it first.

use std::path::Path;
use std::process::Command;

/// Runs the demo with the binary of these tests, and without anything of the real home.
fn demo(folder: &Path) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/demo");
    let output = Command::new(script)
        .arg(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.parent().unwrap())
        .env("SEALOG", env!("CARGO_BIN_EXE_sealog"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}

#[test]
fn the_story_ends_as_told_and_leaves_everything_there() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("demo");
    let (succeeded, said) = demo(&folder);
    assert!(succeeded, "{said}");
    for told in ["error[policy-not-met]", "# exit 4", "is live again on prod", "error[event-tampered]", "# exit 3"] {
        assert!(said.contains(told), "no `{told}` in\n{said}");
    }
    for left in ["project/.sealog/ledger/oci-layout", "project/rendered/prod", "keys/ana.pem", "keys/ben.pem"] {
        assert!(folder.join(left).exists(), "{left}");
    }
    let (again, said) = demo(&folder);
    assert!(!again && said.contains("is not empty"), "{said}");
}
