//! `sealog ledger import <file>`: adds what an export holds to a ledger, or makes the ledger of it.

use std::path::{Path, PathBuf};

use clap::Args;
use ledger_format::name::LedgerId;
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
use crate::ledger::export::Export;
use crate::store::{self, LedgerStore, StoreError};

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
        if into.is_some() {
            let there = Session::look(world, &self.which)?.ledger().id();
            same(there, exported.opened.ledger.id(), &self.file)?;
        } else if let Some(before) = &exported.before
            && !exported.behind.is_empty()
        {
            return Err(CliError::behind(before, &exported.behind, &exported.opened.ledger, address));
        }
        let mut imported = Imported {
            ledger: exported.opened.ledger.id(),
            address: address.to_string(),
            added: exported.export.events.len(),
            known: 0,
            dry_run: self.dry_run,
        };
        if let Some(store) = &into {
            imported.known = held(store.as_ref(), &exported.export)?;
            imported.added -= imported.known;
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

/// How many of the events are there already, byte by byte.
fn held(store: &dyn LedgerStore, export: &Export) -> Result<usize, CliError> {
    let mut held = 0;
    for (name, bundle) in &export.events {
        if matches!(store.get(name), Ok(Some(found)) if found == *bundle) {
            held += 1;
        }
    }
    Ok(held)
}

/// Parents first, and the blobs that an event names before it.
fn add(store: &dyn LedgerStore, exported: &Exported) -> Result<(), CliError> {
    for (name, bundle) in &exported.export.events {
        if let Some(entry) = exported.opened.ledger.get(name.id()) {
            let blobs = exported.export.blobs_of(&entry.event);
            if !blobs.is_empty() {
                store.put_blobs(&name.id(), &blobs)?;
            }
            store.put(name, bundle)?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Imported {
    ledger: LedgerId,
    address: String,
    added: usize,
    known: usize,
    dry_run: bool,
}

impl View for Imported {
    fn draw(&self, page: &mut Page<'_>) {
        let known = if self.known == 0 { String::new() } else { format!(", {} were there", self.known) };
        let (mark, verb) = match (self.dry_run, self.added) {
            (_, 0) => (Mark::Nothing, "Nothing to add:"),
            (true, _) => (Mark::Nothing, "Would add"),
            (false, _) => (Mark::Done, "Added"),
        };
        let said = format!(
            "{verb} {} of ledger {} to {}{known}",
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
