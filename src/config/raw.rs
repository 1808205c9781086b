//! A deployment as written: every part optional, every value with its place. `resolve.rs` makes types of it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::keys::{COMPONENT, CONTEXT, DEPLOYMENT, FILE, METADATA, TARGET};
use super::node::{Entry, Node};
use super::reader::{At, Reader};
use super::source::SourceFile;

#[derive(Debug)]
pub struct RawDeployment {
    pub file: Arc<SourceFile>,
    /// The word `deployment` of the file.
    pub span: Range<usize>,
    /// `None` also where it is no text, which was reported.
    pub name: Option<At<String>>,
    pub has_name: bool,
    pub description: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub stacks: Vec<At<String>>,
    pub depends_on: Vec<At<String>>,
    pub default_target: Option<At<String>>,
    pub promote_by: Option<At<String>>,
    pub components: Vec<RawComponent>,
    pub targets: Vec<RawTarget>,
}

#[derive(Debug)]
pub struct RawComponent {
    /// `nixpack`, `terraform`: the key that it stands under.
    pub kind: At<String>,
    pub name: At<String>,
    pub labels: BTreeMap<String, String>,
    pub depends_on: Vec<At<String>>,
    pub module: Option<String>,
    pub vars: Vec<Entry>,
    pub settings: Vec<Entry>,
}

#[derive(Debug)]
pub struct RawTarget {
    pub name: At<String>,
    pub labels: BTreeMap<String, String>,
    pub context: Vec<Entry>,
    pub region: Option<String>,
    pub stack: Option<String>,
}

/// Reads one deployment file; what is wrong is left in the reader. `None` where there is no deployment to speak of.
pub fn read(reader: &mut Reader) -> Option<RawDeployment> {
    let document = reader.document()?;
    let start = 0..0;
    let root = Entry { key: "a deployment file".to_owned(), key_span: start.clone(), value: document };
    let fields = reader.fields(&root, "a deployment file", FILE);
    let Some(entry) = fields.get("deployment") else {
        if reader.found.is_empty() {
            reader.missing("the file", "deployment", start);
        }
        return None;
    };
    deployment(reader, entry)
}

fn deployment(reader: &mut Reader, entry: &Entry) -> Option<RawDeployment> {
    let fields = reader.fields(entry, "a deployment", DEPLOYMENT);
    let mut raw = RawDeployment {
        file: Arc::clone(&reader.file),
        span: entry.key_span.clone(),
        name: fields.get("name").and_then(|entry| reader.text(entry)),
        has_name: fields.get("name").is_some(),
        description: fields.get("description").and_then(|entry| reader.text(entry)).map(|text| text.value),
        labels: fields.get("labels").map(|entry| reader.labels(entry)).unwrap_or_default(),
        stacks: fields.get("stacks").map(|entry| reader.texts(entry)).unwrap_or_default(),
        depends_on: fields.get("depends_on").map(|entry| reader.texts(entry)).unwrap_or_default(),
        default_target: None,
        promote_by: None,
        components: Vec::new(),
        targets: Vec::new(),
    };
    if let Some(context) = fields.get("context") {
        let context = reader.fields(context, "a deployment's context", CONTEXT);
        raw.default_target = context.get("default_target").and_then(|entry| reader.text(entry));
        raw.promote_by = context.get("promote_by").and_then(|entry| reader.text(entry));
    }
    // All of a mapping with duplicate keys is read: one mistake less that would only follow from another.
    for kinds in entry.value.entries().iter().filter(|entry| entry.key == "components") {
        for kind in reader.entries(kinds) {
            let components: Vec<_> = reader.entries(kind).iter().map(|entry| component(reader, kind, entry)).collect();
            raw.components.extend(components);
        }
    }
    if let Some(targets) = fields.get("targets") {
        raw.targets = reader.entries(targets).iter().map(|entry| target(reader, entry)).collect();
    }
    Some(raw)
}

fn component(reader: &mut Reader, kind: &Entry, entry: &Entry) -> RawComponent {
    let fields = reader.fields_or_below(entry, "a component", (COMPONENT, "metadata", METADATA));
    let mut raw = RawComponent {
        kind: key(kind),
        name: key(entry),
        labels: BTreeMap::new(),
        depends_on: Vec::new(),
        module: fields.get("component").and_then(|entry| reader.text(entry)).map(|text| text.value),
        vars: fields.get("vars").map(|entry| reader.entries(entry).to_vec()).unwrap_or_default(),
        settings: fields.get("settings").map(|entry| reader.entries(entry).to_vec()).unwrap_or_default(),
    };
    if let Some(metadata) = fields.get("metadata") {
        let metadata = reader.fields(metadata, "a component's metadata", METADATA);
        raw.labels = metadata.get("labels").map(|entry| reader.labels(entry)).unwrap_or_default();
        raw.depends_on = metadata.get("depends_on").map(|entry| reader.texts(entry)).unwrap_or_default();
    }
    raw
}

fn target(reader: &mut Reader, entry: &Entry) -> RawTarget {
    let fields = reader.fields(entry, "a target", TARGET);
    RawTarget {
        name: key(entry),
        labels: fields.get("labels").map(|entry| reader.labels(entry)).unwrap_or_default(),
        context: fields.get("context").map(|entry| reader.entries(entry).to_vec()).unwrap_or_default(),
        region: fields.get("region").and_then(|entry| reader.text(entry)).map(|text| text.value),
        stack: fields.get("stack").and_then(|entry| reader.text(entry)).map(|text| text.value),
    }
}

fn key(entry: &Entry) -> At<String> {
    At { value: entry.key.clone(), span: entry.key_span.clone() }
}

impl RawComponent {
    /// The value of a variable, where it is not empty.
    pub fn var(&self, key: &str) -> Option<&Node> {
        self.vars.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }
}
