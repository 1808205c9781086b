//! What templates can read.

use std::collections::BTreeMap;

use ledger_format::name::{Component, Name};
use serde_json::{Map, Value as Json, json};

use super::super::deployment::Labels;
use super::super::value::{ImagePart, Value};
use super::{GitFacts, ResolvedTarget};

/// What stands in for a part of an image as long as nobody built it.
pub const AFTER_BUILD: &str = "(known after build)";

/// `deployment`, `target`, `context` and `git`.
pub fn common(
    deployment: &Name,
    labels: &Labels,
    target: &ResolvedTarget,
    git: &BTreeMap<String, String>,
) -> Map<String, Json> {
    let context = values(&target.context);
    let mut target_scope = json!({"name": target.name, "labels": target.labels, "context": context});
    if let Some(region) = &target.region {
        target_scope["region"] = Json::from(region.as_str());
    }
    let mut scope = Map::new();
    scope.insert("deployment".to_owned(), json!({"name": deployment, "labels": labels}));
    scope.insert("target".to_owned(), target_scope);
    scope.insert("context".to_owned(), context);
    scope.insert("git".to_owned(), json!(git));
    scope
}

/// Values that have no open parts.
fn values(values: &BTreeMap<String, Value>) -> Json {
    let never = |_: &ImagePart| Ok::<_, std::convert::Infallible>(AFTER_BUILD.to_owned());
    let entry = |(key, value): (&String, &Value)| {
        let Ok(value) = value.fill(&never);
        (key.clone(), value)
    };
    Json::Object(values.iter().map(entry).collect())
}

pub fn component(component: &Component, labels: &Labels) -> Json {
    json!({"name": component.name(), "type": component.kind(), "labels": labels})
}

pub fn git(facts: Option<&GitFacts>) -> BTreeMap<String, String> {
    let Some(facts) = facts else { return BTreeMap::new() };
    let named = [("sha", Some(&facts.sha)), ("branch", facts.branch.as_ref()), ("tag", facts.tag.as_ref())];
    named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.clone()))).collect()
}
