//! From a deployment to what it is on one target.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::name::Component;
use serde_json::Value as Json;

use super::super::deployment::{ComponentConfig, ComponentKind, DependsOn, Deployment, Target};
use super::super::diagnostic::{Code, Diagnostic, Severity};
use super::super::resolve::cycle_message;
use super::super::{ConfigError, Mistakes, cycle};
use super::values::Renderer;
use super::{GitFacts, Resolved, ResolvedComponent, ResolvedKind, ResolvedTarget, scope};

impl Deployment {
    /// What this deployment is on one target, at a commit. Reads the template files of its manifest components.
    pub fn resolve(&self, target: &str, git: Option<&GitFacts>) -> Result<Resolved, ConfigError> {
        let target = self.target(target)?;
        let mut build = Build::new(self, target, git);
        let resolved = build.resolved();
        match Mistakes::of(build.found, 1) {
            Some(mistakes) => Err(mistakes.into()),
            None => Ok(resolved),
        }
    }

    /// Everything that is wrong with any of its targets; git is taken to know a branch and a tag.
    /// What only this build lacks is a warning.
    pub fn validate(&self) -> Vec<Diagnostic> {
        let known = "known-later".to_owned();
        let git = GitFacts { sha: known.clone(), branch: Some(known.clone()), tag: Some(known) };
        let mut found = Vec::new();
        for target in self.targets.values() {
            let mut build = Build::new(self, target, Some(&git));
            let resolved = build.resolved();
            found.extend(build.found.into_iter().chain(resolved.warnings));
            for component in self.image_components() {
                if let Err(ConfigError::Mistakes(mistakes)) =
                    self.image_build(component, target.name.as_str(), Some(&git))
                {
                    found.extend(mistakes.diagnostics);
                }
            }
        }
        let mut unique: Vec<Diagnostic> = Vec::new();
        for mut diagnostic in found {
            if matches!(diagnostic.code, Code::NoSuchDriver | Code::NotInThisBuild) {
                diagnostic.severity = Severity::Warning;
            }
            if !unique.contains(&diagnostic) {
                unique.push(diagnostic);
            }
        }
        unique
    }

    /// A renderer for this deployment's file and what its values can read on a target.
    pub(super) fn renderer(&self, target: &Target, git: Option<&GitFacts>) -> (Renderer<'_>, ResolvedTarget) {
        let mut resolved = ResolvedTarget {
            name: target.name.clone(),
            labels: target.labels.clone(),
            context: BTreeMap::new(),
            region: target.region.clone(),
        };
        let git = scope::git(git);
        let scope_of = |target: &ResolvedTarget| scope::common(&self.name, &self.labels, target, &git);
        let mut without_context = scope_of(&resolved);
        without_context.remove("context");
        let images = self.image_components().collect();
        let scope = Json::Object(without_context);
        let mut renderer = Renderer { file: &self.file, scope, images, found: Vec::new() };
        resolved.context = renderer.map(&target.context);
        renderer.scope = Json::Object(scope_of(&resolved));
        (renderer, resolved)
    }
}

pub(super) struct Build<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) target: ResolvedTarget,
    pub(super) git: BTreeMap<String, String>,
    pub(super) renderer: Renderer<'a>,
    pub(super) used_git: BTreeSet<String>,
    pub(super) found: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl<'a> Build<'a> {
    fn new(deployment: &'a Deployment, target: &Target, git: Option<&GitFacts>) -> Self {
        let (renderer, target) = deployment.renderer(target, git);
        let git = scope::git(git);
        Self { deployment, target, git, renderer, used_git: BTreeSet::new(), found: Vec::new(), warnings: Vec::new() }
    }

    fn resolved(&mut self) -> Resolved {
        if !self.deployment.stacks.is_empty() {
            let place = self.deployment.file.place(self.deployment.name_span.clone());
            let message = "this build reads no stack manifests yet";
            let label = "has `stacks`";
            self.found.push(Diagnostic::error(Code::NotInThisBuild, message).at(place, label));
        }
        let images = self.image_kinds();
        let mut edges: DependsOn =
            self.deployment.components.iter().map(|(name, config)| (name.clone(), config.depends_on.clone())).collect();
        let mut components = BTreeMap::new();
        for (name, config) in &self.deployment.components {
            let kind = match config.kind {
                ComponentKind::Nixpack => images.get(name).cloned(),
                ComponentKind::Manifest => self.manifest(name, config, &images, &edges).map(ResolvedKind::Manifest),
                ComponentKind::Helmfile | ComponentKind::Lambda | ComponentKind::Terraform => Some(self.later(config)),
            };
            let Some(kind) = kind else { continue };
            let component =
                ResolvedComponent { labels: config.labels.clone(), depends_on: config.depends_on.clone(), kind };
            components.insert(name.clone(), component);
        }
        for (name, component) in &mut components {
            let images = component.images();
            edges.entry(name.clone()).or_default().extend(images.iter().cloned());
            component.depends_on.extend(images);
        }
        self.report_cycle(&edges);
        self.found.append(&mut self.renderer.found);
        Resolved {
            deployment: self.deployment.name.clone(),
            deployment_labels: self.deployment.labels.clone(),
            target: self.target.clone(),
            git: self
                .git
                .iter()
                .filter(|(key, _)| self.used_git.contains(*key))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
            components,
            warnings: std::mem::take(&mut self.warnings),
        }
    }

    fn image_kinds(&mut self) -> BTreeMap<Component, ResolvedKind> {
        let mut kinds = BTreeMap::new();
        for (name, config) in &self.deployment.components {
            if config.kind == ComponentKind::Nixpack {
                let image = config.var("image").map(|entry| &entry.value);
                let mut text = |key: &str| {
                    let value = self.renderer.node(image?.get(key)?);
                    value.as_text().map(str::to_owned)
                };
                let (registry, own_name) = (text("registry"), text("name").unwrap_or_else(|| name.name().to_owned()));
                kinds.insert(name.clone(), ResolvedKind::Image { registry, name: own_name });
            }
        }
        kinds
    }

    fn later(&mut self, config: &ComponentConfig) -> ResolvedKind {
        ResolvedKind::Later {
            module: config.module.clone(),
            vars: self.renderer.map(&config.vars),
            settings: self.renderer.map(&config.settings),
        }
    }

    fn report_cycle(&mut self, edges: &DependsOn) {
        let Some(path) = cycle::find(edges) else { return };
        let file = &self.deployment.file;
        let mut diagnostic = Diagnostic::error(Code::DependencyCycle, cycle_message(&path))
            .help("a component waits for the images that it takes");
        for component in path.iter().skip(1) {
            let span = self.deployment.components.get(component).map_or(0..0, |config| config.span.clone());
            diagnostic = diagnostic.at(file.place(span), "in the circle");
        }
        self.found.push(diagnostic);
    }
}
