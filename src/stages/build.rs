//! Builds the images of a deployment: what is to be built, then each image and what is recorded of it.

use ledger_format::digest::Digest;
use ledger_format::event::{BuildRecorded, Data};
use ledger_format::field::{Image, Int, Set, Str, Tool, True};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Component, EventId, Name};

use super::sources::Sources;
use crate::builders::files::{Base, FilesError, FilesImage, Recipe};
use crate::clock::Clock;
use crate::config::resolved::Builder;
use crate::config::{ConfigError, Deployment, ImageBuild};
use crate::progress::{Ending, Progress};
use crate::registry::descriptor::Descriptor;
use crate::registry::layout::{Layout, LayoutError};
use crate::registry::reference::{ReferenceError, Repository, Tag};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub deployment: &'a Deployment,
    pub target: &'a Name,
    /// One image component, where not all of them.
    pub component: Option<&'a Component>,
    pub sources: &'a Sources,
    /// The time of every file of an image, in seconds since 1970: not that of the commit, so that a commit which
    /// changes no input changes no image.
    pub modified: u64,
}

/// Whether what was built from the same inputs is built again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebuild {
    WhenChanged,
    /// And when the build that is there was of a tree with changes: a clean one says more of the same bytes.
    WhenChangedOrDirty,
    Always,
}

/// An image component whose inputs have been read.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub component: Component,
    /// The target, where the component is built otherwise for others.
    pub target: Option<Name>,
    pub repository: Repository,
    tag: Option<Tag>,
    pub inputs: Digest,
    recipe: Recipe,
    platform: String,
}

/// What is to be done, component by component.
#[derive(Debug, Clone)]
pub struct Plan {
    pub deployment: Name,
    pub target: Name,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone)]
pub struct Step {
    pub prepared: Prepared,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Build,
    /// This event built it from the same inputs, and the image is still there.
    Keep {
        event: EventId,
        image: Image,
    },
}

impl Plan {
    pub fn to_build(&self) -> usize {
        self.steps.iter().filter(|step| step.action == Action::Build).count()
    }

    /// Whether everything was built before.
    pub fn is_idle(&self) -> bool {
        self.to_build() == 0
    }
}

/// An image that was built, and what is recorded of it.
#[derive(Debug, Clone)]
pub struct Made {
    pub recorded: BuildRecorded,
    pub layers: usize,
    /// Of all that it consists of.
    pub bytes: u64,
}

/// Why an image was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the deployment `{deployment}` has no image components: there is nothing to build")]
    NoImages { deployment: Name },
    #[error("{component} is no image component: it is rolled out, not built")]
    NotAnImage { component: Component },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{component} was not built")]
    Files { component: Component, source: FilesError },
    #[error("the image of {component} has no right name")]
    Name { component: Component, source: ReferenceError },
    #[error("the image of {component} cannot be written")]
    Layout { component: Component, source: LayoutError },
}

/// Where images are made.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    pub images: &'a Layout,
    pub clock: Clock,
    pub progress: &'a dyn Progress,
}

/// Reads what every image is to be made of; everything that is wrong comes at once.
pub fn prepare(request: &Request) -> Result<Vec<Prepared>, Vec<BuildError>> {
    let deployment = request.deployment;
    let mut components: Vec<&Component> = deployment.image_components().collect();
    if let Some(wanted) = request.component {
        components.retain(|component| *component == wanted);
        if components.is_empty() {
            return Err(vec![BuildError::NotAnImage { component: wanted.clone() }]);
        }
    }
    if components.is_empty() {
        return Err(vec![BuildError::NoImages { deployment: deployment.name.clone() }]);
    }
    let (mut prepared, mut wrong) = (Vec::new(), Vec::new());
    for component in components {
        match read(request, component) {
            Ok(one) => prepared.push(one),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(prepared) } else { Err(wrong) }
}

/// What the image of one component is to be made of.
pub fn read(request: &Request, component: &Component) -> Result<Prepared, BuildError> {
    let (deployment, facts) = (request.deployment, request.sources.facts());
    let build_for = |target: &Name| deployment.image_build(component, target.as_str(), facts.as_ref());
    let build = build_for(request.target)?;
    let same = |target: &Name| build_for(target).is_ok_and(|other| other == build);
    let for_all = deployment.targets.keys().all(same);
    let wrong = |source| BuildError::Files { component: component.clone(), source };
    let Builder::Files(asked) = build.builder.clone();
    let platform = asked.platform.to_string();
    let base = asked.base.as_ref().map(|base| Base::find(&deployment.root, base)).transpose().map_err(wrong)?;
    let image = FilesImage { source: build.source.clone(), asked, base, modified: request.modified };
    let recipe = Recipe::read(image).map_err(wrong)?;
    Ok(Prepared {
        component: component.clone(),
        target: if for_all { None } else { Some(request.target.clone()) },
        repository: repository(&build).map_err(|source| BuildError::Name { component: component.clone(), source })?,
        tag: build.tag.as_deref().and_then(|tag| tag.parse().ok()),
        inputs: recipe.inputs(),
        recipe,
        platform,
    })
}

/// Where the image of a component lies: in its registry, else in the layout of images.
pub fn repository(build: &ImageBuild) -> Result<Repository, ReferenceError> {
    match &build.registry {
        Some(registry) => format!("{registry}/{}", build.name).parse(),
        None => Repository::in_layout(&build.name),
    }
}

/// Decides what has to be built: what no event of the set built from the same inputs, or whose image is gone.
pub fn plan(
    request: &Request,
    prepared: Vec<Prepared>,
    rebuild: Rebuild,
    (ledger, set): (&Ledger, &ClosedSet),
    images: &Layout,
) -> Plan {
    let deployment = &request.deployment.name;
    let decide = |prepared: Prepared| {
        let kept = match rebuild {
            Rebuild::Always => None,
            Rebuild::WhenChanged => built_before(deployment, &prepared, (ledger, set), images, |_| true),
            Rebuild::WhenChangedOrDirty => built_before(deployment, &prepared, (ledger, set), images, is_clean),
        };
        let action = kept.map_or(Action::Build, |(event, image)| Action::Keep { event, image });
        Step { prepared, action }
    };
    Plan {
        deployment: deployment.clone(),
        target: request.target.clone(),
        steps: prepared.into_iter().map(decide).collect(),
    }
}

/// Whether a build names the commit that it is of, without other changes.
fn is_clean(build: &BuildRecorded) -> bool {
    build.git.as_ref().is_some_and(|git| git.dirty.is_none())
}

/// The newest build from the same inputs that serves and whose image is still there whole.
fn built_before(
    deployment: &Name,
    prepared: &Prepared,
    (ledger, set): (&Ledger, &ClosedSet),
    images: &Layout,
    serves: fn(&BuildRecorded) -> bool,
) -> Option<(EventId, Image)> {
    let same = |build: &BuildRecorded| {
        serves(build)
            && build.deployment == *deployment
            && build.component == prepared.component
            && build.target == prepared.target
            && build.inputs == Some(prepared.inputs)
            && build.image.repository.as_str() == prepared.repository.to_string()
            && images.has_image(&prepared.repository, &build.image.digest)
    };
    let of_entry = |(index, entry): (_, &ledger_format::ledger::Entry)| match entry.event.data() {
        Some(Data::BuildRecorded(build)) if ledger.counts(index, set) && same(build) => {
            Some((ledger.order(index), entry.event.id, build.image.clone()))
        }
        Some(_) | None => None,
    };
    let newest = ledger.entries().filter_map(of_entry).max_by_key(|(order, _, _)| *order);
    newest.map(|(_, event, image)| (event, image))
}

/// Builds one image and names it; the event is for the caller to append, who then ends the task.
pub fn execute(plan: &Plan, prepared: &Prepared, sources: &Sources, ports: Ports<'_>) -> Result<Made, BuildError> {
    let task = prepared.component.name();
    ports.progress.started(task, &format!("files, {}", prepared.platform));
    let watch = ports.clock.stopwatch();
    match assemble(prepared, ports.images) {
        Ok((image, layers, bytes)) => {
            let took = u64::try_from(watch.elapsed().as_millis()).ok().and_then(Int::new);
            Ok(Made { recorded: record(plan, prepared, sources, (&image, took)), layers, bytes })
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            ports.progress.ended(task, Ending::Failed, &format!("{error}{cause}"));
            Err(error)
        }
    }
}

fn assemble(prepared: &Prepared, images: &Layout) -> Result<(Descriptor, usize, u64), BuildError> {
    let wrong = |source| BuildError::Layout { component: prepared.component.clone(), source };
    let images = Layout::create(images.root()).map_err(wrong)?;
    let files = |source| BuildError::Files { component: prepared.component.clone(), source };
    let built = prepared.recipe.build(&images).map_err(files)?;
    images.publish(&prepared.repository, prepared.tag.as_ref(), &built.image).map_err(wrong)?;
    let manifest = images.manifest(&built.image).map_err(wrong)?;
    let bytes = manifest.layers.iter().map(|layer| layer.size).sum::<u64>() + manifest.config.size + built.image.size;
    Ok((built.image, manifest.layers.len(), bytes))
}

fn record(
    plan: &Plan,
    prepared: &Prepared,
    sources: &Sources,
    (image, took): (&Descriptor, Option<Int>),
) -> BuildRecorded {
    BuildRecorded {
        deployment: plan.deployment.clone(),
        component: prepared.component.clone(),
        target: prepared.target.clone(),
        image: described(image, &prepared.repository, prepared.tag.as_ref()),
        // The layout is the repository of what has no registry; nothing is pushed to registries yet.
        published: True::when(prepared.repository.registry().is_none()),
        platforms: Str::new(&prepared.platform).ok().map(Set::one),
        builder: Tool { name: constant("files"), version: Some(constant(env!("CARGO_PKG_VERSION"))) },
        provider: None,
        packages: None,
        base: prepared.recipe.base(),
        inputs: Some(prepared.inputs),
        git: sources.git(),
        reports: None,
        elsewhere: None,
        log: None,
        duration_ms: took,
        on_behalf_of: None,
        ci: sources.ci(),
    }
}

/// An image as events name it.
pub fn described(image: &Descriptor, repository: &Repository, tag: Option<&Tag>) -> Image {
    let repository = ledger_format::field::Repository::new(&repository.to_string());
    Image {
        digest: image.digest,
        media_type: constant(&image.media_type),
        size: Int::new(image.size).unwrap_or(Int::from(u32::MAX)),
        repository: repository.unwrap_or_else(|_| unreachable!("a repository has a host and a path")),
        tag: tag.and_then(|tag| Str::new(tag.as_str()).ok()),
    }
}

fn constant(text: &str) -> Str {
    Str::new(text).unwrap_or_else(|_| unreachable!("a short text without control characters"))
}
