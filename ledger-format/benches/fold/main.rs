//! What verification and the fold cost beside the primitives that they cannot do without, in one run.
//!
//! `cargo bench -p ledger-format` (`-- <events>` for another size).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark fails, speaks and looks at the clock"
)]

mod mix;
#[path = "../../tests/histories/people.rs"]
mod people;
#[path = "../../tests/histories/signed.rs"]
mod signed;

use std::time::{Duration, Instant};

use ed25519_dalek::Signer as _;
use ledger_format::digest::Digest;
use ledger_format::envelope::{PAYLOAD_TYPE, pae};
use ledger_format::ledger::Ledger;
use ledger_format::received::{Checked, Keyring, Received};

const EVENTS: usize = 100_000;
const ROUNDS: usize = 3;

fn main() {
    let events = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EVENTS);
    let history = mix::history(events).events;
    let bundles: Vec<Vec<u8>> = history.iter().map(|event| event.envelope().to_bundle()).collect();
    let payload = history.iter().map(|event| event.envelope().payload().len()).sum::<usize>() / events;
    println!("{events} events, {payload} bytes of payload each, one core, the best of {ROUNDS} rounds\n");

    let alone: Vec<Signed<'_>> = history.iter().map(signed).collect();
    let primitives = best(|| primitives(&alone));
    let mut keyring = Keyring::default();
    history.iter().for_each(|event| keyring.gather(event.event()));
    let verified = best(|| drop(verify(&bundles, &keyring)));
    let checked = verify(&bundles, &keyring);
    let fold = best(|| drop(fold(&checked)));
    let half = best(|| drop(self::fold(&checked[..events / 2])));
    let ledger = self::fold(&checked);
    let everything = ledger.everything();
    let findings = best(|| assert_eq!(ledger.findings(&everything).first(), None));

    let of = |cost: Duration| format!("{:.2}", cost.as_secs_f64() / primitives.as_secs_f64());
    let rate = |cost: Duration| format!("{:.0}", events as f64 / cost.as_secs_f64());
    println!("{:<44} {:>10} {:>12}", "", "ratio", "events/s");
    for (what, cost) in [
        ("Ed25519 + SHA-256 of the payload, alone", primitives),
        ("hash, signature, canonical form, kind", verified),
        ("fold, V1 included", fold),
        ("all of verification: both", verified + fold),
        ("findings of everything (V2)", findings),
    ] {
        println!("{what:<44} {:>10} {:>12}", of(cost), rate(cost));
    }
    println!("{:<44} {:>10.2}", "fold of all : fold of half", fold.as_secs_f64() / half.as_secs_f64());
}

/// What the primitives need of an event: the key, the signed bytes, the signature, the payload and its digest.
struct Signed<'a> {
    key: ed25519_dalek::VerifyingKey,
    message: Vec<u8>,
    signature: ed25519_dalek::Signature,
    event: &'a Received,
}

fn signed(event: &Received) -> Signed<'_> {
    let envelope = event.envelope();
    let of = |person: &usize| people::fingerprint(*person) == *envelope.key();
    let key = people::key((0..people::PEOPLE.len()).find(of).unwrap());
    let message = pae(PAYLOAD_TYPE, envelope.payload());
    Signed { key: key.verifying_key(), signature: key.sign(&message), message, event }
}

fn primitives(signed: &[Signed<'_>]) {
    for Signed { key, message, signature, event } in signed {
        assert_eq!(Digest::of(event.envelope().payload()), event.id().0);
        key.verify_strict(message, signature).unwrap();
    }
}

fn verify(bundles: &[Vec<u8>], keyring: &Keyring) -> Vec<Checked> {
    bundles.iter().map(|bundle| keyring.check(Received::read(bundle).unwrap()).unwrap()).collect()
}

fn fold(events: &[Checked]) -> Ledger {
    let (first, rest) = events.split_first().unwrap();
    let mut ledger = Ledger::begin(first.clone(), None).unwrap();
    for event in rest {
        (ledger, _) = ledger.with(event.clone());
    }
    ledger
}

fn best(mut run: impl FnMut()) -> Duration {
    let rounds = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    rounds.min().unwrap()
}
