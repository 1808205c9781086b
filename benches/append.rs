//! What an append to a folder costs in an empty ledger and in a long one, beside a bare write that is as durable.
//!
//! `cargo bench --bench append` (`-- <events>` for another length).

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark speaks")]

#[path = "../ledger-format/benches/fold/mix.rs"]
mod mix;
#[path = "../ledger-format/tests/histories/people.rs"]
mod people;
#[path = "../ledger-format/tests/histories/signed.rs"]
mod signed;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use ed25519_dalek::pkcs8::{EncodePrivateKey as _, spki::der::pem::LineEnding};
use ledger_format::event::Data;
use ledger_format::ledger::Ledger;
use ledger_format::received::{Keyring, Received};
use sealog::clock::Clock;
use sealog::ledger::append::{Writer, new_run};
use sealog::ledger::describe::describe;
use sealog::ledger::open::{Opened, Trust, open};
use sealog::signers::local_key::LocalKey;
use sealog::store::{LedgerStore as _, OciLayout, StoredName};
use serde_json::json;

const EVENTS: usize = 100_000;
const ROUNDS: usize = 5;
const APPENDS: u32 = 100;

fn main() {
    let events = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EVENTS);
    let history = mix::history(events).events;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut empty = Bench::new(&folder.path().join("empty"), &history[..1]);
    let mut long = Bench::new(&folder.path().join("long"), &history);
    let bytes = history[1].envelope().to_bundle();

    let mut costs = [Duration::MAX; 5];
    for round in 0..ROUNDS {
        let found = [raw(folder.path(), round, &bytes), empty.appends(), long.appends(), empty.flush(), long.flush()];
        for (best, found) in costs.iter_mut().zip(found) {
            *best = found.min(*best);
        }
    }
    let [raw, in_empty, in_long, flush_empty, flush_long] = costs.map(|cost| cost.as_secs_f64());
    let ratio = |cost: f64| format!("{:.2}", cost / raw);
    println!("{APPENDS} appends a round, the best of {ROUNDS} rounds; ledgers of 1 and {events} events\n");
    println!("{:<60} {:>8}", "", "ratio");
    println!("{:<60} {:>8}", "write, fsync, rename, fsync of the folder, alone", ratio(raw));
    println!("{:<60} {:>8}", "append to the empty ledger", ratio(in_empty));
    println!("{:<60} {:>8}", "append to the long ledger", ratio(in_long));
    println!("{:<60} {:>8.2}", "append to the long one : to the empty one", in_long / in_empty);
    println!("{:<60} {:>8}", "flush at the end of a command, empty ledger", ratio(flush_empty));
    println!("{:<60} {:>8}", "flush at the end of a command, long ledger", ratio(flush_long));
}

/// A ledger in a folder, and who writes to it.
struct Bench {
    store: OciLayout,
    ledger: Option<(Ledger, Keyring)>,
    key: LocalKey,
    written: u32,
}

impl Bench {
    fn new(root: &Path, history: &[Received]) -> Self {
        let store = OciLayout::create(root, describe).unwrap();
        for event in history {
            let name = StoredName::new(event.event().header.generation.get(), event.id()).unwrap();
            // Not durable: this is not what is measured.
            std::fs::write(root.join("sealog/tail").join(name.to_string()), event.envelope().to_bundle()).unwrap();
        }
        let Opened { ledger, keyring, .. } = open(&store, &Trust::default()).unwrap();
        assert_eq!(ledger.len(), history.len());
        let pem = people::key(people::number("ci")).to_pkcs8_pem(LineEnding::LF).unwrap();
        Self { store, ledger: Some((ledger, keyring)), key: LocalKey::from_pem(&pem, None).unwrap(), written: 0 }
    }

    /// The mean of some appends, by one process that has the ledger open.
    fn appends(&mut self) -> Duration {
        let writer = Writer { store: &self.store, signer: &self.key, clock: Clock::System, run: new_run().unwrap() };
        let (mut ledger, keyring) = self.ledger.take().unwrap();
        let begun = Instant::now();
        for _ in 0..APPENDS {
            self.written += 1;
            let body = json!({"body": {"n": self.written, "text": "x".repeat(800)}});
            let noted = Data::parse("noted".parse().unwrap(), &body).unwrap();
            (ledger, _) = writer.append(ledger, &keyring, noted).unwrap();
        }
        let elapsed = begun.elapsed() / APPENDS;
        self.ledger = Some((ledger, keyring));
        elapsed
    }

    fn flush(&self) -> Duration {
        let begun = Instant::now();
        self.store.flush().unwrap();
        begun.elapsed()
    }
}

/// The mean of as many bare durable writes.
fn raw(folder: &Path, round: usize, bytes: &[u8]) -> Duration {
    let (temporary, target) = (folder.join("new"), folder.join("raw"));
    for folder in [&temporary, &target] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let begun = Instant::now();
    for number in 0..APPENDS {
        let temporary = temporary.join("new");
        let mut file = File::create(&temporary).unwrap();
        file.write_all(bytes).unwrap();
        file.sync_all().unwrap();
        std::fs::rename(&temporary, target.join(format!("{round}-{number}"))).unwrap();
        File::open(&target).unwrap().sync_all().unwrap();
    }
    begun.elapsed() / APPENDS
}
