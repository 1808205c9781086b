//! Events as they are signed.

use ed25519_dalek::Signer as _;
use ledger_format::envelope::{Envelope, PAYLOAD_TYPE, pae};
use ledger_format::event::{Data, Header, payload};
use ledger_format::field::{Int, Run, Str};
use ledger_format::name::EventId;
use ledger_format::received::Received;
use ledger_format::time::Time;

use crate::people;

/// The header of an event that this person writes.
pub fn header(
    ledger: Option<EventId>,
    generation: u64,
    parents: Vec<EventId>,
    person: usize,
    time: Time,
    nonce: u64,
) -> Header {
    let mut run = [0; 16];
    run[0] = u8::try_from(person).unwrap();
    Header {
        ledger,
        generation: Int::new(generation).unwrap(),
        parents,
        key: people::fingerprint(person),
        time,
        run: Run::from_bytes(run),
        nonce: Str::new(&nonce.to_string()).unwrap(),
    }
}

/// An event as its person signed it.
pub fn sign(header: &Header, data: &Data, person: usize) -> Received {
    let payload = payload(header, data).unwrap();
    let signature = people::key(person).sign(&pae(PAYLOAD_TYPE, &payload)).to_bytes().to_vec();
    Received::of(Envelope::new(payload, signature, header.key.clone())).unwrap()
}
