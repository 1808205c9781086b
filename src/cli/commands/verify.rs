//! `sealog verify`: can this be trusted? Also `sealog ledger verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use ledger_format::name::EventId;

use crate::cli::World;
use crate::cli::args::WhichLedger;
use crate::cli::error::{CliError, Exit};
use crate::cli::exported::Exported;
use crate::cli::place::Pin;
use crate::cli::reader::at;
use crate::cli::session::Session;
use crate::cli::ui::times;
use crate::cli::verifier::{Outcome, Subject, Verifier};
use crate::clock::Stopwatch;
use crate::ledger::blobs;
use crate::ledger::seen::Acquaintance;

/// Verify the whole ledger: bytes, signatures, order, authority, policy, and that nothing is withheld
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog verify\n  sealog verify --expect-head $(ssh build sealog ledger head -q)\n  \
    sealog verify --file audit.sealog --trust sha256:4f1c9a..."
)]
pub struct Verify {
    /// Verify this export instead of a ledger; nothing else is needed
    #[arg(long, value_name = "FILE", conflicts_with = "ledger")]
    file: Option<PathBuf>,

    /// An event that must be there, from a colleague or an earlier run; may be given several times
    #[arg(long, value_name = "ID")]
    expect_head: Vec<EventId>,

    /// As it was at an event, or at the end of a minute or day
    #[arg(long, value_name = "EVENT|TIME")]
    at: Option<String>,

    #[command(flatten)]
    which: WhichLedger,
}

impl Verify {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let watch = world.clock.stopwatch();
        match &self.file {
            Some(file) => self.of_file(world, file, watch),
            None => self.of_ledger(world, watch),
        }
    }

    fn of_ledger(&self, world: &World<'_>, watch: Stopwatch) -> Result<Exit, CliError> {
        let session = Session::look(world, &self.which)?;
        let known_by = match (session.place.pin, session.by) {
            (Some(Pin { by, .. }), _) => by.words().to_owned(),
            (None, Acquaintance::Begun) => "begun on this machine".to_owned(),
            (None, _) if session.before.is_some() => "as this machine remembers it".to_owned(),
            (None, _) => "! nothing says that it is the right one: compare it with a colleague's".to_owned(),
        };
        let set = self.set(world, session.ledger())?;
        let subject = Subject {
            opened: &session.opened,
            blobs: blobs::examine(session.ledger(), &set, |digest| session.store.get_blob(digest)),
            set,
            place: &session.place.address,
            known_by,
            before: session.before.as_ref(),
            remembered: session.before.as_ref(),
            incomparable: "nothing to compare with: this machine has not seen the ledger before",
            missing: &session.missing,
            expected: self.expect_head.clone(),
            origin: format!("as listed at {}", times::hour_minute_second(session.listed_at.into())),
        };
        let outcome = Verifier::new(&subject, world.ui.look()).verify();
        // What is no event and that nobody misses fails no check, but is told.
        let named = |id| outcome.view.checks.iter().any(|check| check.findings.iter().any(|one| one.event == Some(id)));
        for reject in session.opened.rejected.iter().filter(|reject| !named(reject.name.id())).take(10) {
            world.ui.warn(format!("{}: {}", reject.name, reject.why));
        }
        let ended = end(world, outcome, watch);
        if !matches!(&ended, Err(error) if error.exit() == Exit::Unverified) {
            session.remember();
        }
        ended
    }

    fn of_file(&self, world: &World<'_>, file: &Path, watch: Stopwatch) -> Result<Exit, CliError> {
        let exported = Exported::open(world, file, &self.which)?;
        exported.judge()?;
        let known_by = match (exported.place.pin, &exported.before) {
            (Some(Pin { by, .. }), _) => by.words(),
            (None, Some(_)) => "as this machine remembers it",
            (None, None) => "! nothing says that it is the right one: compare it with a colleague's",
        };
        let set = self.set(world, exported.ledger())?;
        let held = &exported.export.blobs;
        let subject = Subject {
            opened: &exported.opened,
            blobs: blobs::examine(exported.ledger(), &set, |digest| Ok(held.get(digest).cloned())),
            set,
            place: &exported.file,
            known_by: known_by.to_owned(),
            before: None,
            remembered: exported.before.as_ref(),
            incomparable: "an export says nothing about events outside its heads",
            missing: &[],
            expected: self.expect_head.clone(),
            origin: "from an export, which says nothing about events outside its heads".to_owned(),
        };
        end(world, Verifier::new(&subject, world.ui.look()).verify(), watch)
    }

    fn set(
        &self,
        world: &World<'_>,
        ledger: &ledger_format::ledger::Ledger,
    ) -> Result<ledger_format::ledger::ClosedSet, CliError> {
        let set = match &self.at {
            None => ledger.everything(),
            Some(text) => at::resolve(ledger, world.ui.look(), text)?.0,
        };
        CliError::unless_level_known(ledger, &set)?;
        Ok(set)
    }
}

fn end(world: &World<'_>, mut outcome: Outcome, watch: Stopwatch) -> Result<Exit, CliError> {
    outcome.view.took_ms = elapsed(watch);
    world.ui.show(&outcome.view)?;
    outcome.error.map_or(Ok(Exit::Done), Err)
}

fn elapsed(watch: Stopwatch) -> u64 {
    u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX)
}
