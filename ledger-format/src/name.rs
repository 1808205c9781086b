//! Names, patterns and ids: what an event compares byte by byte.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;

/// The longest name, in bytes.
pub const MAX_NAME: usize = 128;

/// A principal, group, deployment, target, alias, rollout key or type of evidence:
/// `[A-Za-z0-9_]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9_])?` without `..` and `//`, compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(std::sync::Arc<str>);

/// A component in its full form, `type/name`: `terraform/ecs/service-api`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Component(Name);

/// A name, or a prefix (which may be empty) with one `*` at its end that stands for any rest, `/` too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(std::sync::Arc<str>);

/// The id of an event: the SHA-256 of its payload bytes, never of its envelope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Digest);

/// The id of a ledger: the id of its first event.
pub type LedgerId = EventId;

/// The full digest of a release's content; 12 digits of it are for people, never inside an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseId(pub Digest);

/// The OpenSSH fingerprint of a public key, as `ssh-keygen -lf` prints it: `SHA256:` and 43 base64 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(std::sync::Arc<str>);

/// What is wrong with a text that was to be a name, a pattern, a component or a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error(
        "`{0}` is not a name: 1 to 128 of A-Z a-z 0-9 . _ / -, which begins and ends with a letter, a digit or _, without `..` and `//`"
    )]
    Name(String),
    #[error("`{0}` is not a pattern: a name, or the beginning of one and a single `*` at the end")]
    Pattern(String),
    #[error("`{0}` is not a component: `type/name` is, for example `terraform/database`")]
    Component(String),
    #[error("`{0}` is not a key's fingerprint: `SHA256:` and 43 base64 digits, as `ssh-keygen -l` prints it")]
    Fingerprint(String),
}

fn is_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-')
}

fn is_outer(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether this may be the beginning of a name; the empty text is.
fn is_prefix(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= MAX_NAME
        && bytes.iter().all(|byte| is_inner(*byte))
        && bytes.first().is_none_or(|byte| is_outer(*byte))
        && !text.contains("..")
        && !text.contains("//")
}

impl Name {
    pub fn new(text: &str) -> Result<Self, NameError> {
        let ends_well = text.as_bytes().last().is_some_and(|byte| is_outer(*byte));
        if is_prefix(text) && ends_well { Ok(Self(text.into())) } else { Err(NameError::Name(text.to_owned())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Component {
    pub fn new(text: &str) -> Result<Self, NameError> {
        let name = Name::new(text)?;
        match text.split_once('/') {
            Some((kind, rest)) if !kind.is_empty() && !rest.is_empty() => Ok(Self(name)),
            _ => Err(NameError::Component(text.to_owned())),
        }
    }

    /// `nixpack` of `nixpack/api`.
    pub fn kind(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(kind, _)| kind)
    }

    /// `ecs/service-api` of `terraform/ecs/service-api`.
    pub fn name(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(_, name)| name)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Pattern {
    pub fn new(text: &str) -> Result<Self, NameError> {
        let right = match text.strip_suffix('*') {
            Some(prefix) => is_prefix(prefix),
            None => Name::new(text).is_ok(),
        };
        if right { Ok(Self(text.into())) } else { Err(NameError::Pattern(text.to_owned())) }
    }

    /// The pattern that matches every name.
    pub fn any() -> Self {
        Self("*".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => &*self.0 == name,
        }
    }

    /// Whether all that `other` matches is matched by this one too.
    pub fn covers(&self, other: &Pattern) -> bool {
        match (self.0.strip_suffix('*'), other.0.strip_suffix('*')) {
            (Some(mine), Some(theirs)) => theirs.starts_with(mine),
            (Some(mine), None) => other.0.starts_with(mine),
            (None, Some(_)) => false,
            (None, None) => self == other,
        }
    }
}

impl Fingerprint {
    /// From the SHA-256 of the key in OpenSSH wire form.
    pub fn from_digest(digest: &Digest) -> Self {
        use base64::Engine as _;
        Self(format!("SHA256:{}", base64::engine::general_purpose::STANDARD_NO_PAD.encode(digest.as_bytes())).into())
    }

    pub fn new(text: &str) -> Result<Self, NameError> {
        use base64::Engine as _;
        let wrong = || NameError::Fingerprint(text.to_owned());
        let digits = text.strip_prefix("SHA256:").ok_or_else(wrong)?;
        match base64::engine::general_purpose::STANDARD_NO_PAD.decode(digits) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.into())),
            _ => Err(wrong()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `SHA256:` and 12 digits: for people.
    pub fn short(&self) -> &str {
        &self.0[..19]
    }
}

impl EventId {
    pub fn short(&self) -> String {
        self.0.short()
    }
}

impl ReleaseId {
    pub fn short(&self) -> String {
        self.0.short()
    }
}

macro_rules! digest_id {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $type {
            type Err = crate::digest::NotADigest;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(text.parse()?))
            }
        }
    };
}

digest_id!(EventId);
digest_id!(ReleaseId);

macro_rules! text_form {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                <$type>::new(text)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                <$type>::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

text_form!(Name);
text_form!(Component);
text_form!(Pattern);
text_form!(Fingerprint);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let longest = "a".repeat(128);
        for right in ["a", "_", "v1.5.0", "ecs/service-api", "a.b", "A_", &longest] {
            assert_eq!(Name::new(right).map(|name| name.to_string()), Ok(right.to_owned()));
        }
        let too_long = "a".repeat(129);
        for wrong in ["", ".", "-a", "a-", "a/", "/a", "a..b", "a//b", "a b", "a:b", "ä", "a\n", &too_long] {
            assert!(Name::new(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, name, matched) in [
            ("*", "anything/at.all", true),
            ("prod", "prod", true),
            ("prod", "prod-eu", false),
            ("prod*", "prod/eu", true),
            ("prod/*", "prod", false),
        ] {
            assert_eq!(Pattern::new(pattern).is_ok_and(|p| p.matches(name)), matched, "{pattern} {name}");
        }
        for wrong in ["", "**", "a*b", "*a", "-*", "a..*", "a-"] {
            assert!(Pattern::new(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn components() {
        assert!(Component::new("database").is_err());
        let component = Component::new("terraform/ecs/service-api");
        assert_eq!(
            component.map(|c| (c.kind().to_owned(), c.name().to_owned())),
            Ok(("terraform".into(), "ecs/service-api".into()))
        );
    }
}
