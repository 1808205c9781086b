//! Which image component a component takes its image from, where it does not say so itself.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::name::Component;

use super::super::deployment::{DependsOn, Labels};
use super::super::value::{ImageField, ImagePart, Part, Value};

/// An image component as a candidate.
#[derive(Debug)]
pub struct Candidate<'a> {
    pub component: &'a Component,
    pub labels: &'a Labels,
    /// `vars.image.name`.
    pub image_name: &'a str,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Binding {
    None,
    Image(Component),
    /// Equally good ones, at least two.
    Ambiguous(Vec<Component>),
}

/// Binds by labels, else by `vars.image.name`. Two carry no differing value of a label that both have, and at least
/// one agrees; the one with most that agree wins. What an image component depends on never takes that image.
pub fn bind(
    consumer: &Component,
    labels: &Labels,
    vars: &BTreeMap<String, Value>,
    candidates: &[Candidate],
    edges: &DependsOn,
) -> Binding {
    let allowed = || candidates.iter().filter(|candidate| !ancestors(candidate.component, edges).contains(consumer));
    let mut scored: Vec<(usize, &Component)> =
        allowed().filter_map(|candidate| Some((agreement(labels, candidate.labels)?, candidate.component))).collect();
    let best = scored.iter().map(|(score, _)| *score).max();
    scored.retain(|(score, _)| Some(*score) == best);
    match scored.as_slice() {
        [(_, one)] => Binding::Image((*one).clone()),
        [] => by_name(vars, allowed()),
        several => Binding::Ambiguous(several.iter().map(|(_, component)| (*component).clone()).collect()),
    }
}

fn by_name<'a>(vars: &BTreeMap<String, Value>, candidates: impl Iterator<Item = &'a Candidate<'a>>) -> Binding {
    let Some(name) = vars.get("image").and_then(|image| image.get("name")).and_then(Value::as_text) else {
        return Binding::None;
    };
    let found: Vec<Component> = candidates
        .filter(|candidate| candidate.image_name == name)
        .map(|candidate| candidate.component.clone())
        .collect();
    match found.as_slice() {
        [] => Binding::None,
        [one] => Binding::Image(one.clone()),
        [_, _, ..] => Binding::Ambiguous(found),
    }
}

/// How many labels agree; `None` when one differs or none is shared.
fn agreement(ours: &Labels, theirs: &Labels) -> Option<usize> {
    let shared: Vec<bool> = ours.iter().filter_map(|(key, value)| Some(theirs.get(key)? == value)).collect();
    (!shared.is_empty() && shared.iter().all(|agrees| *agrees)).then_some(shared.len())
}

fn ancestors(component: &Component, edges: &DependsOn) -> BTreeSet<Component> {
    let mut found = BTreeSet::new();
    let mut rest = vec![component];
    while let Some(next) = rest.pop() {
        for on in edges.get(next).into_iter().flatten() {
            if found.insert(on.clone()) {
                rest.push(on);
            }
        }
    }
    found
}

/// Whether there is an input for an image that nobody filled: `image: null`, `image_*: null`, `image: {name: ...}`,
/// a `container` without its `image`, or a template that reads `image`.
pub fn has_open_input(vars: &BTreeMap<String, Value>, templates_read_image: bool) -> bool {
    let image_given = matches!(vars.get("image"), Some(Value::Text(_) | Value::Open(_)));
    let explicit = vars.values().any(|value| !value.images().is_empty());
    let empty = vars.iter().any(|(key, value)| is_input(key) && *value == Value::Null);
    let named = vars.get("image").is_some_and(|image| image.get("name").is_some());
    let container = container_is_open(vars) && !explicit;
    (templates_read_image && !image_given) || empty || named || container
}

/// The empty inputs that must get an image: `image`, `image_*`.
pub fn empty_inputs(vars: &BTreeMap<String, Value>) -> Vec<&str> {
    vars.iter().filter(|(key, value)| is_input(key) && **value == Value::Null).map(|(key, _)| key.as_str()).collect()
}

fn is_input(key: &str) -> bool {
    key == "image" || key.starts_with("image_")
}

fn container_is_open(vars: &BTreeMap<String, Value>) -> bool {
    match vars.get("container") {
        Some(container @ Value::Map(_)) => matches!(container.get("image"), None | Some(Value::Null)),
        Some(_) | None => false,
    }
}

/// Fills the empty inputs with parts of the image; what is filled already stays.
pub fn fill(vars: &mut BTreeMap<String, Value>, image: &Component) {
    let open = |field| Value::Open(vec![Part::Image(ImagePart { component: image.clone(), field })]);
    for (key, value) in vars.iter_mut().filter(|(key, value)| is_input(key) && **value == Value::Null) {
        let field = key.strip_prefix("image_").and_then(ImageField::from_word).unwrap_or(ImageField::Image);
        *value = open(field);
    }
    if container_is_open(vars)
        && let Some(Value::Map(container)) = vars.get_mut("container")
    {
        container.insert("image".to_owned(), open(ImageField::Image));
    }
}

/// The key of an input for an image that was given a digest alone; `image_digest` takes one.
pub fn bare_digest(vars: &BTreeMap<String, Value>) -> Option<String> {
    let container = vars.get("container").and_then(|container| container.get("image"));
    let inputs = vars.iter().filter(|(key, _)| is_input(key) && !key.ends_with("_digest"));
    let mut all = inputs
        .map(|(key, value)| (key.clone(), value))
        .chain(container.map(|value| ("container.image".to_owned(), value)));
    all.find(|(_, value)| is_bare_digest(value)).map(|(key, _)| key)
}

fn is_bare_digest(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.trim().parse::<ledger_format::digest::Digest>().is_ok(),
        Value::Open(parts) => {
            matches!(parts.as_slice(), [Part::Image(ImagePart { field: ImageField::Digest, .. })])
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::List(_) | Value::Map(_) => false,
    }
}
