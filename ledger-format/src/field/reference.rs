//! What an event names outside itself, always by digest: blobs, images, commits.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;
use crate::field::{Int, SetItem, Str, record, text_form};

record! {
    /// A blob that the event names: pushed first, a layer of the artifact that stays tagged.
    pub struct Blob {
        digest: Digest,
        size: Int,
        #[serde(rename = "mediaType")]
        media_type: Str,
    }
}

record! {
    /// An image manifest or index, and where it was when the event was written.
    pub struct Image {
        digest: Digest,
        #[serde(rename = "mediaType")]
        media_type: Str,
        size: Int,
        repository: Repository,
        /// Advisory: the digest names the image.
        tag?: Str,
    }
}

impl SetItem for Image {
    fn set_order(&self, other: &Self) -> Ordering {
        (self.digest, &self.repository).cmp(&(other.digest, &other.repository))
    }
}

/// Where an image lies: `host/path`, for a layout `layout/<name>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository(Str);

/// The commit of a version control system: 40 or 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(Box<str>);

/// The process that wrote an event: 32 lower-case hex digits. The same key with another run is another writer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run(Box<str>);

/// Bytes in base64 with padding and zero spare bits, at least one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base64(Box<[u8]>);

/// A text that names nothing of the kind that was to be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAReference {
    #[error("`{0}` is not a repository: `host/path` is, or `layout/<name>`, in at most 256 bytes")]
    Repository(String),
    #[error("`{0}` is not a commit: 40 or 64 lower-case hex digits are")]
    Commit(String),
    #[error("`{0}` is not a run: 32 lower-case hex digits are")]
    Run(String),
}

/// A text that is not the base64 of anything, or not in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64 with padding and zero spare bits")]
pub struct NotBase64;

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Repository {
    pub fn new(text: &str) -> Result<Self, NotAReference> {
        match (Str::new(text), text.split_once('/')) {
            (Ok(str), Some((host, path))) if !host.is_empty() && !path.is_empty() => Ok(Self(str)),
            _ => Err(NotAReference::Repository(text.to_owned())),
        }
    }

    /// `registry.acme.dev` of `registry.acme.dev/shop/api`.
    pub fn host(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(host, _)| host)
    }

    /// `shop/api` of `registry.acme.dev/shop/api`.
    pub fn path(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(_, path)| path)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn as_text(&self) -> &Str {
        &self.0
    }
}

impl Commit {
    pub fn new(text: &str) -> Result<Self, NotAReference> {
        match text.len() {
            40 | 64 if is_hex(text) => Ok(Self(text.into())),
            _ => Err(NotAReference::Commit(text.to_owned())),
        }
    }

    /// The first 12 digits: for people.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Run {
    pub fn new(text: &str) -> Result<Self, NotAReference> {
        if text.len() == 32 && is_hex(text) { Ok(Self(text.into())) } else { Err(NotAReference::Run(text.to_owned())) }
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(crate::digest::hex(&bytes).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(Repository, NotAReference);
text_form!(Commit, NotAReference);
text_form!(Run, NotAReference);

impl Base64 {
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() { None } else { Some(Self(bytes.into())) }
    }

    pub fn parse(text: &str) -> Result<Self, NotBase64> {
        let bytes = STANDARD.decode(text).map_err(|_| NotBase64)?;
        Self::new(&bytes).ok_or(NotBase64)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&STANDARD.encode(&self.0))
    }
}

impl std::fmt::Debug for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}
