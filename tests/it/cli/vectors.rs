//! `sealog verify` of every vector of the format: the same exit as both readers of the format.

use std::path::{Path, PathBuf};

use ledger_format::received::Received;
use rayon::prelude::{IntoParallelRefIterator as _, ParallelIterator as _};
use sealog::store::artifact::undescribed;
use sealog::store::{LedgerStore as _, OciLayout, StoredName};
use serde_json::Value;

use crate::support::Sandbox;

fn folders() -> Vec<PathBuf> {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("ledger-format/vectors");
    let kinds = ["valid", "invalid"].map(|kind| std::fs::read_dir(vectors.join(kind)).unwrap());
    kinds.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

/// The objects of a case that have the form of an event, as a layout; whether there is one.
fn laid_out(case: &Path, layout: &Path) -> bool {
    let store = OciLayout::create(layout, undescribed).unwrap();
    let events = std::fs::read(case.join("events.jsonl")).unwrap();
    for line in events.split(|byte| *byte == b'\n') {
        if let Ok(received) = Received::read(line) {
            let name = StoredName::new(received.event().header.generation.get(), received.id()).unwrap();
            store.put(&name, line).unwrap();
        }
    }
    store.flush().unwrap();
    !store.list().unwrap().events.is_empty()
}

/// What the command says of a case, where that is not what is expected.
fn other_than_expected(case: &Path) -> Option<String> {
    let expected: Value = serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap();
    let name = case.file_name().unwrap().to_str().unwrap();
    // The memory of one case is none of the next.
    let sandbox = Sandbox::new();
    if expected["pin"]["authority"].is_string() || !laid_out(case, &sandbox.path(name)) {
        return None;
    }
    let pin = expected["pin"]["ledger"].as_str().map(|id| format!("--trust {id}")).unwrap_or_default();
    let ended = sandbox.run(&format!("verify --ledger {} {pin}", sandbox.path(name).display()));
    let says = || format!("{name}: {:?} where {} is expected: {}", ended.code, expected["exit"], ended.stderr);
    (ended.code.map(i64::from) != expected["exit"].as_i64()).then(says)
}

#[test]
fn verify_ends_as_every_vector_expects() {
    let wrong: Vec<String> = folders().par_iter().filter_map(|case| other_than_expected(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
