//! `sealog ledger policy ...`: what targets ask for.

use clap::Subcommand;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};

mod set;
mod show;

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    Set(set::Set),
    Show(show::Show),
}

impl PolicyCommand {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Set(command) => command.run(world),
            Self::Show(command) => command.run(world),
        }
    }
}
