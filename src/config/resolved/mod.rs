//! A deployment resolved for one target: what a release keeps, so that a rollout needs neither git nor the files.

mod binding;
mod bound;
mod build;
mod image;
mod image_build;
mod manifest;
mod scope;
mod templates;
mod values;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::name::{Component, Name};

use super::deployment::{DependsOn, Labels};
use super::diagnostic::Diagnostic;
use super::path::ProjectPath;
use super::value::Value;

pub use bound::{BindError, BoundComponent, BoundImage, BoundKind, BoundManifest, RenderError};
pub use image::{Base, BaseReference, Builder, FileRule, FilesBuilder, ImageBuild, ImagePath};
pub use wire::NotAConfig;

/// The media type of [`Resolved::canonical_json`].
pub const MEDIA_TYPE: &str = "application/vnd.sealog.config.v1+json";

/// The commit that a configuration is resolved at; without it `git.*` does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitFacts {
    pub sha: String,
    pub branch: Option<String>,
    pub tag: Option<String>,
}

/// The configuration of one target, with images as unresolved bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub deployment: Name,
    pub deployment_labels: Labels,
    pub target: ResolvedTarget,
    /// What the templates of manifests use of `git.*`, and nothing else of it.
    pub git: BTreeMap<String, String>,
    pub components: BTreeMap<Component, ResolvedComponent>,
    /// What deserves a look; no part of the release.
    pub warnings: Vec<Diagnostic>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedTarget {
    pub name: Name,
    pub labels: Labels,
    pub context: BTreeMap<String, Value>,
    pub region: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedComponent {
    pub labels: Labels,
    /// What is written and what follows from the images that it takes.
    pub depends_on: BTreeSet<Component>,
    pub kind: ResolvedKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedKind {
    /// An image component; how it is built is no part of a release, its digest is.
    Image {
        registry: Option<String>,
        name: String,
    },
    Manifest(ResolvedManifest),
    /// A type that this build cannot roll out yet: kept as configured.
    Later {
        module: Option<String>,
        vars: BTreeMap<String, Value>,
        settings: BTreeMap<String, Value>,
    },
}

/// A manifest component: the templates themselves, so that an old release can be rendered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedManifest {
    /// By the path that a rendered file has below `output`.
    pub templates: BTreeMap<ProjectPath, String>,
    pub output: ProjectPath,
    pub vars: BTreeMap<String, Value>,
    /// The image component that it is bound to by label or name.
    pub image: Option<Component>,
    /// Every image component that it needs.
    pub images: BTreeSet<Component>,
}

impl Resolved {
    /// What each component waits for.
    pub fn depends_on(&self) -> DependsOn {
        self.components.iter().map(|(name, component)| (name.clone(), component.depends_on.clone())).collect()
    }

    /// The components that a rollout changes: all but the image components.
    pub fn rollout_components(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|(_, component)| !component.is_image()).map(|(name, _)| name)
    }

    pub fn image_components(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|(_, component)| component.is_image()).map(|(name, _)| name)
    }

    /// The image components that a component takes an image of; none means that it can be rolled out before any build.
    pub fn images_of(&self, component: &Component) -> BTreeSet<Component> {
        self.components.get(component).map(ResolvedComponent::images).unwrap_or_default()
    }
}

impl ResolvedComponent {
    pub fn is_image(&self) -> bool {
        matches!(self.kind, ResolvedKind::Image { .. })
    }

    fn images(&self) -> BTreeSet<Component> {
        match &self.kind {
            ResolvedKind::Image { .. } => BTreeSet::new(),
            ResolvedKind::Manifest(manifest) => manifest.images.clone(),
            ResolvedKind::Later { vars, settings, .. } => {
                vars.values().chain(settings.values()).flat_map(Value::images).map(|i| i.component.clone()).collect()
            }
        }
    }
}
