//! What a rollout, rollback or promotion is aimed at: deployment, target, release, and the reason for it.

use std::collections::BTreeSet;

use clap::Args;
use ledger_format::field::{Ci, Text};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Name, ReleaseId};
use ledger_format::projection::gates::Candidate;
use ledger_format::projection::rollout::Rollout;

use crate::cli::World;
use crate::cli::error::{CliError, Code};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::config;
use crate::ledger::append::{AppendError, new_run};
use crate::ledger::releases::{self, Found};
use crate::stages::rollout::{Back, Way, choose};

/// `<deployment> --target <target>`
#[derive(Debug, Args)]
pub struct Aim {
    /// May be left out where the project has one
    deployment: Option<String>,

    /// The environment [default: the deployment's default target, or its only one]
    #[arg(long, short)]
    target: Option<String>,
}

impl Aim {
    /// The configuration is asked only for what is not said: a rollback needs none of its files. Where no deployment is
    /// named, that of the release is meant.
    pub fn find(
        &self,
        world: &World<'_>,
        session: &Session<'_>,
        release: Option<&str>,
    ) -> Result<(Name, Name), CliError> {
        let deployment = match (&self.deployment, release) {
            (Some(deployment), _) => Some(deployment.clone()),
            (None, Some(text)) => Some(naming::find_release(session, None, text)?.deployment.to_string()),
            (None, None) => None,
        };
        if let (Some(deployment), Some(target)) = (&deployment, &self.target) {
            let deployment = naming::name("deployment", deployment)?;
            known(session.ledger(), &deployment, world)?;
            return Ok((deployment, naming::name("target", target)?));
        }
        let config = config::load(&world.folder)?;
        let deployment = config.choose_deployment(deployment.as_deref())?;
        let target = deployment.choose_target(self.target.as_deref())?;
        Ok((deployment.name.clone(), target.name.clone()))
    }
}

/// A deployment that the ledger knows, or else the configuration.
fn known(ledger: &Ledger, deployment: &Name, world: &World<'_>) -> Result<(), CliError> {
    let released = releases::created(ledger, &ledger.everything());
    if released.iter().any(|(_, created)| created.deployment == *deployment) {
        return Ok(());
    }
    config::load(&world.folder)?.deployment(deployment.as_str())?;
    Ok(())
}

/// The release that is named, which must carry the target; without a name the latest one for it.
pub fn release(session: &Session<'_>, deployment: &Name, target: &Name, text: Option<&str>) -> Result<Found, CliError> {
    let ledger = session.ledger();
    if let Some(text) = text {
        let found = naming::find_release(session, Some(deployment.as_str()), text)?;
        naming::find_target(ledger, &found, Some(target.as_str()))?;
        return Ok(found);
    }
    match choose::latest(ledger, deployment, target, &ledger.everything()).as_slice() {
        [one] => of_id(session, deployment, *one),
        [] => Err(CliError::new(
            Code::NotFound,
            format!("no release of {deployment} was made with {target} or let into it"),
        )
        .hint(format!("sealog release {deployment} --target {target}"))
        .hint(format!("sealog rollout {deployment} --target {target} --release <release>   (promotes it too)"))),
        several => {
            let shown: Vec<String> = several.iter().map(ReleaseId::short).collect();
            let message = format!("{} releases of {deployment} are the latest for {target}", several.len());
            let hint = "say which: --release <release>";
            Err(CliError::new(Code::Ambiguous, message).fact("they are", shown.clone(), shown.join(", ")).hint(hint))
        }
    }
}

pub fn of_id(session: &Session<'_>, deployment: &Name, id: ReleaseId) -> Result<Found, CliError> {
    let ledger = session.ledger();
    Ok(releases::find(ledger, &ledger.everything(), Some(deployment), &id.0.hex())?)
}

/// Back, where the release succeeded before what runs there now; forward otherwise.
pub fn way(
    world: &World<'_>,
    session: &Session<'_>,
    candidate: Candidate<'_>,
    said: Option<&str>,
) -> Result<Way, CliError> {
    let (ledger, everything) = (session.ledger(), session.ledger().everything());
    let Candidate { deployment, target, release } = candidate;
    let running = choose::running_releases(ledger, deployment, target, &everything);
    if running.is_empty() || running.contains(&release) {
        return Ok(Way::Forward);
    }
    let good = choose::good(ledger, deployment, target, &everything);
    match good.into_iter().find(|good| good.release == release) {
        None => Ok(Way::Forward),
        Some(good) => {
            let asked = format!("It succeeded on {target} before, so this is a rollback. Why?");
            back(ledger, candidate, good, reason(world, &asked, said)?, &everything).map(Way::Back)
        }
    }
}

pub fn back(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    good: choose::Good,
    reason: Text,
    set: &ClosedSet,
) -> Result<Back, CliError> {
    let Candidate { deployment, target, .. } = candidate;
    let created = crate::ledger::outlook::created(ledger, candidate, set);
    let carried: BTreeSet<_> =
        created.and_then(|created| created.components.get(target)).into_iter().flatten().collect();
    let running = choose::running(ledger, deployment, target, set).into_iter();
    let undoes: BTreeSet<_> =
        running.filter(|(component, _)| carried.contains(component)).map(|(_, start)| start).collect();
    match undoes.is_empty() {
        true => {
            Err(CliError::new(Code::NotFound, format!("nothing of {deployment} runs on {target} that could be undone")))
        }
        false => Ok(Back { undoes, returns_to: good.finish, reason }),
    }
}

/// The way of a rollout that goes on: what it undoes is what runs there now, its own half too.
pub fn way_of(ledger: &Ledger, rollout: &Rollout, set: &ClosedSet) -> Way {
    let key = &rollout.key;
    let first = rollout.starts.iter().find_map(|start| ledger.start(*start)?.rollback.clone());
    let running = choose::running(ledger, &key.deployment, &key.target, set).into_iter();
    let undoes = running.filter(|(component, _)| key.whole.contains(component)).map(|(_, start)| start).collect();
    first.map_or(Way::Forward, |first| Way::Back(Back { undoes, returns_to: first.returns_to, reason: first.reason }))
}

/// The reason for which a rollout that goes on passes over the policy.
pub fn overrides_of(ledger: &Ledger, rollout: &Rollout) -> Option<Text> {
    rollout.starts.iter().find_map(|start| Some(ledger.start(*start)?.r#override.clone()?.reason))
}

/// The reason of a rollback that is only planned.
pub const NOT_SAID: &str = "not said yet";

/// A reason that was given with `--reason`, or is asked for.
pub fn reason(world: &World<'_>, question: &str, said: Option<&str>) -> Result<Text, CliError> {
    let said = world.ui.text(question, said, "--reason")?;
    Text::new(said.trim()).map_err(|error| CliError::new(Code::Usage, format!("--reason cannot be recorded: {error}")))
}

/// The key of a rollout that is one process.
pub fn new_key() -> Result<Name, CliError> {
    let run = new_run().map_err(AppendError::Random)?;
    naming::name("rollout", &format!("r-{}", &run.as_str()[..16]))
}

/// The key that the processes of a CI run share: its id without the attempt, so that jobs that are run again join.
pub fn of_run(ci: &Ci) -> Option<Name> {
    Name::new(&format!("{}-{}", ci.provider, ci.run.as_ref()?)).ok()
}
