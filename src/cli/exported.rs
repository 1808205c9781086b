//! An export that a command was given: read, verified and folded as any ledger is.

use std::path::Path;

use ledger_format::ledger::Ledger;

use super::World;
use super::args::WhichLedger;
use super::error::{CliError, Code};
use super::place::Place;
use crate::fs::{self, Limit};
use crate::ledger::export::{self, Export};
use crate::ledger::open::{Opened, Rejected, Trust, Why, open};
use crate::ledger::seen::{Memory, Missing, Seen};
use crate::store::Address;

const LIMIT: Limit = Limit { what: "an export of a ledger", bytes: 4 * 1024 * 1024 * 1024 };

pub struct Exported {
    pub export: Export,
    pub opened: Opened,
    /// The project's ledger.
    pub place: Place,
    /// The file itself.
    pub file: Address,
    /// What this machine verified last of the ledger, from wherever.
    pub before: Option<Seen>,
    /// What was seen then and is not in the export, which need not hold it.
    pub behind: Vec<Missing>,
}

impl Exported {
    pub fn open(world: &World<'_>, file: &Path, which: &WhichLedger) -> Result<Self, CliError> {
        let place = Place::find(world, which)?;
        let path = world.folder.join(file);
        let opened = fs::open_within(&path, LIMIT).map_err(|error| CliError::export_file(&error))?;
        let export = export::read(opened).map_err(|error| CliError::not_an_export(&error, file))?;
        let ledger = export.header.ledger;
        if let Some(pin) = place.pin.filter(|pin| pin.ledger != ledger) {
            return Err(CliError::export_of_another(file, pin, ledger));
        }
        let memory = world.environment.folders().ok().map(|folders| Memory::of(&folders.state));
        let before = match &memory {
            Some(memory) => memory.seen(ledger)?,
            None => None,
        };
        let trust = Trust { ledger: Some(ledger), authority: before.as_ref().map(Seen::pin) };
        let store = export.store()?;
        let shown = Place { address: Address::Layout(file.to_owned()), ..place.clone() };
        let opened = open(&store, &trust).map_err(|error| CliError::opening(error, &shown, None))?;
        let behind = before.as_ref().map(|before| before.check(&opened)).unwrap_or_default();
        Ok(Self { export, opened, place, file: shown.address, before, behind })
    }

    pub fn ledger(&self) -> &Ledger {
        &self.opened.ledger
    }

    /// Whether it holds what it says: every event counts or was refused, and its heads are the heads.
    pub fn judge(&self) -> Result<(), CliError> {
        match self.opened.rejected.first() {
            Some(Rejected { name, why: Why::AnotherLedger(ledger), .. }) => {
                let message = format!("{} holds an event of another ledger than it says", self.file);
                let event = name.id();
                return Err(CliError::new(Code::ExportDamaged, message)
                    .fact("event", event.to_string(), event.to_string())
                    .fact("ledger", ledger.to_string(), ledger.to_string()));
            }
            Some(reject) => return Err(CliError::tampered(reject, &self.file)),
            None => {}
        }
        let ledger = self.ledger();
        let everything = ledger.everything();
        if let Some(waiting) = ledger.withheld(&everything).first() {
            return Err(CliError::withheld(waiting, &self.file));
        }
        let heads: Vec<_> = ledger.heads(&everything).into_iter().map(|head| ledger.entry(head).event.id).collect();
        if heads == self.export.header.heads {
            return Ok(());
        }
        Err(CliError::new(Code::ExportDamaged, "the export does not have the heads that it says"))
    }
}
