//! `sealog ledger keys end`: a key, or somebody with all keys, counts no more, for ever.

use clap::Args;
use ledger_format::authority::document::{self, EndReason};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::time::Time;

use super::named::Named;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::proposing::{propose, reason};
use crate::cli::session::Session;
use crate::cli::ui::times;
use crate::ledger::succession::{InUse, Successor, in_use};

/// End a key, or somebody with all keys: for ever
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger keys end tom --because left
  sealog ledger keys end SHA256:k3QzP0vT8mRa --because compromised --since 8b5e30f7d2c4
  sealog ledger keys end SHA256:k3QzP0vT8mRa --because rotated     # once the new key is enrolled

What it signed before stays; what it signed and this version has not seen counts no more.")]
pub struct End {
    /// A principal, or the fingerprint of a key or its beginning
    #[arg(value_name = "NAME|KEY")]
    whom: String,

    /// rotated, lost, left or compromised
    #[arg(long, value_parser = because)]
    because: EndReason,

    /// The last event of it that is trusted; what it signed after that is to be reviewed
    #[arg(long, value_name = "EVENT")]
    since: Option<String>,

    /// Call it rotated although it signed in the last 24 hours or holds a claim
    #[arg(long)]
    cut: bool,

    /// Why, in your words; it is recorded
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl End {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let (ledger, everything) = (session.ledger(), session.ledger().everything());
        let mut successor = Successor::of(ledger, &everything)?;
        let named = Named::find(&successor.old, &self.whom)?;
        if self.because == EndReason::Rotated && !self.cut {
            self.refuse_in_use(world, (ledger, &everything), &successor, &named)?;
        }
        let since = match &self.since {
            Some(text) => Some(ledger.entry(naming::find_event(ledger, text)?).event.id),
            None => None,
        };
        let end = document::End { reason: self.because, since };
        match &named {
            Named::Key(key) => successor.end_key(key, end)?,
            Named::Principal(name) => successor.end_principal(name, end)?,
        }
        let reason = reason(self.reason.as_deref(), || format!("{}: {}", named.says(), self.because.as_str()))?;
        propose(world, session, &self.changing, successor, reason)
    }

    /// What a key signs before it hears of its end would be lost: a key in use is not called rotated.
    fn refuse_in_use(
        &self,
        world: &World<'_>,
        (ledger, set): (&Ledger, &ClosedSet),
        successor: &Successor,
        named: &Named,
    ) -> Result<(), CliError> {
        let now = Time::from(world.clock.now());
        let used = named.keys(&successor.old).into_iter().find_map(|key| Some((in_use(ledger, set, &key, now)?, key)));
        let Some((used, key)) = used else { return Ok(()) };
        let why = match used {
            InUse::Signed(at) => format!("signed at {}, less than 24 hours ago", times::rfc3339(at.into())),
            InUse::HoldsClaim(id) => format!("holds the claim {}", id.short()),
        };
        Err(CliError::new(Code::KeyInUse, format!("the key {} {why}", key.short()))
            .detail("key", key.to_string())
            .hint("let it fall silent: what it signs without having seen its end would count no more")
            .undone("Nothing was signed, nothing recorded."))
    }
}

fn because(text: &str) -> Result<EndReason, String> {
    let known = EndReason::ALL.iter().find(|reason| reason.as_str() == text);
    known.copied().ok_or_else(|| "why a key ends is one of: rotated, lost, left, compromised".to_owned())
}
