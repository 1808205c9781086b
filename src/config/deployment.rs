//! A deployment as configured: valid in itself, not yet resolved for a target.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ledger_format::name::{Component, Name};

use super::ConfigError;
use super::node::Entry;
use super::source::SourceFile;
use super::suggest::closest;

/// Label keys and values of a deployment, a target or a component.
pub type Labels = BTreeMap<String, String>;

/// What each of some components waits for.
pub type DependsOn = BTreeMap<Component, BTreeSet<Component>>;

/// One deployment file. Its names are right, and what its components depend on exists and has no circle.
#[derive(Debug, Clone)]
pub struct Deployment {
    pub name: Name,
    pub description: Option<String>,
    pub labels: Labels,
    pub default_target: Option<Name>,
    pub promote_by: PromoteBy,
    /// Other deployments that have to be rolled out on the same target first.
    pub depends_on: Vec<Name>,
    pub stacks: Vec<String>,
    pub components: BTreeMap<Component, ComponentConfig>,
    pub targets: BTreeMap<Name, Target>,
    pub file: Arc<SourceFile>,
    /// Where its name stands in the file.
    pub name_span: Range<usize>,
    /// The project's folder: paths of the configuration are below it.
    pub root: Arc<Path>,
}

/// Whether a promotion looks up the tag once, at release time; a rollout always pins by digest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PromoteBy {
    #[default]
    Digest,
    Tag,
}

/// A component as the deployment file has it; templates in its variables are not rendered yet.
#[derive(Debug, Clone)]
pub struct ComponentConfig {
    pub kind: ComponentKind,
    pub labels: Labels,
    pub depends_on: BTreeSet<Component>,
    /// The physical module, where it has another name than the component.
    pub module: Option<String>,
    pub vars: Vec<Entry>,
    pub settings: Vec<Entry>,
    /// Where its name stands in the file.
    pub span: Range<usize>,
}

/// The component types that a deployment file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentKind {
    Helmfile,
    Lambda,
    Manifest,
    /// An image component; the seeds name it after their builder.
    Nixpack,
    Terraform,
}

/// One environment of a deployment.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: Name,
    pub labels: Labels,
    pub context: Vec<Entry>,
    pub region: Option<String>,
    pub stack: Option<String>,
}

impl ComponentKind {
    pub const ALL: &[ComponentKind] = &[Self::Helmfile, Self::Lambda, Self::Manifest, Self::Nixpack, Self::Terraform];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Helmfile => "helmfile",
            Self::Lambda => "lambda",
            Self::Manifest => "manifest",
            Self::Nixpack => "nixpack",
            Self::Terraform => "terraform",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ComponentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Deployment {
    pub fn target(&self, name: &str) -> Result<&Target, ConfigError> {
        self.targets.iter().find(|(target, _)| target.as_str() == name).map(|(_, target)| target).ok_or_else(|| {
            let near = closest(name, self.targets.keys().map(Name::as_str)).map(str::to_owned);
            ConfigError::UnknownTarget {
                deployment: self.name.clone(),
                target: name.to_owned(),
                targets: self.targets.keys().cloned().collect(),
                near,
            }
        })
    }

    /// The named target; without a name the default one, else the only one.
    pub fn choose_target(&self, name: Option<&str>) -> Result<&Target, ConfigError> {
        if let Some(name) = name.or(self.default_target.as_ref().map(Name::as_str)) {
            return self.target(name);
        }
        let mut targets = self.targets.values();
        match (targets.next(), targets.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(ConfigError::NoTargets { deployment: self.name.clone() }),
            (Some(_), Some(_)) => Err(ConfigError::WhichTarget {
                deployment: self.name.clone(),
                targets: self.targets.keys().cloned().collect(),
            }),
        }
    }

    /// A component by `type/name`, or by its bare name where that is unique.
    pub fn component(&self, text: &str) -> Result<&Component, ConfigError> {
        if let Some((component, _)) = self.components.iter().find(|(component, _)| component.as_str() == text) {
            return Ok(component);
        }
        let found: Vec<&Component> = self.components.keys().filter(|component| component.name() == text).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(ConfigError::UnknownComponent {
                deployment: self.name.clone(),
                component: text.to_owned(),
                near: closest(text, self.components.keys().flat_map(|c| [c.as_str(), c.name()])).map(str::to_owned),
            }),
            several => Err(ConfigError::WhichComponent {
                deployment: self.name.clone(),
                component: text.to_owned(),
                components: several.iter().map(|component| (*component).clone()).collect(),
            }),
        }
    }

    /// How a component is shown: bare where that is unique, else `type/name`.
    pub fn display_name<'a>(&self, component: &'a Component) -> &'a str {
        let same = self.components.keys().filter(|other| other.name() == component.name()).count();
        if same > 1 { component.as_str() } else { component.name() }
    }

    /// The image components, which a build makes.
    pub fn image_components(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|(_, config)| config.kind == ComponentKind::Nixpack).map(|(name, _)| name)
    }
}

impl ComponentConfig {
    /// The value of a variable as written.
    pub fn var(&self, key: &str) -> Option<&Entry> {
        self.vars.iter().find(|entry| entry.key == key)
    }
}
