//! `sealog ledger keys request`: what somebody sends to a root to be enrolled.

use clap::Args;
use ledger_format::name::Name;
use serde::Serialize;

use crate::cli::World;
use crate::cli::args::{SigningKey, WhichLedger};
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::own_key::{self, OwnKey};
use crate::cli::session::Session;
use crate::cli::ui::page::{Page, View};
use crate::ledger::enrolment;

/// Print what a root needs to enrol your key, which is made where you have none
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger keys request --name chloe > chloe.json     # then send the file to a root
  sealog ledger keys add chloe.json --preset approver --target prod

Nothing in a request is secret, and nothing is recorded by it.")]
pub struct Request {
    /// Who you want to be in the ledger [default: the name of your key's file, else of your account]
    #[arg(long)]
    name: Option<Name>,

    #[command(flatten)]
    key: SigningKey,

    #[command(flatten)]
    which: WhichLedger,
}

impl Request {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.which)?;
        let key = OwnKey::find(world, &self.key, self.name.as_ref())?;
        let account = || Name::new(&own_key::person(world)?).ok();
        let name = self.name.clone().or_else(|| key.name()).or_else(account).ok_or_else(nameless)?;
        let key = key.ready(world)?;
        let request = enrolment::Request::new(session.ledger().id(), &name, &key.key)
            .map_err(|error| CliError::new(Code::KeyUnusable, error.to_string()))?;
        if key.is_new() {
            key.keep_and_say(world, &name)?;
        }
        world.ui.show(&Requested(request))?;
        Ok(Exit::Done)
    }
}

/// The request as it is sent: JSON on one line.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Requested(pub enrolment::Request);

impl View for Requested {
    fn draw(&self, page: &mut Page<'_>) {
        page.line(serde_json::to_string(&self.0).unwrap_or_default());
    }

    fn quiet(&self) -> Option<String> {
        serde_json::to_string(&self.0).ok()
    }
}

fn nameless() -> CliError {
    CliError::new(
        Code::Usage,
        "cannot tell who you are: neither the key nor the account has a name that a ledger takes",
    )
    .hint("sealog ledger keys request --name <name>")
}
