//! `sealog ledger endorse`: a root agrees to a proposed authority.

use clap::Args;
use ledger_format::authority::force::What;
use ledger_format::event::{Data, Endorsed};
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use ledger_format::time::Time;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::proposing::{approvals_lost, lost_event, state_of};
use crate::cli::session::{Actor, Session};
use crate::cli::view::authority::{Asked, Proposal, State, changes};
use crate::cli::view::says::list;
use crate::ledger::succession::{OpenProposal, Successor, all_steps, open_proposals, stands_behind};

const UNDONE: &str = "Nothing was signed, nothing recorded.";

/// Endorse a proposed authority, which comes in force when enough roots do
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog ledger endorse                  # the only proposal that is open\n  \
    sealog ledger endorse 8b5e30f7d2c4")]
pub struct Endorse {
    /// The proposal; may be left out where one is open
    proposal: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Endorse {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        session.sees_all_sides()?;
        let open = self.find(session.ledger())?;
        let ledger = session.ledger();
        let document = ledger.authorities().document(open.number);
        let actor = session.actor_in(&self.changing.key, document)?;
        let plan = plan(world, ledger, open, &actor)?;
        let stands = ledger.authorities().endorsers(open.number, &all_steps(ledger)).contains(&actor.principal);
        if stands {
            world.ui.nothing(format!("you stand behind {} already: nothing was recorded", open.id.short()));
            world.ui.show(&Proposal { proposal: Some(open.id), state: State::Open, ..plan })?;
            return Ok(Exit::Done);
        }
        if self.changing.dry_run {
            world.ui.show(&plan)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&plan);
        world.ui.confirm("Endorse it?", self.changing.assume())?;
        let forked = session.is_forked();
        let mut writer = session.writer(actor)?;
        let turn = writer.turn()?;
        if !open_proposals(writer.ledger(), &writer.ledger().everything()).iter().any(|still| still.id == open.id) {
            return Err(CliError::authority_changed().undone(UNDONE));
        }
        writer.append(Endorsed { proposal: open.id })?;
        if turn.is_none() {
            writer.refresh()?;
        }
        let session = writer.finish();
        drop(turn);
        session.not_forked_since(forked)?;
        let state = state_of(session.ledger(), open.id);
        world.ui.show(&Proposal { proposal: Some(open.id), state, ..plan })?;
        Ok(Exit::Done)
    }

    fn find(&self, ledger: &Ledger) -> Result<OpenProposal, CliError> {
        let open = open_proposals(ledger, &ledger.everything());
        let Some(text) = &self.proposal else {
            return match open.as_slice() {
                [one] => Ok(*one),
                [] => Err(CliError::new(Code::NotFound, "no proposal is open").undone(UNDONE)),
                several => Err(CliError::new(Code::Ambiguous, "several proposals are open")
                    .fact("they are", ids(several), list(several.iter().map(|open| open.id.short())))
                    .undone(UNDONE)),
            };
        };
        let id = ledger.entry(naming::find_event(ledger, text)?).event.id;
        open.into_iter().find(|open| open.id == id).ok_or_else(|| not_open(ledger, id))
    }
}

/// Everything that a root should see before agreeing, with the root's own agreement counted.
fn plan(world: &World<'_>, ledger: &Ledger, open: OpenProposal, actor: &Actor) -> Result<Proposal, CliError> {
    let everything = ledger.everything();
    let Some(Data::AuthorityProposed(proposed)) = ledger.get(open.id).and_then(|entry| entry.event.data()) else {
        return Err(not_open(ledger, open.id));
    };
    let new = &proposed.authority;
    let old = Successor::of(ledger, &everything)?.old;
    let endorsers = ledger.authorities().endorsers(open.number, &all_steps(ledger));
    let endorsers: Vec<Name> = endorsers.into_iter().chain([&actor.principal]).cloned().collect();
    let asked: Vec<Asked> = ledger
        .documents(&everything)
        .map(|document| document.authority())
        .chain([new])
        .map(|document| Asked::of(document, &endorsers))
        .collect();
    if !asked.iter().any(|asked| asked.roots.contains(&actor.principal)) {
        return Err(CliError::new(
            Code::RightMissing,
            format!("{} is no root of this: only roots endorse", actor.principal),
        )
        .undone(UNDONE));
    }
    Ok(Proposal {
        proposal: Some(open.id),
        version: new.version.get(),
        replaces: new.replaces.iter().flatten().copied().collect(),
        by: ledger.authorities().step(open.number).principal.clone(),
        reason: proposed.reason.to_string(),
        state: State::Planned,
        changes: changes(&old, new),
        cuts: ledger.would_cut(open.id, &everything).into_iter().map(|index| lost_event(ledger, index)).collect(),
        approvals: approvals_lost(ledger, &everything, new, Time::from(world.clock.now())),
        asked,
        endorsed_before: stands_behind(ledger, &everything, &actor.principal, Some(open.id)),
    })
}

fn not_open(ledger: &Ledger, id: EventId) -> CliError {
    let what = match ledger.authorities().number(id).map(|number| &ledger.authorities().step(number).what) {
        Some(What::Document { .. }) if state_of(ledger, id) == State::InForce => "is in force already",
        Some(What::Document { .. }) => "can never come in force: something else replaced what it replaces",
        Some(What::Endorsement { .. }) | None => "is no proposal",
    };
    CliError::new(Code::NotFound, format!("{} {what}", id.short())).detail("event", id.to_string()).undone(UNDONE)
}

fn ids(open: &[OpenProposal]) -> Vec<String> {
    open.iter().map(|open| open.id.to_string()).collect()
}
