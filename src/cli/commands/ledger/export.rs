//! `sealog ledger export <file>`: the ledger as one file that is verified without any store.

use std::path::PathBuf;

use clap::Args;
use ledger_format::name::{EventId, LedgerId};
use serde::Serialize;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::count;
use crate::fs;
use crate::ledger::export;

/// Write the ledger down as one file, to be verified or imported elsewhere, offline
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger export audit.sealog\n  sealog verify --file audit.sealog")]
pub struct Export {
    /// The file that is written
    file: PathBuf,

    #[command(flatten)]
    reading: Reading,
}

impl Export {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let (header, file) = export::write(reader.session.store.as_ref(), reader.ledger(), &reader.set)?;
        let path = world.folder.join(&self.file);
        fs::replace(&path, &file).map_err(|error| CliError::export_file(&error))?;
        let exported = Exported {
            file: self.file.display().to_string(),
            bytes: file.len(),
            ledger: header.ledger,
            heads: header.heads,
            events: header.events,
            blobs: header.blobs,
        };
        world.ui.show(&exported)?;
        reader.end()
    }
}

#[derive(Serialize)]
struct Exported {
    file: String,
    bytes: usize,
    ledger: LedgerId,
    heads: Vec<EventId>,
    events: usize,
    blobs: usize,
}

impl View for Exported {
    fn draw(&self, page: &mut Page<'_>) {
        let said = format!("Wrote {} and {} to {}", count(self.events, "event"), count(self.blobs, "blob"), self.file);
        page.line(Line::new().mark(Mark::Done).text(said));
        let mut facts = Facts::new().fact("ledger", self.ledger.to_string());
        for head in &self.heads {
            facts = facts.fact("head", head.to_string());
        }
        page.facts(facts);
    }

    fn quiet(&self) -> Option<String> {
        Some(self.file.clone())
    }
}
