//! Texts: short ones without control characters, longer ones, and those that may be erased.

use serde::de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use crate::digest::Digest;
use crate::field::{Int, True, record};

/// 1 to 256 bytes of UTF-8 without control characters: a version, a tag, a URL without userinfo.
/// Shown; compared, byte by byte, only where a rule says so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Box<str>);

/// 1 to 1,024 bytes of UTF-8 whose only control characters are line feeds and tabs. No rule depends on it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<str>);

/// A text that is no [`Str`] or no [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    #[error("an empty text: it is left out instead")]
    Empty,
    #[error("a text of {length} bytes, where {limit} are allowed")]
    TooLong { length: usize, limit: usize },
    #[error("a text with the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

fn bounded(text: &str, limit: usize, allowed: &[char]) -> Result<(), NotText> {
    match text.chars().find(|char| char.is_control() && !allowed.contains(char)) {
        _ if text.is_empty() => Err(NotText::Empty),
        _ if text.len() > limit => Err(NotText::TooLong { length: text.len(), limit }),
        Some(control) => Err(NotText::Control(control)),
        None => Ok(()),
    }
}

impl Str {
    /// The longest, in bytes.
    pub const MAX: usize = 256;

    pub fn new(text: &str) -> Result<Self, NotText> {
        bounded(text, Self::MAX, &[]).map(|()| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text {
    /// The longest, in bytes.
    pub const MAX: usize = 1024;

    pub fn new(text: &str) -> Result<Self, NotText> {
        bounded(text, Self::MAX, &['\n', '\t']).map(|()| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Display, Debug, FromStr and serde of a newtype with `new(&str)` and `as_str()`.
macro_rules! text_form {
    ($type:ty, $error:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl std::str::FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                <$type>::new(text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                <$type>::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_form;

text_form!(Str, NotText);
text_form!(Text, NotText);

/// A note, an error or an annotation: a text in the event, or one beside it that can be erased. Never a `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Note {
    Text(Text),
    Erasable(Erasable),
}

record! {
    /// A text outside the event: a blob that begins with 32 random bytes, so that its digest says nothing once it is gone.
    pub struct Erasable {
        digest: Digest,
        /// 32 random bytes and 1 to 65,536 of text.
        size: Int,
        /// Always `text/plain`.
        #[serde(rename = "mediaType")]
        media_type: Str,
        erasable: True,
    } where form
}

impl Erasable {
    /// The random bytes before the text.
    pub const SALT: u64 = 32;
    /// The longest text behind them.
    pub const MAX: u64 = 65_536;

    fn form(&self) -> Result<(), &'static str> {
        if self.media_type.as_str() != "text/plain" {
            return Err("an erasable text is `text/plain`");
        }
        match self.size.get() {
            size if size <= Self::SALT || size > Self::SALT + Self::MAX => {
                Err("an erasable text has 33 to 65,568 bytes with its salt")
            }
            _ => Ok(()),
        }
    }
}

impl From<Text> for Note {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Note;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or an erasable text")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Note, E> {
                Text::new(text).map(Note::Text).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Note, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(Note::Erasable).map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
