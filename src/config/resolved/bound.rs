//! A resolved configuration with its images: all that a rollout needs to know.

use std::collections::BTreeMap;

use ledger_format::digest::Digest;
use ledger_format::name::{Component, Name};
use serde_json::{Map, Value as Json, json};

use super::super::deployment::Labels;
use super::super::path::ProjectPath;
use super::super::template::{self, TemplateError};
use super::super::value::{ImageField, ImagePart, Value};
use super::scope::{self, AFTER_BUILD};
use super::{Resolved, ResolvedComponent, ResolvedKind, ResolvedManifest};

/// An image that exists, as a release names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundImage {
    /// `registry/path`; for a layout `layout/<name>`.
    pub repository: String,
    pub digest: Digest,
    /// Advisory: what is bound is the digest.
    pub tag: Option<String>,
}

/// A component that can be rolled out.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundComponent {
    pub component: Component,
    pub deployment: Name,
    pub target: Name,
    pub labels: Labels,
    pub kind: BoundKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BoundKind {
    Image(BoundImage),
    Manifest(BoundManifest),
    Later,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BoundManifest {
    pub output: ProjectPath,
    templates: BTreeMap<ProjectPath, String>,
    scope: Json,
}

/// Why a component cannot be given its images.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    #[error("this configuration has no component {0}")]
    NoSuchComponent(Component),
    #[error("{component} takes the image of {image}, which the release does not hold")]
    MissingImage { component: Component, image: Component },
    #[error("{component} uses the tag of {image}, which has none")]
    NoTag { component: Component, image: Component },
}

/// A template of a release that does not render; found before a release is made, so it means another sealog.
#[derive(Debug, thiserror::Error)]
#[error("cannot render {template} of {component}, line {line}")]
pub struct RenderError {
    pub component: Component,
    pub template: ProjectPath,
    pub line: usize,
    pub source: TemplateError,
}

impl BoundImage {
    /// The full reference: `<registry>/<repository>@sha256:...`.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.repository, self.digest)
    }

    fn part(&self, field: ImageField) -> Option<String> {
        let (registry, repository) = self.repository.split_once('/').unwrap_or(("", &self.repository));
        match field {
            ImageField::Image => Some(self.reference()),
            ImageField::Digest => Some(self.digest.to_string()),
            ImageField::Registry => Some(registry.to_owned()),
            ImageField::Repository => Some(repository.to_owned()),
            ImageField::Tag => self.tag.clone(),
        }
    }
}

impl Resolved {
    /// A component with its images filled in.
    pub fn bind(
        &self,
        component: &Component,
        images: &BTreeMap<Component, BoundImage>,
    ) -> Result<BoundComponent, BindError> {
        let resolved = self.components.get(component).ok_or_else(|| BindError::NoSuchComponent(component.clone()))?;
        let missing =
            |image: &Component| BindError::MissingImage { component: component.clone(), image: image.clone() };
        let kind = match &resolved.kind {
            ResolvedKind::Image { .. } => {
                BoundKind::Image(images.get(component).ok_or_else(|| missing(component))?.clone())
            }
            ResolvedKind::Later { .. } => BoundKind::Later,
            ResolvedKind::Manifest(manifest) => {
                for image in &manifest.images {
                    images.get(image).ok_or_else(|| missing(image))?;
                }
                BoundKind::Manifest(self.bind_manifest(component, resolved, manifest, images)?)
            }
        };
        Ok(BoundComponent {
            component: component.clone(),
            deployment: self.deployment.clone(),
            target: self.target.name.clone(),
            labels: resolved.labels.clone(),
            kind,
        })
    }

    fn bind_manifest(
        &self,
        component: &Component,
        resolved: &ResolvedComponent,
        manifest: &ResolvedManifest,
        images: &BTreeMap<Component, BoundImage>,
    ) -> Result<BoundManifest, BindError> {
        let fill = |part: &ImagePart| {
            let image = || part.component.clone();
            let bound = images.get(&part.component);
            let bound =
                bound.ok_or_else(|| BindError::MissingImage { component: component.clone(), image: image() })?;
            bound.part(part.field).ok_or_else(|| BindError::NoTag { component: component.clone(), image: image() })
        };
        let mut scope = scope::common(&self.deployment, &self.deployment_labels, &self.target, &self.git);
        scope.extend(image_scope(manifest, &fill, &|image, field| {
            images.get(image).and_then(|image| image.part(field))
        })?);
        scope.insert("component".to_owned(), scope::component(component, &resolved.labels));
        Ok(BoundManifest {
            output: manifest.output.clone(),
            templates: manifest.templates.clone(),
            scope: Json::Object(scope),
        })
    }
}

impl BoundManifest {
    /// The files of the component, by their path below `output`.
    pub fn render(&self, component: &Component) -> Result<BTreeMap<ProjectPath, String>, RenderError> {
        let one = |(path, text): (&ProjectPath, &String)| {
            let rendered = template::render(text, &self.scope).map_err(|source| RenderError {
                component: component.clone(),
                template: path.clone(),
                line: text[..source.span.start].matches('\n').count() + 1,
                source,
            })?;
            Ok((path.clone(), rendered))
        };
        self.templates.iter().map(one).collect()
    }
}

/// `vars`, `image` and `nixpack` of a manifest's templates.
fn image_scope<E>(
    manifest: &ResolvedManifest,
    fill: &impl Fn(&ImagePart) -> Result<String, E>,
    part: &dyn Fn(&Component, ImageField) -> Option<String>,
) -> Result<Map<String, Json>, E> {
    let mut scope = Map::new();
    let vars = Value::Map(manifest.vars.clone()).fill(fill)?;
    let given = vars.get("image").filter(|image| image.is_string()).cloned();
    let bound = manifest.image.as_ref().and_then(|image| part(image, ImageField::Image)).map(Json::from);
    if let Some(image) = given.or(bound) {
        scope.insert("image".to_owned(), image);
    }
    scope.insert("vars".to_owned(), vars);
    let fields = |image: &Component| {
        let entry = |field: &ImageField| Some((field.as_str().to_owned(), Json::from(part(image, *field)?)));
        Json::Object(ImageField::ALL.iter().filter_map(entry).collect())
    };
    let images: Map<String, Json> =
        manifest.images.iter().map(|image| (image.name().to_owned(), fields(image))).collect();
    scope.insert("nixpack".to_owned(), json!(images));
    Ok(scope)
}

/// The same with images that nobody built yet.
pub(super) fn dummy_images(manifest: &ResolvedManifest) -> Map<String, Json> {
    let fill = |_: &ImagePart| Ok::<_, std::convert::Infallible>(AFTER_BUILD.to_owned());
    let Ok(scope) = image_scope(manifest, &fill, &|_, _| Some(AFTER_BUILD.to_owned()));
    scope
}
