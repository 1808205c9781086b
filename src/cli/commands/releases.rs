//! `sealog releases`: what was named, the newest first, and where each runs.

use clap::{Args, Subcommand};
use ledger_format::name::Name;
use ledger_format::projection::release;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::naming::name;
use crate::cli::reader::Reader;
use crate::cli::view::releases::{Release, Releases as View};
use crate::ledger::releases;

/// Show the releases, the newest first, and where each runs
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  sealog releases payment-service --target prod --limit 10\n  \
        sealog releases payment-service --latest --format json | jq -r .id\n  sealog releases show v1.5.0"
)]
pub struct Releases {
    #[command(subcommand)]
    what: Option<What>,

    /// Only those of this deployment
    deployment: Option<String>,

    /// Only those that carry this target
    #[arg(long)]
    target: Option<String>,

    /// How many are shown at most
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,

    /// Only this one, whole: an alias, an id or its beginning
    #[arg(long, value_name = "RELEASE", conflicts_with = "latest")]
    id: Option<String>,

    /// Only the newest, whole
    #[arg(long)]
    latest: bool,

    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Subcommand)]
enum What {
    Show(Show),
}

/// Show one release whole
#[derive(Debug, Args)]
struct Show {
    /// `v1.5.0`, `payment-service/v1.5.0`, an id or its first 6 digits
    release: String,

    #[command(flatten)]
    reading: Reading,
}

impl Releases {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        if let Some(What::Show(show)) = &self.what {
            return one(&Reader::open(world, &show.reading)?, None, &show.release);
        }
        let reader = Reader::open(world, &self.reading)?;
        let deployment = self.deployment.as_deref().map(|text| reader.deployment(text)).transpose()?;
        if let Some(text) = &self.id {
            return one(&reader, deployment.as_ref(), text);
        }
        let mut all = reader.ledger().releases(deployment.as_ref(), &reader.set);
        if let Some(target) = &self.target {
            let target = name("target", target)?;
            all.retain(|release| release.newest.1.carries(&target));
        }
        match all.first() {
            None => world.ui.nothing("no such releases"),
            Some(newest) if self.latest => {
                world.ui.show(&reader.release(newest))?;
                return reader.end();
            }
            Some(_) => {}
        }
        let shown: Vec<Release> = all.iter().take(self.limit).map(|release| reader.release(release)).collect();
        let several = all.iter().any(|release| release.deployment != all[0].deployment);
        world.ui.show(&View { releases: shown, of: all.len(), several })?;
        reader.end()
    }
}

fn one(reader: &Reader<'_>, deployment: Option<&Name>, text: &str) -> Result<Exit, CliError> {
    let found = releases::find(reader.ledger(), &reader.set, deployment, text)?;
    let all = reader.ledger().releases(Some(&found.deployment), &reader.set);
    let is_it = |release: &&release::Release<'_>| release.release == found.release;
    if let Some(release) = all.iter().find(is_it) {
        reader.world().ui.show(&reader.release(release))?;
    }
    reader.end()
}
