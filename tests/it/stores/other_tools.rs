//! A ledger in a folder beside skopeo and umoci, which read it, copy into it, rewrite its index and clean it up.

use std::path::Path;

use ledger_format::digest::Digest;
use ledger_format::name::EventId;
use sealog::store::artifact::undescribed;
use sealog::store::{Blob, Hints, LedgerStore, OciLayout, StoredName};

use crate::support::tool;

fn event(number: u64) -> (StoredName, Vec<u8>) {
    let bundle = format!("bundle {number}").into_bytes();
    (StoredName::new(number, EventId(Digest::of(&bundle))).unwrap(), bundle)
}

fn described(bundle: &[u8]) -> Hints {
    Hints {
        predicate_type: Some("https://sealog.dev/noted/v1".into()),
        created: Some("2026-11-20T10:30:00.000Z".into()),
        annotations: [("dev.sealog.length".to_owned(), bundle.len().to_string())].into(),
        ..Hints::default()
    }
}

fn ledger(folder: &Path, numbers: std::ops::Range<u64>) -> OciLayout {
    let store = OciLayout::create(folder, described).unwrap();
    for number in numbers {
        let (name, bundle) = event(number);
        store.put(&name, &bundle).unwrap();
    }
    store.flush().unwrap();
    store
}

fn tagged(folder: &Path, tag: impl std::fmt::Display) -> String {
    format!("oci:{}:{tag}", folder.display())
}

fn manifest(folder: &Path, tag: impl std::fmt::Display) -> serde_json::Value {
    serde_json::from_str(&tool("skopeo", &["inspect", "--raw", &tagged(folder, tag)])).unwrap()
}

#[test]
fn skopeo_reads_an_event_in_the_shape_that_cosign_writes() {
    let temporary = tempfile::tempdir().unwrap();
    ledger(temporary.path(), 0..2);
    let (name, bundle) = event(1);
    let manifest = manifest(temporary.path(), name);
    let bundle_type = "application/vnd.dev.sigstore.bundle.v0.3+json";
    assert_eq!(manifest["artifactType"], bundle_type);
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.oci.empty.v1+json");
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["layers"][0]["mediaType"], bundle_type);
    assert_eq!(manifest["layers"][0]["digest"], Digest::of(&bundle).to_string());
    assert_eq!(manifest["layers"][0]["data"], "YnVuZGxlIDE=");
    assert_eq!(
        manifest["annotations"],
        serde_json::json!({
            "dev.sealog.length": "8",
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": "https://sealog.dev/noted/v1",
            "org.opencontainers.image.created": "2026-11-20T10:30:00.000Z",
        })
    );
}

#[test]
fn an_event_that_skopeo_copied_in_counts_and_stays() {
    let (theirs, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ledger(theirs.path(), 0..3);
    let store = ledger(ours.path(), 0..1);
    let (name, bundle) = event(2);
    tool("skopeo", &["copy", "--quiet", &tagged(theirs.path(), name), &tagged(ours.path(), name)]);
    for taken_in in [false, true] {
        let again = OciLayout::open(ours.path(), described).unwrap();
        assert_eq!(again.list().unwrap().events, [event(0).0, name]);
        assert_eq!(again.get(&name).unwrap().as_ref(), Some(&bundle));
        assert_eq!(ours.path().join("sealog/tail").join(name.to_string()).is_file(), taken_in);
        store.flush().unwrap();
    }
}

#[test]
fn a_layout_that_skopeo_made_is_a_ledger() {
    let (theirs, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ledger(theirs.path(), 0..1);
    let (name, bundle) = event(0);
    let path = ours.path().join("copy");
    tool("skopeo", &["copy", "--quiet", &tagged(theirs.path(), name), &tagged(&path, name)]);
    let store = OciLayout::open(&path, undescribed).unwrap();
    assert_eq!(store.get(&store.list().unwrap().events[0]).unwrap(), Some(bundle));
    let (next, bundle) = event(1);
    store.put(&next, &bundle).unwrap();
    store.flush().unwrap();
    assert_eq!(store.list().unwrap().events, [name, next]);
    assert_eq!(store.identity().unwrap(), OciLayout::open(&path, undescribed).unwrap().identity().unwrap());
}

#[test]
fn what_umoci_deletes_comes_back() {
    let temporary = tempfile::tempdir().unwrap();
    let store = ledger(temporary.path(), 0..3);
    let named = Blob { media_type: "application/json".into(), content: b"{\"tests\":3}".to_vec() };
    store.put_blobs(&event(1).0.id(), std::slice::from_ref(&named)).unwrap();
    let (late, bundle) = event(3);
    store.put(&late, &bundle).unwrap();
    std::fs::write(temporary.path().join("index.json"), r#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
    tool("umoci", &["gc", "--layout", &temporary.path().display().to_string()]);
    assert_eq!(std::fs::read_dir(temporary.path().join("blobs/sha256")).unwrap().count(), 0, "umoci deleted all");

    let again = OciLayout::open(temporary.path(), described).unwrap();
    assert_eq!(again.list().unwrap().events.len(), 4);
    assert_eq!(again.get_blob(&Digest::of(&named.content)).unwrap(), Some(named.content.clone()));
    again.flush().unwrap();
    let before = manifest(temporary.path(), late);
    tool("umoci", &["gc", "--layout", &temporary.path().display().to_string()]);
    assert_eq!(manifest(temporary.path(), late), before);
    let blobs = manifest(temporary.path(), format!("b-{}", event(1).0.id().0.hex()));
    assert_eq!(blobs["layers"][0]["digest"], Digest::of(&named.content).to_string());
    assert_eq!(again.list().unwrap().events.len(), 4);
}

#[test]
fn blobs_that_were_copied_in_outlive_the_index() {
    let (theirs, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = ledger(theirs.path(), 0..1);
    let (name, _) = event(0);
    let content = b"a report".to_vec();
    source.put_blobs(&name.id(), &[Blob { media_type: "text/plain".into(), content: content.clone() }]).unwrap();
    source.flush().unwrap();
    let store = ledger(ours.path(), 1..2);
    for tag in [name.to_string(), format!("b-{}", name.id().0.hex())] {
        tool("skopeo", &["copy", "--quiet", &tagged(theirs.path(), &tag), &tagged(ours.path(), &tag)]);
    }
    store.flush().unwrap();
    std::fs::remove_file(ours.path().join("index.json")).unwrap();
    std::fs::remove_dir_all(ours.path().join("blobs")).unwrap();
    assert_eq!(store.list().unwrap().events, [name, event(1).0]);
    assert_eq!(store.get_blob(&Digest::of(&content)).unwrap(), Some(content));
}
