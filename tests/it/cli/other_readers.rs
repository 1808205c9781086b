//! What `sealog` wrote, read by tools that know nothing of it: skopeo, and securesystemslib of PyPI.

use std::path::Path;
use std::process::Command;

use ledger_format::digest::Digest;
use ledger_format::envelope::Envelope;
use sealog::store::artifact::undescribed;
use sealog::store::{LedgerStore as _, OciLayout, StoredName};
use serde_json::Value;

use crate::support::{Sandbox, tool};

fn raw(layout: &Path, tag: &str) -> Value {
    serde_json::from_str(&tool("skopeo", &["inspect", "--raw", &format!("oci:{}:{tag}", layout.display())])).unwrap()
}

fn copied(from: &Path, tag: &str, to: &Path) -> Value {
    let (from, copy) = (format!("oci:{}:{tag}", from.display()), format!("oci:{}:{tag}", to.display()));
    tool("skopeo", &["copy", "--quiet", &from, &copy]);
    raw(to, tag)
}

fn events(layout: &Path) -> Vec<(StoredName, Vec<u8>)> {
    let store = OciLayout::open(layout, undescribed).unwrap();
    let names = store.list().unwrap().events;
    names.into_iter().map(|name| (name, store.get(&name).unwrap().unwrap())).collect()
}

#[test]
fn skopeo_reads_and_copies_events_and_a_built_image() {
    let sandbox = Sandbox::shop();
    let built = sandbox.run("build --component api --format json").succeeds().json();
    let (ledger, copy) = (sandbox.path("project/.sealog/ledger"), sandbox.path("copy"));
    for (name, bundle) in events(&ledger) {
        let manifest = raw(&ledger, &name.to_string());
        assert_eq!(manifest["layers"][0]["digest"], Digest::of(&bundle).to_string());
        assert_eq!(copied(&ledger, &name.to_string(), &copy), manifest);
    }
    assert_eq!(events(&copy), events(&ledger), "what skopeo copied is the same ledger");
    let image = &built.as_array().unwrap()[0];
    let tag = image["reference"].as_str().unwrap().strip_prefix("layout/").unwrap();
    let images = sandbox.path("project/.sealog/images");
    let manifest = raw(&images, tag);
    assert_eq!(copied(&images, tag, &sandbox.path("images")), manifest);
    assert!(manifest["layers"].as_array().is_some_and(|layers| !layers.is_empty()), "{manifest}");
}

/// Needs a Python with `securesystemslib`: `scripts/test` names one in `SEALOG_TEST_PYTHON`.
#[test]
#[allow(clippy::print_stderr, reason = "says that it was not run")]
fn securesystemslib_verifies_the_bundle_of_an_event_given_its_key() {
    let Some(python) = std::env::var_os("SEALOG_TEST_PYTHON") else {
        eprintln!("not run: SEALOG_TEST_PYTHON names no Python; scripts/test installs one");
        return;
    };
    let sandbox = Sandbox::shop();
    sandbox.run("build --component api").succeeds();
    let events = events(&sandbox.path("project/.sealog/ledger"));
    let first = Envelope::from_bundle(&events[0].1).unwrap();
    let statement: Value = serde_json::from_slice(first.payload()).unwrap();
    let keys = &statement["predicate"]["data"]["authority"]["principals"]["ana"]["keys"];
    let public = keys[first.key().as_str()]["public"].as_str().unwrap();
    let bundles = events.iter().map(|(name, bundle)| sandbox.write(&format!("bundles/{name}"), bundle));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/securesystemslib_verify.py");
    let ran = Command::new(python).arg(script).arg(public).args(bundles).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(events.len() > 1);
}
