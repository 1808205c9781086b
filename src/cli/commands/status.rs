//! `sealog status [deployment]`: what runs where; is anything wrong?

use clap::Args;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;
use crate::cli::view::status::{OneTarget, Status as View, TargetStatus};

/// Show what runs where, and whether anything is wrong
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog status payment-service\n  \
    sealog status payment-service --target prod --at '11-18 16:43'\n  sealog status --format json | jq '.[].release'")]
pub struct Status {
    /// Only this deployment
    deployment: Option<String>,

    /// Only this target, whole
    #[arg(long)]
    target: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

impl Status {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let places = reader.places(self.deployment.as_deref(), self.target.as_deref())?;
        let findings = reader.ledger().findings(&reader.set);
        let one = |(deployment, target): &_| reader.target(deployment, target, &findings);
        let targets: Vec<TargetStatus> = places.iter().map(one).collect();
        if targets.is_empty() {
            world.ui.nothing("no deployment is configured here, and none was released");
        }
        match (&self.target, <[TargetStatus; 1]>::try_from(targets)) {
            (Some(_), Ok(one)) => world.ui.show(&OneTarget(one))?,
            (None, Ok(one)) => world.ui.show(&View(one.into()))?,
            (_, Err(several)) => world.ui.show(&View(several))?,
        }
        reader.end_about(&findings, &places)
    }
}
