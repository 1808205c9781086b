//! `sealog deployments ...`: what is configured. `deployment` is the same word, and stands before every other verb too.

use clap::Subcommand;

use crate::cli::error::{CliError, Exit};
use crate::cli::{Verb, World};

mod describe;
mod list;
mod validate;

#[derive(Debug, Subcommand)]
pub enum Deployments {
    Describe(describe::Describe),
    List(list::List),
    Validate(validate::Validate),
    #[command(flatten)]
    Verb(Box<Verb>),
}

impl Deployments {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Describe(command) => command.run(world),
            Self::List(command) => command.run(world),
            Self::Validate(command) => command.run(world),
            Self::Verb(verb) => verb.run(world),
        }
    }
}
