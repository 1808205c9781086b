mod forms;
mod meaning;

use serde_json::{Value, json};

use super::*;
use crate::canonical;
use crate::digest::Digest;
use crate::name::EventId;

const EXAMPLES: [&str; 3] = [
    include_str!("examples/approval_granted.json"),
    include_str!("examples/release_created.json"),
    include_str!("examples/rollout_started.json"),
];

fn id(text: &str) -> EventId {
    EventId(Digest::of(text.as_bytes()))
}

fn example(kind: Kind) -> Value {
    let all = EXAMPLES.map(|text| serde_json::from_str::<Value>(text).unwrap());
    all.into_iter().find(|statement| statement["predicateType"] == predicate_type(kind)).unwrap()
}

fn read(statement: Value) -> Result<Event, NotAStatement> {
    let bytes = canonical::to_vec(&statement);
    Event::read(EventId(Digest::of(&bytes)), canonical::parse(&bytes).unwrap())
}

#[test]
fn the_examples_are_read_and_written_back_byte_by_byte() {
    for kind in [Kind::ApprovalGranted, Kind::ReleaseCreated, Kind::RolloutStarted] {
        let statement = example(kind);
        let event = read(statement.clone()).unwrap();
        assert_eq!(event.kind(), Some(kind));
        let written = payload(&event.header, event.data().unwrap()).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), String::from_utf8(canonical::to_vec(&statement)).unwrap());
    }
}

/// Changes one place of an example, given as a JSON pointer; `Value::Null` removes it.
fn changed(kind: Kind, pointer: &str, value: Value) -> Value {
    let mut statement = example(kind);
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = statement.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(fields) if value == json!("REMOVED") => fields.remove(field).map(drop).unwrap_or_default(),
        Value::Object(fields) => fields.insert(field.to_owned(), value).map(drop).unwrap_or_default(),
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    statement
}

#[test]
fn a_statement_or_header_of_another_form_is_no_event() {
    let (a, b) = (id("a").0.min(id("b").0), id("a").0.max(id("b").0));
    for (pointer, value, why) in [
        (
            "/_type",
            json!("https://in-toto.io/Statement/v0.1"),
            "the statement type `https://in-toto.io/Statement/v0.1`",
        ),
        ("/_type", json!("REMOVED"), "missing field `_type`"),
        ("/extra", json!(1), "unknown field `extra`"),
        ("/predicateType", json!("https://slsa.dev/provenance/v1"), "the predicate type"),
        ("/predicateType", json!("https://sealog.dev/ledgers/merged/v1"), "the predicate type"),
        ("/subject", json!([]), "0 subjects"),
        ("/subject/0/digest", json!([Digest::of(b"").hex()]), "a list where an object is"),
        ("/predicate", json!([]), "a list where an object is"),
        ("/subject/0/name", json!("registry.acme.dev/shop/other"), "other subjects"),
        ("/subject/0/digest/sha512", json!("00"), "unknown field `sha512`"),
        ("/subject/0/digest/sha256", json!("2D571772"), "is not a digest"),
        ("/predicate/extra", json!(1), "unknown field `extra`"),
        ("/predicate/ledger", json!("REMOVED"), "names no ledger"),
        ("/predicate/ledger", Value::Null, "invalid type: null"),
        ("/predicate/generation", json!("41"), "invalid type: string"),
        ("/predicate/parents", json!([]), "0 parents"),
        ("/predicate/parents", json!([b, a]), "not sorted"),
        ("/predicate/parents", json!([a, a]), "not sorted"),
        ("/predicate/parents", json!((0..257).map(|n| Digest::of(&[n as u8])).collect::<Vec<_>>()), "257 parents"),
        ("/predicate/key", json!("SHA256:short"), "is not a key's fingerprint"),
        ("/predicate/time", json!("2026-11-20T08:34:60.000Z"), "is not a time"),
        ("/predicate/run", json!("35EA51BAAF1FE7F0142AD5F950855DDE0"), "is not a run"),
        ("/predicate/nonce", json!(""), "an empty text"),
        ("/predicate/data", json!("REMOVED"), "missing field `data`"),
    ] {
        let error = read(changed(Kind::ReleaseCreated, pointer, value.clone())).unwrap_err().to_string();
        assert!(error.contains(why), "{pointer} {value}: {error}");
    }
}

#[test]
fn an_unknown_kind_or_data_of_another_form_is_junk_but_an_event() {
    let data = "/predicate/data";
    for (pointer, value, why) in [
        ("/predicateType", json!("https://sealog.dev/ledger/release.created/v2"), "no kind of event"),
        ("/predicateType", json!("https://sealog.dev/ledger/secret.stored/v1"), "no kind of event"),
        (data, json!({}), "missing field `release`"),
        (data, json!([]), "release.created"),
        (&format!("{data}/extra"), json!(1), "unknown field `extra`"),
        (&format!("{data}/alias"), Value::Null, "invalid type: null"),
        (&format!("{data}/alias"), json!(""), "is not a name"),
        (&format!("{data}/alias"), json!("v1/"), "is not a name"),
        (&format!("{data}/git/dirty"), json!(false), "said by absence"),
        (&format!("{data}/git/commit"), json!("8d3e6f1c"), "is not a commit"),
        (&format!("{data}/git/authors"), json!([]), "empty"),
        (&format!("{data}/git/authors"), json!(["kim", "ada"]), "not sorted"),
        (&format!("{data}/git/authors"), json!(["ada", "ada"]), "not unique"),
        (&format!("{data}/annotations"), json!({}), "empty"),
        (&format!("{data}/annotations/pr"), json!("a\u{1b}[1m"), "control character U+001B"),
        (&format!("{data}/annotations/a b"), json!("x"), "is not a name"),
        (&format!("{data}/components/prod"), json!(["database"]), "is not a component"),
        (&format!("{data}/artifacts/nixpack~1api/image/size"), json!(1u64 << 53), "is not from 0 to 9007199254740991"),
        (&format!("{data}/artifacts/nixpack~1api/image/repository"), json!("checkout"), "is not a repository"),
        (&format!("{data}/reports/0/type"), json!("test"), "a report of a release of another type"),
        (&format!("{data}/ci/provider"), json!(7), "invalid type: integer"),
        (&format!("{data}/ci"), json!(["github", "r", "w", "1", "1", "j", "u", "c"]), "a list where an object is"),
    ] {
        let mut statement = changed(Kind::ReleaseCreated, pointer, value.clone());
        // Numbers beyond the limit are refused by the canonical form already: the data are read as they are.
        let event = Event::read(id("x"), statement.take()).unwrap();
        let Body::Unknown { reason, .. } = event.body else { panic!("{pointer} {value} was read") };
        assert!(reason.contains(why), "{pointer} {value}: {reason}");
    }
}

/// The data of each kind with every field that it may have; `release.created` of data that fit each other.
fn data_of_all_kinds() -> Vec<(Kind, Value)> {
    let all: serde_json::Map<String, Value> = serde_json::from_str(include_str!("examples/data.json")).unwrap();
    all.into_iter().map(|(kind, data)| (kind.parse().unwrap(), data)).collect()
}

fn data_of(kind: Kind) -> Value {
    data_of_all_kinds().into_iter().find(|(of, _)| *of == kind).unwrap().1
}
