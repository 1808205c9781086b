//! `sealog rollout`: brings a release to a target, under the target's lock; and what belongs to that lock.

mod abandon;
pub mod aim;
pub mod ready;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::{Args, Subcommand};
use ledger_format::name::Name;
use ledger_format::projection::gates::Candidate;

use crate::ci;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::session::{Actor, Session};
use crate::cli::ui::times;
use crate::ledger::releases::Found;
use crate::stages::rollout::{Reach, Request, choose};

use aim::{Aim, reason};
use ready::{Ready, Waiting};

/// Roll a release out to a target
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  sealog rollout payment-service --target dev\n  \
    sealog rollout plan payment-service --target prod --release v1.5.0\n  \
    sealog rollout payment-service --target prod --release v1.5.0 --wait --timeout 15m\n  \
    sealog rollout payment-service --target staging --resume\n\n\
    Without --release: the latest release that was made with the target or let into it. A release that succeeded there \
    before is a rollback, and asks for a reason. One that was never let in is promoted too, where the policy permits it.")]
pub struct Rollout {
    #[command(subcommand)]
    verb: Option<RolloutVerb>,

    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Debug, Subcommand)]
enum RolloutVerb {
    /// Show what a rollout would change, and whether the policy permits it
    Plan(Arguments),
    /// The same as `rollout` alone
    Apply(Arguments),
    Status(crate::cli::commands::status::Status),
}

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    aim: Aim,

    /// The release: an alias, an id or its beginning [default: the latest for the target]
    #[arg(long, short)]
    release: Option<String>,

    /// Only this component; several times for several
    #[arg(long, short)]
    component: Vec<String>,

    /// The key that all processes of one rollout share [default: the CI run; else each rollout has its own]
    #[arg(long, value_name = "KEY")]
    rollout: Option<Name>,

    /// Keep the target for the processes of this rollout, and touch nothing; `--abandon` ends it
    #[arg(long, conflicts_with_all = ["component", "resume"])]
    hold: bool,

    /// Wait where somebody else is at it
    #[arg(long)]
    wait: bool,

    /// How long to wait: `30s`, `15m`
    #[arg(long, value_name = "DURATION", default_value = "15m", requires = "wait")]
    timeout: String,

    /// Go on with the last rollout of the target that did not come to its end
    #[arg(long)]
    resume: bool,

    /// End the claims that stand on the target, and do nothing else
    #[arg(long, conflicts_with_all = ["release", "component", "resume", "hold", "wait", "takeover", "break_glass"])]
    abandon: bool,

    /// End the claims of others who are at it, then roll out
    #[arg(long)]
    takeover: bool,

    /// Pass over the rules of the target's policy, holds, rejections and a missing promotion, for ever visible
    #[arg(long)]
    break_glass: bool,

    /// Why: of a rollback, a take-over, what is abandoned and what passes over the policy
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// The target's name, where nobody can be asked for it: for --break-glass
    #[arg(long, value_name = "TARGET")]
    confirm: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Rollout {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match &self.verb {
            None => self.arguments.run(world, self.arguments.changing.dry_run),
            Some(RolloutVerb::Apply(arguments)) => arguments.run(world, arguments.changing.dry_run),
            Some(RolloutVerb::Status(status)) => status.run(world),
            Some(RolloutVerb::Plan(arguments)) => arguments.run(world, true),
        }
    }
}

impl Arguments {
    fn run(&self, world: &World<'_>, only_plan: bool) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let (deployment, target) = self.aim.find(world, &session, self.release.as_deref())?;
        if self.abandon {
            return abandon::run(session, actor, (&deployment, &target), self.reason.as_deref(), &self.changing);
        }
        let (request, found) = if self.resume {
            self.resumed(&session, &actor, deployment, target)?
        } else {
            self.requested(world, &session, (deployment, target), only_plan)?
        };
        let takes_over = match self.takeover {
            true => Some(reason(world, "Why do you take over?", self.reason.as_deref())?),
            false => None,
        };
        let waiting = Waiting { busy: self.patience()?, takes_over };
        Ready::new(session, actor, request, found)?.carry_out(
            &self.changing,
            waiting,
            only_plan,
            self.confirm.as_deref(),
        )
    }

    fn patience(&self) -> Result<Duration, CliError> {
        let wrong =
            || CliError::new(Code::Usage, format!("--timeout {} is no duration: `30s` and `15m` are", self.timeout));
        let all = times::parse_duration(&self.timeout).ok_or_else(wrong)?;
        Ok(if self.wait { all } else { Duration::ZERO })
    }

    fn requested(
        &self,
        world: &World<'_>,
        session: &Session<'_>,
        (deployment, target): (Name, Name),
        only_plan: bool,
    ) -> Result<(Request, Found), CliError> {
        let found = aim::release(session, &deployment, &target, self.release.as_deref())?;
        let candidate = Candidate { deployment: &deployment, target: &target, release: found.release };
        let some: BTreeSet<_> =
            naming::find_components(session.ledger(), candidate, &self.component)?.into_iter().collect();
        let run = ci::detect(world.environment).map(|run| run.ci);
        let shared = self.rollout.clone().or_else(|| run.as_ref().and_then(aim::of_run));
        let reach = match (self.hold, some.is_empty(), &shared) {
            (true, _, _) => Reach::Hold,
            (false, true, _) => Reach::All,
            (false, false, Some(_)) => Reach::Share(some),
            (false, false, None) => Reach::Only(some),
        };
        // Also the latest release can be one to go back to: where all later ones were withdrawn.
        let said = self.reason.as_deref().or(only_plan.then_some(aim::NOT_SAID));
        let way = aim::way(world, session, candidate, said)?;
        let rollout = shared.map_or_else(aim::new_key, Ok)?;
        let request = Request {
            rollout,
            way,
            reach,
            release: found.release,
            overrides: self.overrides(world)?,
            resumes: BTreeSet::new(),
            ci: run,
            deployment,
            target,
        };
        Ok((request, found))
    }

    fn resumed(
        &self,
        session: &Session<'_>,
        actor: &Actor,
        deployment: Name,
        target: Name,
    ) -> Result<(Request, Found), CliError> {
        let (ledger, everything) = (session.ledger(), session.ledger().everything());
        let named = self.release.as_deref();
        let named = named.map(|text| naming::find_release(session, Some(deployment.as_str()), text)).transpose()?;
        let release = named.map(|found| found.release);
        let unfinished = choose::unfinished(ledger, &deployment, &target, release, &everything);
        let nothing = || {
            let message = format!("{deployment} on {target} has no rollout that could be resumed");
            CliError::new(Code::NotFound, message).hint(format!("sealog history {deployment} --target {target}"))
        };
        let rollout = unfinished.ok_or_else(nothing)?;
        let found = aim::of_id(session, &deployment, rollout.key.release)?;
        let same = rollout.key.principal == actor.principal;
        let key = if same { rollout.key.rollout.clone() } else { aim::new_key()? };
        let resumes = if same { BTreeSet::new() } else { choose::resumable(ledger, &rollout, &everything) };
        let whole: BTreeSet<_> = rollout.key.whole.iter().cloned().collect();
        let left = whole.iter().filter(|component| !same || !rollout.done.contains(component)).cloned().collect();
        let request = Request {
            way: aim::way_of(ledger, &rollout, &everything),
            rollout: key,
            reach: Reach::Rest { whole, components: left },
            release: rollout.key.release,
            overrides: aim::overrides_of(ledger, &rollout),
            resumes,
            ci: ci::detect(session.world.environment).map(|run| run.ci),
            deployment,
            target,
        };
        Ok((request, found))
    }

    fn overrides(&self, world: &World<'_>) -> Result<Option<ledger_format::field::Text>, CliError> {
        match self.break_glass {
            true => Ok(Some(reason(world, "Why must it pass over the policy?", self.reason.as_deref())?)),
            false => Ok(None),
        }
    }
}
