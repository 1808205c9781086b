//! `sealog ledger trust`: which authority this machine goes by, where the ledger shows several.

use clap::Args;
use ledger_format::admission::Status;
use ledger_format::authority::force::Pin;
use ledger_format::dag::Index;
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;

use crate::cli::World;
use crate::cli::args::WhichLedger;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::proposing::lost_event;
use crate::cli::session::Session;
use crate::cli::ui::prompt::Assume;
use crate::cli::view::authority::{Lost, changes};
use crate::cli::view::trust::{How, Taken, Trusted, Version};
use crate::ledger::trust::{Standing, newest_pin, pin_on};

const UNDONE: &str = "This machine goes by what it went by before.";

/// Show which authority this machine goes by, or take another where the authority is forked
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog ledger trust                    # the sides of a fork, and what settles them\n  \
    sealog ledger trust 8b5e30f7d2c4       # the side that your colleagues have, or what settles it\n\n\
    Nothing is written to the ledger. To settle a fork yourself, trust what all sides build on, then propose."
)]
pub struct Trust {
    /// The authority that is right: the id of its event; without it nothing is changed
    authority: Option<String>,

    /// Answer the question with yes
    #[arg(long, short = 'y', visible_alias = "auto-approve", requires = "authority")]
    yes: bool,

    /// Print the plan and change nothing
    #[arg(long, requires = "authority")]
    dry_run: bool,

    #[command(flatten)]
    which: WhichLedger,
}

impl Trust {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.which)?;
        let alone = session.read_for(None)?.ledger;
        match &self.authority {
            None => {
                world.ui.show(&trusted(&session, &alone))?;
                session.complete()?;
                Ok(Exit::Done)
            }
            Some(text) => self.take(world, &session, &alone, text),
        }
    }

    fn take(&self, world: &World<'_>, session: &Session<'_>, alone: &Ledger, text: &str) -> Result<Exit, CliError> {
        let pin = find(session.ledger(), alone, text)?;
        let said = pin.authority;
        let then = session.read_for(Some(pin))?.ledger;
        if !then.authorities_in_force(&then.everything()).contains(&said) {
            return Err(not_in_force(&then, said));
        }
        let plan = plan(session, &then)?;
        if self.dry_run {
            world.ui.show(&plan)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&plan);
        let assume = if self.yes { Assume::Yes } else { Assume::Ask };
        world.ui.confirm("Go by it?", assume)?;
        session.take(&then, said)?;
        world.ui.show(&Taken { taken: true, ..plan })?;
        Ok(Exit::Done)
    }
}

/// What this machine goes by, and everything that it could go by.
fn trusted(session: &Session<'_>, alone: &Ledger) -> Trusted {
    let own = session.ledger();
    let standing = Standing::of(own, alone);
    let in_force = own.authorities_in_force(&own.everything());
    // A side is endorsed as the reading shows it in which it is in force.
    let version =
        |id: EventId| Version::of(if in_force.contains(&id) { own } else { alone }, id, in_force.contains(&id));
    let version = |id: EventId| version(id).or_else(|| Version::of(own, id, false));
    let versions = |ids: &[EventId]| ids.iter().copied().filter_map(version).collect();
    Trusted {
        ledger: own.id(),
        by: session.by,
        authority: current(session),
        confirmed: session.before.as_ref().and_then(|before| before.confirmed),
        forked: session.is_forked(),
        sides: versions(&standing.sides),
        settlements: versions(&standing.settlements),
        base: standing.base.and_then(version),
    }
}

fn current(session: &Session<'_>) -> Version {
    let ledger = session.ledger();
    let version = |pin: Pin| Version::of(ledger, pin.authority, true);
    let newest = newest_pin(ledger);
    // In a fork that nothing decides, what this machine goes by is what it remembers.
    let moved = if ledger.newest_authorities(&ledger.everything()).len() == 1 { newest } else { session.trusted() };
    version(moved).unwrap_or_else(|| unreachable!("the authority of a ledger that was read"))
}

/// The authority of this id and what it builds on.
fn find(own: &Ledger, alone: &Ledger, text: &str) -> Result<Pin, CliError> {
    // What only one of the two readings knows can be meant as well.
    let found = [alone, own].map(|ledger| (ledger, naming::find_event(ledger, text)));
    let (ledger, index) = match found {
        [(one, Ok(index)), (other, Ok(same))] if one.entry(index).event.id == other.entry(same).event.id => {
            (one, index)
        }
        [(_, Ok(_)), (_, Ok(_))] => {
            return Err(CliError::new(Code::Ambiguous, format!("`{text}` could be either of two events"))
                .hint("name it by its whole id")
                .undone(UNDONE));
        }
        [(ledger, Ok(index)), (_, Err(error))] | [(_, Err(error)), (ledger, Ok(index))]
            if error.code() == Code::NotFound =>
        {
            (ledger, index)
        }
        [(_, Err(error)), _] | [_, (_, Err(error))] => return Err(error.undone(UNDONE)),
    };
    let event = &ledger.entry(index).event;
    pin_on(ledger, event.id).ok_or_else(|| {
        let kind = event.kind().map_or_else(|| "unknown".to_owned(), |kind| kind.to_string());
        CliError::new(Code::Usage, format!("{} is no authority but {kind}", event.id.short()))
            .detail("event", event.id.to_string())
            .detail("kind", kind)
            .hint("sealog ledger trust   (shows the authorities there are)")
            .undone(UNDONE)
    })
}

/// It cannot be trusted because the ledger does not show that its roots agreed to it.
fn not_in_force(then: &Ledger, said: EventId) -> CliError {
    let why = match then.get(said).map(|entry| &entry.status) {
        Some(Status::Refused(refusal)) => format!("a rule of the ledger refuses it: {refusal}"),
        Some(Status::Admitted) | None => "not enough roots endorsed it, or what it replaces is not in force".to_owned(),
    };
    CliError::new(Code::PinNotMet, format!("{} cannot be trusted: it is not in force", said.short()))
        .detail("event", said.to_string())
        .fact("because", why.clone(), why)
        .hint("sealog ledger trust   (shows the authorities in force)")
        .undone(UNDONE)
}

fn plan(session: &Session<'_>, then: &Ledger) -> Result<Taken, CliError> {
    let now = session.ledger();
    let (from, to) = (current(session), newest_pin(then));
    let missing = || CliError::new(Code::Internal, "an authority that was just read is not there");
    let how = match () {
        () if to.authority == from.event => How::Same,
        () if to.builds_on.contains(&from.event) => How::Later,
        () if session.trusted().builds_on.contains(&to.authority) => How::Earlier,
        () => How::OtherSide,
    };
    let document = |ledger: &Ledger, id| Some(ledger.get(id)?.event.data()?.authority()?.clone());
    let (old, new) = document(now, from.event).zip(document(then, to.authority)).ok_or_else(missing)?;
    Ok(Taken {
        ledger: now.id(),
        from,
        to: Version::of(then, to.authority, true).ok_or_else(missing)?,
        how,
        decides: then.newest_authorities(&then.everything()).len() == 1,
        changes: changes(&old, &new),
        loses: counted_only(now, then),
        gains: counted_only(then, now),
        taken: false,
    })
}

/// The events that count in one reading and not in the other.
fn counted_only(one: &Ledger, other: &Ledger) -> Vec<Lost> {
    let (ours, theirs) = (one.everything(), other.everything());
    let only = |index: &Index| {
        let elsewhere = other.index(one.entry(*index).event.id);
        one.is_effective(*index, &ours) && !elsewhere.is_some_and(|index| other.is_effective(index, &theirs))
    };
    one.in_order(&ours).into_iter().filter(only).map(|index| lost_event(one, index)).collect()
}
