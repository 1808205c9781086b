//! The contract of `LedgerStore`: each test runs on every store.

use std::path::PathBuf;
use std::sync::Arc;

use ledger_format::digest::Digest;
use ledger_format::name::EventId;
use sealog::store::{
    self, Address, BLOB_LIMIT, BUNDLE_LIMIT, Blob, LedgerStore, Listing, Memory, StoreClass, StoreError, StoredName,
};

/// A store of its own for one test, and the way to open the same one again.
struct Fixture {
    name: &'static str,
    store: Arc<dyn LedgerStore>,
    folder: Option<(tempfile::TempDir, PathBuf)>,
}

impl Fixture {
    fn again(&self) -> Arc<dyn LedgerStore> {
        match &self.folder {
            None => self.store.clone(),
            Some((_, path)) => {
                Arc::from(store::open(&Address::Layout(path.clone()), store::artifact::undescribed).unwrap())
            }
        }
    }
}

/// Every store.
fn fixtures() -> [Fixture; 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/ledger");
    let layout = store::create(&Address::Layout(path.clone()), store::artifact::undescribed).unwrap();
    [
        Fixture { name: "memory", store: Arc::new(Memory::new([7; 16])), folder: None },
        Fixture { name: "oci_layout", store: Arc::from(layout), folder: Some((folder, path)) },
    ]
}

/// An event that no other number makes.
fn event(number: u64) -> (StoredName, Vec<u8>) {
    let bundle = format!("bundle {number}").into_bytes();
    (StoredName::new(number / 3, EventId(Digest::of(&bundle))).unwrap(), bundle)
}

#[test]
fn a_new_store_is_empty() {
    for fixture in fixtures() {
        assert_eq!(fixture.store.list().unwrap(), Listing::default(), "{}", fixture.name);
        assert_eq!(fixture.store.get(&event(0).0).unwrap(), None);
        assert_eq!(fixture.store.get_blob(&Digest::of(b"")).unwrap(), None);
        assert_eq!(fixture.store.class(), StoreClass::Immediate);
    }
}

#[test]
fn what_was_put_is_there_in_order_and_once() {
    for fixture in fixtures() {
        let events: Vec<_> = (0..30).map(event).collect();
        for (name, bundle) in events.iter().rev() {
            fixture.store.put(name, bundle).unwrap();
            fixture.store.put(name, bundle).unwrap();
        }
        let mut names: Vec<_> = events.iter().map(|(name, _)| *name).collect();
        names.sort();
        for store in [fixture.store.clone(), fixture.again()] {
            assert_eq!(store.list().unwrap(), Listing { events: names.clone(), unknown: 0 }, "{}", fixture.name);
            for (name, bundle) in &events {
                assert_eq!(store.get(name).unwrap().as_ref(), Some(bundle));
            }
        }
    }
}

#[test]
fn another_thing_under_a_name_is_put_right() {
    for fixture in fixtures() {
        let (name, bundle) = event(1);
        fixture.store.put(&name, b"").unwrap();
        assert_eq!(fixture.store.list().unwrap().events, [name], "{}: listed as it is", fixture.name);
        assert_eq!(fixture.store.get(&name).unwrap(), Some(Vec::new()));
        fixture.store.put(&name, &bundle).unwrap();
        assert_eq!(fixture.store.get(&name).unwrap(), Some(bundle));
        assert_eq!(fixture.store.list().unwrap().events, [name]);
    }
}

#[test]
fn eight_threads_lose_nothing() {
    const EACH: u64 = 200;
    for fixture in fixtures() {
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let store = fixture.again();
                scope.spawn(move || {
                    for number in thread * EACH..(thread + 1) * EACH {
                        let (name, bundle) = event(number);
                        store.put(&name, &bundle).unwrap();
                        if number % 20 == 0 {
                            assert!(store.list().unwrap().events.contains(&name), "its own event is listed at once");
                        }
                    }
                });
            }
        });
        let store = fixture.again();
        assert_eq!(store.list().unwrap().events.len(), 8 * 200, "{}", fixture.name);
        for number in 0..8 * EACH {
            let (name, bundle) = event(number);
            assert_eq!(store.get(&name).unwrap(), Some(bundle));
        }
    }
}

#[test]
fn eight_threads_put_the_same_event() {
    for fixture in fixtures() {
        let (name, bundle) = event(5);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                let store = fixture.again();
                let bundle = &bundle;
                scope.spawn(move || (0..20).for_each(|_| store.put(&name, bundle).unwrap()));
            }
        });
        assert_eq!(fixture.store.list().unwrap(), Listing { events: vec![name], unknown: 0 }, "{}", fixture.name);
        assert_eq!(fixture.store.get(&name).unwrap(), Some(bundle));
    }
}

#[test]
fn what_is_too_large_is_refused_by_name_and_limit() {
    for fixture in fixtures() {
        let (name, _) = event(1);
        let bundle = vec![b'x'; usize::try_from(BUNDLE_LIMIT.bytes).unwrap() + 1];
        fixture.store.put(&name, &bundle[1..]).unwrap();
        let error = fixture.store.put(&name, &bundle).unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { .. }), "{}: {error}", fixture.name);
        let limit = BUNDLE_LIMIT.bytes;
        assert_eq!(error.to_string(), format!("{name} is larger than {limit} bytes, the limit of an event's bundle"));
        assert_eq!(fixture.store.get(&name).unwrap().map(|kept| kept.len()), Some(bundle.len() - 1));

        let blob =
            Blob { media_type: "text/plain".into(), content: vec![0; usize::try_from(BLOB_LIMIT.bytes).unwrap() + 1] };
        let error = fixture.store.put_blobs(&name.id(), &[blob]).unwrap_err();
        assert!(matches!(error, StoreError::BlobTooLarge { .. }), "{}: {error}", fixture.name);
    }
}

#[test]
fn blobs_are_kept_by_digest() {
    for fixture in fixtures() {
        let blob = |text: &str| Blob { media_type: "text/plain".into(), content: text.as_bytes().to_vec() };
        let (id, other) = (event(1).0.id(), event(2).0.id());
        for (event, blobs) in [(id, vec![blob("sbom"), blob("report")]), (other, vec![blob("report")]), (id, vec![])] {
            fixture.store.put_blobs(&event, &blobs).unwrap();
            fixture.store.put_blobs(&event, &blobs).unwrap();
        }
        for text in ["sbom", "report"] {
            let found = fixture.again().get_blob(&Digest::of(text.as_bytes())).unwrap();
            assert_eq!(found.as_deref(), Some(text.as_bytes()), "{}", fixture.name);
        }
        assert_eq!(fixture.store.list().unwrap(), Listing::default(), "a blob is no event");
    }
}

#[test]
fn a_store_knows_who_it_is() {
    for fixture in fixtures() {
        let identity = fixture.store.identity().unwrap();
        assert_eq!(fixture.again().identity().unwrap(), identity, "{}", fixture.name);
        let id = identity.as_str().strip_prefix("oci-layout:").unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    }
}
