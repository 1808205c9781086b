//! `sealog ledger keys list`: who may do what, by which keys.

use clap::Args;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;
use crate::cli::view::keys::KeyList;

/// List the principals with their keys and rights
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog ledger keys list\n  sealog ledger keys list --at 11-18\n  sealog ledger keys list --format json | \
    jq -r '.[] | select(.state == \"ended\").key'"
)]
pub struct List {
    #[command(flatten)]
    reading: Reading,
}

impl List {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        world.ui.show(&KeyList::of(reader.ledger(), &reader.set))?;
        Ok(Exit::Done)
    }
}
