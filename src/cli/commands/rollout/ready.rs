//! From a request to the end of its rollout: plan, show, ask, drive, tell.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ledger_format::field::{Text, True};
use ledger_format::ledger::Ledger;
use ledger_format::name::{Fingerprint, ReleaseId};
use ledger_format::projection::difference::ReleaseDifference;
use ledger_format::time::Time;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::session::{Actor, Session, SessionWriter};
use crate::cli::view::rollout::{AtGate, Planned, RolledOut, Undoes};
use crate::config::Resolved;
use crate::interrupt::Interrupt;
use crate::ledger::releases::Found;
use crate::ledger::runs::{HeldRun, Runs, Whose};
use crate::ledger::values;
use crate::stages::promote::Signing;
use crate::stages::rollout::plan::{created, plan};
use crate::stages::rollout::{Drive, DriveError, Ending, Patiences, Plan, Request, Scribe as _, Work, claims};

/// With a claim in hand it waits at least so long for rivals who are about to give way.
const RIVALS: Duration = Duration::from_secs(10);

/// What is done about others who have the target.
pub struct Waiting {
    pub busy: Duration,
    pub takes_over: Option<Text>,
}

/// A rollout whose plan is made.
pub struct Ready<'a> {
    session: Session<'a>,
    actor: Actor,
    found: Found,
    plan: Plan,
    root: PathBuf,
}

impl<'a> Ready<'a> {
    pub fn new(session: Session<'a>, actor: Actor, request: Request, found: Found) -> Result<Self, CliError> {
        let project = session.place.project.as_ref();
        let root = project.map(|project| Arc::clone(&project.root)).ok_or_else(|| {
            CliError::new(Code::NoProject, "a rollout writes below the project's folder, and this is no project")
        })?;
        let everything = session.ledger().everything();
        let created = created(session.ledger(), &request, &everything)?;
        let resolved = resolved(&session, created, &request)?;
        let plan = plan(created, resolved, request)?;
        Ok(Self { actor, found, plan, root: root.to_path_buf(), session })
    }

    /// Shows the plan; then asks, rolls out and tells.
    pub fn carry_out(
        self,
        changing: &Changing,
        waiting: Waiting,
        only_plan: bool,
        confirmed: Option<&str>,
    ) -> Result<Exit, CliError> {
        let world = self.session.world;
        let (shown, refused) = self.shown()?;
        if only_plan {
            // An approval may be of this plan: it is shown though nobody may carry it out yet.
            world.ui.show(&shown)?;
        }
        match refused {
            Some(refused) => return Err(refused),
            None if only_plan => return Ok(Exit::Done),
            None => {}
        }
        world.ui.plan(&shown);
        self.ask(changing, confirmed)?;
        let state = world.environment.folders().ok().map(|folders| folders.state);
        let runs = state.map(|state| Runs::of(&state, self.whose()));
        let run = self.run(runs.as_ref())?;
        let (key, principal) = (self.actor.fingerprint.clone(), self.actor.principal.clone());
        let store = (self.session.store.identity()?, self.session.store.class());
        let mut writer = self.session.writer_of_run(self.actor, run.run.clone())?;
        let (plan, root) = (&self.plan, self.root.as_path());
        let interrupt = &stoppable(world);
        let ended = world.ui.with_progress("rollout", |progress| {
            let patience = Patiences { busy: waiting.busy, rivals: waiting.busy.max(RIVALS) };
            let scribe = &mut writer;
            let (takes_over, clock, runs) = (waiting.takes_over, world.clock, runs.as_ref());
            let drive = Drive {
                scribe,
                plan,
                root,
                runs,
                run,
                key,
                principal,
                store,
                patience,
                takes_over,
                clock,
                interrupt,
                progress,
            };
            interrupt.told_while(|| progress.stopping(), || drive.run())
        });
        told(writer, &self.plan, &self.found, ended)
    }

    /// What is about to happen, and why it may not: that is told before anybody is asked.
    fn shown(&self) -> Result<(Planned, Option<CliError>), CliError> {
        let (ledger, everything) = (self.session.ledger(), self.session.ledger().everything());
        let work = Work::compared(&self.plan, &self.root)?;
        let now = Time::from(self.session.world.clock.now());
        let signing = Signing { key: self.actor.fingerprint.clone(), principal: self.actor.principal.clone(), now };
        let draft = self.plan.draft(ledger, &everything, &signing, &self.plan.components, work.digest());
        let obstacles = draft.obstacles(ledger, &signing, &everything);
        let target = &self.plan.request.target;
        let refused = obstacles.map(|obstacles| CliError::refused(&obstacles, ledger, &self.found, target));
        let checks = draft.checks(ledger, &signing, &everything);
        let gate = AtGate { checks, passed_over: draft.passed_over(ledger, &signing, &everything) };
        let mut planned = Planned::of(ledger, &self.plan, &self.found, (&work, &gate), &self.actor.principal);
        if let Some(undone) = &mut planned.rollback {
            undone.undoes = self.undoes(&undone.from)?;
        }
        Ok((planned, refused))
    }

    /// What is different between the one release that runs there and the one to go back to.
    fn undoes(&self, running: &[ReleaseId]) -> Result<Option<Undoes>, CliError> {
        let (ledger, request) = (self.session.ledger(), &self.plan.request);
        let everything = ledger.everything();
        let created = |release| ledger.release_of(&request.deployment, release, &everything);
        let [running] = running else { return Ok(None) };
        let (Some(before), Some(after)) = (created(*running), created(request.release)) else { return Ok(None) };
        let values = values::between(self.session.store.as_ref(), (before, after), Some(&request.target))?;
        let difference = ReleaseDifference::between(before, after);
        let (images, versions) = (difference.images.len(), difference.vendored.len());
        Ok(Some(Undoes { images, values: values.changed.len(), versions }))
    }

    fn ask(&self, changing: &Changing, confirmed: Option<&str>) -> Result<(), CliError> {
        let (ui, target) = (self.session.world.ui, &self.plan.request.target);
        // Break-glass is never answered by --yes.
        match (&self.plan.request.overrides, &self.plan.request.way) {
            (Some(_), _) => ui.confirm_by_name("the target's name", target.as_str(), confirmed, "--confirm"),
            (None, crate::stages::rollout::Way::Forward) => {
                ui.confirm(&format!("Roll out to {target}?"), changing.assume())
            }
            (None, crate::stages::rollout::Way::Back(_)) => {
                ui.confirm(&format!("Roll back {target}?"), changing.assume())
            }
        }
    }

    fn whose(&self) -> Whose<'_> {
        let request = &self.plan.request;
        let (ledger, key) = (self.session.ledger().id(), &self.actor.fingerprint);
        Whose { ledger, key, deployment: &request.deployment, target: &request.target }
    }

    /// Who this process is: one that died here and claimed the target, else any that died, else somebody new.
    fn run(&self, runs: Option<&Runs>) -> Result<HeldRun, CliError> {
        let Some(runs) = runs else { return Ok(HeldRun::without_trace()?) };
        let free = runs.take_free()?;
        let standing = standing(self.session.ledger(), &self.plan, &self.actor.fingerprint);
        let request = &self.plan.request;
        let rank = |held: &HeldRun| {
            let of_run = standing.iter().filter(|claim| claim.run == held.run);
            of_run.map(|claim| if claim.rollout == request.rollout { 2 } else { 1 }).max().unwrap_or(0)
        };
        match free.into_iter().max_by_key(rank) {
            Some(held) => Ok(held),
            None => Ok(runs.begin()?),
        }
    }
}

/// That nobody can stop it in an orderly way is a warning.
fn stoppable(world: &World<'_>) -> Interrupt {
    Interrupt::of_process().unwrap_or_else(|error| {
        world.ui.warn(format!("Ctrl-C kills this rollout at once: {error}"));
        Interrupt::default()
    })
}

fn standing(ledger: &Ledger, plan: &Plan, key: &Fingerprint) -> Vec<claims::Standing> {
    let request = &plan.request;
    let mut claims = claims::standing(ledger, &request.deployment, &request.target, &ledger.everything());
    // A hold is in nobody's way who is of its rollout, and of the others a person ends it.
    claims.retain(|claim| claim.key == *key && (claim.hold != Some(True) || claim.rollout == request.rollout));
    claims
}

fn resolved(
    session: &Session<'_>,
    created: &ledger_format::event::ReleaseCreated,
    request: &Request,
) -> Result<Resolved, CliError> {
    let damaged = |why: String| {
        CliError::new(Code::StoreDamaged, format!("cannot read the configuration that the release keeps: {why}"))
    };
    let blob = created.config.get(&request.target).ok_or_else(|| damaged("it has none for the target".to_owned()))?;
    let bytes = session.store.get_blob(&blob.digest)?;
    let bytes = bytes.ok_or_else(|| damaged(format!("the store has no blob {}", blob.digest)))?;
    Resolved::from_json(&bytes).map_err(|error| damaged(error.to_string()))
}

/// The answer, or the error; what was written is shown to other tools either way.
fn told(
    mut writer: SessionWriter<'_>,
    plan: &Plan,
    found: &Found,
    ended: Result<Ending, DriveError>,
) -> Result<Exit, CliError> {
    // The reader's view after the last event, which judges what was written.
    if ended.is_ok() {
        writer.list()?;
    }
    let world: &World<'_> = writer.session.world;
    let session = writer.finish();
    let ledger = session.ledger();
    let error = match ended {
        Ok(Ending::Started(report)) if report.failures().next().is_none() => {
            world.ui.show(&RolledOut::of(ledger, plan, found, &report))?;
            return Ok(Exit::Done);
        }
        Ok(Ending::Started(report)) => CliError::component_failed(plan, found, &report),
        Ok(Ending::AlreadyApplied) => {
            world.ui.show(&RolledOut::before(plan, found))?;
            return Ok(Exit::Done);
        }
        Ok(Ending::Holds { claim }) => {
            world.ui.show(&RolledOut::holds(plan, found, claim))?;
            return Ok(Exit::Done);
        }
        Ok(Ending::Busy { awaited }) => CliError::busy(&awaited, ledger, plan, world),
        Ok(Ending::Refused(obstacles)) => CliError::refused(&obstacles, ledger, found, &plan.request.target),
        Ok(Ending::Outdated) => CliError::outdated(plan),
        Ok(Ending::Stopped { reason, report }) => CliError::stopped(&reason, report.as_ref(), plan, found),
        Ok(Ending::Interrupted { report }) => CliError::interrupted(report.as_ref(), plan, found, world.ui.look()),
        Err(DriveError::BrokenOff { report, source }) => CliError::broken_off(*source, &report, plan, found),
        Err(error) => CliError::from(error),
    };
    Err(error)
}
