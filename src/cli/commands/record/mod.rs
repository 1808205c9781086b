//! `sealog record build|evidence|test`: what happened elsewhere. What is claimed is kept apart from what is proved.

mod build;
mod evidence;
mod test;

use clap::{Args, Subcommand};
use ledger_format::digest::Digest;
use ledger_format::event::Data;
use ledger_format::field::{Image, Set};
use ledger_format::name::{Component, EventId};

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::stages::together;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::session::Session;
use crate::config::{self, Config, Deployment, Target};
use crate::registry::layout::Layout;
use crate::stages::build::Request;
use crate::stages::built::{self, Among, Named};
use crate::stages::sources::Sources;
use crate::store::Blob;

const UNRECORDED: &str = "Nothing was recorded.";

/// Record what happened elsewhere: a build, tests, a scan, a check
#[derive(Debug, Subcommand)]
pub enum Record {
    Build(build::Build),
    Evidence(evidence::Evidence),
    Test(test::Test),
}

impl Record {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let done = match self {
            Self::Build(command) => command.run(world),
            Self::Evidence(command) => command.run(world),
            Self::Test(command) => command.run(world),
        };
        done.map(|()| Exit::Done)
    }
}

/// What it is about.
#[derive(Debug, Clone, Args)]
struct About {
    /// May be left out where the project has one deployment
    deployment: Option<String>,

    /// Only for this environment
    #[arg(long, short)]
    target: Option<String>,

    /// The image component; without one all of them
    #[arg(long, short)]
    component: Option<String>,

    /// This image of the component, and not the one that was built last
    #[arg(long, value_name = "DIGEST", requires = "component")]
    digest: Option<Digest>,
}

impl About {
    fn deployment<'a>(&self, config: &'a Config) -> Result<&'a Deployment, CliError> {
        Ok(config.choose_deployment(self.deployment.as_deref())?)
    }

    fn component<'a>(&self, deployment: &'a Deployment) -> Result<Option<&'a Component>, CliError> {
        Ok(self.component.as_deref().map(|text| deployment.component(text)).transpose()?)
    }

    /// The target that it is only about.
    fn target<'a>(&self, deployment: &'a Deployment) -> Result<Option<&'a Target>, CliError> {
        Ok(self.target.as_deref().map(|text| deployment.target(text)).transpose()?)
    }

    /// The images that it is about: those that a release would take now.
    fn images(&self, scene: &Scene<'_>, session: &Session<'_>) -> Result<Set<Image>, CliError> {
        let Scene { deployment, sources, .. } = scene;
        let component = self.component(deployment)?;
        let components: Vec<&Component> = match component {
            Some(one) => vec![one],
            None => deployment.image_components().collect(),
        };
        let target = deployment.choose_target(self.target.as_deref())?;
        let modified = super::build::time_of_files(session.world.environment)?;
        let request = Request { deployment, target: &target.name, component: None, sources, modified };
        let named: Named =
            component.zip(self.digest).map(|(component, digest)| (component.clone(), digest)).into_iter().collect();
        let everything = session.ledger().everything();
        let layout = Layout::at(scene.config.project.images());
        let among = Among { ledger: session.ledger(), set: &everything, images: &layout };
        let chosen = built::choose(&request, components, &named, among).map_err(|missing| {
            let error = together(missing).unwrap_or_else(|| CliError::new(Code::Internal, "no image is missing"));
            error.undone(UNRECORDED)
        })?;
        Set::new(chosen.into_values().map(|one| one.image)).ok_or_else(|| {
            CliError::new(Code::NotFound, format!("the deployment `{}` has no image components", deployment.name))
                .undone(UNRECORDED)
        })
    }
}

/// The project around the command.
struct Scene<'a> {
    config: &'a Config,
    deployment: &'a Deployment,
    sources: Sources,
}

impl<'a> Scene<'a> {
    fn of(world: &World<'_>, config: &'a Config, about: &About) -> Result<Self, CliError> {
        Self::in_deployment(world, config, about.deployment(config)?)
    }

    fn in_deployment(world: &World<'_>, config: &'a Config, deployment: &'a Deployment) -> Result<Self, CliError> {
        let sources = Sources::find(&config.project.root, world.environment, Vec::new())?;
        Ok(Self { config, deployment, sources })
    }
}

fn loaded(world: &World<'_>) -> Result<Config, CliError> {
    Ok(config::load(&world.folder)?)
}

/// Appends it, unless only a plan is asked for.
fn append(
    session: Session<'_>,
    changing: &Changing,
    data: impl Into<Data>,
    blobs: &[Blob],
) -> Result<Option<EventId>, CliError> {
    if changing.dry_run {
        return Ok(None);
    }
    let actor = session.actor(&changing.key)?;
    let mut writer = session.writer(actor)?;
    let event = writer.append_with_blobs(data, blobs)?;
    writer.finish();
    Ok(Some(event))
}
