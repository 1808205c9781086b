//! `sealog ledger export <file>`: the ledger as one file that is verified without any store.

use std::path::{Path, PathBuf};

use clap::Args;
use ledger_format::name::{EventId, LedgerId};
use serde::Serialize;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::reader::Reader;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::count;
use crate::fs::{self, FsError};
use crate::ledger::export::{self, Written};

/// Write the ledger down as one file, to be verified or imported elsewhere, offline
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger export audit.sealog\n  sealog verify --file audit.sealog")]
pub struct Export {
    /// The file that is written; `-` is standard output. Only an older export is written over
    file: PathBuf,

    #[command(flatten)]
    reading: Reading,
}

impl Export {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let Written { header, file, missing } =
            export::write(reader.session.store.as_ref(), &reader.session.opened, &reader.set)?;
        if missing > 0 {
            let named = count(missing, "blob");
            world.ui.warn(format!("{named} that events name are not in the export: the store does not have them"));
        }
        if self.file.as_os_str() == "-" {
            world.ui.answer(&String::from_utf8_lossy(&file))?;
            return reader.end();
        }
        self.replace(&world.folder.join(&self.file), &file)?;
        let exported = Exported {
            file: self.file.display().to_string(),
            bytes: file.len(),
            ledger: header.ledger,
            heads: header.heads,
            events: header.events,
            blobs: header.blobs,
            missing_blobs: missing,
        };
        world.ui.show(&exported)?;
        reader.end()
    }

    /// Another file of that name is more likely a key or an event of the ledger than one to be lost.
    fn replace(&self, path: &Path, file: &[u8]) -> Result<(), CliError> {
        let refused = |error: &FsError| CliError::export_file(error).undone("Nothing was written.");
        match fs::beginning(path, HEADER).map_err(|error| refused(&error))? {
            Some(start) if !export::begins_like_one(&start) => {
                Err(CliError::new(Code::FileUnusable, format!("{} is there and is no export", self.file.display()))
                    .detail("path", path.display().to_string())
                    .hint("choose another name, or move it away")
                    .undone("Nothing was written."))
            }
            Some(_) | None => fs::replace(path, file).map_err(|error| refused(&error)),
        }
    }
}

/// The header of an export stands in so many bytes, up to a hundred heads.
const HEADER: u64 = 8 * 1024;

#[derive(Serialize)]
struct Exported {
    file: String,
    bytes: usize,
    ledger: LedgerId,
    heads: Vec<EventId>,
    events: usize,
    blobs: usize,
    /// Named by events, and not in the store.
    missing_blobs: usize,
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
