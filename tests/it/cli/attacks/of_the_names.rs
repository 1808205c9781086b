//! By whoever may write to the folder: what is no file, and names that say something else.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::{Scene, found};
use crate::support::Scribe;

/// Puts something that cannot be read in the place of a file.
fn replaced(path: &Path, what: &str) {
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_dir(path);
    match what {
        "folder" => std::fs::create_dir(path).unwrap(),
        "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "device" => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        _ => std::os::unix::fs::symlink(path, path).unwrap(),
    }
}

const NO_FILES: [&str; 4] = ["folder", "pipe", "device", "loop"];

#[test]
fn what_is_no_file_is_named_where_something_builds_on_it() {
    let scene = Scene::new();
    let file = scene.story.scribe.file(&scene.story.approval);
    for what in NO_FILES {
        replaced(&file, what);
        assert_eq!(scene.findings(3), found("event-tampered", &scene.story.approval), "{what}");
        scene.run("status").fails(3, "event-tampered").says(&scene.story.approval.short());
    }
}

#[test]
fn what_is_no_file_and_nobody_misses_stops_nothing() {
    let scene = Scene::new();
    let before = scene.run("status --format json").succeeds().stdout;
    let file = scene.tail().join(format!("e-0000000200-{}", "ab".repeat(32)));
    for what in NO_FILES {
        replaced(&file, what);
        assert_eq!(scene.run("status --format json").succeeds().stdout, before, "{what}");
        scene.run("verify").succeeds().says("nothing that can be read");
        sealog::store::LedgerStore::flush(&scene.story.scribe.store).unwrap();
        scene.run("ledger export x.sealog").succeeds();
    }
}

#[test]
fn an_event_counts_under_whichever_name_it_lies_also_for_an_export() {
    let scene = Scene::new();
    let file = scene.story.scribe.file(&scene.story.approval);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    std::fs::rename(&file, scene.tail().join(name.replacen("e-00000000", "e-00000009", 1))).unwrap();
    // A damaged copy under the right name changes nothing.
    std::fs::write(&file, "evil").unwrap();
    let _ = std::fs::remove_dir_all(scene.story.scribe.folder.join("blobs"));
    std::fs::remove_file(scene.story.scribe.folder.join("index.json")).unwrap();
    assert_eq!(scene.findings(0), []);
    scene.run("ledger export x.sealog").succeeds();
    scene.run("verify --file x.sealog").succeeds();
    scene.run("ledger import x.sealog").succeeds().says("Nothing to add");
}

impl Scene {
    /// Exports, and writes down the lines of it otherwise.
    fn changed_export(&self, change: impl FnOnce(&mut Vec<String>)) -> PathBuf {
        self.run("ledger export x.sealog").succeeds();
        let path = self.sandbox.project().join("x.sealog");
        let mut lines: Vec<String> = std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
        change(&mut lines);
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        path
    }
}

#[test]
fn an_export_is_of_the_ledger_that_it_says() {
    let scene = Scene::new();
    let known = scene.story.scribe.ledger().id();
    let other = format!("sha256:{}", "ab".repeat(32));
    scene.changed_export(|lines| lines[0] = lines[0].replace(&known.to_string(), &other));
    for line in [format!("verify --file x.sealog --trust {known}"), format!("ledger import x.sealog --trust {known}")] {
        scene.run(&line).fails(3, "pin-not-met").says(&other);
    }
}

#[test]
fn an_export_in_another_order_is_imported_parents_first() {
    let scene = Scene::new();
    scene.changed_export(|lines| {
        let events = lines.iter().filter(|line| line.contains("dsseEnvelope")).count();
        lines[1..=events].reverse();
    });
    scene.run("ledger import x.sealog --ledger fresh").succeeds().says("Added 1");
    scene.run("verify --ledger fresh").succeeds();
}

#[test]
fn a_second_first_event_is_counted_and_no_part_of_an_export() {
    let scene = Scene::new();
    let other = json!({"version": 0, "level": 1, "roots": {"principals": ["eve"], "threshold": 1},
        "principals": {"eve": {"rights": [{"may": ["noted"]}]}}});
    let elsewhere = Scribe::begin(&scene.sandbox.project().join("other"), &["eve"], "11-19 09:00", other);
    let path = elsewhere.file(&elsewhere.heads()[0]);
    let foreign = std::fs::read_to_string(&path).unwrap();
    scene.changed_export(|lines| {
        let header: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        let events = header["events"].as_u64().unwrap();
        lines[0] = lines[0].replace(&format!("\"events\":{events}"), &format!("\"events\":{}", events + 1));
        lines.insert(1, foreign.clone());
    });
    scene.run("ledger import x.sealog").fails(3, "export-damaged").says("another ledger");
    std::fs::write(scene.tail().join(path.file_name().unwrap()), &foreign).unwrap();
    let json = scene.run("verify --format json").succeeds().json();
    assert_eq!(json["ignored"]["foreign"], 1);
}

#[test]
fn a_large_file_that_is_no_export_is_told_by_its_first_line() {
    let scene = Scene::new();
    // Sparse: it would take long to read.
    let file = std::fs::File::create(scene.sandbox.project().join("x.sealog")).unwrap();
    file.set_len(3 * 1024 * 1024 * 1024).unwrap();
    scene.run("verify --file x.sealog").fails(2, "not-an-export");
}
