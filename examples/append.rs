//! Appends notes to a ledger in a folder, and prints the id of each once it is durable.
//!
//! `cargo run --example append -- <ledger> <key.pem> <count> <text>`; prepared by `sealog init`. Other processes may
//! write at the same time.

#![allow(clippy::print_stdout, reason = "an example speaks for itself")]

use std::error::Error;
use std::path::Path;

use ledger_format::event::Data;
use sealog::clock::Clock;
use sealog::ledger::append::{Writer, new_run};
use sealog::ledger::describe::describe;
use sealog::ledger::open::{Trust, open, refresh};
use sealog::signers::local_key::LocalKey;
use sealog::store::{LedgerStore as _, OciLayout};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, key, count, text] = &arguments[..] else {
        return Err("usage: append <ledger> <key.pem> <count> <text>".into());
    };
    let store = OciLayout::open(Path::new(folder), describe)?;
    let key = LocalKey::from_pem(&std::fs::read_to_string(key)?, None)?;
    let writer = Writer { store: &store, signer: &key, clock: Clock::System, run: new_run()? };

    let mut opened = open(&store, &Trust::default())?;
    // Pinned from here on: what the store shows later is never taken for another ledger.
    let trust = Trust { ledger: Some(opened.ledger.id()), authority: None };
    for number in 0..count.parse()? {
        opened = refresh(&store, opened, &trust)?;
        let note = Data::parse("noted".parse()?, &json!({"body": {"number": number, "text": text}}))?;
        let (ledger, id) = writer.append(opened.ledger, &opened.keyring, note)?;
        println!("{id}");
        opened.ledger = ledger;
    }
    store.flush()?;
    Ok(())
}
