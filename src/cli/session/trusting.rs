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

    /// Whether what was recorded put nobody in dispute: where a store gives no turns, two may write at once.
    pub fn not_forked_since(&self, before: bool) -> Result<(), CliError> {
        match self.is_forked() && !before {
            true => Err(CliError::forked(self.ledger(), &self.ledger().everything())),
            false => Ok(()),
        }
    }

    /// Whether who changes the authority of a forked ledger said which side is right, or sees every side: who goes by
    /// one because it came first would only deepen the fork.
    pub fn sees_all_sides(&self) -> Result<(), CliError> {
        let everything = self.ledger().everything();
        let one_side = self.ledger().newest_authorities(&everything).len() == 1;
        if one_side && self.is_forked() {
            let hint = "to settle it, trust what all sides build on, then propose, or endorse what somebody proposed";
            return Err(CliError::forked(self.ledger(), &everything)
                .hint(hint)
                .undone("Nothing was signed, nothing recorded."));
        }
        Ok(())
    }
}
