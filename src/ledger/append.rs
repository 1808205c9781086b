//! Appends events: choose parents, fold, sign, write, read back. What its own past would make junk or refused is never written.

use ledger_format::admission::{Admission, Junk, Refusal};
use ledger_format::dag::Index;
use ledger_format::envelope::{Envelope, MAX_PAYLOAD, PAYLOAD_TYPE, pae};
use ledger_format::event::{Data, Header, MAX_PARENTS, Merged, NotAStatement, payload};
use ledger_format::field::{Int, Run, Str};
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;
use ledger_format::received::{Keyring, NotAnEvent, Received};
use ledger_format::time::Time;

use super::open::OpenError;
use crate::clock::Clock;
use crate::signers::{SignError, Signer};
use crate::store::{Blob, LedgerStore, StoreError, StoredName};

/// How far ahead of its own clock a writer lets a parent be.
const AHEAD_MS: u64 = 5 * 60 * 1000;

/// One writing process.
pub struct Writer<'a> {
    pub store: &'a dyn LedgerStore,
    pub signer: &'a dyn Signer,
    pub clock: Clock,
    pub run: Run,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("the event would be refused: {0}")]
    Refused(Box<Refusal>),
    #[error("the event would not count: {0}")]
    Junk(Junk),
    #[error("the event would wait for {} events that are not there", missing.len())]
    Pending { missing: Vec<EventId> },
    #[error("the event has {0} bytes, where {MAX_PAYLOAD} are allowed")]
    TooLarge(usize),
    #[error("cannot write the event down: {0}")]
    Statement(#[from] NotAStatement),
    #[error("cannot read the event that was just signed: {0}")]
    Unreadable(#[from] NotAnEvent),
    #[error("what the store shows under {0} is not what was just written")]
    NotReadBack(StoredName),
    #[error("every event that could be a parent lies more than 5 minutes ahead of this machine's clock ({now})")]
    AllAhead { now: Time },
    #[error(transparent)]
    Name(#[from] crate::store::name::NotAStoredName),
    #[error("the system's random numbers")]
    Random(#[from] getrandom::Error),
}

/// Why somebody who reads and writes in turn could not go on.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("cannot read the ledger again")]
    Open(#[from] OpenError),
}

impl Writer<'_> {
    /// Appends an event on top of everything that the ledger holds; the ledger comes back with it.
    pub fn append(&self, ledger: Ledger, keyring: &Keyring, data: Data) -> Result<(Ledger, EventId), AppendError> {
        self.append_with_blobs(ledger, keyring, data, &[])
    }

    /// Appends an event and, before it, the blobs that it names.
    pub fn append_with_blobs(
        &self,
        mut ledger: Ledger,
        keyring: &Keyring,
        data: Data,
        blobs: &[Blob],
    ) -> Result<(Ledger, EventId), AppendError> {
        let mut parents = self.parents(&ledger)?;
        while parents.len() > MAX_PARENTS {
            let some = parents[..MAX_PARENTS].to_vec();
            (ledger, _) = self.write(ledger, keyring, Data::from(Merged {}), &some, &[])?;
            parents = self.parents(&ledger)?;
        }
        self.write(ledger, keyring, data, &parents, blobs)
    }

    /// Begins a ledger: signs and writes its first event.
    pub fn begin(&self, created: ledger_format::event::LedgerCreated) -> Result<EventId, AppendError> {
        let header = Header {
            ledger: None,
            generation: Int::from(0),
            parents: Vec::new(),
            key: self.signer.public().fingerprint(),
            time: self.now(),
            run: self.run.clone(),
            nonce: nonce()?,
        };
        let received = self.sign(&header, &Data::from(created))?;
        self.put(&received, &[])?;
        Ok(received.id())
    }

    fn write(
        &self,
        ledger: Ledger,
        keyring: &Keyring,
        data: Data,
        parents: &[Index],
        blobs: &[Blob],
    ) -> Result<(Ledger, EventId), AppendError> {
        let received = self.sign(&self.header(&ledger, parents)?, &data)?;
        let id = received.id();
        // The reader's fold decides before anybody else can see the event.
        let (ledger, admission) = ledger.with(keyring.check(received.clone())?);
        match admission {
            Admission::Admitted => {}
            Admission::Refused(refusal) => return Err(AppendError::Refused(Box::new(refusal))),
            Admission::Junk(junk) => return Err(AppendError::Junk(junk)),
            Admission::Pending { missing } => return Err(AppendError::Pending { missing }),
        }
        self.put(&received, blobs)?;
        Ok((ledger, id))
    }

    fn sign(&self, header: &Header, data: &Data) -> Result<Received, AppendError> {
        let payload = payload(header, data)?;
        if payload.len() > MAX_PAYLOAD {
            return Err(AppendError::TooLarge(payload.len()));
        }
        let signature = self.signer.sign(&pae(PAYLOAD_TYPE, &payload))?;
        Ok(Received::of(Envelope::new(payload, signature, header.key.clone()))?)
    }

    /// Signed once; the same bytes are written and read back.
    fn put(&self, received: &Received, blobs: &[Blob]) -> Result<(), AppendError> {
        let name = StoredName::new(received.event().header.generation.get(), received.id())?;
        if !blobs.is_empty() {
            self.store.put_blobs(&received.id(), blobs)?;
        }
        let bundle = received.envelope().to_bundle();
        self.store.put(&name, &bundle)?;
        match self.store.get(&name)? {
            Some(found) if found == bundle => Ok(()),
            Some(_) | None => Err(AppendError::NotReadBack(name)),
        }
    }

    fn header(&self, ledger: &Ledger, parents: &[Index]) -> Result<Header, AppendError> {
        let of = |index: &Index| &ledger.entry(*index).event;
        let newest = parents.iter().map(|parent| of(parent).header.time).max();
        let generation = parents.iter().map(|parent| of(parent).header.generation.get() + 1).max().unwrap_or(0);
        let mut ids: Vec<EventId> = parents.iter().map(|parent| of(parent).id).collect();
        ids.sort_unstable();
        let now = self.now();
        Ok(Header {
            ledger: Some(ledger.id()),
            generation: Int::new(generation).unwrap_or(Int::from(u32::MAX)),
            parents: ids,
            key: self.signer.public().fingerprint(),
            time: newest.map_or(now, |newest| newest.max(now)),
            run: self.run.clone(),
            nonce: nonce()?,
        })
    }

    /// The heads of what is neither cut nor far ahead of this clock (`SPEC.md`, LF-44).
    pub fn parents(&self, ledger: &Ledger) -> Result<Vec<Index>, AppendError> {
        let everything = ledger.everything();
        let limit = self.now().plus_ms(AHEAD_MS);
        let adopted =
            |index: &Index| ledger.entry(*index).event.header.time <= limit && !ledger.is_cut(*index, &everything);
        let heads = ledger.heads(&everything);
        if heads.iter().all(adopted) {
            return Ok(heads);
        }
        let adopted: Vec<Index> = everything.past.iter().filter(adopted).collect();
        if adopted.is_empty() {
            return Err(AppendError::AllAhead { now: self.now() });
        }
        Ok(ledger.heads(&ledger.at_events(&adopted)))
    }

    fn now(&self) -> Time {
        Time::from(self.clock.now())
    }
}

/// A new writing process.
pub fn new_run() -> Result<Run, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(Run::from_bytes(bytes))
}

fn nonce() -> Result<Str, AppendError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(Str::new(&ledger_format::digest::hex(&bytes)).unwrap_or_else(|_| unreachable!("hex is a text")))
}
