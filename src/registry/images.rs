//! Images in a layout: found by name, by platform, by what they were built from; copied from one layout to another.

use std::fs::File;
use std::io;

use ledger_format::digest::Digest;

use super::descriptor::{Descriptor, INDEX_TYPE, Platform};
use super::layout::{Layout, LayoutError, MANIFEST_LIMIT};
use super::manifest::{Entry, Index, Manifest};
use super::reference::{Repository, Tag};
use crate::fs::FsError;

/// In manifests and index entries of built images: the digest of what decided the result.
pub const INPUTS: &str = "dev.sealog.inputs";

const DOCKER_INDEX_TYPE: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

impl Layout {
    /// Names an image by its digest, so that no other tool's clean-up takes it, and by a tag, which may move.
    pub fn publish(&self, repository: &Repository, tag: Option<&Tag>, image: &Descriptor) -> Result<(), LayoutError> {
        self.sync_blobs()?;
        self.change_index(|index| {
            index.tag(&by_digest(repository, &image.digest), image.clone());
            if let Some(tag) = tag {
                index.tag(&format!("{}:{tag}", repository.path()), image.clone());
            }
        })
    }

    /// The image of this name: a tag of `index.json`, as other tools give it after the folder.
    pub fn image(&self, name: &str) -> Result<Descriptor, LayoutError> {
        let missing = || LayoutError::NoSuchImage { path: self.root().to_owned(), name: name.to_owned() };
        self.require()?;
        self.index()?.named(name).ok_or_else(missing)
    }

    /// The image of this digest, whatever its name.
    pub fn image_of_digest(&self, digest: &Digest) -> Result<Descriptor, LayoutError> {
        let missing = || LayoutError::NoSuchImage { path: self.root().to_owned(), name: digest.to_string() };
        self.require()?;
        let images = self.index()?.manifests;
        images.iter().filter_map(Entry::descriptor).find(|image| image.digest == *digest).ok_or_else(missing)
    }

    /// The image of a layout that has no other.
    pub fn only_image(&self) -> Result<Descriptor, LayoutError> {
        self.require()?;
        let images: Vec<Descriptor> = self.index()?.manifests.iter().filter_map(Entry::descriptor).collect();
        match images.as_slice() {
            [first, rest @ ..] if rest.iter().all(|other| other.digest == first.digest) => Ok(first.clone()),
            _ => Err(LayoutError::NotOneImage { path: self.root().to_owned(), count: images.len() }),
        }
    }

    /// The image of this digest in a repository.
    pub fn image_by_digest(&self, repository: &Repository, digest: &Digest) -> Result<Descriptor, LayoutError> {
        self.image(&by_digest(repository, digest))
    }

    /// Whether the image of this digest is in a repository, with all that it consists of.
    pub fn has_image(&self, repository: &Repository, digest: &Digest) -> bool {
        self.image_by_digest(repository, digest).is_ok_and(|image| self.is_whole(&image))
    }

    /// An image of this repository that was built from these inputs and is there whole.
    pub fn built_from(&self, repository: &Repository, inputs: &Digest) -> Result<Option<Descriptor>, LayoutError> {
        let inputs = inputs.to_string();
        let of_repository = |image: &Descriptor| {
            let name = image.ref_name().and_then(|name| name.strip_prefix(repository.path()));
            name.is_some_and(|rest| rest.starts_with(['@', ':'])) && image.annotations.get(INPUTS) == Some(&inputs)
        };
        let index = self.index()?;
        let mut images = index.manifests.iter().filter_map(Entry::descriptor).filter(of_repository);
        Ok(images.find(|image| self.is_whole(image)))
    }

    /// The manifest for this platform: of the image itself, or the one that its index lists.
    pub fn for_platform(&self, image: &Descriptor, platform: &Platform) -> Result<Option<Descriptor>, LayoutError> {
        if image.media_type != INDEX_TYPE && image.media_type != DOCKER_INDEX_TYPE {
            return Ok(Some(image.clone()));
        }
        let content = self.content(image, MANIFEST_LIMIT)?;
        let path = self.blob_path(&image.digest);
        let index =
            Index::from_bytes(&content).map_err(|source| LayoutError::Unreadable { path, what: "an index", source })?;
        let mut listed = index.manifests.iter().filter_map(Entry::descriptor);
        Ok(listed.find(|listed| listed.platform.as_ref().is_some_and(|found| platform.is_met_by(found))))
    }

    /// Copies a blob, checked on the way.
    pub fn copy_blob(&self, from: &Layout, digest: &Digest, size: u64) -> Result<(), LayoutError> {
        if from.root() == self.root() || self.has_blob(digest, size) {
            return Ok(());
        }
        let path = from.blob_path(digest);
        let mut source = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(LayoutError::Missing { path }),
            opened => opened.map_err(|source| FsError::Io { action: "read", path: path.clone(), source })?,
        };
        let mut writer = self.write_blob()?;
        let failed = |source| FsError::Io { action: "copy", path: path.clone(), source };
        io::copy(&mut source, &mut writer).map_err(failed)?;
        match writer.digest() == *digest {
            true => writer.finish(self).map(|_| ()),
            false => Err(LayoutError::Damaged { path }),
        }
    }

    fn is_whole(&self, image: &Descriptor) -> bool {
        self.manifest(image).is_ok_and(|Manifest { config, layers, .. }| {
            layers.iter().chain([&config]).all(|named| self.has_blob(&named.digest, named.size))
        })
    }
}

fn by_digest(repository: &Repository, digest: &Digest) -> String {
    format!("{}@{digest}", repository.path())
}
