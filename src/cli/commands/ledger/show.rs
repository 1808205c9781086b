//! `sealog ledger show <event>`: one event whole, and whether it counts.

use clap::Args;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;

/// Show one event whole: who said what, and did it count
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger show 8b5e30\n  sealog ledger show 8b5e30f7d2c4 --format json")]
pub struct Show {
    /// The event's id, or at least the first 6 digits of it
    event: String,

    #[command(flatten)]
    reading: Reading,
}

impl Show {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let shown = reader.shown(&self.event)?;
        world.ui.show_paged(&shown)?;
        reader.end()
    }
}
