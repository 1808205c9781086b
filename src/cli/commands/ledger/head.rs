//! `sealog ledger head`: what nothing else builds on, whole, to be quoted elsewhere.

use clap::Args;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;
use crate::cli::view::head;

/// Show the heads of the ledger: a colleague who has them can tell whether events are withheld
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger head\n  sealog verify --expect-head $(sealog ledger head -q)")]
pub struct Head {
    #[command(flatten)]
    reading: Reading,
}

impl Head {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let heads = reader.ledger().heads(&reader.set).into_iter().map(|head| reader.entry(head)).collect();
        world.ui.show(&head::Head { ledger: reader.ledger().id(), heads, as_of: reader.as_of() })?;
        reader.end()
    }
}
