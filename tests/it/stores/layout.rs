//! A ledger in a folder: what is left over, damaged, missing or in the way.

use std::fs;
use std::path::{Path, PathBuf};

use ledger_format::digest::Digest;
use ledger_format::name::EventId;
use sealog::store::artifact::undescribed;
use sealog::store::{self, Address, Blob, Flush, LedgerStore, OciLayout, StoreError, StoredName};

struct Folder {
    _temporary: tempfile::TempDir,
    path: PathBuf,
}

impl Folder {
    fn new() -> (Self, OciLayout) {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("ledger");
        let store = OciLayout::create(&path, undescribed).unwrap();
        (Self { _temporary: temporary, path }, store)
    }

    fn open(&self) -> OciLayout {
        OciLayout::open(&self.path, undescribed).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn tail(&self, name: &StoredName) -> PathBuf {
        self.file("sealog/tail").join(name.to_string())
    }
}

fn event(number: u64) -> (StoredName, Vec<u8>) {
    let bundle = format!("bundle {number}").into_bytes();
    (StoredName::new(number, EventId(Digest::of(&bundle))).unwrap(), bundle)
}

fn put(store: &dyn LedgerStore, numbers: std::ops::Range<u64>) -> Vec<StoredName> {
    let put = |number| {
        let (name, bundle) = event(number);
        store.put(&name, &bundle).unwrap();
        name
    };
    numbers.map(put).collect()
}

/// The tags of `index.json`, in its order.
fn tags(folder: &Path) -> Vec<String> {
    let index: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
    let tag = |entry: &serde_json::Value| {
        entry["annotations"]["org.opencontainers.image.ref.name"].as_str().unwrap().to_owned()
    };
    index["manifests"].as_array().unwrap().iter().map(tag).collect()
}

#[test]
fn what_a_killed_writer_leaves_is_no_event() {
    let (folder, store) = Folder::new();
    let names = put(&store, 0..2);
    fs::write(folder.file("sealog/tmp/.half.tmp"), b"half of a bun").unwrap();
    fs::write(folder.file("sealog/tail/e-0000000001-short"), b"x").unwrap();
    fs::write(folder.file("sealog/tail/README"), b"x").unwrap();
    let listing = folder.open().list().unwrap();
    assert_eq!(listing.events, names);
    assert_eq!(listing.unknown, 2);
    assert_eq!(store.flush().unwrap(), Flush::Done);
    assert!(folder.file("sealog/tmp/.half.tmp").exists(), "a young temporary file may still be written to");
}

#[test]
fn a_torn_file_is_listed_and_given_as_it_is() {
    let (folder, store) = Folder::new();
    let names = put(&store, 0..3);
    for (name, torn) in [(&names[0], &b""[..]), (&names[1], &b"bund"[..])] {
        fs::write(folder.tail(name), torn).unwrap();
        let again = folder.open();
        assert_eq!(again.list().unwrap().events, names);
        assert_eq!(again.get(name).unwrap().as_deref(), Some(torn));
    }
    store.flush().unwrap();
    put(&store, 0..3);
    assert_eq!(folder.open().get(&names[0]).unwrap(), Some(event(0).1), "and put right by whoever has the event");
}

#[test]
fn a_file_over_the_limit_concerns_that_event_alone() {
    let (folder, store) = Folder::new();
    let names = put(&store, 0..2);
    fs::write(folder.tail(&names[0]), vec![b'x'; 400_000]).unwrap();
    assert!(matches!(store.get(&names[0]), Err(StoreError::TooLarge { name, .. }) if name == names[0]));
    assert_eq!(store.get(&names[1]).unwrap(), Some(event(1).1));
    assert_eq!(store.flush().unwrap(), Flush::Done);
    assert_eq!(tags(&folder.path), [names[1].to_string()]);
}

#[test]
fn a_ledger_that_is_not_there_is_said_to_be_so() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("none");
    let open = |path: &Path| store::open(&Address::Layout(path.to_owned()), undescribed).err().unwrap().to_string();
    assert_eq!(open(&path), format!("there is no ledger at {}", path.display()));
    assert!(!path.exists(), "looking makes nothing");
    assert_eq!(open(temporary.path()), format!("there is no ledger at {}", temporary.path().display()));

    let (folder, store) = Folder::new();
    put(&store, 0..1);
    fs::remove_dir_all(&folder.path).unwrap();
    assert!(matches!(store.list(), Err(StoreError::NotThere { .. })));
    let (name, bundle) = event(1);
    assert!(store.put(&name, &bundle).is_err(), "a ledger that somebody removed does not come back half");
    assert!(!folder.path.exists());
}

#[test]
fn a_registry_is_refused_with_what_to_do() {
    let address: Address = "oci://registry.acme.dev/payments/ledger".parse().unwrap();
    for refused in [store::open(&address, undescribed).err(), store::create(&address, undescribed).err()] {
        let error = refused.unwrap().to_string();
        assert!(
            error.contains("oci://registry.acme.dev/payments/ledger: this version keeps ledgers in folders"),
            "{error}"
        );
    }
}

#[test]
fn a_ledger_is_made_in_a_folder_of_its_own() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("Cargo.toml"), b"").unwrap();
    let error = OciLayout::create(temporary.path(), undescribed).err().unwrap();
    assert!(error.to_string().contains("there are other files in that folder"), "{error}");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1, "nothing was left there");

    let (folder, store) = Folder::new();
    let names = put(&store, 0..1);
    let again = OciLayout::create(&folder.path, undescribed).unwrap();
    assert_eq!(again.list().unwrap().events, names);
    assert_eq!(again.identity().unwrap(), store.identity().unwrap());
}

#[test]
fn making_it_again_completes_what_was_killed() {
    let (folder, store) = Folder::new();
    let identity = store.identity().unwrap();
    for gone in ["oci-layout", "index.json"] {
        fs::remove_file(folder.file(gone)).unwrap();
        let again = OciLayout::create(&folder.path, undescribed).unwrap();
        assert!(folder.file(gone).is_file());
        assert_eq!(again.identity().unwrap(), identity);
    }
}

#[test]
fn writers_make_one_identity() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("ledger");
    let identities: Vec<_> = std::thread::scope(|scope| {
        let make = || OciLayout::create(&path, undescribed).unwrap().identity().unwrap();
        let makers: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert!(identities.iter().all(|identity| *identity == identities[0]), "{identities:?}");
}

#[test]
fn a_damaged_identity_is_named() {
    let (folder, store) = Folder::new();
    fs::write(folder.file("sealog/id"), b"").unwrap();
    let error = store.identity().unwrap_err().to_string();
    assert!(error.contains("sealog/id does not hold the id of a ledger's folder"), "{error}");
}

#[test]
fn where_nothing_can_be_written_the_error_names_the_place() {
    let (folder, store) = Folder::new();
    put(&store, 0..1);
    // A file in the place of the folder stops root as well.
    fs::remove_dir_all(folder.file("sealog/tmp")).unwrap();
    fs::write(folder.file("sealog/tmp"), b"").unwrap();
    let (name, bundle) = event(1);
    let error = store.put(&name, &bundle).unwrap_err().to_string();
    assert_eq!(error, format!("cannot write into {}", folder.file("sealog/tmp").display()));
    assert_eq!(store.list().unwrap().events, [event(0).0], "and reading goes on");
    assert!(OciLayout::create(Path::new("/proc/self/ledger"), undescribed).is_err());
}

#[test]
fn folders_that_git_did_not_keep_come_back() {
    for gone in ["sealog/tmp", "sealog/tail", "blobs", "sealog"] {
        let (folder, store) = Folder::new();
        fs::remove_dir_all(folder.file(gone)).unwrap();
        assert_eq!(store.list().unwrap().events, []);
        let names = put(&store, 0..2);
        assert_eq!(store.flush().unwrap(), Flush::Done);
        assert_eq!(folder.open().list().unwrap().events, names);
    }
}

#[test]
fn the_index_shows_the_newest_thousand() {
    let (folder, store) = Folder::new();
    let names = put(&store, 0..1_010);
    store.flush().unwrap();
    let shown: Vec<_> = names[10..].iter().map(StoredName::to_string).collect();
    assert_eq!(tags(&folder.path), shown);
    assert_eq!(folder.open().list().unwrap().events, names);
}

#[test]
fn after_the_last_flush_the_index_shows_everybodys_events() {
    let (folder, _) = Folder::new();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = folder.open();
            scope.spawn(move || {
                for number in thread * 20..(thread + 1) * 20 {
                    put(&store, number..number + 1);
                    store.flush().unwrap();
                }
            });
        }
    });
    assert_eq!(tags(&folder.path), (0..160).map(|number| event(number).0.to_string()).collect::<Vec<_>>());
}

#[test]
fn an_index_of_any_kind_is_written_anew_and_strangers_stay_in_it() {
    let (folder, store) = Folder::new();
    let names = put(&store, 0..2);
    let image = r#"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha512:00","size":2,"annotations":{"org.opencontainers.image.ref.name":"v1"},"x":[1]}"#;
    for index in ["", "{", "[]", "\0\0\0\0", r#"{"schemaVersion":2,"manifests":[]}"#] {
        fs::write(folder.file("index.json"), index).unwrap();
        assert_eq!(folder.open().list().unwrap().events, names);
        folder.open().flush().unwrap();
        assert_eq!(tags(&folder.path), names.iter().map(StoredName::to_string).collect::<Vec<_>>());
    }
    fs::write(folder.file("index.json"), format!(r#"{{"schemaVersion":2,"manifests":[{image}]}}"#)).unwrap();
    store.flush().unwrap();
    assert_eq!(tags(&folder.path), ["v1".to_owned(), names[0].to_string(), names[1].to_string()]);
    let index = fs::read_to_string(folder.file("index.json")).unwrap();
    assert!(index.contains(r#""x":[1]"#), "{index}");
}

#[test]
fn a_damaged_blob_is_never_given_out() {
    let (folder, store) = Folder::new();
    let (name, bundle) = event(1);
    let content = b"a report".to_vec();
    let digest = Digest::of(&content);
    store.put_blobs(&name.id(), &[Blob { media_type: "text/plain".into(), content: content.clone() }]).unwrap();
    store.put(&name, &bundle).unwrap();
    let kept = folder.file("sealog/blobs").join(digest.hex());
    fs::write(&kept, b"a rep0rt").unwrap();
    let error = store.get_blob(&digest).unwrap_err().to_string();
    assert_eq!(error, format!("{} does not hold what its name says: it is damaged", kept.display()));
    store.put_blobs(&name.id(), &[Blob { media_type: "text/plain".into(), content: content.clone() }]).unwrap();
    assert_eq!(store.get_blob(&digest).unwrap(), Some(content));
}
