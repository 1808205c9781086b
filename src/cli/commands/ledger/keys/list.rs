//! `sealog ledger keys list`: who may do what, by which keys.

use clap::Args;

use crate::cli::World;
use crate::cli::args::WhichLedger;
use crate::cli::error::{CliError, Exit};
use crate::cli::session::Session;
use crate::cli::view::keys::KeyList;

/// List the principals with their keys and rights
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger keys list\n  sealog ledger keys list --format json | \
    jq -r '.[] | select(.state == \"ended\").key'")]
pub struct List {
    #[command(flatten)]
    which: WhichLedger,
}

impl List {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.which)?;
        world.ui.show(&KeyList::of(session.ledger(), &session.ledger().everything()))?;
        Ok(Exit::Done)
    }
}
