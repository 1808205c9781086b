//! Opens a ledger: lists a store, reads and verifies every event, folds.

use ledger_format::authority::force::Pin;
use ledger_format::event::Kind;
use ledger_format::ledger::{Ledger, NotAFirst};
use ledger_format::name::{EventId, LedgerId};
use ledger_format::received::{Checked, Keyring, NotAnEvent, Received};
use rayon::prelude::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use crate::store::{LedgerStore, StoreError, StoredName};

/// What a reader trusts before it reads.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The ledger's id; without it the only first event of the store is taken.
    pub ledger: Option<LedgerId>,
    /// The newest authority that this reader verified or was given.
    pub authority: Option<Pin>,
}

/// A ledger as a store shows it now.
#[derive(Debug)]
pub struct Opened {
    pub ledger: Ledger,
    pub keyring: Keyring,
    /// Objects under an event's name that are not that event.
    pub rejected: Vec<Rejected>,
    /// How many names the listing had, and how many more in the place of events were none.
    pub listed: usize,
    pub unknown: usize,
    /// How many events the listing named that were gone when they were to be read.
    pub gone: usize,
}

/// An object that is not the event that its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub name: StoredName,
    /// The length of what lies there.
    pub bytes: usize,
    pub why: Why,
}

/// Why an object is not the event that its name says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("not an event: {0}")]
    NotAnEvent(#[from] NotAnEvent),
    #[error("another event, {0}")]
    Another(EventId),
    #[error("an event of another ledger, {0}")]
    AnotherLedger(LedgerId),
    #[error("larger than an event may be")]
    TooLarge,
    /// No file, or one that the file system does not give.
    #[error("nothing that can be read: {0}")]
    Unreadable(String),
}

/// Why a ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the store holds no first event of a ledger")]
    Empty { rejected: Vec<Rejected> },
    #[error("the store holds the first events of several ledgers, and nothing says which one is meant")]
    Several { ledgers: Vec<LedgerId> },
    #[error("the store does not hold the first event of the pinned ledger {pinned}")]
    PinNotThere { pinned: LedgerId, found: Vec<LedgerId>, rejected: Vec<Rejected> },
    #[error("the first event {ledger} begins no ledger")]
    First { ledger: LedgerId, source: NotAFirst },
}

/// Reads all of a store.
pub fn open(store: &dyn LedgerStore, trust: &Trust) -> Result<Opened, OpenError> {
    let listing = store.list()?;
    let objects = listing.events.par_iter().map(|name| read(store, name)).collect::<Result<Vec<_>, _>>()?;
    let (mut received, mut rejected, mut gone) = (Vec::with_capacity(objects.len()), Vec::new(), 0);
    for object in objects {
        match object {
            Object::Event(name, event) => received.push((name, *event)),
            Object::Rejected(reject) => rejected.push(reject),
            Object::Gone => gone += 1,
        }
    }
    let opened = assemble(received, rejected, trust)?;
    Ok(Opened { listed: listing.events.len(), unknown: listing.unknown, gone, ..opened })
}

/// Reads what a store shows beyond what was opened before.
pub fn refresh(store: &dyn LedgerStore, opened: Opened, trust: &Trust) -> Result<Opened, OpenError> {
    let Opened { mut ledger, mut keyring, mut rejected, .. } = opened;
    let listing = store.list()?;
    let is_new = |name: &&StoredName| {
        ledger.admission(name.id()).is_none() && !rejected.iter().any(|reject| reject.name == **name)
    };
    let names: Vec<StoredName> = listing.events.iter().filter(is_new).copied().collect();
    let keys = keyring.len();
    let (mut received, mut gone) = (Vec::with_capacity(names.len()), 0);
    for object in names.par_iter().map(|name| read(store, name)).collect::<Result<Vec<_>, _>>()? {
        match object {
            Object::Event(name, event) => {
                keyring.gather(event.event());
                received.push((name, *event));
            }
            Object::Rejected(reject) => rejected.push(reject),
            Object::Gone => gone += 1,
        }
    }
    // A new key may have signed what was a stranger's before.
    if keyring.len() > keys && ledger.strangers() > 0 {
        return open(store, trust);
    }
    for (name, event) in received {
        match check(&keyring, name, event).and_then(|(name, checked)| of_ledger(&ledger, name, checked)) {
            Ok(checked) => (ledger, _) = ledger.with(checked),
            Err(reject) => rejected.push(reject),
        }
    }
    Ok(Opened { ledger, keyring, rejected, listed: listing.events.len(), unknown: listing.unknown, gone })
}

/// Verifies and folds what was received, from wherever.
pub fn assemble(
    received: Vec<(StoredName, Received)>,
    mut rejected: Vec<Rejected>,
    trust: &Trust,
) -> Result<Opened, OpenError> {
    let mut keyring = Keyring::default();
    for (_, event) in &received {
        keyring.gather(event.event());
    }
    let (mut firsts, mut others) = (Vec::new(), Vec::new());
    let check = |(name, event)| check(&keyring, name, event);
    for checked in received.into_par_iter().map(check).collect::<Vec<_>>() {
        match checked {
            Ok(named) if named.1.event().kind() == Some(Kind::LedgerCreated) => firsts.push(named),
            Ok(named) => others.push(named),
            Err(reject) => rejected.push(reject),
        }
    }
    // LF-33: a first event that is not valid counts for nothing, unless it is the only one.
    let several = firsts.len() > 1;
    let is_valid = |first: &Checked| !several || Ledger::begin(first.clone(), None).is_ok();
    let candidates = firsts.iter().map(|(_, first)| first).filter(|first| is_valid(first)).cloned().collect();
    let first = choose(candidates, &rejected, trust)?;
    let id = first.id();
    // The others begin ledgers of their own.
    others.extend(firsts.into_iter().filter(|(_, other)| other.id() != id));
    let mut ledger =
        Ledger::begin(first, trust.authority.clone()).map_err(|source| OpenError::First { ledger: id, source })?;
    for (name, checked) in others {
        match of_ledger(&ledger, name, checked) {
            Ok(checked) => (ledger, _) = ledger.with(checked),
            Err(reject) => rejected.push(reject),
        }
    }
    Ok(Opened { ledger, keyring, rejected, listed: 0, unknown: 0, gone: 0 })
}

fn check(keyring: &Keyring, name: StoredName, event: Received) -> Result<(StoredName, Checked), Rejected> {
    let bytes = event.envelope().payload().len();
    let reject = |why: NotAnEvent| Rejected { name, bytes, why: why.into() };
    keyring.check(event).map(|checked| (name, checked)).map_err(reject)
}

fn of_ledger(ledger: &Ledger, name: StoredName, checked: Checked) -> Result<Checked, Rejected> {
    match checked.event().ledger() {
        of if of == ledger.id() => Ok(checked),
        of => Err(Rejected { name, bytes: 0, why: Why::AnotherLedger(of) }),
    }
}

enum Object {
    Event(StoredName, Box<Received>),
    Rejected(Rejected),
    /// Listed, and gone before it was read.
    Gone,
}

fn read(store: &dyn LedgerStore, name: &StoredName) -> Result<Object, StoreError> {
    let reject = |bytes, why| Ok(Object::Rejected(Rejected { name: *name, bytes, why }));
    let bytes = match store.get(name) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Object::Gone),
        Err(StoreError::TooLarge { .. }) => return reject(0, Why::TooLarge),
        Err(StoreError::Unreadable { source, .. }) => return reject(0, Why::Unreadable(source.to_string())),
        Err(error) => return Err(error),
    };
    match Received::read(&bytes) {
        // A name is a hint: what lies under it is believed for what it is, never for the name.
        Ok(event) if event.id() != name.id() => reject(bytes.len(), Why::Another(event.id())),
        Ok(event) => Ok(Object::Event(*name, Box::new(event))),
        Err(why) => reject(bytes.len(), Why::NotAnEvent(why)),
    }
}

fn choose(firsts: Vec<Checked>, rejected: &[Rejected], trust: &Trust) -> Result<Checked, OpenError> {
    let found: Vec<LedgerId> = firsts.iter().map(Checked::id).collect();
    let mut firsts = firsts.into_iter();
    match trust.ledger {
        Some(pinned) => {
            let missing = || OpenError::PinNotThere { pinned, found, rejected: rejected.to_vec() };
            firsts.find(|first| first.id() == pinned).ok_or_else(missing)
        }
        None if found.len() > 1 => Err(OpenError::Several { ledgers: found }),
        None => firsts.next().ok_or_else(|| OpenError::Empty { rejected: rejected.to_vec() }),
    }
}
