//! A manifest component: its templates, its variables, and the images that they take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ledger_format::name::Component;
use serde_json::Value as Json;

use super::super::deployment::{ComponentConfig, DependsOn};
use super::super::diagnostic::{Code, Diagnostic};
use super::super::node::{Kind, Node};
use super::super::path::ProjectPath;
use super::super::source::SourceFile;
use super::super::template;
use super::super::value::Value;
use super::binding::{self, Binding, Candidate};
use super::bound::dummy_images;
use super::build::Build;
use super::templates::{self, Templates};
use super::values::explain;
use super::{ResolvedKind, ResolvedManifest, scope};

/// The variables of a manifest component that are not handed to its templates.
const OWN_VARS: &[&str] = &["output", "templates"];

impl Build<'_> {
    pub fn manifest(
        &mut self,
        name: &Component,
        config: &ComponentConfig,
        images: &BTreeMap<Component, ResolvedKind>,
        edges: &DependsOn,
    ) -> Option<ResolvedManifest> {
        let vars: Vec<_> =
            config.vars.iter().filter(|entry| !OWN_VARS.contains(&entry.key.as_str())).cloned().collect();
        let before = self.renderer.found.len();
        let mut vars = self.renderer.map(&vars);
        let all_rendered = self.renderer.found.len() == before;
        let templates = self.templates(name, config);
        let output = self.output(name, config);
        let reads_image = templates.values().any(|file| templates::reads(&file.text, "image"));
        let bound = match binding::has_open_input(&vars, reads_image) {
            true => self.bind(name, config, &vars, images, edges),
            false => Binding::None,
        };
        let image = match &bound {
            Binding::Image(image) => Some(image.clone()),
            Binding::None | Binding::Ambiguous(_) => None,
        };
        if let Some(image) = &image {
            binding::fill(&mut vars, image);
            self.warn_of_other_name(config, &vars, image);
        }
        let ambiguous = matches!(bound, Binding::Ambiguous(_));
        // What follows from a mistake that was reported is not reported too.
        self.check_inputs(config, &vars, all_rendered && !ambiguous);
        let all: Vec<&Component> = images.keys().collect();
        let mut needed: BTreeSet<Component> =
            vars.values().flat_map(Value::images).map(|part| part.component.clone()).chain(image.clone()).collect();
        for file in templates.values() {
            needed.extend(templates::images(&file.text, &all));
            self.note_git(&file.text);
        }
        let manifest = ResolvedManifest {
            templates: templates.iter().map(|(path, file)| (path.clone(), file.text.clone())).collect(),
            output: output?,
            vars,
            image,
            images: needed,
        };
        if !ambiguous {
            self.try_templates(name, config, &manifest, &templates);
        }
        Some(manifest)
    }

    /// `templates`: one path or a list of them, each a file or a folder below the project's.
    fn templates(&mut self, name: &Component, config: &ComponentConfig) -> Templates {
        let mut found = Templates::new();
        let file = &self.deployment.file;
        let Some(entry) = config.var("templates") else {
            let message = format!("{name} has no `vars.templates`");
            let help = "the file or folder, or a list of them, from which the manifests are rendered";
            let place = file.place(config.span.clone());
            self.found
                .push(Diagnostic::error(Code::MissingKey, message).at(place, "`templates` belongs in here").help(help));
            return found;
        };
        let nodes: Vec<&Node> = match &entry.value.kind {
            Kind::List(items) => items.iter().collect(),
            _ => vec![&entry.value],
        };
        for node in nodes {
            let value = self.renderer.node(node);
            let diagnostic = match value.as_text().map(ProjectPath::new) {
                Some(Ok(path)) => match templates::read(&self.deployment.root, &path, &mut found) {
                    Ok(()) => continue,
                    Err(error) => error.diagnostic(),
                },
                Some(Err(error)) => Diagnostic::error(Code::OutsideProject, error.to_string()),
                None => Diagnostic::error(Code::WrongType, "`templates` takes a path or a list of paths"),
            };
            self.found.push(diagnostic.at(file.place(node.span.clone()), "named here"));
        }
        found
    }

    fn output(&mut self, name: &Component, config: &ComponentConfig) -> Option<ProjectPath> {
        let default = format!("rendered/{}/{}", self.target.name, name.name());
        let Some(entry) = config.var("output") else { return ProjectPath::new(&default).ok() };
        let value = self.renderer.node(&entry.value);
        let place = self.deployment.file.place(entry.value.span.clone());
        let diagnostic = match value.as_text().map(ProjectPath::new) {
            Some(Ok(path)) => return Some(path),
            Some(Err(error)) => Diagnostic::error(Code::OutsideProject, error.to_string()),
            None => Diagnostic::error(Code::WrongType, "`output` takes the path of a folder"),
        };
        self.found.push(diagnostic.at(place, "here"));
        None
    }

    fn bind(
        &mut self,
        name: &Component,
        config: &ComponentConfig,
        vars: &BTreeMap<String, Value>,
        images: &BTreeMap<Component, ResolvedKind>,
        edges: &DependsOn,
    ) -> Binding {
        let components = &self.deployment.components;
        let candidates = images.iter().filter_map(|(component, kind)| match kind {
            ResolvedKind::Image { name, .. } => {
                Some(Candidate { component, labels: &components.get(component)?.labels, image_name: name })
            }
            ResolvedKind::Manifest(_) | ResolvedKind::Later { .. } => None,
        });
        let candidates: Vec<Candidate> = candidates.collect();
        let binding = binding::bind(name, &config.labels, vars, &candidates, edges);
        if let Binding::Ambiguous(several) = &binding {
            let diagnostic = self.ambiguous(name, config, several);
            self.found.push(diagnostic);
        }
        binding
    }

    fn ambiguous(&self, name: &Component, config: &ComponentConfig, several: &[Component]) -> Diagnostic {
        let names = several.iter().map(|image| format!("`{image}`")).collect::<Vec<_>>().join(" and ");
        let ways = several.iter().map(|image| format!("`image: \"{{{{ nixpack.{}.image }}}}\"`", image.name()));
        let file = &self.deployment.file;
        let diagnostic = Diagnostic::error(Code::AmbiguousBinding, format!("{name} could take the image of {names}"))
            .at(file.place(config.span.clone()), "which one?")
            .help(format!("say which: {}", ways.collect::<Vec<_>>().join(" or ")));
        several.iter().fold(diagnostic, |diagnostic, image| {
            let span = self.deployment.components.get(image).map_or(0..0, |config| config.span.clone());
            diagnostic.at(file.place(span), "its labels agree as well as the other's")
        })
    }

    fn warn_of_other_name(&mut self, config: &ComponentConfig, vars: &BTreeMap<String, Value>, image: &Component) {
        let named = vars.get("container").and_then(|container| container.get("name")).and_then(Value::as_text);
        let Some(named) = named.filter(|named| *named != image.name()) else { return };
        let message = format!("`container.name` is `{named}`, but the image is that of {image}");
        let at = config.var("container").map_or(config.span.clone(), |entry| entry.key_span.clone());
        let place = self.deployment.file.place(at);
        self.warnings.push(Diagnostic::warning(Code::ContainerName, message).at(place, "another name"));
    }

    /// An input that nobody filled, and a digest where an image belongs.
    fn check_inputs(&mut self, config: &ComponentConfig, vars: &BTreeMap<String, Value>, empty_too: bool) {
        let file = &self.deployment.file;
        let place = |key: &str| {
            let top = key.split('.').next().unwrap_or(key);
            let entry = config.var(top);
            let inner = entry.filter(|_| top != key).and_then(|entry| entry.value.get("image")).map(|node| &node.span);
            file.place(inner.or(entry.map(|entry| &entry.value.span)).cloned().unwrap_or(config.span.clone()))
        };
        if let Some(key) = binding::bare_digest(vars) {
            let message = format!("`{key}` takes an image, not its digest alone");
            let diagnostic = Diagnostic::error(Code::BareDigest, message).at(place(&key), "nobody can pull this");
            self.found.push(diagnostic.help("use `.image`, the full reference; `image_digest` takes a digest"));
        }
        for key in binding::empty_inputs(vars).into_iter().filter(|_| empty_too) {
            let message = format!("`{key}` is empty and no image component is bound");
            let diagnostic = Diagnostic::error(Code::UnboundImage, message).at(
                config.var(key).map_or(file.place(config.span.clone()), |entry| file.place(entry.key_span.clone())),
                "no image for it",
            );
            let help = "give an image component the same label, or name it: `\"{{ nixpack.<name>.image }}\"`";
            self.found.push(diagnostic.help(help));
        }
    }

    fn note_git(&mut self, text: &str) {
        for path in template::variables(text).iter().filter(|path| path[0] == "git") {
            match path.get(1) {
                Some(key) => self.used_git.extend([(*key).to_owned()]),
                None => self.used_git.extend(self.git.keys().cloned()),
            }
        }
    }

    /// Renders every template once with images that stand for themselves, so that mistakes show before a release.
    fn try_templates(
        &mut self,
        name: &Component,
        config: &ComponentConfig,
        manifest: &ResolvedManifest,
        files: &Templates,
    ) {
        let mut scope = scope::common(&self.deployment.name, &self.deployment.labels, &self.target, &self.git);
        let all: BTreeSet<Component> = self.renderer.images.iter().copied().cloned().collect();
        scope.extend(dummy_images(&ResolvedManifest { images: all, ..manifest.clone() }));
        scope.insert("component".to_owned(), scope::component(name, &config.labels));
        let scope = Json::Object(scope);
        for file in files.values() {
            if let Err(error) = template::render(&file.text, &scope) {
                self.found.push(template_mistake(file, &error, &scope));
            }
        }
    }
}

fn template_mistake(file: &Arc<SourceFile>, error: &template::TemplateError, scope: &Json) -> Diagnostic {
    let place = file.place(error.span.clone());
    let (code, help) = explain(error, place.text(), scope);
    let label = if code == Code::BadTemplate { "here" } else { "unknown" };
    Diagnostic::error(code, error.message.clone()).at(place, label).maybe_help(help)
}
