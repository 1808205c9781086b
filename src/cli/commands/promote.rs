//! `sealog promote`: lets a release into a target, where the policy of the target permits it.

use clap::Args;
use ledger_format::name::Name;
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use crate::ci;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Exit};
use crate::cli::naming::{self, NamedRelease};
use crate::cli::session::Session;
use crate::cli::view::promotion::{Promoted, Promoting};
use crate::cli::view::release_name::ReleaseName;
use crate::stages::promote::{self, LetIn, Signing};

/// Let a release into a target
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog promote payment-service v1.5.0 --to staging\n  \
    sealog promote v1.5.0 --to prod --dry-run\n\n\
    Nothing is built again: the same digests go on. `sealog rollout --release` promotes too where it has to.")]
pub struct Promote {
    #[command(flatten)]
    release: NamedRelease,

    /// The target that it is let into
    #[arg(long = "to", visible_alias = "target", short, value_name = "TARGET")]
    target: Option<Name>,

    #[command(flatten)]
    changing: Changing,
}

impl Promote {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let found = self.release.find(&session)?;
        let target = naming::find_target(session.ledger(), &found, self.target.as_ref().map(Name::as_str))?;
        let candidate = Candidate { deployment: &found.deployment, target: &target, release: found.release };
        let (ledger, everything) = (session.ledger(), session.ledger().everything());
        let release = ReleaseName::new(found.release, found.alias.clone());
        let shown = |event| Promoted { event, deployment: found.deployment.clone(), release, target: target.clone() };
        match promote::let_in(ledger, candidate, &everything) {
            LetIn::No => {}
            LetIn::MadeHere => {
                world.ui.nothing(format!("it was made with {target}, and needs no promotion"));
                world.ui.show(&shown(None))?;
                return Ok(Exit::Done);
            }
            LetIn::Promoted(event) => {
                world.ui.nothing(format!("it was let into {target} before"));
                world.ui.show(&shown(Some(event)))?;
                return Ok(Exit::Done);
            }
        }
        let now = Time::from(world.clock.now());
        let ci = ci::detect(world.environment).map(|run| run.ci);
        let signing = Signing { key: actor.fingerprint.clone(), principal: actor.principal.clone(), now };
        let promotion = promote::draft(ledger, candidate, &everything, now, None, ci.as_ref());
        if let Some(obstacles) = promote::obstacles(ledger, &promotion, &signing, &everything) {
            return Err(CliError::refused(&obstacles, ledger, &found, &target));
        }
        let checks = promote::checks(ledger, &promotion, &signing, &everything);
        let plan = Promoting::of(&found, &target, &checks);
        if self.changing.dry_run {
            world.ui.show(&plan)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&plan);
        world.ui.confirm("Let it in?", self.changing.assume())?;
        let mut writer = session.writer(actor)?;
        let event = writer.append(promotion)?;
        writer.finish();
        world.ui.show(&shown(Some(event)))?;
        Ok(Exit::Done)
    }
}
