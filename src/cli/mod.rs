//! Commands, views, errors: what a person sees. Only this module prints.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub mod args;
pub mod authority_file;
pub mod commands;
pub mod error;
pub mod exported;
pub mod key;
pub mod naming;
pub mod own_key;
pub mod place;
pub mod presets;
pub mod proposing;
pub mod reader;
pub mod reference;
pub mod session;
pub mod speak;
mod start;
pub mod teller;
pub mod ui;
pub mod verifier;
pub mod view;

pub use start::{command, main};

use crate::clock::Clock;
use crate::environment::Environment;
use error::{CliError, Exit};
use ui::Ui;

/// A sealed log of everything you ship
#[derive(Debug, Parser)]
#[command(name = "sealog", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    long_about = "A sealed log of everything you ship.\n\nEvery build, test, release, approval, promotion, rollout \
    and rollback is a signed event in an append-only ledger: a folder, or the registry beside your images. What runs \
    where, what ran before, who approved it and why is computed by replaying it."
)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not verified, 4 refused, 5 busy, \
    6 unreachable, 7 open findings, 10 drift. `sealog explain <code>` explains an error."
)]
struct Cli {
    #[command(flatten)]
    output: args::Output,

    #[command(subcommand)]
    command: Command,
}

/// One variant and one arm a command; its code lies in `commands/<verb>.rs`.
#[derive(Debug, Subcommand)]
enum Command {
    Completions(commands::completions::Completions),
    #[command(subcommand, visible_alias = "deployment", about = "Look at what is configured")]
    Deployments(commands::deployments::Deployments),
    Explain(commands::explain::Explain),
    Init(commands::init::Init),
    #[command(subcommand, about = "Look at the ledger itself")]
    Ledger(commands::ledger::Ledger),
    Verify(commands::verify::Verify),
    #[command(flatten)]
    Verb(Box<Verb>),
}

/// What is done to deployments, or asked about them: `sealog deployment status` is `sealog status`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Approve(commands::approve::Approve),
    Build(commands::build::Build),
    Diff(commands::diff::Diff),
    History(commands::history::History),
    #[command(subcommand)]
    Hold(commands::hold::Hold),
    Promote(commands::promote::Promote),
    #[command(subcommand)]
    Record(commands::record::Record),
    Reject(commands::reject::Reject),
    Release(commands::release::Release),
    Releases(commands::releases::Releases),
    Review(commands::review::Review),
    Rollback(commands::rollback::Rollback),
    Rollout(Box<commands::rollout::Rollout>),
    Status(commands::status::Status),
    #[command(subcommand)]
    Withdraw(commands::withdraw::Withdraw),
}

impl Command {
    fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Completions(command) => command.run(world),
            Self::Deployments(command) => command.run(world),
            Self::Explain(command) => command.run(world),
            Self::Init(command) => command.run(world),
            Self::Ledger(command) => command.run(world),
            Self::Verify(command) => command.run(world),
            Self::Verb(verb) => verb.run(world),
        }
    }
}

impl Verb {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Approve(command) => command.run(world),
            Self::Build(command) => command.run(world),
            Self::Diff(command) => command.run(world),
            Self::History(command) => command.run(world),
            Self::Hold(command) => command.run(world),
            Self::Promote(command) => command.run(world),
            Self::Record(command) => command.run(world),
            Self::Reject(command) => command.run(world),
            Self::Release(command) => command.run(world),
            Self::Releases(command) => command.run(world),
            Self::Review(command) => command.run(world),
            Self::Rollback(command) => command.run(world),
            Self::Rollout(command) => command.run(world),
            Self::Status(command) => command.run(world),
            Self::Withdraw(command) => command.run(world),
        }
    }
}

/// What a command finds around it.
pub struct World<'a> {
    pub ui: &'a Ui,
    pub environment: &'a Environment,
    pub clock: Clock,
    /// Where it was started.
    pub folder: PathBuf,
}
