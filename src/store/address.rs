//! Where a ledger is: `oci-layout:<folder>`, a bare path, `oci://host/repository`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::registry::reference::{ReferenceError, Repository};

/// The ledger of a project that says nothing else.
pub const DEFAULT: &str = ".sealog/ledger";

/// Where a ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An OCI image layout in this folder.
    Layout(PathBuf),
    /// A repository of a registry.
    Registry(Repository),
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    #[error("a ledger's address is empty: a folder is one, or `oci-layout:<folder>`, or `oci://host/repository`")]
    Empty,
    #[error("`{scheme}:` is not how a ledger's address begins: `oci-layout:<folder>` and `oci://host/repository` do")]
    Scheme { scheme: String },
    #[error("`{text}` is not the address of a ledger in a registry")]
    Registry { text: String, source: ReferenceError },
}

impl Address {
    /// The address with a relative folder taken from `base`.
    pub fn within(self, base: &Path) -> Self {
        match self {
            Self::Layout(folder) => Self::Layout(base.join(folder)),
            Self::Registry(repository) => Self::Registry(repository),
        }
    }
}

impl Default for Address {
    fn default() -> Self {
        Self::Layout(PathBuf::from(DEFAULT))
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if let Some(repository) = text.strip_prefix("oci://") {
            let wrong = |source| NotAnAddress::Registry { text: text.to_owned(), source };
            return Ok(Self::Registry(repository.parse().map_err(wrong)?));
        }
        let folder = text.strip_prefix("oci-layout:").unwrap_or(text);
        if folder.is_empty() {
            return Err(NotAnAddress::Empty);
        }
        match text.split_once(':') {
            // One letter is a drive.
            Some((scheme, rest)) if rest.starts_with("//") || matches!(scheme, "oci" | "docker" | "file") => {
                Err(NotAnAddress::Scheme { scheme: scheme.to_owned() })
            }
            _ => Ok(Self::Layout(PathBuf::from(folder))),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layout(folder) => write!(f, "{}", folder.display()),
            Self::Registry(repository) => write!(f, "oci://{repository}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, shown) in [
            (".sealog/ledger", ".sealog/ledger"),
            ("oci-layout:/srv/ledger", "/srv/ledger"),
            ("oci-layout:../l", "../l"),
            ("C:\\ledger", "C:\\ledger"),
            ("oci://registry.acme.dev/payments/ledger", "oci://registry.acme.dev/payments/ledger"),
        ] {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()), Ok(shown.to_owned()));
        }
        for (text, why) in [
            ("", "is empty"),
            ("oci-layout:", "is empty"),
            ("https://acme.dev/x", "`https:` is not how"),
            ("oci-layout://x", "`oci-layout:` is not how"),
            ("oci:/srv/ledger", "`oci:` is not how"),
            ("oci://UPPER/x", "is not the address of a ledger in a registry"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(Address::default().within(Path::new("/p")), Address::Layout("/p/.sealog/ledger".into()));
    }
}
