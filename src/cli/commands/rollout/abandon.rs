//! `sealog rollout --abandon`: ends the claims that stand on a target: one's own, and by the right to take over others'.

use ledger_format::event::{ClaimEnded, Data};
use ledger_format::field::Set;
use ledger_format::name::Name;

use super::aim;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Exit};
use crate::cli::session::{Actor, Session};
use crate::cli::view::claims::{Abandoned, Abandoning, By};
use crate::ledger::append::{AppendError, new_run};
use crate::ledger::runs::{HeldRun, Runs, Whose};
use crate::stages::rollout::Scribe as _;
use crate::stages::rollout::claims::{self, Standing};
use crate::stages::rollout::draft::because;

pub fn run(
    session: Session<'_>,
    actor: Actor,
    (deployment, target): (&Name, &Name),
    said: Option<&str>,
    changing: &Changing,
) -> Result<Exit, CliError> {
    let world = session.world;
    let ledger = session.ledger();
    let state = world.environment.folders().ok().map(|folders| folders.state);
    let whose = Whose { ledger: ledger.id(), key: &actor.fingerprint, deployment, target };
    let runs = state.map(|state| Runs::of(&state, whose));
    // Processes of this machine that made claims and are gone: those are one's own, all others are taken over.
    let mut gone: Vec<HeldRun> = Vec::new();
    let mut rows: Vec<(Standing, By)> = Vec::new();
    for claim in claims::standing(ledger, deployment, target, &ledger.everything()) {
        if let (Some(runs), true) = (&runs, claim.key == actor.fingerprint) {
            gone.extend(runs.take_if_dead(&claim.run)?);
        }
        let own = claim.key == actor.fingerprint && gone.iter().any(|held| held.run == claim.run);
        rows.push((claim, if own { By::Itself } else { By::TakeOver }));
    }
    if rows.is_empty() {
        world.ui.nothing(format!("nobody claims {target}"));
        world.ui.show(&Abandoned::of(deployment, target, &[], None))?;
        return Ok(Exit::Done);
    }
    let plan = Abandoning::of(ledger, deployment, target, &rows);
    if changing.dry_run {
        world.ui.show(&plan)?;
        return Ok(Exit::Done);
    }
    world.ui.plan(&plan);
    let takes_over = rows.iter().any(|(_, by)| *by == By::TakeOver);
    let reason = match takes_over {
        true => Some(aim::reason(world, "Why do you take over?", said)?),
        false => None,
    };
    world.ui.confirm("End them?", changing.assume())?;
    let run = new_run().map_err(AppendError::Random)?;
    let mut writer = session.writer_of_run(actor, run.clone())?;
    let mut last = None;
    for (claim, by) in &rows {
        let (run, takeover) = match by {
            By::Itself => (&claim.run, None),
            By::TakeOver => (&run, reason.clone().map(because)),
        };
        writer.go_on_as(run);
        last = Some(writer.write(Data::from(ClaimEnded { claims: Set::one(claim.id), takeover }))?);
    }
    writer.finish();
    world.ui.show(&Abandoned::of(deployment, target, &rows, last))?;
    Ok(Exit::Done)
}
