//! How an image component is built; none of it is part of a release.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use ledger_format::digest::Digest;
use ledger_format::name::Component;

use super::super::path::{NotInside, ProjectPath};
use crate::registry::descriptor::Platform;

/// The drivers that this build has.
pub const DRIVERS: &[&str] = &["files"];

/// What a build of one image component does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageBuild {
    pub component: Component,
    /// Where the image is pushed; without one it stays in a layout, and its repository is `layout/<name>`.
    pub registry: Option<String>,
    pub name: String,
    /// Advisory: a rollout pins by digest.
    pub tag: Option<String>,
    /// The folder that the paths of the build are below.
    pub source: PathBuf,
    pub builder: Builder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Builder {
    Files(FilesBuilder),
}

/// An image assembled from files over a base or from scratch: the same input gives the same digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesBuilder {
    /// `None`: from scratch.
    pub base: Option<Base>,
    pub files: Vec<FileRule>,
    /// `None`: as the base has it.
    pub entrypoint: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    pub env: BTreeMap<String, String>,
    pub workdir: Option<ImagePath>,
    pub labels: BTreeMap<String, String>,
    pub platform: Platform,
}

/// An image in an OCI layout below the project's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub layout: ProjectPath,
    pub reference: BaseReference,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseReference {
    /// The only image of the layout.
    Only,
    Tag(String),
    Digest(Digest),
}

/// Files of the source and where they go. A folder's content goes below `to`; a file goes to `to` itself, or under
/// its own name below `to` where that ends in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRule {
    /// Below the source; `None` is the source itself.
    pub from: Option<ProjectPath>,
    pub to: ImagePath,
    /// Whether `to` was written with a `/` at its end.
    pub into_folder: bool,
    /// For files; without one 0755 for what is executable, else 0644.
    pub mode: Option<u32>,
}

/// An absolute path in an image, without `.`, `..` and a `/` at its end; `/` itself is the empty path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImagePath(String);

impl ImagePath {
    pub fn new(text: &str) -> Result<Self, NotInside> {
        let wrong = |reason| NotInside { path: text.to_owned(), reason };
        let below = text.strip_prefix('/').ok_or(wrong("a path in an image begins with `/`"))?;
        if below.split('/').any(|part| part == "..") {
            return Err(wrong("`..` leaves it"));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("it has a control character"));
        }
        let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        Ok(Self(parts.join("/")))
    }

    /// As layers name it: without the `/` at its beginning.
    pub fn in_layer(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}
