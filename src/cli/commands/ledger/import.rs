//! `sealog ledger import <file>`: adds what an export holds to a ledger, or makes the ledger of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use ledger_format::name::{EventId, LedgerId};
use serde::Serialize;

use crate::cli::World;
use crate::cli::args::WhichLedger;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::exported::Exported;
use crate::cli::session::{Session, flushed};
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::count;
use crate::ledger::describe::describe;
use crate::store::{self, LedgerStore, StoreError, StoredName};

/// Add the events of an export to the ledger; where there is none, it becomes one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger import audit.sealog\n  \
    sealog ledger import audit.sealog --ledger /mnt/copy --dry-run")]
pub struct Import {
    /// A file that `sealog ledger export` wrote
    file: PathBuf,

    /// Say what would be added and change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    which: WhichLedger,
}

impl Import {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let exported = Exported::open(world, &self.file, &self.which)?;
        exported.judge()?;
        let address = &exported.place.address;
        let into = match store::open(address, describe) {
            Ok(store) => Some(store),
            Err(StoreError::NotThere { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let mut imported = Imported::of(&exported, self.dry_run);
        if into.is_some() {
            let session = Session::look(world, &self.which)?;
            same(session.ledger().id(), exported.ledger().id(), &self.file)?;
            imported.known = events(&exported).filter(|id| session.ledger().get(*id).is_some()).count();
            imported.added -= imported.known;
        } else if let Some(before) = &exported.before
            && !exported.behind.is_empty()
        {
            return Err(CliError::behind(before, &exported.behind, &exported.opened.ledger, address));
        }
        if !self.dry_run {
            let store = into.map_or_else(|| store::create(address, describe), Ok)?;
            add(store.as_ref(), &exported)?;
            flushed(world.ui, store.as_ref());
            Session::open(world, &self.which)?;
        }
        world.ui.show(&imported)?;
        Ok(Exit::Done)
    }
}

fn same(there: LedgerId, exported: LedgerId, file: &Path) -> Result<(), CliError> {
    if there == exported {
        return Ok(());
    }
    let message = format!("{} is of another ledger than the one that is there", file.display());
    Err(CliError::new(Code::PinNotMet, message)
        .fact("there", there.to_string(), there.to_string())
        .fact("exported", exported.to_string(), exported.to_string())
        .undone("Nothing was added."))
}

/// What an export holds that is neither junk nor waits for what is not in it; parents first.
fn events(exported: &Exported) -> impl Iterator<Item = EventId> {
    let ledger = exported.ledger();
    ledger.in_order(&ledger.everything()).into_iter().map(|index| ledger.entry(index).event.id)
}

/// Parents first, and the blobs that an event names before it.
fn add(store: &dyn LedgerStore, exported: &Exported) -> Result<(), CliError> {
    let bundles: HashMap<EventId, &(StoredName, Vec<u8>)> =
        exported.export.events.iter().map(|event| (event.0.id(), event)).collect();
    for id in events(exported) {
        if let Some((name, bundle)) = bundles.get(&id)
            && let Some(entry) = exported.ledger().get(id)
        {
            let blobs = exported.export.blobs_of(&entry.event);
            if !blobs.is_empty() {
                store.put_blobs(&name.id(), &blobs)?;
            }
            store.put(name, bundle)?;
        }
    }
    Ok(())
}

impl Imported {
    /// What is added where nothing is known yet.
    fn of(exported: &Exported, dry_run: bool) -> Self {
        let added = events(exported).count();
        Self {
            ledger: exported.ledger().id(),
            address: exported.place.address.to_string(),
            added,
            known: 0,
            ignored: exported.export.events.len() - added,
            dry_run,
        }
    }
}

#[derive(Serialize)]
struct Imported {
    ledger: LedgerId,
    address: String,
    added: usize,
    known: usize,
    /// Junk of the export, or the same event once more.
    ignored: usize,
    dry_run: bool,
}

impl View for Imported {
    fn draw(&self, page: &mut Page<'_>) {
        let known = if self.known == 0 { String::new() } else { format!(", {} were there", self.known) };
        let ignored = if self.ignored == 0 { String::new() } else { format!(", {} ignored", self.ignored) };
        let (mark, verb) = match (self.dry_run, self.added) {
            (_, 0) => (Mark::Nothing, "Nothing to add:"),
            (true, _) => (Mark::Nothing, "Would add"),
            (false, _) => (Mark::Done, "Added"),
        };
        let said = format!(
            "{verb} {} of ledger {} to {}{known}{ignored}",
            count(self.added, "event"),
            self.ledger.short(),
            self.address
        );
        page.line(Line::new().mark(mark).text(said));
    }

    fn quiet(&self) -> Option<String> {
        Some(self.ledger.to_string())
    }
}
