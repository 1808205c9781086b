//! `sealog ledger ...`: the events themselves.

use clap::Subcommand;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};

mod head;
mod log;
mod show;

#[derive(Debug, Subcommand)]
pub enum Ledger {
    Head(head::Head),
    Log(log::Log),
    Show(show::Show),
}

impl Ledger {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Head(command) => command.run(world),
            Self::Log(command) => command.run(world),
            Self::Show(command) => command.run(world),
        }
    }
}
