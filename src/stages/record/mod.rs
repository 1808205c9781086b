//! What happened elsewhere, and what is known about it: builds of other pipelines, reports of tests, scans and checks.

pub mod junit;

use std::path::{Path, PathBuf};

use ledger_format::digest::Digest;
use ledger_format::field::{self, Image, Int, Set, Str};

use crate::fs::{self, FsError, Limit};
use crate::registry::descriptor::{Descriptor, MANIFEST_TYPE};
use crate::registry::layout::{Layout, LayoutError, MANIFEST_LIMIT};
use crate::registry::reference::Reference;
use crate::store::{BLOB_LIMIT, Blob};

/// A report that is kept beside its event.
#[derive(Debug, Clone)]
pub struct Report {
    pub path: PathBuf,
    pub blob: Blob,
    pub field: field::Blob,
}

/// Where the manifest of an image is looked at: its type and size are part of its name.
#[derive(Debug, Clone, Copy)]
pub enum Manifest<'a> {
    /// In an image layout.
    Layout(&'a Path),
    /// In this file.
    File(&'a Path),
    /// Nowhere: this is claimed.
    Claimed { size: u64, media_type: &'a str },
}

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    File(#[from] FsError),
    #[error("cannot read the tests of {}", path.display())]
    Tests { path: PathBuf, source: junit::NotJunit },
    #[error("{} is not UTF-8", path.display())]
    NotText { path: PathBuf },
    #[error("`{text}` cannot be recorded: {source}")]
    Text { text: String, source: field::NotText },
    #[error("{reference} does not say which image: after its name stands `@sha256:` and 64 hex digits")]
    NoDigest { reference: Reference },
    #[error("{} is another manifest: its digest is {found}, that of the image is {wanted}", path.display())]
    OtherManifest { path: PathBuf, found: Digest, wanted: Digest },
    #[error("the size {0} is larger than any manifest")]
    Size(u64),
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl Report {
    pub fn read(path: &Path, media_type: &str) -> Result<Self, RecordError> {
        let content = fs::read(path, Limit { what: "a report", ..BLOB_LIMIT })?;
        let field = field::Blob {
            digest: Digest::of(&content),
            size: Int::new(content.len() as u64).ok_or(RecordError::Size(content.len() as u64))?,
            media_type: text(media_type)?,
        };
        Ok(Self { path: path.to_owned(), blob: Blob { media_type: media_type.to_owned(), content }, field })
    }

    /// Its tests, where it is a JUnit report.
    pub fn tests(&self) -> Result<junit::Results, RecordError> {
        let text =
            std::str::from_utf8(&self.blob.content).map_err(|_| RecordError::NotText { path: self.path.clone() })?;
        junit::Results::parse(text).map_err(|source| RecordError::Tests { path: self.path.clone(), source })
    }
}

/// A short text of an event.
pub fn text(text: &str) -> Result<Str, RecordError> {
    Str::new(text).map_err(|source| RecordError::Text { text: text.to_owned(), source })
}

/// The image that a reference names by digest.
pub fn image(reference: &Reference, manifest: Manifest<'_>) -> Result<Image, RecordError> {
    let wanted = reference.digest.ok_or_else(|| RecordError::NoDigest { reference: reference.clone() })?;
    let found = match manifest {
        Manifest::Layout(folder) => Layout::at(folder).image_of_digest(&wanted)?,
        Manifest::File(path) => of_file(path, &wanted)?,
        Manifest::Claimed { size, media_type } => {
            let plain = Descriptor::of(media_type, b"");
            Descriptor { digest: wanted, size, ..plain }
        }
    };
    Ok(Image {
        digest: wanted,
        media_type: text(&found.media_type)?,
        size: Int::new(found.size).ok_or(RecordError::Size(found.size))?,
        repository: field::Repository::new(&reference.repository.to_string())
            .map_err(|_| RecordError::NoDigest { reference: reference.clone() })?,
        tag: reference.tag.as_ref().map(|tag| text(tag.as_str())).transpose()?,
    })
}

fn of_file(path: &Path, wanted: &Digest) -> Result<Descriptor, RecordError> {
    let content = fs::read(path, MANIFEST_LIMIT)?;
    let found = Digest::of(&content);
    if found != *wanted {
        return Err(RecordError::OtherManifest { path: path.to_owned(), found, wanted: *wanted });
    }
    let json: serde_json::Value = serde_json::from_slice(&content).unwrap_or_default();
    let media_type = json.get("mediaType").and_then(serde_json::Value::as_str).unwrap_or(MANIFEST_TYPE);
    Ok(Descriptor::of(media_type, &content))
}

/// A set of short texts; `None` of none.
pub fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Result<Option<Set<Str>>, RecordError> {
    Ok(Set::new(all.into_iter().map(|one| text(one)).collect::<Result<Vec<_>, _>>()?))
}
