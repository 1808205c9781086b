//! Writes to the ledger that a command opened.

use ledger_format::event::Data;
use ledger_format::field::Run;
use ledger_format::ledger::{ClosedSet, Entry, Ledger};
use ledger_format::lock::Objects;
use ledger_format::name::{EventId, Fingerprint, Name};

use super::{Actor, Session};
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::fs::Lock;
use crate::ledger::append::{AppendError, WriteError, Writer, new_run};
use crate::ledger::open::{Opened, open, refresh};
use crate::signers::Signer as _;
use crate::signers::local_key::LocalKey;
use crate::stages::rollout::Scribe;
use crate::store::{Blob, LedgerStore};

/// A session whose key is open.
pub struct SessionWriter<'a> {
    pub session: Session<'a>,
    pub principal: Name,
    key: LocalKey,
    run: Run,
    /// Stands in for the ledger while one more event is folded, and after that failed.
    beginning: Ledger,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// An event was signed and not written: the fold is ahead of the store, and is read again before it is used.
    Spoilt,
}

impl<'a> Session<'a> {
    /// Opens the actor's key, asking for its passphrase; the writer is a run of its own.
    pub fn writer(self, actor: Actor) -> Result<SessionWriter<'a>, CliError> {
        let run = new_run().map_err(AppendError::Random)?;
        self.writer_of_run(actor, run)
    }

    /// The same as the writing process that has this run.
    pub fn writer_of_run(self, actor: Actor, run: Run) -> Result<SessionWriter<'a>, CliError> {
        CliError::unless_level_known(self.ledger(), &self.ledger().everything())?;
        let key = actor.key.open(self.world)?;
        let beginning = self.ledger().at_its_beginning();
        Ok(SessionWriter { session: self, principal: actor.principal, key, run, beginning, state: State::Open })
    }
}

impl<'a> SessionWriter<'a> {
    pub fn ledger(&self) -> &Ledger {
        self.session.ledger()
    }

    pub fn run(&self) -> &Run {
        &self.run
    }

    pub fn fingerprint(&self) -> Fingerprint {
        self.key.public().fingerprint()
    }

    /// Signs an event on top of all that is there, writes it and reads it back.
    pub fn append(&mut self, data: impl Into<Data>) -> Result<EventId, CliError> {
        self.append_with_blobs(data, &[])
    }

    /// The same with the blobs that the event names, written before it.
    pub fn append_with_blobs(&mut self, data: impl Into<Data>, blobs: &[Blob]) -> Result<EventId, CliError> {
        Ok(self.try_append(data.into(), blobs)?)
    }

    /// The same for who looks at the reason why it was not written.
    pub fn try_append(&mut self, data: Data, blobs: &[Blob]) -> Result<EventId, WriteError> {
        self.mend()?;
        let ledger = std::mem::replace(&mut self.session.opened.ledger, self.beginning.at_its_beginning());
        self.state = State::Spoilt;
        let Opened { keyring, .. } = &self.session.opened;
        let written = self.engine().append_with_blobs(ledger, keyring, data, blobs);
        let (ledger, id) = match written {
            Ok(written) => written,
            Err(error) => {
                // That it cannot be read again either is told by the next use.
                let _ = self.mend();
                return Err(error.into());
            }
        };
        if let Some(entry) = ledger.get(id) {
            // A new authority brings keys, whose signatures are checked from now on.
            self.session.opened.keyring.gather(&entry.event);
        }
        self.session.opened.ledger = ledger;
        self.state = State::Open;
        Ok(id)
    }

    fn engine(&self) -> Writer<'_> {
        let (store, clock) = (self.session.store.as_ref(), self.session.world.clock);
        Writer { store, signer: &self.key, clock, run: self.run.clone() }
    }

    /// Reads what others wrote meanwhile.
    pub fn refresh(&mut self) -> Result<(), WriteError> {
        if self.state == State::Spoilt {
            return self.mend();
        }
        let trust = self.session.trust();
        let stand_in = self.stand_in();
        let opened = std::mem::replace(&mut self.session.opened, stand_in);
        self.state = State::Spoilt;
        self.session.opened = refresh(self.session.store.as_ref(), opened, &trust)?;
        self.state = State::Open;
        Ok(())
    }

    /// Waits for the turn of those who write what there may be only once, and reads what others wrote meanwhile.
    pub fn turn(&mut self) -> Result<Option<Lock>, CliError> {
        let turn = self.session.store.turn()?;
        self.refresh()?;
        Ok(turn)
    }

    /// Ends writing: other tools see the new events, this machine remembers them.
    pub fn finish(self) -> Session<'a> {
        flushed(self.session.world.ui, self.session.store.as_ref());
        if self.state == State::Open {
            self.session.remember();
        }
        self.session
    }

    /// Whether the store, read again after a failure, shows no authority that lists the key.
    pub fn lacks(&self, key: &Fingerprint) -> bool {
        let lists = |entry: &Entry| {
            entry.event.data().and_then(Data::authority).is_some_and(|authority| authority.principal_of(key).is_some())
        };
        self.state == State::Open && !self.ledger().entries().any(|(_, entry)| lists(entry))
    }

    fn mend(&mut self) -> Result<(), WriteError> {
        if self.state == State::Spoilt {
            self.session.opened = open(self.session.store.as_ref(), &self.session.trust())?;
            self.state = State::Open;
        }
        Ok(())
    }

    fn stand_in(&self) -> Opened {
        let ledger = self.beginning.at_its_beginning();
        Opened { ledger, keyring: Default::default(), rejected: Vec::new(), listed: 0, unknown: 0, gone: 0 }
    }
}

/// Shows other tools what was written. That they do not see it yet is a warning: the ledger holds it all the same.
pub fn flushed(ui: &Ui, store: &dyn LedgerStore) {
    if let Err(error) = store.flush() {
        let why = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let until = "the next command that writes shows it to them";
        ui.warn(format!("other tools do not see yet what was written, {until}: {error}{why}"));
    }
}

impl Scribe for SessionWriter<'_> {
    fn ledger(&self) -> &Ledger {
        self.session.ledger()
    }

    fn list(&mut self) -> Result<Objects, WriteError> {
        self.refresh()?;
        Ok(if self.session.opened.gone == 0 { Objects::AllRead } else { Objects::Missing })
    }

    fn past_of_next(&self) -> Result<ClosedSet, WriteError> {
        let parents = self.engine().parents(self.ledger())?;
        Ok(self.ledger().at_events(&parents))
    }

    fn write(&mut self, data: Data) -> Result<EventId, WriteError> {
        self.try_append(data, &[])
    }

    fn go_on_as(&mut self, run: &Run) {
        self.run = run.clone();
    }
}
