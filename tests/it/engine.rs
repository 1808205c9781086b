//! The engine over a store in memory: begin, append, read again.

use ledger_format::event::Data;
use sealog::clock::Clock;
use sealog::ledger::append::{Writer, new_run};
use sealog::ledger::open::{Trust, open};
use sealog::signers::local_key::LocalKey;
use sealog::store::{LedgerStore as _, Memory};
use serde_json::json;

use crate::support::created;

#[test]
fn what_was_appended_is_read_again() {
    let store = Memory::new([1; 16]);
    let key = LocalKey::generate().unwrap();
    let clock = Clock::System;
    let writer = Writer { store: &store, signer: &key, clock, run: new_run().unwrap() };
    let first = writer.begin(created(&store, &key)).unwrap();
    let opened = open(&store, &Trust::default()).unwrap();
    assert_eq!(opened.ledger.id(), first);
    let (mut ledger, keyring) = (opened.ledger, opened.keyring);
    for n in 0..20 {
        let noted = Data::parse("noted".parse().unwrap(), &json!({"body": {"n": n}})).unwrap();
        (ledger, _) = writer.append(ledger, &keyring, noted).unwrap();
    }
    let again = open(&store, &Trust { ledger: Some(first), authority: None }).unwrap();
    assert_eq!(again.ledger.len(), 21);
    let everything = again.ledger.everything();
    assert_eq!(again.ledger.heads(&everything).len(), 1);
    assert!(again.ledger.findings(&everything).is_empty());
    assert_eq!(again.rejected, []);
    assert_eq!(ledger.len(), again.ledger.len());
}

#[test]
fn a_stranger_cannot_append() {
    let store = Memory::new([1; 16]);
    let (key, stranger) = (LocalKey::generate().unwrap(), LocalKey::generate().unwrap());
    let clock = Clock::System;
    Writer { store: &store, signer: &key, clock, run: new_run().unwrap() }.begin(created(&store, &key)).unwrap();
    let opened = open(&store, &Trust::default()).unwrap();
    let writer = Writer { store: &store, signer: &stranger, clock, run: new_run().unwrap() };
    let noted = Data::parse("noted".parse().unwrap(), &json!({"body": 1})).unwrap();
    let refused = writer.append(opened.ledger, &opened.keyring, noted);
    assert_eq!(refused.unwrap_err().to_string(), "the event would not count: signed by a key that no authority names");
    assert_eq!(store.list().unwrap().events.len(), 1);
}
