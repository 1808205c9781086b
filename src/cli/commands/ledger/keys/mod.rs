//! `sealog ledger keys ...`: who may do what, by which keys.

use clap::Subcommand;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};

mod add;
mod end;
mod list;
mod named;
mod request;
mod rotate;
mod suspend;

#[derive(Debug, Subcommand)]
pub enum Keys {
    Add(add::Add),
    End(end::End),
    List(list::List),
    Request(request::Request),
    Rotate(rotate::Rotate),
    Suspend(suspend::Suspend),
}

impl Keys {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Add(command) => command.run(world),
            Self::End(command) => command.run(world),
            Self::List(command) => command.run(world),
            Self::Request(command) => command.run(world),
            Self::Rotate(command) => command.run(world),
            Self::Suspend(command) => command.run(world),
        }
    }
}
