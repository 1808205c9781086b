//! `sealog record build`

use std::path::PathBuf;

use clap::Args;
use ledger_format::event::BuildRecorded;
use ledger_format::field::{Commit, Git, True};

use super::evidence::tool;
use super::{About, Scene, UNRECORDED, append, loaded};
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::commands::release::only_image;
use crate::cli::error::{CliError, Code};
use crate::cli::session::Session;
use crate::cli::view::recorded::Recorded;
use crate::registry::reference::Reference;
use crate::stages::record::{self, Manifest, texts};

/// Record an image that another pipeline built
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog record build payment-service --component api --builder buildx@0.29 \\\n    \
    --image registry.acme.dev/payments/api:v1@sha256:... --manifest manifest.json\n  \
    sealog record build --component api --builder kaniko --image registry.acme.dev/api@sha256:... --size 1284"
)]
pub struct Build {
    /// May be left out where the project has one deployment
    deployment: Option<String>,

    /// Built only for this environment
    #[arg(long, short)]
    target: Option<String>,

    /// The image component [default: the only one]
    #[arg(long, short)]
    component: Option<String>,

    /// The image, with its digest: host/repository[:tag]@sha256:...
    #[arg(long, value_name = "REFERENCE", value_parser = reference)]
    image: Reference,

    /// What built it
    #[arg(long, value_name = "NAME[@VERSION]")]
    builder: String,

    /// The image's manifest, as the registry has it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["layout", "size"])]
    manifest: Option<PathBuf>,

    /// An OCI image layout that holds it
    #[arg(long, value_name = "FOLDER", conflicts_with = "size")]
    layout: Option<PathBuf>,

    /// The size of its manifest in bytes, where neither is at hand
    #[arg(long, value_name = "BYTES")]
    size: Option<u64>,

    /// The media type of its manifest, with --size
    #[arg(long, value_name = "TYPE", default_value = crate::registry::descriptor::MANIFEST_TYPE)]
    media_type: String,

    /// What it runs on, for example linux/arm64; repeat it for more
    #[arg(long = "platform", value_name = "PLATFORM")]
    platforms: Vec<String>,

    /// The commit that it was built from [default: what is checked out]
    #[arg(long, value_name = "COMMIT")]
    commit: Option<Commit>,

    #[command(flatten)]
    changing: Changing,
}

impl Build {
    pub fn run(&self, world: &World<'_>) -> Result<(), CliError> {
        let config = loaded(world)?;
        let about = About {
            deployment: self.deployment.clone(),
            target: self.target.clone(),
            component: self.component.clone(),
            digest: None,
        };
        let scene = Scene::of(world, &config, &about)?;
        let component = match about.component(scene.deployment)? {
            Some(component) => component,
            None => only_image(scene.deployment)?,
        };
        if !scene.deployment.image_components().any(|image| image == component) {
            return Err(CliError::new(Code::NotFound, format!("{component} is no image component")).undone(UNRECORDED));
        }
        let target = about.target(scene.deployment)?;
        let image = self.image(world)?;
        let build = BuildRecorded {
            deployment: scene.deployment.name.clone(),
            component: component.clone(),
            target: target.map(|target| target.name.clone()),
            published: True::when(self.image.repository.registry().is_some() || self.layout.is_some()),
            image,
            platforms: texts(&self.platforms)?,
            builder: tool(&self.builder)?,
            provider: None,
            packages: None,
            base: None,
            inputs: None,
            git: self.git(&scene),
            reports: None,
            elsewhere: Some(True),
            log: None,
            duration_ms: None,
            on_behalf_of: None,
            ci: scene.sources.ci(),
        };
        let session = Session::open(world, &self.changing.which)?;
        let event = append(session, &self.changing, build.clone(), &[])?;
        world.ui.show(&Recorded::build(event, &build))
    }

    fn image(&self, world: &World<'_>) -> Result<ledger_format::field::Image, CliError> {
        let layout = self.layout.as_ref().map(|folder| world.folder.join(folder));
        let file = self.manifest.as_ref().map(|file| world.folder.join(file));
        let manifest = match (&layout, &file, self.size) {
            (Some(folder), _, _) => Manifest::Layout(folder),
            (None, Some(file), _) => Manifest::File(file),
            (None, None, Some(size)) => Manifest::Claimed { size, media_type: &self.media_type },
            (None, None, None) => {
                let message = "the size and type of the image's manifest are part of its name, and nothing says them";
                return Err(CliError::new(Code::Usage, message)
                    .hint("--manifest <file>, --layout <folder>, or --size <bytes>")
                    .undone(UNRECORDED));
            }
        };
        Ok(record::image(&self.image, manifest)?)
    }

    /// What is claimed of another commit is the commit alone.
    fn git(&self, scene: &Scene<'_>) -> Option<Git> {
        let checked_out = scene.sources.git();
        let Some(commit) = self.commit.clone() else { return checked_out };
        match checked_out {
            Some(git) if git.commit == commit => Some(Git { dirty: None, ..git }),
            Some(_) | None => Some(Git { commit, branch: None, tag: None, remote: None, dirty: None, authors: None }),
        }
    }
}

fn reference(written: &str) -> Result<Reference, String> {
    written.parse().map_err(|error: crate::registry::reference::ReferenceError| error.to_string())
}
