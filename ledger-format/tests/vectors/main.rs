//! The vectors: made here (`UPDATE=1 cargo test -p ledger-format --test vectors` writes them), read by both readers.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests, which read the folders"
)]

mod book;
mod cases;
mod coverage;
mod people;
mod readers;
mod story;

use std::collections::BTreeMap;
use std::path::PathBuf;

use ledger_format::report::{Report, report};
use serde_json::Value;

use book::Book;

/// One folder of the vectors.
pub struct Case {
    pub name: &'static str,
    pub why: &'static str,
    pub book: Book,
}

pub fn case(name: &'static str, why: &'static str, mut book: Book, tell: impl FnOnce(&mut Book)) -> Case {
    tell(&mut book);
    Case { name, why, book }
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

impl Case {
    fn report(&self) -> Report {
        report(&self.book.lines.iter().map(Vec::as_slice).collect::<Vec<_>>(), self.book.pin)
    }

    /// The files of the folder, by their paths below `vectors/`.
    fn files(&self) -> [(String, Vec<u8>); 3] {
        let report = self.report();
        let value = serde_json::to_value(&report).unwrap();
        let kind = if is_valid(&value) { "valid" } else { "invalid" };
        let path = |file: &str| format!("{kind}/{}/{file}", self.name);
        let mut events = self.book.lines.join(&b'\n');
        events.push(b'\n');
        let mut expected = serde_json::to_vec_pretty(&value).unwrap();
        expected.push(b'\n');
        [
            (path("README.md"), format!("{}\n", self.why).into_bytes()),
            (path("events.jsonl"), events),
            (path("expected.json"), expected),
        ]
    }
}

/// LF-230.
fn is_valid(report: &Value) -> bool {
    let all_admitted = |events: &Value| events.as_object().unwrap().values().all(|status| status == "admitted");
    report["exit"] != 3 && report["not_events"] == 0 && report["strangers"] == 0 && all_admitted(&report["admission"])
}

/// What a report says of an event, as words: `refused alias-taken`, `cause hold`, `v1 permitted`, `open raced`.
fn words(report: &Value, event: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("null").to_owned();
    let mut words = Vec::new();
    if let Some(status) = report["admission"][event].as_str() {
        words.push(match report["reasons"][event].as_str() {
            Some(code) => format!("{status} {code}"),
            None => status.to_owned(),
        });
    }
    let judged = &report["verdicts"][event];
    if judged.is_object() {
        words.extend([format!("v1 {}", text(&judged["v1"])), text(&judged["verdict"])]);
        words.extend(judged["causes"].as_array().unwrap().iter().map(|cause| format!("cause {}", text(&cause[0]))));
    }
    for state in ["open", "closed"] {
        let found = report["findings"][state].as_array().into_iter().flatten();
        words.extend(found.filter(|it| it[0] == event).map(|it| format!("{state} {}", text(&it[1]))));
    }
    if report["authority"].as_array().is_some_and(|newest| newest.iter().any(|id| id == event)) {
        words.push("newest".to_owned());
    }
    words.extend(
        report.as_object().unwrap().iter().filter(|_| event == "*").map(|(key, value)| format!("{key} {value}")),
    );
    words
}

#[test]
fn every_case_shows_what_it_is_made_for() {
    let mut wrong = Vec::new();
    for case in cases::all() {
        let report = serde_json::to_value(case.report()).unwrap();
        for (event, expected) in &case.book.expected {
            let found = words(&report, event);
            let (wanted, there) = expected.strip_prefix("not ").map_or((&**expected, true), |words| (words, false));
            if found.iter().any(|words| words == wanted) != there {
                wrong.push(format!("{}: {event}: expected {expected}, found {found:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vectors_are_those_of_the_cases() {
    let made: BTreeMap<String, Vec<u8>> = cases::all().iter().flat_map(Case::files).collect();
    if std::env::var_os("UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(folder());
        for (path, bytes) in &made {
            let path = folder().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let there: BTreeMap<String, Vec<u8>> = readers::folders()
        .iter()
        .flat_map(|folder| {
            std::fs::read_dir(folder)
                .unwrap()
                .map(|file| {
                    let path = file.unwrap().path();
                    (
                        path.strip_prefix(crate::folder()).unwrap().to_str().unwrap().to_owned(),
                        std::fs::read(&path).unwrap(),
                    )
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let paths = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&there), paths(&made), "UPDATE=1 writes the vectors");
    let changed: Vec<&String> =
        made.iter().filter(|(path, bytes)| there[*path] != **bytes).map(|(path, _)| path).collect();
    assert!(changed.is_empty(), "UPDATE=1 writes the vectors; other than made: {changed:?}");
}
