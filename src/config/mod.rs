//! Configuration: deployments, components, targets.
//!
//! [`load`] reads `sealog.yaml` and every deployment file: [`node`] is YAML as written, [`raw`] a deployment as
//! written, [`resolve`] makes a [`Deployment`] of it. What is wrong comes as [`Diagnostic`]s, all of a run together.

mod cycle;
pub mod deployment;
pub mod diagnostic;
pub mod keys;
pub mod node;
pub mod path;
pub mod pin;
pub mod project;
pub mod raw;
mod reader;
mod render;
mod resolve;
pub mod resolved;
pub mod source;
pub mod suggest;
pub mod template;
pub mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ledger_format::name::{Component, Name};

pub use cycle::find as find_cycle;
pub use deployment::{ComponentConfig, ComponentKind, DependsOn, Deployment, Labels, PromoteBy, Target};
pub use diagnostic::{Code, Diagnostic, Label, Mistakes, Severity};
pub use path::ProjectPath;
pub use project::Project;
pub use resolved::{
    BindError, BoundComponent, BoundImage, BoundKind, BoundManifest, GitFacts, ImageBuild, RenderError, Resolved,
};

use reader::Reader;
use source::SourceFile;

/// A project and its deployments, by name.
#[derive(Debug, Clone)]
pub struct Config {
    pub project: Project,
    pub deployments: BTreeMap<Name, Deployment>,
}

/// Why there is no configuration, or not the part of it that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("found no project: neither sealog.yaml nor atmos.yaml is in {} or above it", .from.display())]
    NoProject { from: PathBuf },
    #[error("cannot read {}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    #[error("there is no deployment `{name}`{}", did_you_mean(.near))]
    UnknownDeployment { name: String, deployments: Vec<Name>, near: Option<String> },
    #[error("`{component}` is a component of the deployment `{deployment}`, not a deployment")]
    ComponentNamed { component: String, deployment: Name },
    #[error("the project has several deployments, which one is not said: {}", list(.deployments))]
    WhichDeployment { deployments: Vec<Name> },
    #[error("the project has no deployments")]
    NoDeployments,
    #[error("the deployment `{deployment}` has no target `{target}`{}; its targets are: {}", did_you_mean(.near), list(.targets))]
    UnknownTarget { deployment: Name, target: String, targets: Vec<Name>, near: Option<String> },
    #[error("the deployment `{deployment}` has several targets and no default one: {}", list(.targets))]
    WhichTarget { deployment: Name, targets: Vec<Name> },
    #[error("the deployment `{deployment}` has no targets")]
    NoTargets { deployment: Name },
    #[error("the deployment `{deployment}` has no component `{component}`{}", did_you_mean(.near))]
    UnknownComponent { deployment: Name, component: String, near: Option<String> },
    #[error("the deployment `{deployment}` has several components `{component}`: {}", list(.components))]
    WhichComponent { deployment: Name, component: String, components: Vec<Component> },
}

fn did_you_mean(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default()
}

fn list<T: std::fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Finds the project that a folder is in and reads all of its deployments.
pub fn load(from: &Path) -> Result<Config, ConfigError> {
    let (config, mistakes, files) = read(from)?;
    match Mistakes::of(mistakes, files) {
        Some(mistakes) => Err(mistakes.into()),
        None => Ok(config),
    }
}

/// Everything that is wrong with any deployment on any of its targets; else what deserves a look.
pub fn check(from: &Path) -> Result<Vec<Diagnostic>, ConfigError> {
    let (config, mut found, files) = read(from)?;
    found.extend(config.deployments.values().flat_map(Deployment::validate));
    match Mistakes::of(found.clone(), files) {
        Some(mistakes) => Err(mistakes.into()),
        None => Ok(found),
    }
}

/// What could be read, what is wrong with the rest, and how many files there are.
fn read(from: &Path) -> Result<(Config, Vec<Diagnostic>, usize), ConfigError> {
    let project = Project::find(from)?;
    let mut mistakes = Vec::new();
    let mut deployments: BTreeMap<Name, Deployment> = BTreeMap::new();
    let files = deployment_files(&project)?;
    for path in &files {
        let file = SourceFile::new(project::shown(path, &project.root), project::read_text(path)?);
        let mut reader = Reader::new(file);
        let raw = raw::read(&mut reader);
        let deployment = raw.and_then(|raw| resolve::deployment(&mut reader, raw, &project.root));
        mistakes.append(&mut reader.found);
        let Some(deployment) = deployment else { continue };
        match deployments.get(&deployment.name) {
            Some(first) => mistakes.push(named_twice(first, &deployment)),
            None => {
                deployments.insert(deployment.name.clone(), deployment);
            }
        }
    }
    Ok((Config { project, deployments }, mistakes, files.len()))
}

/// `*.yaml` in the deployments folder and not below it, by name; none when there is no such folder.
fn deployment_files(project: &Project) -> Result<Vec<PathBuf>, ConfigError> {
    let folder = project.deployments.under(&project.root);
    let wrong = |source| ConfigError::Read { path: folder.clone(), source };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(wrong)?.path();
        // `<name>.<target>.lock.yaml` beside a deployment is a lock file.
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".yaml") && !name.ends_with(".lock.yaml") && !name.starts_with('.') && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn named_twice(first: &Deployment, again: &Deployment) -> Diagnostic {
    let place = |deployment: &Deployment| deployment.file.place(deployment.name_span.clone());
    Diagnostic::error(Code::DuplicateDeployment, format!("two files define the deployment `{}`", again.name))
        .at(place(again), "again here")
        .at(place(first), "first here")
}

impl Config {
    pub fn deployment(&self, name: &str) -> Result<&Deployment, ConfigError> {
        if let Some((_, deployment)) = self.deployments.iter().find(|(other, _)| other.as_str() == name) {
            return Ok(deployment);
        }
        if let Some(of) = self.deployments.values().find(|deployment| deployment.component(name).is_ok()) {
            return Err(ConfigError::ComponentNamed { component: name.to_owned(), deployment: of.name.clone() });
        }
        let names: Vec<Name> = self.deployments.keys().cloned().collect();
        let near = suggest::closest(name, names.iter().map(Name::as_str)).map(str::to_owned);
        Err(ConfigError::UnknownDeployment { name: name.to_owned(), near, deployments: names })
    }

    /// The named deployment; without a name the only one.
    pub fn choose_deployment(&self, name: Option<&str>) -> Result<&Deployment, ConfigError> {
        if let Some(name) = name {
            return self.deployment(name);
        }
        let mut all = self.deployments.values();
        match (all.next(), all.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(ConfigError::NoDeployments),
            (Some(_), Some(_)) => {
                Err(ConfigError::WhichDeployment { deployments: self.deployments.keys().cloned().collect() })
            }
        }
    }
}
