//! From a deployment as written to one whose names are right and whose dependencies exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ledger_format::name::{Component, Name};

use super::cycle;
use super::deployment::{ComponentConfig, ComponentKind, DependsOn, Deployment, PromoteBy, Target};
use super::diagnostic::{Code, Diagnostic};
use super::keys::IMAGE_VARS;
use super::raw::{RawComponent, RawDeployment, RawTarget};
use super::reader::{At, Reader};
use super::suggest::closest;

/// Words that follow `sealog rollout` and so cannot be a deployment's name.
const TAKEN: &[&str] = &["apply", "drift", "plan", "status"];

/// Makes a deployment of what was read; `None` when its name is missing or wrong. Mistakes are left in the reader.
pub fn deployment(reader: &mut Reader, raw: RawDeployment, root: &Arc<Path>) -> Option<Deployment> {
    let name_span = raw.name.as_ref().map_or(raw.span.clone(), |name| name.span.clone());
    let name = deployment_name(reader, &raw);
    let components = components(reader, &raw.components);
    let targets = targets(reader, &raw.targets);
    let default_target = default_target(reader, &raw, &targets);
    let promote_by = promote_by(reader, &raw);
    let depends_on = raw.depends_on.iter().filter_map(|text| checked_name(reader, text, "a deployment")).collect();
    Some(Deployment {
        name: name?,
        description: raw.description,
        labels: raw.labels,
        default_target,
        promote_by,
        depends_on,
        stacks: raw.stacks.into_iter().map(|stack| stack.value).collect(),
        components,
        targets,
        file: raw.file,
        name_span,
        root: Arc::clone(root),
    })
}

fn deployment_name(reader: &mut Reader, raw: &RawDeployment) -> Option<Name> {
    let Some(written) = &raw.name else {
        if !raw.has_name {
            reader.missing("the deployment", "name", raw.span.clone());
        }
        return None;
    };
    let text = written.value.as_str();
    let outer = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let right = bytes.len() >= 2
        && bytes.first().is_some_and(outer)
        && bytes.last().is_some_and(outer)
        && bytes.iter().all(|byte| outer(byte) || *byte == b'-');
    let (reason, help) = if TAKEN.contains(&text) {
        (format!("`{text}` is a word of the command line and cannot name a deployment"), "choose another name")
    } else if right && let Ok(name) = Name::new(text) {
        return Some(name);
    } else {
        let rule = "two or more of a-z, 0-9 and -, beginning and ending with a letter or a digit";
        (format!("`{text}` is no name for a deployment"), rule)
    };
    let place = reader.file.place(written.span.clone());
    reader.report(Diagnostic::error(Code::BadName, reason).at(place, "not allowed here").help(help));
    None
}

fn checked_name(reader: &mut Reader, written: &At<String>, whose: &str) -> Option<Name> {
    Name::new(&written.value).map_err(|error| bad_name(reader, written, whose, &error.to_string())).ok()
}

fn bad_name(reader: &mut Reader, written: &At<String>, whose: &str, rule: &str) {
    let place = reader.file.place(written.span.clone());
    let message = format!("`{}` is no name for {whose}", written.value);
    let rule = rule.split_once(": ").map_or(rule, |(_, rule)| rule);
    reader.report(Diagnostic::error(Code::BadName, message).at(place, "not allowed here").help(rule));
}

fn components(reader: &mut Reader, raw: &[RawComponent]) -> BTreeMap<Component, ComponentConfig> {
    let mut components = BTreeMap::new();
    for written in raw {
        let Some(kind) = component_kind(reader, &written.kind) else { continue };
        match Component::new(&format!("{kind}/{}", written.name.value)) {
            Ok(component) => {
                if kind == ComponentKind::Nixpack {
                    reader.known(&written.vars, "an image component", IMAGE_VARS);
                }
                components.entry(component).or_insert_with(|| config(kind, written));
            }
            Err(error) => bad_name(reader, &written.name, "a component", &error.to_string()),
        }
    }
    for written in raw {
        let of = format!("{}/{}", written.kind.value, written.name.value);
        let Some(component) = components.keys().find(|component| component.as_str() == of).cloned() else { continue };
        let depends_on = dependencies(reader, written, &components);
        if let Some(config) = components.get_mut(&component) {
            config.depends_on.extend(depends_on);
        }
    }
    report_cycle(reader, raw, &components);
    components
}

fn component_kind(reader: &mut Reader, written: &At<String>) -> Option<ComponentKind> {
    let kind = ComponentKind::from_word(&written.value);
    if kind.is_none() {
        let words = ComponentKind::ALL.iter().map(|kind| kind.as_str());
        let help = match closest(&written.value, words.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("these there are: {}", words.collect::<Vec<_>>().join(", ")),
        };
        let message = format!("there is no component type `{}`", written.value);
        let diagnostic = Diagnostic::error(Code::UnknownComponentType, message)
            .at(reader.file.place(written.span.clone()), "unknown type")
            .help(help);
        if !reader.found.contains(&diagnostic) {
            reader.report(diagnostic);
        }
    }
    kind
}

fn config(kind: ComponentKind, written: &RawComponent) -> ComponentConfig {
    ComponentConfig {
        kind,
        labels: written.labels.clone(),
        depends_on: BTreeSet::new(),
        module: written.module.clone(),
        vars: written.vars.clone(),
        settings: written.settings.clone(),
        span: written.name.span.clone(),
    }
}

fn dependencies(
    reader: &mut Reader,
    written: &RawComponent,
    components: &BTreeMap<Component, ComponentConfig>,
) -> BTreeSet<Component> {
    let mut found = BTreeSet::new();
    for dependency in &written.depends_on {
        if let Some(component) = components.keys().find(|component| component.as_str() == dependency.value) {
            found.insert(component.clone());
            continue;
        }
        let same_name: Vec<&str> =
            components.keys().filter(|other| other.name() == dependency.value).map(Component::as_str).collect();
        let near = match same_name.as_slice() {
            [one] => Some(*one),
            _ => closest(&dependency.value, components.keys().map(Component::as_str)),
        };
        let help = near.map(|near| {
            let line = components.iter().find(|(name, _)| name.as_str() == near);
            let line = line.map_or(0, |(_, config)| reader.file.position(config.span.start).line);
            format!("did you mean `{near}` (line {line})?")
        });
        let place = reader.file.place(dependency.span.clone());
        reader.report(
            Diagnostic::error(Code::UnknownDependency, "`depends_on` names a component that does not exist")
                .at(place, "no such component")
                .maybe_help(help),
        );
    }
    found
}

fn report_cycle(reader: &mut Reader, raw: &[RawComponent], components: &BTreeMap<Component, ComponentConfig>) {
    let edges: DependsOn = components.iter().map(|(name, config)| (name.clone(), config.depends_on.clone())).collect();
    let Some(path) = cycle::find(&edges) else { return };
    let mut diagnostic = Diagnostic::error(Code::DependencyCycle, cycle_message(&path));
    for pair in path.windows(2) {
        let [from, to] = pair else { continue };
        let written = raw.iter().filter(|c| format!("{}/{}", c.kind.value, c.name.value) == from.as_str());
        if let Some(at) = written.flat_map(|c| &c.depends_on).find(|dependency| dependency.value == to.as_str()) {
            let place = reader.file.place(at.span.clone());
            diagnostic = diagnostic.at(place, format!("{from} waits for it"));
        }
    }
    reader.report(diagnostic);
}

/// `components wait for each other: a → b → a`.
pub fn cycle_message(path: &[Component]) -> String {
    let path = path.iter().map(|component| format!("`{component}`")).collect::<Vec<_>>().join(" → ");
    format!("components wait for each other: {path}")
}

fn targets(reader: &mut Reader, raw: &[RawTarget]) -> BTreeMap<Name, Target> {
    let mut targets = BTreeMap::new();
    for written in raw {
        let Some(name) = checked_name(reader, &written.name, "a target") else { continue };
        targets.entry(name.clone()).or_insert_with(|| Target {
            name,
            labels: written.labels.clone(),
            context: written.context.clone(),
            region: written.region.clone(),
            stack: written.stack.clone(),
        });
    }
    targets
}

fn default_target(reader: &mut Reader, raw: &RawDeployment, targets: &BTreeMap<Name, Target>) -> Option<Name> {
    let written = raw.default_target.as_ref()?;
    if let Some(name) = targets.keys().find(|name| name.as_str() == written.value) {
        return Some(name.clone());
    }
    let names = targets.keys().map(Name::as_str);
    let help = match closest(&written.value, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the targets are: {}", names.collect::<Vec<_>>().join(", ")),
    };
    let place = reader.file.place(written.span.clone());
    reader.report(
        Diagnostic::error(Code::UnknownTarget, "`default_target` names a target that does not exist")
            .at(place, "no such target")
            .help(help),
    );
    None
}

fn promote_by(reader: &mut Reader, raw: &RawDeployment) -> PromoteBy {
    let Some(written) = &raw.promote_by else { return PromoteBy::default() };
    match written.value.as_str() {
        "digest" => PromoteBy::Digest,
        "tag" => PromoteBy::Tag,
        other => {
            let place = reader.file.place(written.span.clone());
            reader.report(
                Diagnostic::error(Code::BadValue, format!("`promote_by` does not take `{other}`"))
                    .at(place, "not one of them")
                    .help("it takes `digest` or `tag`"),
            );
            PromoteBy::default()
        }
    }
}
