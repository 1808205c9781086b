//! The configuration of a target as bytes: RFC 8785, media type `application/vnd.sealog.config.v1+json`.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::canonical;
use ledger_format::name::{Component, Name};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::deployment::Labels;
use super::super::path::ProjectPath;
use super::super::value::{ImageField, ImagePart, MAX_INTEGER, Part, Value};
use super::{Resolved, ResolvedComponent, ResolvedKind, ResolvedManifest, ResolvedTarget};

/// The one key of an object that stands for a text with parts left open; refused in what is read.
pub const OPEN: &str = "$open";

/// Bytes that are no configuration of a release.
#[derive(Debug, thiserror::Error)]
pub enum NotAConfig {
    #[error("the release's configuration is no JSON of the right shape")]
    Shape(#[from] serde_json::Error),
    #[error("the release's configuration is not in its canonical form")]
    Form,
}

impl Resolved {
    /// The bytes that a release keeps; equal content gives equal bytes.
    pub fn canonical_json(&self) -> Vec<u8> {
        canonical::to_vec(&Wire::of(self))
    }

    /// The inverse of [`Self::canonical_json`]. Only its own form is read.
    pub fn from_json(bytes: &[u8]) -> Result<Self, NotAConfig> {
        let wire: Wire = serde_json::from_slice(bytes)?;
        let resolved = wire.resolved();
        if resolved.canonical_json() == bytes { Ok(resolved) } else { Err(NotAConfig::Form) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    deployment: WireDeployment,
    target: WireTarget,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    git: BTreeMap<String, String>,
    components: BTreeMap<Component, WireComponent>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDeployment {
    name: Name,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: Labels,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireTarget {
    name: Name,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: Labels,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    context: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

/// What is unknown here shows when it is written again and compared: `flatten` cannot refuse it.
#[derive(Serialize, Deserialize)]
struct WireComponent {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: Labels,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    depends_on: BTreeSet<Component>,
    #[serde(flatten)]
    kind: WireKind,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireKind {
    Image(WireImage),
    Manifest(WireManifest),
    Later(WireLater),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireImage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    registry: Option<String>,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireManifest {
    templates: BTreeMap<ProjectPath, String>,
    output: ProjectPath,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    vars: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<Component>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    images: BTreeSet<Component>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLater {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    vars: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    settings: BTreeMap<String, Value>,
}

impl Wire {
    fn of(resolved: &Resolved) -> Self {
        let target = resolved.target.clone();
        let component =
            |(name, component): (&Component, &ResolvedComponent)| (name.clone(), WireComponent::of(component.clone()));
        Self {
            deployment: WireDeployment {
                name: resolved.deployment.clone(),
                labels: resolved.deployment_labels.clone(),
            },
            target: WireTarget {
                name: target.name,
                labels: target.labels,
                context: target.context,
                region: target.region,
            },
            git: resolved.git.clone(),
            components: resolved.components.iter().map(component).collect(),
        }
    }

    fn resolved(self) -> Resolved {
        let target = self.target;
        Resolved {
            deployment: self.deployment.name,
            deployment_labels: self.deployment.labels,
            target: ResolvedTarget {
                name: target.name,
                labels: target.labels,
                context: target.context,
                region: target.region,
            },
            git: self.git,
            components: self.components.into_iter().map(|(name, component)| (name, component.resolved())).collect(),
            warnings: Vec::new(),
        }
    }
}

impl WireComponent {
    fn of(component: ResolvedComponent) -> Self {
        let kind = match component.kind {
            ResolvedKind::Image { registry, name } => WireKind::Image(WireImage { registry, name }),
            ResolvedKind::Manifest(ResolvedManifest { templates, output, vars, image, images }) => {
                WireKind::Manifest(WireManifest { templates, output, vars, image, images })
            }
            ResolvedKind::Later { module, vars, settings } => WireKind::Later(WireLater { module, vars, settings }),
        };
        Self { labels: component.labels, depends_on: component.depends_on, kind }
    }

    fn resolved(self) -> ResolvedComponent {
        let kind = match self.kind {
            WireKind::Image(WireImage { registry, name }) => ResolvedKind::Image { registry, name },
            WireKind::Manifest(WireManifest { templates, output, vars, image, images }) => {
                ResolvedKind::Manifest(ResolvedManifest { templates, output, vars, image, images })
            }
            WireKind::Later(WireLater { module, vars, settings }) => ResolvedKind::Later { module, vars, settings },
        };
        ResolvedComponent { labels: self.labels, depends_on: self.depends_on, kind }
    }
}

impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Open(parts) => {
                json!({OPEN: parts.iter().map(part_to_json).collect::<Vec<_>>()}).serialize(serializer)
            }
            Self::List(items) => items.serialize(serializer),
            Self::Map(map) => map.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_json(Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn part_to_json(part: &Part) -> Json {
    match part {
        Part::Text(text) => Json::from(text.as_str()),
        Part::Image(image) => json!({"image": image.component, "field": image.field.as_str()}),
    }
}

fn from_json(json: Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => {
            let within = number.as_i64().filter(|number| number.unsigned_abs() <= MAX_INTEGER.unsigned_abs());
            Value::Integer(within.ok_or_else(|| format!("`{number}` is no integer within 2^53"))?)
        }
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect::<Result<_, _>>()?),
        Json::Object(mut map) => match map.remove(OPEN) {
            Some(Json::Array(parts)) if map.is_empty() => {
                Value::Open(parts.into_iter().map(part_from_json).collect::<Result<_, _>>()?)
            }
            Some(_) => return Err(format!("`{OPEN}` stands for a list of parts")),
            None => {
                let entry = |(key, value)| Ok::<_, String>((key, from_json(value)?));
                Value::Map(map.into_iter().map(entry).collect::<Result<_, _>>()?)
            }
        },
    })
}

fn part_from_json(json: Json) -> Result<Part, String> {
    if let Json::String(text) = json {
        return Ok(Part::Text(text));
    }
    let text = |key: &str| json.get(key).and_then(Json::as_str).ok_or_else(|| format!("a part has no `{key}`"));
    let component = Component::new(text("image")?).map_err(|error| error.to_string())?;
    let field = ImageField::from_word(text("field")?).ok_or("an image has no such field")?;
    Ok(Part::Image(ImagePart { component, field }))
}
