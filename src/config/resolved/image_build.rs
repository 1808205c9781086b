//! Reads how an image component is built.

use std::collections::BTreeMap;

use ledger_format::name::Component;

use super::super::deployment::{ComponentConfig, Deployment};
use super::super::diagnostic::{Code, Diagnostic};
use super::super::keys::{FILE_RULE, IMAGE};
use super::super::node::{Entry, Kind, Node};
use super::super::path::ProjectPath;
use super::super::value::Value;
use super::super::{ConfigError, Mistakes};
use super::GitFacts;
use super::image::{Base, BaseReference, Builder, DRIVERS, FileRule, FilesBuilder, ImageBuild, ImagePath};
use super::templates::reads;
use super::values::Renderer;
use crate::registry::descriptor::Platform;

impl Deployment {
    /// How an image component is built for a target.
    pub fn image_build(
        &self,
        component: &Component,
        target: &str,
        git: Option<&GitFacts>,
    ) -> Result<ImageBuild, ConfigError> {
        let target = self.target(target)?;
        let unknown = || ConfigError::UnknownComponent {
            deployment: self.name.clone(),
            component: component.to_string(),
            near: None,
        };
        let config = self.components.get(component).ok_or_else(unknown)?;
        let (renderer, _) = self.renderer(target, git);
        let mut reading = Reading { renderer, config };
        let build = reading.build(self, component, git);
        match (build, Mistakes::of(reading.renderer.found, 1)) {
            (_, Some(mistakes)) => Err(mistakes.into()),
            (Some(build), None) => Ok(build),
            (None, None) => Err(unknown()),
        }
    }
}

struct Reading<'a> {
    renderer: Renderer<'a>,
    config: &'a ComponentConfig,
}

impl Reading<'_> {
    fn build(&mut self, deployment: &Deployment, component: &Component, git: Option<&GitFacts>) -> Option<ImageBuild> {
        let builder = self.text("builder").unwrap_or_else(|| "auto".to_owned());
        if !DRIVERS.contains(&builder.as_str()) {
            let at = self.config.var("builder").map_or(self.config.span.clone(), |entry| entry.value.span.clone());
            let message = format!("there is no driver `{builder}` to build {component} with");
            let label =
                if self.config.var("builder").is_some() { "not in this build" } else { "`builder: auto` is meant" };
            let help = format!("this build has: {}", DRIVERS.join(", "));
            let diagnostic = Diagnostic::error(Code::NoSuchDriver, message).at(self.renderer.file.place(at), label);
            self.renderer.found.push(diagnostic.help(help));
            return None;
        }
        let image = self.config.var("image").map(|entry| &entry.value);
        if let Some(image) = image {
            self.known(image, "image", IMAGE);
        }
        let mut part = |key: &str| {
            let node = image?.get(key)?;
            // A tag is advisory: outside a repository there is none, rather than no build.
            let unknown = key == "tag" && git.is_none() && reads(node.text().unwrap_or(""), "git");
            if unknown { None } else { self.renderer.node(node).as_text().map(str::to_owned) }
        };
        let (registry, name, tag) = (part("registry"), part("name"), part("tag"));
        let source = self.config.var("source").and_then(|entry| self.path(entry));
        let files = self.files_builder();
        Some(ImageBuild {
            component: component.clone(),
            registry,
            name: name.unwrap_or_else(|| component.name().to_owned()),
            tag,
            source: source.flatten().map_or_else(|| deployment.root.to_path_buf(), |path| path.under(&deployment.root)),
            builder: Builder::Files(files?),
        })
    }

    fn files_builder(&mut self) -> Option<FilesBuilder> {
        let files = self.files();
        let entrypoint = self.words("entrypoint");
        let cmd = self.words("cmd");
        let env = self.texts("env");
        let labels = self.texts("labels");
        let base = self.config.var("base").and_then(|entry| self.base(entry));
        let workdir = self.config.var("workdir").and_then(|entry| self.image_path(&entry.value));
        let platform = self.platform();
        let files = files?;
        Some(FilesBuilder { base, files, entrypoint, cmd, env, workdir, labels, platform: platform? })
    }

    fn files(&mut self) -> Option<Vec<FileRule>> {
        let Some(entry) = self.config.var("files") else {
            let place = self.renderer.file.place(self.config.span.clone());
            let help = "what goes into the image: `files: [{from: bin/, to: /app/}]`";
            let diagnostic = Diagnostic::error(Code::MissingKey, "the driver `files` needs `vars.files`");
            self.renderer.found.push(diagnostic.at(place, "`files` belongs in here").help(help));
            return None;
        };
        let Kind::List(items) = &entry.value.kind else {
            self.wrong(&entry.value, Code::WrongType, "`files` takes a list of `{from, to, mode}`");
            return None;
        };
        Some(items.iter().filter_map(|item| self.file_rule(item)).collect())
    }

    fn file_rule(&mut self, item: &Node) -> Option<FileRule> {
        self.known(item, "a file", FILE_RULE);
        let (Some(from), Some(to)) = (item.get("from"), item.get("to")) else {
            self.wrong(item, Code::MissingKey, "a file has `from` and `to`");
            return None;
        };
        let entry = Entry { key: "from".to_owned(), key_span: from.span.clone(), value: from.clone() };
        let from = self.path(&entry)?;
        let into_folder = to.text().is_some_and(|text| text.ends_with('/'));
        let to = self.image_path(to)?;
        let mode = item.get("mode").and_then(|node| self.mode(node));
        Some(FileRule { from, to, into_folder, mode })
    }

    /// Octal digits, in quotes or not.
    fn mode(&mut self, node: &Node) -> Option<u32> {
        let place = self.renderer.file.place(node.span.clone());
        let digits = place.text().trim_matches(['"', '\'']).trim_start_matches("0o");
        let mode = u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o7777);
        if mode.is_none() {
            self.wrong(node, Code::BadValue, "a mode is three or four octal digits, for example \"0755\"");
        }
        mode
    }

    /// A path below a folder; `None` inside is the folder itself.
    fn path(&mut self, entry: &Entry) -> Option<Option<ProjectPath>> {
        let value = self.renderer.node(&entry.value);
        let Some(text) = value.as_text() else {
            self.wrong(&entry.value, Code::WrongType, &format!("`{}` takes a path", entry.key));
            return None;
        };
        if text.split('/').all(|part| part.is_empty() || part == ".") && text.starts_with('.') {
            return Some(None);
        }
        match ProjectPath::new(text) {
            Ok(path) => Some(Some(path)),
            Err(error) => {
                self.wrong(&entry.value, Code::OutsideProject, &error.to_string());
                None
            }
        }
    }

    fn image_path(&mut self, node: &Node) -> Option<ImagePath> {
        let value = self.renderer.node(node);
        match value.as_text().map(ImagePath::new) {
            Some(Ok(path)) => Some(path),
            Some(Err(error)) => {
                self.wrong(node, Code::BadValue, &error.to_string());
                None
            }
            None => {
                self.wrong(node, Code::WrongType, "a path in the image belongs here");
                None
            }
        }
    }

    fn base(&mut self, entry: &Entry) -> Option<Base> {
        let value = self.renderer.node(&entry.value);
        let text = value.as_text().unwrap_or("");
        let address = text.strip_prefix("oci-layout:").unwrap_or(text);
        let (layout, reference) = match (address.split_once('@'), address.rsplit_once(':')) {
            (Some((layout, digest)), _) => (layout, digest.parse().map(BaseReference::Digest).ok()),
            (None, Some((layout, tag))) => (layout, Some(BaseReference::Tag(tag.to_owned()))),
            (None, None) => (address, Some(BaseReference::Only)),
        };
        match (ProjectPath::new(layout), reference) {
            (Ok(layout), Some(reference)) => Some(Base { layout, reference }),
            (Ok(_), None) => {
                self.wrong(&entry.value, Code::BadValue, "after `@` stands a digest: `sha256:` and 64 hex digits");
                None
            }
            (Err(error), _) => {
                self.wrong(
                    &entry.value,
                    Code::OutsideProject,
                    &format!("`base` is an OCI layout of the project: {error}"),
                );
                None
            }
        }
    }

    fn platform(&mut self) -> Option<Platform> {
        let text = self.text("platform").unwrap_or_else(|| "linux/amd64".to_owned());
        if let Ok(platform) = text.parse() {
            return Some(platform);
        }
        if let Some(entry) = self.config.var("platform") {
            self.wrong(&entry.value, Code::BadValue, "a platform is `os/architecture`, for example linux/arm64");
        }
        None
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let entry = self.config.var(key)?;
        let value = self.renderer.node(&entry.value);
        if value.as_text().is_none() && value != Value::Null {
            self.wrong(&entry.value, Code::WrongType, &format!("`{key}` takes a text"));
        }
        value.as_text().map(str::to_owned)
    }

    fn words(&mut self, key: &str) -> Option<Vec<String>> {
        let entry = self.config.var(key)?;
        let Value::List(items) = self.renderer.node(&entry.value) else {
            self.wrong(&entry.value, Code::WrongType, &format!("`{key}` takes a list of texts"));
            return None;
        };
        let words: Option<Vec<String>> = items.iter().map(|item| item.as_text().map(str::to_owned)).collect();
        if words.is_none() {
            self.wrong(&entry.value, Code::WrongType, &format!("`{key}` takes texts only: put numbers in quotes"));
        }
        words
    }

    fn texts(&mut self, key: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let Some(entry) = self.config.var(key) else { return found };
        if entry.value.entries().is_empty() && entry.value.kind != Kind::Null {
            self.wrong(&entry.value, Code::WrongType, &format!("`{key}` takes a mapping of names to texts"));
        }
        for item in entry.value.entries() {
            match self.renderer.node(&item.value) {
                Value::Text(text) => {
                    found.insert(item.key.clone(), text);
                }
                Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Open(_) | Value::List(_) | Value::Map(_) => {
                    self.wrong(&item.value, Code::WrongType, &format!("`{}` takes a text: put it in quotes", item.key));
                }
            }
        }
        found
    }

    fn known(&mut self, node: &Node, what: &str, keys: &[&str]) {
        for entry in node.entries().iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let place = self.renderer.file.place(entry.key_span.clone());
            let diagnostic = Diagnostic::error(Code::UnknownKey, format!("{what} has no key `{}`", entry.key));
            self.renderer
                .found
                .push(diagnostic.at(place, "unknown key").help(format!("these there are: {}", keys.join(", "))));
        }
    }

    fn wrong(&mut self, node: &Node, code: Code, message: &str) {
        let place = self.renderer.file.place(node.span.clone());
        self.renderer.found.push(Diagnostic::error(code, message).at(place, "here"));
    }
}
