//! `sealog deployments describe`: a deployment as it is on one target.

use std::collections::BTreeMap;

use clap::Args;
use ledger_format::name::Component;
use serde::Serialize;
use serde_json::Value as Json;

use crate::cli::World;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::Line;
use crate::cli::view::diagnostics;
use crate::cli::view::says::list;
use crate::config::resolved::{GitFacts, Resolved, ResolvedComponent, ResolvedKind};
use crate::config::value::{Part, Value};
use crate::config::{self, Deployment};

/// Show a deployment with its values resolved for a target
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog deployments describe payment-service --target prod\n  \
    sealog deployments describe --component api --format json\n\n\
    What only a build or a commit can tell is shown as `(known after build)`, `(known from git)`.")]
pub struct Describe {
    /// May be left out where the project has one
    deployment: Option<String>,

    /// The environment [default: the deployment's default target, or its only one]
    #[arg(long, short)]
    target: Option<String>,

    /// Only this component
    #[arg(long, short)]
    component: Option<String>,
}

const FROM_GIT: &str = "(known from git)";

impl Describe {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let config = config::load(&world.folder)?;
        let deployment = config.choose_deployment(self.deployment.as_deref())?;
        let target = deployment.choose_target(self.target.as_deref())?;
        let of_git = || Some(FROM_GIT.to_owned());
        let git = GitFacts { sha: FROM_GIT.to_owned(), branch: of_git(), tag: of_git() };
        let mut resolved = deployment.resolve(target.name.as_str(), Some(&git))?;
        if let Some(component) = &self.component {
            let component = deployment.component(component)?;
            resolved.components.retain(|name, _| name == component);
        }
        world.ui.show(&Described::of(deployment, resolved)?)?;
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
struct Described {
    description: Option<String>,
    file: String,
    #[serde(flatten)]
    resolved: Json,
    #[serde(skip)]
    drawn: Resolved,
    #[serde(skip)]
    shown: BTreeMap<Component, String>,
}

impl Described {
    fn of(deployment: &Deployment, resolved: Resolved) -> Result<Self, CliError> {
        let json = serde_json::from_slice(&resolved.canonical_json())
            .map_err(|error| CliError::new(Code::Internal, "a resolved configuration is not JSON").caused_by(&error))?;
        let shown = |name: &Component| (name.clone(), deployment.display_name(name).to_owned());
        Ok(Self {
            description: deployment.description.clone(),
            file: deployment.file.path.clone(),
            shown: deployment.components.keys().map(shown).collect(),
            resolved: json,
            drawn: resolved,
        })
    }

    fn component(&self, page: &mut Page<'_>, name: &Component, component: &ResolvedComponent) {
        let head = Line::new().bold(self.name(name)).text(format!(" ({}), {}", name.kind(), self.drawn.target.name));
        page.line(head);
        let mut facts = Facts::new();
        if !component.labels.is_empty() {
            facts = facts.fact("labels", list(component.labels.iter().map(|(key, value)| format!("{key}={value}"))));
        }
        if !component.depends_on.is_empty() {
            facts = facts.fact("after", list(component.depends_on.iter().map(|before| self.name(before))));
        }
        facts = match &component.kind {
            ResolvedKind::Image { registry, name } => {
                let place =
                    registry.as_ref().map_or_else(|| "a layout beside the ledger".to_owned(), ToString::to_string);
                facts.fact("image", format!("{name}, in {place}"))
            }
            ResolvedKind::Manifest(manifest) => {
                let bound = manifest.image.as_ref().map(|image| format!("bound to {image}"));
                let facts = bound.into_iter().fold(facts, |facts, bound| facts.fact("image", bound));
                let templates = list(manifest.templates.keys());
                values(
                    facts.fact("templates", templates).fact("output", manifest.output.to_string()),
                    "",
                    &manifest.vars,
                )
            }
            ResolvedKind::Later { module, vars, settings } => {
                let facts = module.iter().fold(facts, |facts, module| facts.fact("module", module));
                values(values(facts, "", vars), "settings.", settings)
            }
        };
        page.facts(facts);
    }

    fn name(&self, component: &Component) -> String {
        self.shown.get(component).cloned().unwrap_or_else(|| component.to_string())
    }
}

impl View for Described {
    fn draw(&self, page: &mut Page<'_>) {
        page.preformatted(&diagnostics::as_text(&self.drawn.warnings, page.look));
        let target = &self.drawn.target;
        page.line(
            Line::new().bold(&self.drawn.deployment).text(" on ").bold(&target.name).text(format!(", {}", self.file)),
        );
        let mut facts = Facts::new();
        if let Some(description) = &self.description {
            facts = facts.fact("is", description);
        }
        if !target.labels.is_empty() {
            facts = facts.fact("labels", list(target.labels.iter().map(|(key, value)| format!("{key}={value}"))));
        }
        if let Some(region) = &target.region {
            facts = facts.fact("region", region);
        }
        page.facts(values(facts, "context.", &target.context));
        for (name, component) in &self.drawn.components {
            self.component(page, name, component);
        }
    }
}

/// One line a value, maps by their paths.
fn values(facts: Facts, above: &str, values_of: &BTreeMap<String, Value>) -> Facts {
    values_of.iter().fold(facts, |facts, (key, value)| match value {
        Value::Map(map) if !map.is_empty() => values(facts, &format!("{above}{key}."), map),
        other => facts.fact(format!("{above}{key}"), shown(other)),
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Open(parts) => parts.iter().map(part).collect(),
        Value::List(items) => format!("[{}]", list(items.iter().map(shown))),
        Value::Map(map) => {
            format!("{{{}}}", list(map.iter().map(|(key, value)| format!("{key}: {}", shown(value)))))
        }
    }
}

fn part(part: &Part) -> String {
    match part {
        Part::Text(text) => text.clone(),
        Part::Image(image) => format!("(known after build: {} of {})", image.field.as_str(), image.component),
    }
}
