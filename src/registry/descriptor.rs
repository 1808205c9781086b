//! OCI descriptors: how a manifest or an index names content.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger_format::digest::Digest;
use serde::{Deserialize, Serialize};

/// Annotations: hints for people and other tools, never trusted.
pub type Annotations = BTreeMap<String, String>;

pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
pub const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
pub const LAYER_GZIP_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";

/// The content of [`Descriptor::empty`].
pub const EMPTY: &[u8] = b"{}";

/// The tag of an entry of a layout's index.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Content by media type, digest and size. Members that we do not use are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    pub media_type: String,
    pub digest: Digest,
    pub size: u64,
    /// The content itself, in base64; believed only after [`Descriptor::inlined`] has checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// What an image runs on: `linux/amd64`, `linux/arm64/v8`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    pub architecture: String,
    pub os: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Descriptor {
    /// The descriptor of this content.
    pub fn of(media_type: &str, content: &[u8]) -> Self {
        Self::new(media_type, Digest::of(content), content.len() as u64)
    }

    pub fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest,
            size,
            data: None,
            artifact_type: None,
            annotations: Annotations::new(),
            platform: None,
        }
    }

    /// The config of an artifact that has none.
    pub fn empty() -> Self {
        Self::of(EMPTY_TYPE, EMPTY)
    }

    /// The descriptor of this content, with the content in it.
    pub fn inline(media_type: &str, content: &[u8]) -> Self {
        Self { data: Some(STANDARD.encode(content)), ..Self::of(media_type, content) }
    }

    /// The inlined content, where it is there and fits digest and size: registries do not check that.
    pub fn inlined(&self) -> Option<Vec<u8>> {
        let content = STANDARD.decode(self.data.as_ref()?).ok()?;
        (content.len() as u64 == self.size && Digest::of(&content) == self.digest).then_some(content)
    }

    /// The tag under which an index lists this.
    pub fn ref_name(&self) -> Option<&str> {
        self.annotations.get(REF_NAME).map(String::as_str)
    }

    pub fn with_annotation(mut self, name: &str, value: impl Into<String>) -> Self {
        self.annotations.insert(name.to_owned(), value.into());
        self
    }
}

impl Platform {
    /// Whether an image of that platform is wanted; without a variant every variant is.
    pub fn is_met_by(&self, image: &Platform) -> bool {
        let variant = self.variant.is_none() || self.variant == image.variant;
        self.os == image.os && self.architecture == image.architecture && variant
    }
}

impl Default for Platform {
    fn default() -> Self {
        Self { architecture: "amd64".to_owned(), os: "linux".to_owned(), variant: None }
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

/// A text that is no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a platform: `os/architecture` is, for example `linux/amd64`, or `linux/arm64/v8`")]
pub struct NotAPlatform(String);

impl std::str::FromStr for Platform {
    type Err = NotAPlatform;

    fn from_str(text: &str) -> Result<Self, NotAPlatform> {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        };
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            [os, architecture] if parts.iter().all(|part| plain(part)) => {
                Ok(Self { os: (*os).to_owned(), architecture: (*architecture).to_owned(), variant: None })
            }
            [os, architecture, variant] if parts.iter().all(|part| plain(part)) => Ok(Self {
                os: (*os).to_owned(),
                architecture: (*architecture).to_owned(),
                variant: Some((*variant).to_owned()),
            }),
            _ => Err(NotAPlatform(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inlined_content_must_fit_its_descriptor() {
        let right = Descriptor::inline("text/plain", b"content");
        assert_eq!(right.inlined(), Some(b"content".to_vec()));
        let lie = Descriptor { digest: Digest::of(b"other"), ..right.clone() };
        let short = Descriptor { size: 3, ..right.clone() };
        let noise = Descriptor { data: Some("?".to_owned()), ..right };
        for wrong in [lie, short, noise] {
            assert_eq!(wrong.inlined(), None);
        }
    }

    #[test]
    fn platforms() {
        for text in ["linux/amd64", "linux/arm64/v8", "windows/amd64"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
        for wrong in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/amd 64"] {
            assert!(wrong.parse::<Platform>().is_err(), "{wrong}");
        }
    }
}
