//! Which authority this machine trusts where a ledger shows several: read without it, read with another, remember that.

use ledger_format::authority::force::Pin;
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;
use ledger_format::time::Time;

use super::Session;
use crate::cli::error::CliError;
use crate::ledger::open::{Opened, Trust, open};
use crate::ledger::seen::{Memory, Seen};
use crate::ledger::trust::newest_pin;

impl Session<'_> {
    /// The same ledger as a reader with this pin reads it, or without any.
    pub fn read_for(&self, authority: Option<Pin>) -> Result<Opened, CliError> {
        let trust = Trust { ledger: Some(self.ledger().id()), authority };
        open(self.store.as_ref(), &trust).map_err(|error| CliError::opening(error, &self.place, None))
    }

    /// The authority that this machine goes by.
    pub fn trusted(&self) -> Pin {
        self.before.as_ref().map_or_else(|| newest_pin(self.ledger()), Seen::pin)
    }

    /// Remembers an authority that a person takes for the right one; `ledger` was read with it as the pin.
    pub fn take(&self, ledger: &Ledger, said: EventId) -> Result<Seen, CliError> {
        let memory = Memory::of(&self.world.environment.folders()?.state);
        Ok(memory.trust(ledger, said, self.by, Time::from(self.world.clock.now()))?)
    }

    /// Whether several authorities are in force and nobody said which one is right.
    pub fn is_forked(&self) -> bool {
        let everything = self.ledger().everything();
        let decided = || self.before.as_ref().is_some_and(|before| before.decides(self.ledger(), &everything));
        self.ledger().is_forked(&everything) && !decided()
    }
}
