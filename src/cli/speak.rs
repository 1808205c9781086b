//! How one event is said by hand: shown, agreed to, signed, and what follows from it told.

use ledger_format::dag::Index;
use ledger_format::event::Data;
use ledger_format::ledger::Ledger;
use ledger_format::time::Time;

use super::World;
use super::args::Changing;
use super::error::{CliError, Exit};
use super::session::{Actor, Session};
use super::teller::Teller;
use super::view::statement::{Statement, StruckStart, Words};
use crate::ledger::aftermath::aftermath;

/// What is said, in words and as data.
pub struct Speech {
    pub data: Data,
    pub words: Words,
    /// `Reject?`
    pub question: &'static str,
}

/// Says it, unless only the plan is asked for.
pub fn speak(
    world: &World<'_>,
    changing: &Changing,
    (session, actor): (Session<'_>, Actor),
    speech: Speech,
) -> Result<Exit, CliError> {
    session.permit(&actor, &speech.data)?;
    let mut statement = Statement {
        event: None,
        kind: speech.data.kind(),
        principal: actor.principal.clone(),
        data: speech.data.to_value(),
        strikes: Vec::new(),
        words: speech.words,
    };
    if changing.dry_run {
        world.ui.show(&statement)?;
        return Ok(Exit::Done);
    }
    world.ui.plan(&statement);
    world.ui.confirm(speech.question, changing.assume())?;
    let mut writer = session.writer(actor)?;
    let event = writer.append(speech.data)?;
    // A start that was written meanwhile has not seen it; who says so lists once more to tell.
    writer.refresh()?;
    let session = writer.finish();
    statement.event = Some(event);
    if let Some(index) = session.ledger().index(event) {
        statement.strikes = strikes(world, session.ledger(), index);
    }
    world.ui.show(&statement)?;
    Ok(Exit::Done)
}

fn strikes(world: &World<'_>, ledger: &Ledger, event: Index) -> Vec<StruckStart> {
    let now = Time::from(world.clock.now());
    let teller = Teller::new(ledger, world.ui.look());
    let struck = aftermath(ledger, event, now, &ledger.everything());
    let told = struck.into_iter().map(|struck| {
        let event = ledger.entry(struck.start).event.id;
        StruckStart { event, raced: struck.raced, stops: struck.stops, says: teller.tell(&event) }
    });
    told.collect()
}
