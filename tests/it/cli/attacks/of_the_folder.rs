//! By whoever may write to the folder: changing, hiding, adding, replacing.

use std::path::{Path, PathBuf};

use ledger_format::event::{Data, Header};
use ledger_format::field::Int;
use ledger_format::name::EventId;
use ledger_format::received::Received;
use serde_json::json;

use super::{Scene, found};
use crate::support::{Sandbox, Scribe, Story};

#[test]
fn a_changed_byte_is_named() {
    let scene = Scene::new();
    let file = scene.story.scribe.file(&scene.story.approval);
    change(&file, 300);
    scene.run("verify").fails(3, "event-tampered").says(&scene.story.approval.short());
    assert_eq!(scene.findings(3), found("event-tampered", &scene.story.approval));
    // Nothing else is answered by a ledger in which something that counts was changed.
    for line in ["status", "history", "releases", "ledger log", "ledger head", "ledger export x.sealog"] {
        scene.run(line).fails(3, "event-tampered").says(&scene.story.approval.short());
    }
}

#[test]
fn an_event_that_is_removed_from_the_middle_is_named_also_to_a_newcomer() {
    let scene = Scene::new();
    std::fs::remove_file(scene.story.scribe.file(&scene.story.approval)).unwrap();
    let id = scene.story.approval.to_string();
    assert!(scene.findings(3).contains(&("event-missing".to_owned(), id.clone())));
    let newcomer = Sandbox::new();
    let line = format!("verify --ledger {}", scene.story.scribe.folder.display());
    newcomer.run(&line).fails(3, "event-missing").says(&id);
    newcomer.run(&line.replace("verify", "status")).fails(3, "event-missing").says(&id);
}

#[test]
fn the_newest_events_cannot_be_hidden_from_who_has_seen_them() {
    let scene = Scene::new();
    let head = scene.story.scribe.heads()[0];
    std::fs::remove_file(scene.story.scribe.file(&head)).unwrap();
    assert_eq!(scene.findings(3), found("ledger-behind", &head));
    let verified = scene.run("verify").fails(3, "ledger-behind").says(&head.short()).says("sealog ledger import here");
    assert!(!verified.stderr.contains("sealog verify"), "{}", verified.stderr);
    scene.run("status").fails(3, "ledger-behind").says(&head.short());
    // A newcomer is protected by a head from elsewhere.
    let newcomer = Sandbox::new();
    let line = format!("verify --ledger {}", scene.story.scribe.folder.display());
    newcomer.run(&line).succeeds();
    newcomer.run(&format!("{line} --expect-head {head}")).fails(3, "ledger-behind").says(&head.to_string());
}

#[test]
fn another_ledger_in_the_old_place_is_not_believed() {
    let scene = Scene::new();
    let folder = scene.story.scribe.folder.clone();
    let known = scene.story.scribe.ledger().id().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    let other = json!({"version": 0, "level": 1, "roots": {"principals": ["eve"], "threshold": 1},
        "principals": {"eve": {"rights": [{"may": ["noted"]}]}}});
    Scribe::begin(&folder, &["eve"], "11-19 09:00", other);
    scene.run("status").fails(3, "pin-not-met").says(&known);
    scene.run("verify").fails(3, "pin-not-met").says(&known);
}

#[test]
fn names_are_hints_and_order_decides_nothing() {
    let scene = Scene::new();
    let before = scene.run("status --format json").succeeds().stdout;
    let one = scene.story.scribe.file(&scene.story.approval);
    let named = one.file_name().unwrap().to_str().unwrap().to_owned();
    std::fs::copy(&one, scene.tail().join(named.replacen("e-00000000", "e-00000009", 1))).unwrap();
    assert_eq!(scene.run("status --format json").succeeds().stdout, before, "the same event twice");
    std::fs::copy(scene.story.scribe.file(&scene.story.finished), &one).unwrap();
    assert_eq!(scene.findings(0), [], "under one of its names the event is still there");
    std::fs::remove_file(scene.tail().join(named.replacen("e-00000000", "e-00000009", 1))).unwrap();
    assert_eq!(scene.findings(3), found("event-tampered", &scene.story.approval), "another event under its name");
}

#[test]
fn junk_counts_for_nothing_and_is_counted() {
    let mut scene = Scene::new();
    let before = scene.run("history --format json").succeeds().stdout;
    std::fs::write(scene.tail().join(format!("e-0000000200-{}", "ab".repeat(32))), "{}").unwrap();
    std::fs::write(scene.tail().join("notes.txt"), "hello").unwrap();
    // A stranger's event, and one of a known key that says a wrong generation.
    let heads = scene.scribe().heads();
    let wrong = scene.scribe().with_generation(&heads, "ci", 999);
    let other = Sandbox::new();
    let mut stranger = Story::write(&other.project().join("ledger")).scribe;
    let foreign = stranger.as_stranger(scene.story.scribe.ledger().id(), &heads);
    scene.story.scribe.put(&foreign);
    let json = scene.run("verify --format json").succeeds().json();
    assert_eq!((&json["ignored"]["junk"], &json["ignored"]["foreign"]), (&json!(2), &json!(2)));
    scene.run(&format!("ledger show {}", wrong.short())).succeeds().says("junk").says("generation");
    assert_eq!(scene.run("history --format json").succeeds().stdout, before);
}

#[test]
fn an_event_of_a_living_key_with_withheld_parents_is_named() {
    let mut scene = Scene::new();
    let held = scene.scribe().says("ben", "11-20 11:11", "hold.placed", &json!({"reason": "x"}));
    let late = scene.scribe().says("ben", "11-20 11:12", "hold.placed", &json!({"reason": "y"}));
    std::fs::remove_file(scene.story.scribe.file(&held)).unwrap();
    assert_eq!(scene.findings(3), found("event-missing", &held));
    scene.run("status").fails(3, "event-missing").says(&held.to_string()).says(&late.short());
}

/// Whoever signs somebody else's payload, or says somebody else's name, has written nothing.
#[test]
fn another_s_payload_or_name_is_no_event() {
    let mut scene = Scene::new();
    let heads = scene.scribe().heads();
    let data = Data::parse("hold.placed".parse().unwrap(), &json!({"reason": "x"})).unwrap();
    let header = scene.scribe().header_on("ben", "11-20 11:11", &heads);
    let genuine = scene.scribe().sign("ben", &header, &data);
    let forged = scene.scribe().forge("ana", &header, &data);
    let name = scene.scribe().put(&genuine);
    scene.run("verify -q").succeeds();
    std::fs::write(scene.tail().join(name.to_string()), forged).unwrap();
    scene.run("verify").fails(3, "event-tampered").says(&genuine.id().short());
    assert_eq!(scene.findings(3), found("event-tampered", &genuine.id()));
}

#[test]
fn an_old_export_does_not_take_the_place_of_a_newer_ledger() {
    let scene = Scene::new();
    scene.run("ledger export old.sealog --at 10:13").succeeds();
    scene.run("verify --file old.sealog").succeeds();
    scene.run("ledger import old.sealog --ledger fresh").fails(3, "ledger-behind");
    assert!(!scene.sandbox.project().join("fresh").exists());
    scene.run("ledger import old.sealog").succeeds().says("Nothing to add");
}

#[test]
fn endless_objects_have_a_limit() {
    let scene = Scene::new();
    let huge = vec![b'x'; 600 * 1024];
    std::fs::write(scene.tail().join(format!("e-0000000200-{}", "cd".repeat(32))), huge).unwrap();
    let deep = "[".repeat(100_000);
    std::fs::write(scene.tail().join(format!("e-0000000200-{}", "ef".repeat(32))), deep).unwrap();
    scene.run("verify").succeeds().says("larger than an event may be");
}

/// Every byte of an event, a byte of every event, and a byte of files of every sort through the command.
#[test]
fn any_flipped_byte_of_any_file_is_detected_or_harmless() {
    let scene = Scene::new();
    let folder = &scene.story.scribe.folder;
    let keyring = scene.story.scribe.keyring();
    let is_still = |bytes: &[u8], id: EventId| match Received::read(bytes) {
        Err(_) => false,
        Ok(received) => received.id() == id && keyring.check(received).is_ok(),
    };
    for (_, entry) in scene.story.scribe.ledger().entries() {
        let (id, path) = (entry.event.id, scene.story.scribe.file(&entry.event.id));
        let whole = std::fs::read(&path).unwrap();
        let bytes = if id == scene.story.approval { 0..whole.len() } else { whole.len() / 3..whole.len() / 3 + 1 };
        for at in bytes {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(!is_still(&changed, id), "byte {at} of {}", path.display());
        }
    }
    sealog::store::LedgerStore::flush(&scene.story.scribe.store).unwrap();
    let before = scene.run("status --format json").succeeds().stdout;
    let of_folder = |name: &str| files(&folder.join(name));
    let many = [of_folder("sealog/tail"), of_folder("blobs")].concat().into_iter().step_by(23);
    let few = files(folder).into_iter().filter(|file| !file.starts_with(folder.join("blobs")));
    let few = few.filter(|file| !file.starts_with(folder.join("sealog/tail"))).step_by(3);
    for file in many.chain(few) {
        let whole = std::fs::read(&file).unwrap();
        if whole.is_empty() {
            continue;
        }
        change(&file, whole.len() / 2);
        let after = scene.run("status --format json");
        let harmless = after.code == Some(0) && after.stdout == before;
        assert!(harmless || after.code == Some(3), "{}: {:?}\n{}", file.display(), after.code, after.stderr);
        std::fs::write(&file, whole).unwrap();
    }
    assert_eq!(scene.run("status --format json").succeeds().stdout, before);
}

fn change(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A header that says another generation than its parents give.
fn lying(header: Header, generation: u64) -> Header {
    Header { generation: Int::new(generation).unwrap(), ..header }
}

impl Scribe {
    pub(super) fn header_on(&mut self, who: &str, at: &str, parents: &[EventId]) -> Header {
        let of = |id: &EventId| self.ledger().get(*id).unwrap().event.header.generation.get();
        let generation = parents.iter().map(of).max().unwrap() + 1;
        let ledger = self.ledger().id();
        self.header(who, at, parents.to_vec(), generation, Some(ledger))
    }

    fn with_generation(&mut self, parents: &[EventId], who: &str, generation: u64) -> EventId {
        let header = lying(self.header_on(who, "11-20 11:11", parents), generation);
        let data = Data::parse("noted".parse().unwrap(), &json!({"body": 1})).unwrap();
        let received = self.sign(who, &header, &data);
        self.put(&received);
        received.id()
    }
}
