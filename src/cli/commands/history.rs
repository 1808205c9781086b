//! `sealog history [deployment]`: what changed just before it broke?

use clap::Args;
use ledger_format::name::Name;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;
use crate::cli::view::history::{Asked, Change, History as View};

/// Show what changed on targets, the newest first: rollouts, promotions and rollbacks
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog history payment-service --target prod --limit 4\n  \
    sealog history payment-service --format jsonl")]
pub struct History {
    /// Only this deployment
    deployment: Option<String>,

    /// Only this target
    #[arg(long)]
    target: Option<String>,

    /// How many changes are shown at most
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,

    #[command(flatten)]
    reading: Reading,
}

impl History {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let places = reader.places(self.deployment.as_deref(), self.target.as_deref())?;
        let deployment = self.deployment.as_deref().map(|text| reader.deployment(text)).transpose()?;
        let target = places.first().map(|(_, target): &(Name, Name)| target).filter(|_| self.target.is_some());
        let all = reader.ledger().timeline(deployment.as_ref(), target, &reader.set);
        let changes: Vec<Change> = all.iter().take(self.limit).filter_map(|change| reader.change(change)).collect();
        if changes.is_empty() {
            world.ui.nothing("nothing was rolled out or promoted");
        }
        world.ui.show_paged(&View { changes, of: all.len(), asked: asked(&places) })?;
        let findings = reader.ledger().findings(&reader.set);
        reader.end_about(&findings, &places)
    }
}

/// By the places that a question is about, whatever its answer shows of them.
fn asked(places: &[(Name, Name)]) -> Asked {
    match places {
        [] | [_] => Asked::OneTarget,
        [(first, _), others @ ..] if others.iter().all(|(deployment, _)| deployment == first) => Asked::OneDeployment,
        [..] => Asked::Everything,
    }
}
