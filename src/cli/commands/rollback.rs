//! `sealog rollback`: back to a release that succeeded on the target, with a reason.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use ledger_format::event::Data;
use ledger_format::projection::gates::Candidate;

use super::rollout::aim::{self, Aim};
use super::rollout::ready::{Ready, Waiting};
use crate::ci;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::cli::view::rollout::stood;
use crate::stages::rollout::{Reach, Request, Way, choose};

/// Go back to the last good release of a target
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog rollback payment-service --target prod --reason '5xx on /charge, INC-812'\n  \
    sealog rollback payment-service --target prod --release v1.3.7 --reason 'v1.4.0 is no better'\n\n\
    It needs neither git nor the files of the project: the release keeps its configuration."
)]
pub struct Rollback {
    #[command(flatten)]
    aim: Aim,

    /// The release to go back to [default: the last that succeeded there]
    #[arg(long, short)]
    release: Option<String>,

    /// Why; asked for at a terminal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Rollback {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let (deployment, target) = self.aim.find(world, &session, self.release.as_deref())?;
        let (ledger, everything) = (session.ledger(), session.ledger().everything());
        let good = match &self.release {
            None => choose::last_good(ledger, &deployment, &target, &everything),
            Some(text) => {
                let found = naming::find_release(&session, Some(deployment.as_str()), text)?;
                let all = choose::good(ledger, &deployment, &target, &everything);
                all.into_iter().find(|good| good.release == found.release)
            }
        };
        let nowhere = || {
            let message = match &self.release {
                Some(release) => format!("{deployment} {release} is no release that {target} could go back to"),
                None => format!("{deployment} on {target} has no other release that it could go back to"),
            };
            let withdrawn = choose::withdrawn(ledger, &deployment, &target, &everything).into_iter();
            withdrawn
                .fold(CliError::new(Code::NothingToReturnTo, message), |error, (release, by)| {
                    let entry = ledger.entry(by);
                    let why = match entry.event.data() {
                        Some(Data::ReleaseWithdrawn(withdrawn)) => format!(": {}", withdrawn.reason),
                        Some(_) | None => String::new(),
                    };
                    let short = entry.event.id.short();
                    let named = aim::of_id(&session, &deployment, release).ok().and_then(|found| found.alias);
                    let name = named.map_or_else(|| release.short(), |alias| alias.to_string());
                    error.shown(
                        "withdrawn",
                        format!("{name}, which succeeded there, by {}{why} · {short}", entry.principal),
                    )
                })
                .hint(format!("sealog history {deployment} --target {target}"))
                .undone("Nothing was changed, nothing recorded.")
        };
        let good = good.ok_or_else(nowhere)?;
        let found = aim::of_id(&session, &deployment, good.release)?;
        if let (None, Some(at)) = (&self.reason, choose::stood(ledger, &deployment, &target, good, &everything)) {
            let name = found.alias.as_ref().map_or_else(|| good.release.short(), ToString::to_string);
            let why = stood(&at, world.ui.look());
            world.ui.say(format!("{deployment} on {target}: back to {name}, {why}"));
        }
        let said = self.reason.as_deref().or(self.changing.dry_run.then_some(aim::NOT_SAID));
        let reason = aim::reason(world, "Why do you go back?", said)?;
        let candidate = Candidate { deployment: &deployment, target: &target, release: good.release };
        let back = aim::back(ledger, candidate, good, reason, &everything)?;
        let request = Request {
            way: Way::Back(back),
            rollout: aim::new_key()?,
            reach: Reach::All,
            release: good.release,
            overrides: None,
            resumes: BTreeSet::new(),
            ci: ci::detect(world.environment).map(|run| run.ci),
            deployment,
            target,
        };
        let waiting = Waiting { busy: Duration::ZERO, takes_over: None };
        Ready::new(session, actor, request, found)?.carry_out(&self.changing, waiting, self.changing.dry_run, None)
    }
}
