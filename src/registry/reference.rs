//! OCI references: `host/path:tag@digest`, and `layout/<name>` for an image in a layout on this machine.

use std::fmt;
use std::str::FromStr;

use ledger_format::digest::Digest;

/// A repository: `registry.acme.dev/payments/api`, or `layout/api` for one in an image layout.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    host: Host,
    path: String,
}

/// Where a repository lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Host {
    /// An image layout, whose place the configuration says.
    Layout,
    Registry(String),
}

/// A tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

/// A repository with a tag, a digest, or both; the digest decides then.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    pub repository: Repository,
    pub tag: Option<Tag>,
    pub digest: Option<Digest>,
}

/// What is wrong with a text that was to be a reference, a repository or a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error(
        "`{text}` is not a repository: `host/path` is, in lower case, or `layout/name` for an image layout on this machine"
    )]
    Repository { text: String },
    #[error("`{text}` names no registry: write its host too, for example `docker.io/library/{text}`")]
    NoHost { text: String },
    #[error("`{text}` is not a tag: 1 to 128 of A-Z a-z 0-9 . _ -, not beginning with . or -")]
    Tag { text: String },
    #[error("`{text}` does not end with a digest: after the @ come `sha256:` and 64 lower-case hex digits")]
    Digest { text: String },
}

impl Repository {
    /// The repository of this name in an image layout.
    pub fn in_layout(name: &str) -> Result<Self, ReferenceError> {
        match is_path(name) {
            true => Ok(Self { host: Host::Layout, path: name.to_owned() }),
            false => Err(ReferenceError::Repository { text: format!("layout/{name}") }),
        }
    }

    /// The registry's host and port; `None` for a repository in a layout.
    pub fn registry(&self) -> Option<&str> {
        match &self.host {
            Host::Layout => None,
            Host::Registry(host) => Some(host),
        }
    }

    /// `payments/api` of `registry.acme.dev/payments/api`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Reference {
    pub fn digest(repository: Repository, digest: Digest) -> Self {
        Self { repository, tag: None, digest: Some(digest) }
    }
}

impl Tag {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Repository {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let wrong = || ReferenceError::Repository { text: text.to_owned() };
        let (host, path) = match text.split_once('/') {
            None if is_path(text) => return Err(ReferenceError::NoHost { text: text.to_owned() }),
            None => return Err(wrong()),
            Some(parts) => parts,
        };
        if !is_path(path) {
            return Err(wrong());
        }
        match host {
            "layout" => Self::in_layout(path),
            _ if is_host(host) => Ok(Self { host: Host::Registry(host.to_owned()), path: path.to_owned() }),
            _ if is_path(host) => Err(ReferenceError::NoHost { text: text.to_owned() }),
            _ => Err(wrong()),
        }
    }
}

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let begins_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match begins_well && text.len() <= 128 && text.bytes().all(inner) {
            true => Ok(Self(text.to_owned())),
            false => Err(ReferenceError::Tag { text: text.to_owned() }),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (rest, digest) = match text.split_once('@') {
            None => (text, None),
            Some((rest, digest)) => {
                let digest = digest.parse().map_err(|_| ReferenceError::Digest { text: text.to_owned() })?;
                (rest, Some(digest))
            }
        };
        // A colon before the last slash belongs to the port.
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag.parse()?)),
            _ => (rest, None),
        };
        Ok(Self { repository: repository.parse()?, tag, digest })
    }
}

/// One or more components of lower-case letters and digits, joined by `/`, with `.`, `_`, `__` or hyphens inside.
fn is_path(text: &str) -> bool {
    let component = |part: &str| {
        let outer = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        outer(part.bytes().next())
            && outer(part.bytes().last())
            && part.bytes().all(inner)
            && !["..", "___", "._", "_.", ".-", "-.", "_-", "-_"].iter().any(|odd| part.contains(odd))
    };
    text.len() <= 255 && text.split('/').all(component)
}

/// A host name or address that cannot be taken for a path: with a dot, a port, or `localhost`.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (name, Some(port)),
        Some(_) if !text.starts_with('[') => return false,
        _ => (text, None),
    };
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let plain = match address {
        Some(address) => !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'),
        None => name.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }),
    };
    plain && (name.contains('.') || port.is_some() || address.is_some() || name == "localhost")
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry().unwrap_or("layout"), self.path)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.repository, f)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

macro_rules! debug_as_shown {
    ($($type:ty),*) => { $(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )* };
}

debug_as_shown!(Repository, Tag, Reference);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let digest = Digest::of(b"");
        let pinned = format!("registry.acme.dev:5000/payments/api:v1.4.0@{digest}");
        for right in [
            "layout/api",
            "layout/team/api:v1",
            "registry.acme.dev/payments/api",
            "localhost/api",
            "localhost:5000/api:latest",
            "[::1]:5000/api",
            "127.0.0.1:5000/a__b/c-d.e:_x",
            &pinned,
        ] {
            assert_eq!(right.parse::<Reference>().map(|read| read.to_string()), Ok(right.to_owned()));
        }
        let read: Reference = pinned.parse().unwrap();
        assert_eq!(read.repository.registry(), Some("registry.acme.dev:5000"));
        assert_eq!(read.repository.path(), "payments/api");
        assert_eq!((read.tag.map(|tag| tag.to_string()), read.digest), (Some("v1.4.0".to_owned()), Some(digest)));
    }

    #[test]
    fn what_is_no_reference_is_told_why() {
        let shown = |text: &str| text.parse::<Reference>().unwrap_err().to_string();
        assert!(shown("alpine:3.20").contains("`docker.io/library/alpine`"));
        assert!(shown("library/alpine").contains("names no registry"));
        assert!(shown("acme.dev/api@sha256:00").contains("after the @"));
        assert!(shown("acme.dev/api:").contains("is not a tag"));
        for wrong in
            ["", "/", "acme.dev/", "acme.dev/API", "acme.dev//x", "acme.dev/a..b", "layout/", "ac me.dev/x", ":5/x"]
        {
            assert!(wrong.parse::<Reference>().is_err(), "{wrong}");
        }
    }
}
