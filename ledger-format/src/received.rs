//! From the bytes of an object to a checked event: encoding, ledger, key and signature, in this order (`SPEC.md`, LF-70).

use std::collections::HashMap;

use crate::canonical::{self, NotCanonical};
use crate::envelope::{Envelope, NotABundle};
use crate::event::{Data, Event, NotAStatement};
use crate::keys::{BadSignature, PublicKey};
use crate::name::{EventId, Fingerprint};

/// An object that has the form of an event; its signature is not checked yet.
#[derive(Debug, Clone)]
pub struct Received {
    envelope: Envelope,
    event: Event,
}

/// Why an object is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEvent {
    #[error(transparent)]
    Bundle(#[from] NotABundle),
    #[error("the payload: {0}")]
    Payload(#[from] NotCanonical),
    #[error("the payload: {0}")]
    Statement(#[from] NotAStatement),
    #[error("signed by {signed} as it says, but the payload says {said}")]
    Key { said: Fingerprint, signed: Fingerprint },
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

/// An event whose signature was checked, or that nobody in the set can have signed.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(crate) event: Event,
    pub(crate) standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Verified,
    /// The key stands in no authority document that was found: junk, the signature unlooked at.
    Stranger,
}

/// The public keys that authority documents name. A fingerprint is the hash of its key, so it needs no trust.
#[derive(Debug, Clone, Default)]
pub struct Keyring(HashMap<Fingerprint, PublicKey>);

impl Received {
    /// Reads a bundle.
    pub fn read(bundle: &[u8]) -> Result<Self, NotAnEvent> {
        Self::of(Envelope::from_bundle(bundle)?)
    }

    /// Reads the payload of an envelope.
    pub fn of(envelope: Envelope) -> Result<Self, NotAnEvent> {
        let statement = canonical::parse(envelope.payload())?;
        let event = Event::read(envelope.id(), statement)?;
        if event.header.key != *envelope.key() {
            return Err(NotAnEvent::Key { said: event.header.key, signed: envelope.key().clone() });
        }
        Ok(Self { envelope, event })
    }

    pub fn event(&self) -> &Event {
        &self.event
    }

    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    pub fn id(&self) -> EventId {
        self.event.id
    }
}

impl Keyring {
    /// Takes the keys of an authority document, whoever signed it.
    pub fn gather(&mut self, event: &Event) {
        let authority = match event.data() {
            Some(Data::LedgerCreated(created)) => &created.authority,
            Some(Data::AuthorityProposed(proposed)) => &proposed.authority,
            Some(_) | None => return,
        };
        for (_, fingerprint, key) in authority.keys() {
            if let Ok(public) = key.public_key()
                && public.fingerprint() == *fingerprint
            {
                self.0.insert(fingerprint.clone(), public);
            }
        }
    }

    pub fn get(&self, fingerprint: &Fingerprint) -> Option<&PublicKey> {
        self.0.get(fingerprint)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the signature, with the key that the ring has of that fingerprint.
    pub fn check(&self, received: Received) -> Result<Checked, NotAnEvent> {
        let standing = match self.get(&received.event.header.key) {
            Some(key) => {
                received.envelope.verify(key)?;
                Standing::Verified
            }
            None => Standing::Stranger,
        };
        Ok(Checked { event: received.event, standing })
    }
}

impl Checked {
    pub fn event(&self) -> &Event {
        &self.event
    }

    pub fn id(&self) -> EventId {
        self.event.id
    }

    pub fn is_stranger(&self) -> bool {
        self.standing == Standing::Stranger
    }
}
