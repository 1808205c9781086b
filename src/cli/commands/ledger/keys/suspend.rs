//! `sealog ledger keys suspend`: what one person alone can do against a key, at once.

use clap::Args;
use ledger_format::event::{Data, KeySuspended};
use ledger_format::field::Set;
use ledger_format::name::{EventId, Fingerprint};
use serde::Serialize;

use super::named::Named;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::proposing::reason;
use crate::cli::session::Session;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::list;
use crate::ledger::succession::Successor;

/// Suspend a key at once, until the roots lift it or end the key
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger keys suspend tom --reason 'laptop stolen'
  sealog ledger keys suspend SHA256:k3QzP0vT8mRa --reason 'seen in a log'

Its approvals count for no start from now on, and no start of its own is permitted. Facts stay facts. You may suspend
your own keys, a root everybody's; others need the right key.suspended.")]
pub struct Suspend {
    /// A principal, or the fingerprint of a key or its beginning
    #[arg(value_name = "NAME|KEY")]
    whom: String,

    /// Why; it is recorded
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Suspend {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let authority = Successor::of(session.ledger(), &session.ledger().everything())?.old;
        let named = Named::find(&authority, &self.whom)?;
        let actor = session.actor(&self.changing.key)?;
        let keys = Set::new(named.keys(&authority))
            .ok_or_else(|| CliError::new(Code::NotFound, format!("{} has no key to suspend", named.says())))?;
        let mut view = Suspended { event: None, whom: named.says(), keys: keys.iter().cloned().collect() };
        let given = world.ui.text("Reason", self.reason.as_deref(), "--reason")?;
        let data = KeySuspended { keys, reason: reason(Some(&given), String::new)? };
        session.permit(&actor, &Data::from(data.clone()))?;
        if self.changing.dry_run {
            world.ui.show(&view)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&view);
        world.ui.confirm("Suspend?", self.changing.assume())?;
        let mut writer = session.writer(actor)?;
        view.event = Some(writer.append(data)?);
        writer.finish();
        world.ui.show(&view)?;
        world.ui.next(&[&format!("sealog ledger keys end {} --because compromised", self.whom)]);
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
struct Suspended {
    /// Absent before it is signed.
    event: Option<EventId>,
    #[serde(skip)]
    whom: String,
    keys: Vec<Fingerprint>,
}

impl View for Suspended {
    fn draw(&self, page: &mut Page<'_>) {
        let whom = &self.whom;
        page.line(match self.event {
            Some(id) => Line::new().mark(Mark::Done).text(format!("Suspended {whom} · {}", id.short())),
            None => Line::from(format!(
                "Suspends {whom}: no approval of it counts for a start, none of its starts is permitted"
            )),
        });
        let facts = Facts::new().fact("keys", list(self.keys.iter().map(Fingerprint::short)));
        page.facts(facts.fact("until", "the roots lift it, or end the key"));
    }

    fn quiet(&self) -> Option<String> {
        self.event.map(|id| id.to_string())
    }
}
