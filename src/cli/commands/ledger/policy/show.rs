//! `sealog ledger policy show`: what targets ask for.

use clap::Args;
use ledger_format::name::Name;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::reader::Reader;
use crate::cli::view::policy::{Policies, Resolved};
use crate::config;

/// Show what targets ask for before a release may go there
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog ledger policy show\n  sealog ledger policy show payment-service --target prod"
)]
pub struct Show {
    /// The deployment; may be left out where the project has one
    #[arg(requires = "target")]
    deployment: Option<Name>,

    /// What this target asks of the deployment, all its policies together
    #[arg(long, short)]
    target: Option<Name>,

    #[command(flatten)]
    reading: Reading,
}

impl Show {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let (ledger, set) = (reader.ledger(), &reader.set);
        match &self.target {
            Some(target) => world.ui.show(&Resolved::of(ledger, set, &self.deployment(world)?, target))?,
            None => {
                let policies = Policies::of(ledger, set);
                if policies.policies.is_empty() {
                    world.ui.nothing("no policy is set: whoever has the right may roll out");
                }
                world.ui.show(&policies)?;
            }
        }
        Ok(Exit::Done)
    }

    fn deployment(&self, world: &World<'_>) -> Result<Name, CliError> {
        if let Some(name) = &self.deployment {
            return Ok(name.clone());
        }
        let config = config::load(&world.folder).map_err(|error| {
            CliError::from(error).and(CliError::new(Code::Usage, "no deployment is named, whose policy is meant?"))
        })?;
        Ok(config.choose_deployment(None)?.name.clone())
    }
}
