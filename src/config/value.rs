//! Values after templates were rendered, with places left open for what only a build knows.

use std::collections::BTreeMap;

use ledger_format::name::Component;
use serde_json::Value as Json;

/// The largest integer that every JSON reader takes; others become texts.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// A resolved value. Numbers that are no integers within 2^53 are texts, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    /// A text with parts of an image reference that is not known yet.
    Open(Vec<Part>),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Image(ImagePart),
}

/// A part of an image component's reference: `nixpack.api.digest`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImagePart {
    pub component: Component,
    pub field: ImageField,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageField {
    /// The full reference: `<registry>/<repository>@sha256:...`.
    Image,
    Digest,
    Registry,
    Repository,
    Tag,
}

impl ImageField {
    pub const ALL: &[ImageField] = &[Self::Image, Self::Digest, Self::Registry, Self::Repository, Self::Tag];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Digest => "digest",
            Self::Registry => "registry",
            Self::Repository => "repository",
            Self::Tag => "tag",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.as_str() == word)
    }
}

impl Value {
    /// An integer, or a text where not every JSON reader would take it.
    pub fn integer(number: i128) -> Self {
        match i64::try_from(number) {
            Ok(number) if number.abs() <= MAX_INTEGER => Self::Integer(number),
            Ok(_) | Err(_) => Self::Text(number.to_string()),
        }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(map) => map.get(key),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_) | Self::Open(_) | Self::List(_) => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Open(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// Every part of an image that is left open, at any depth.
    pub fn images(&self) -> Vec<&ImagePart> {
        match self {
            Self::Open(parts) => parts.iter().filter_map(Part::image).collect(),
            Self::List(items) => items.iter().flat_map(Self::images).collect(),
            Self::Map(map) => map.values().flat_map(Self::images).collect(),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_) => Vec::new(),
        }
    }

    /// The value with what was open filled in; the first part that cannot be filled is the error.
    pub fn fill<E>(&self, fill: &impl Fn(&ImagePart) -> Result<String, E>) -> Result<Json, E> {
        Ok(match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Integer(number) => Json::from(*number),
            Self::Text(text) => Json::String(text.clone()),
            Self::Open(parts) => {
                let texts = parts.iter().map(|part| match part {
                    Part::Text(text) => Ok(text.clone()),
                    Part::Image(image) => fill(image),
                });
                Json::String(texts.collect::<Result<String, E>>()?)
            }
            Self::List(items) => Json::Array(items.iter().map(|item| item.fill(fill)).collect::<Result<_, E>>()?),
            Self::Map(map) => {
                let entry = |(key, value): (&String, &Value)| Ok((key.clone(), value.fill(fill)?));
                Json::Object(map.iter().map(entry).collect::<Result<_, E>>()?)
            }
        })
    }
}

impl Part {
    fn image(&self) -> Option<&ImagePart> {
        match self {
            Self::Image(image) => Some(image),
            Self::Text(_) => None,
        }
    }
}
