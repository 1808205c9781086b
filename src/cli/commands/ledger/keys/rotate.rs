//! `sealog ledger keys rotate`: a new key beside the old one, which is ended later.

use std::path::PathBuf;

use clap::Args;
use ledger_format::name::Name;

use super::request::Requested;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::own_key::{ReadyKey, file_name, shown};
use crate::cli::proposing::{propose_with_key, reason};
use crate::cli::session::Session;
use crate::ledger::enrolment::Request;
use crate::ledger::succession::{Gains, Successor};
use crate::signers::key_file::check_new;

/// Make a new key for yourself, and have it enrolled beside the old one
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger keys rotate                            # a root's new key is proposed, else a request is printed
  sealog ledger keys rotate --new-key ~/keys/ana-2.pem
  sealog ledger keys end SHA256:Qm4rT7xKp1Za --because rotated    # a day later, when the old one is silent")]
pub struct Rotate {
    /// Where the new key goes [default: <name>-2.pem in your folder of keys, or the next that is free]
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,

    /// Why; it is recorded
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Rotate {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let path = self.place(world, &actor.principal)?;
        check_new(&path)?;
        if self.changing.dry_run {
            world.ui.say(format!("A new key of {} would be made in {}", actor.principal, shown(world, &path)));
            return Ok(Exit::Done);
        }
        let everything = session.ledger().everything();
        let mut successor = Successor::of(session.ledger(), &everything)?;
        let key = ReadyKey::new(path)?;
        let ledger = session.ledger().id();
        let request = Request::new(ledger, &actor.principal, &key.key)
            .map_err(|error| CliError::new(Code::KeyUnusable, error.to_string()))?;
        if !successor.old.is_root(&actor.principal) {
            key.keep_and_say(world, &actor.principal)?;
            world.ui.show(&Requested(request))?;
            return Ok(Exit::Done);
        }
        let entry = request.entry(ledger).map_err(|error| CliError::new(Code::Internal, error.to_string()))?;
        successor.give(&actor.principal, Gains { key: Some((request.key, entry)), ..Gains::default() })?;
        let reason = reason(self.reason.as_deref(), || format!("a new key of {}", actor.principal))?;
        propose_with_key(world, session, &self.changing, successor, reason, Some(&key))
    }

    fn place(&self, world: &World<'_>, name: &Name) -> Result<PathBuf, CliError> {
        if let Some(path) = &self.new_key {
            return Ok(world.folder.join(path));
        }
        let folder = world.environment.folders()?.keys();
        let mut paths = (2u32..).map(|number| folder.join(format!("{}-{number}.pem", file_name(name))));
        Ok(paths.find(|path| !path.exists()).unwrap_or(folder))
    }
}
