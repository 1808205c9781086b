//! `sealog release`: images and configuration become one release, which never changes.

use clap::Args;
use ledger_format::digest::Digest;
use ledger_format::field::{Note, Text};
use ledger_format::name::{Component, EventId, Name};

use super::build::{DIRTY, time_of_files};
use crate::cli::World;
use crate::cli::args::{Changing, Making};
use crate::cli::error::stages::together;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::session::Session;
use crate::cli::view::diagnostics;
use crate::cli::view::released::{MadeOf, Released, State};
use crate::config::{self, Deployment};
use crate::registry::layout::Layout;
use crate::stages::build::Request;
use crate::stages::built::{self, Among, Fit, Named};
use crate::stages::release::{self, Naming, Plan};
use crate::stages::sources::Sources;

const UNRELEASED: &str = "Nothing was released, nothing recorded.";

/// Make a release of the images that were built and the configuration of every target
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog release payment-service --target dev --id v1.5.0 --annotate \"pr=#482\"\n  \
    sealog release --digest api=sha256:...       # an image that another pipeline built\n  \
    sealog release --without-images              # what needs no image, before the first build\n\n\
    A release is its content: the same images and configuration are the same release, wherever it is made."
)]
pub struct Release {
    #[command(flatten)]
    making: Making,

    /// What people call it: unique in the deployment
    #[arg(long = "id", visible_alias = "alias", value_name = "NAME")]
    alias: Option<Name>,

    /// Something to be said about it; repeat it for more
    #[arg(long = "annotate", visible_alias = "annotation", value_name = "NAME=TEXT", value_parser = annotation)]
    annotations: Vec<(Name, Text)>,

    /// This image of a component (of the only one: the digest alone) and not the one that was built last
    #[arg(long = "digest", value_name = "[COMPONENT=]DIGEST", value_parser = of_component)]
    digests: Vec<(Option<String>, Digest)>,

    /// Only the components that need no image
    #[arg(long, conflicts_with = "digests")]
    without_images: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Release {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let config = config::load(&world.folder)?;
        let deployment = config.choose_deployment(self.making.deployment.as_deref())?;
        let target = &deployment.choose_target(self.making.target.as_deref())?.name;
        let sources = Sources::find(&config.project.root, world.environment, self.making.authors.clone())?;
        let modified = time_of_files(world.environment)?;
        let request = Request { deployment, target, component: None, sources: &sources, modified };
        let named = self.named(deployment)?;

        let session = Session::open(world, &self.changing.which)?;
        let plan = self.plan(world, &request, &named, (&session, &Layout::at(config.project.images())))?;
        if sources.is_dirty() && plan.recorded.is_none() {
            world.ui.warn(DIRTY);
        }
        let warnings = diagnostics::as_text(&plan.warnings, world.ui.look());
        warnings.lines().for_each(|line| world.ui.say(line));
        let shown = |state, session: &Session<'_>, principal: Option<&Name>| {
            let made = MadeOf { plan: &plan, ledger: session.ledger(), principal };
            world.ui.show(&Released::of(&made, state))
        };
        if let Some(event) = plan.recorded {
            shown(State::There(event), &session, None)?;
            return Ok(Exit::Done);
        }
        if self.changing.dry_run {
            shown(State::Planned, &session, None)?;
            return Ok(Exit::Done);
        }
        let actor = session.actor(&self.changing.key)?;
        let mut writer = session.writer(actor)?;
        let _turn = if plan.release.alias.is_some() { writer.turn()? } else { None };
        release::may_be_made(&plan.release, writer.ledger(), &writer.ledger().everything())
            .map_err(|error| CliError::from(error).undone(UNRELEASED))?;
        let event: EventId = writer.append_with_blobs(plan.release.clone(), &plan.blobs)?;
        let principal = writer.principal.clone();
        shown(State::Made(event), &writer.finish(), Some(&principal))?;
        world.ui.next(&[&format!("sealog rollout {} --target {target}", deployment.name)]);
        Ok(Exit::Done)
    }

    fn plan(
        &self,
        world: &World<'_>,
        request: &Request,
        named: &Named,
        (session, images): (&Session<'_>, &Layout),
    ) -> Result<Plan, CliError> {
        let everything = session.ledger().everything();
        let among = Among { ledger: session.ledger(), set: &everything, images };
        let components: Vec<&Component> =
            if self.without_images { Vec::new() } else { request.deployment.image_components().collect() };
        let chosen = built::choose(request, components, named, among).map_err(|missing| {
            let error = together(missing).unwrap_or_else(|| CliError::new(Code::Internal, "no image is missing"));
            error.undone(UNRELEASED)
        })?;
        for (component, _) in chosen.iter().filter(|(_, chosen)| chosen.fit == Fit::Other) {
            let name = request.deployment.display_name(component);
            world.ui.warn(format!("{name}: what is here was not built; the release takes the image built last"));
        }
        let annotations =
            self.annotations.iter().map(|(name, text)| (name.clone(), Note::from(text.clone()))).collect();
        let naming = Naming { alias: self.alias.clone(), annotations };
        release::plan(request, chosen, naming, (session.ledger(), &everything))
            .map_err(|error| CliError::from(error).undone(UNRELEASED))
    }

    fn named(&self, deployment: &Deployment) -> Result<Named, CliError> {
        let mut named = Named::new();
        for (component, digest) in &self.digests {
            let component = match component {
                Some(text) => deployment.component(text)?,
                None => only_image(deployment)?,
            };
            if named.insert(component.clone(), *digest).is_some() {
                return Err(CliError::new(Code::Usage, format!("--digest names two images of {component}")));
            }
        }
        Ok(named)
    }
}

/// The image component of a deployment that has one.
pub fn only_image(deployment: &Deployment) -> Result<&Component, CliError> {
    let mut images = deployment.image_components();
    match (images.next(), images.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => {
            let message = format!("the deployment `{}` has no image components", deployment.name);
            Err(CliError::new(Code::NotFound, message))
        }
        (Some(_), Some(_)) => {
            let names: Vec<&str> =
                deployment.image_components().map(|component| deployment.display_name(component)).collect();
            let message =
                format!("the deployment `{}` has several image components: {}", deployment.name, names.join(", "));
            Err(CliError::new(Code::Ambiguous, message).detail("components", names))
        }
    }
}

fn annotation(text: &str) -> Result<(Name, Text), String> {
    let (name, value) = text.split_once('=').ok_or("`name=text` belongs here")?;
    let name = Name::new(name).map_err(|error| error.to_string())?;
    Ok((name, Text::new(value).map_err(|error| error.to_string())?))
}

fn of_component(text: &str) -> Result<(Option<String>, Digest), String> {
    let (component, digest) = match text.split_once('=') {
        Some((component, digest)) => (Some(component.to_owned()), digest),
        None => (None, text),
    };
    let digest = digest.parse().map_err(|_| "a digest is `sha256:` and 64 lower-case hex digits".to_owned())?;
    Ok((component, digest))
}
