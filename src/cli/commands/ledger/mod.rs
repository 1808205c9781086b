//! `sealog ledger ...`: the events themselves.

use clap::Subcommand;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};

mod endorse;
mod export;
mod head;
mod import;
mod keys;
mod log;
mod policy;
mod propose;
mod show;
mod trust;

#[derive(Debug, Subcommand)]
pub enum Ledger {
    Endorse(endorse::Endorse),
    Export(export::Export),
    Head(head::Head),
    Import(import::Import),
    #[command(subcommand, about = "Say whose keys may do what")]
    Keys(keys::Keys),
    Log(log::Log),
    #[command(subcommand, about = "Say what targets ask for")]
    Policy(policy::PolicyCommand),
    Propose(propose::Propose),
    Show(show::Show),
    Trust(trust::Trust),
    Verify(crate::cli::commands::verify::Verify),
}

impl Ledger {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Endorse(command) => command.run(world),
            Self::Export(command) => command.run(world),
            Self::Head(command) => command.run(world),
            Self::Import(command) => command.run(world),
            Self::Keys(command) => command.run(world),
            Self::Log(command) => command.run(world),
            Self::Policy(command) => command.run(world),
            Self::Propose(command) => command.run(world),
            Self::Show(command) => command.run(world),
            Self::Trust(command) => command.run(world),
            Self::Verify(command) => command.run(world),
        }
    }
}
