//! Assembles an image from files, over another image or from scratch, without a daemon.
//!
//! The same input gives the same digest everywhere: paths in byte order, no owner, one time for every file, modes 0644
//! and 0755, gzip without a name or time in it. The compressed bytes are those of the `flate2` crate at one level; a
//! release of it that compresses otherwise changes the digests of layers, never their diff ids, and a test notices.

mod config;
mod contents;
mod layer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ledger_format::canonical;
use ledger_format::digest::Digest;
use serde_json::{Value, json};

pub use self::contents::Contents;
use crate::config::resolved::{self, BaseReference, FilesBuilder};
use crate::fs::FsError;
use crate::registry::descriptor::{CONFIG_TYPE, Descriptor, Platform};
use crate::registry::images::INPUTS;
use crate::registry::layout::{Layout, LayoutError, MANIFEST_LIMIT};
use crate::registry::manifest::Manifest;

/// Counts every change of how the same input becomes an image; part of `inputs`.
const RECIPE: u64 = 1;

/// The most entries of an image, each of which becomes a layer: container engines stop at 127.
pub const MAX_ENTRIES: usize = 100;

/// What is to be assembled.
#[derive(Debug, Clone)]
pub struct FilesImage {
    /// The folder that the files are taken from; nothing outside is.
    pub source: PathBuf,
    /// Each of its `files` becomes a layer; a later one covers an earlier one. An entrypoint replaces that of the
    /// base together with its `cmd`; variables and labels are set over those of the base.
    pub asked: FilesBuilder,
    /// What `asked.base` names, see [`Base::find`].
    pub base: Option<Base>,
    /// The time of every file and of the image, in seconds since 1970 (`SOURCE_DATE_EPOCH`).
    pub modified: u64,
}

/// An image that is built upon.
#[derive(Debug, Clone)]
pub struct Base {
    pub layout: Layout,
    /// A manifest, or an index that lists one for the platform.
    pub image: Descriptor,
    /// How people call it, for the annotations.
    pub name: Option<String>,
}

/// An image that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its manifest, annotated with `inputs`; ready for [`Layout::publish`].
    pub image: Descriptor,
    pub inputs: Digest,
}

/// Everything that decides the result, read: an image's contents by digest, its base resolved.
#[derive(Debug, Clone)]
pub struct Recipe {
    image: FilesImage,
    contents: Contents,
    base: Option<ResolvedBase>,
}

#[derive(Debug, Clone)]
struct ResolvedBase {
    digest: Digest,
    manifest: Manifest,
    config: Value,
}

/// Why no image could be assembled.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("an image of {count} entries cannot be assembled: each is a layer, and {MAX_ENTRIES} is the limit")]
    TooManyEntries { count: usize },
    #[error("{} is outside {}, the folder that the image is made from", path.display(), source_folder.display())]
    Outside { path: PathBuf, source_folder: PathBuf },
    #[error("{} is a symbolic link to `{}`, which is outside what the image is made from", path.display(), target.display())]
    LinkOutside { path: PathBuf, target: PathBuf },
    #[error("{} is a symbolic link: name what it points to", path.display())]
    EntryIsLink { path: PathBuf },
    #[error("{} is neither a file nor a folder nor a symbolic link", path.display())]
    Special { path: PathBuf },
    #[error("{} has a name that is not UTF-8", path.display())]
    NotText { path: PathBuf },
    #[error("{} has a name that deletes files of other layers (`.wh.`)", path.display())]
    Whiteout { path: PathBuf },
    #[error("{} changed while the image was made from it", path.display())]
    Changed { path: PathBuf },
    #[error("the base image {image} has no manifest for {wanted}")]
    NoPlatform { image: Digest, wanted: String },
    #[error("the base image {image} is for {found}, not for {wanted}")]
    OtherPlatform { image: Digest, found: String, wanted: String },
    #[error("cannot read the configuration of the base image {image}")]
    BaseConfig { image: Digest, source: serde_json::Error },
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl Base {
    /// Finds the image that a configuration names, in a layout below the project's folder.
    pub fn find(project: &Path, named: &resolved::Base) -> Result<Self, FilesError> {
        let layout = Layout::at(named.layout.under(project));
        let image = match &named.reference {
            BaseReference::Only => layout.only_image()?,
            BaseReference::Tag(name) => layout.image(name)?,
            BaseReference::Digest(digest) => layout.image_of_digest(digest)?,
        };
        Ok(Self { layout, image, name: None })
    }
}

impl Recipe {
    /// Reads what the image is to be made of. Changes nothing.
    pub fn read(image: FilesImage) -> Result<Self, FilesError> {
        if image.asked.files.len() > MAX_ENTRIES {
            return Err(FilesError::TooManyEntries { count: image.asked.files.len() });
        }
        let base = image.base.as_ref().map(|base| resolve(base, &image.asked.platform)).transpose()?;
        let contents = Contents::read(&image.source, &image.asked.files)?;
        Ok(Self { image, contents, base })
    }

    /// The digest of what decides the result; equal inputs need no second build. No path of this machine is in it.
    pub fn inputs(&self) -> Digest {
        let (image, asked) = (&self.image, &self.image.asked);
        canonical::digest_of(&json!({
            "builder": "files",
            "recipe": RECIPE,
            "base": self.base(),
            "base_name": image.base.as_ref().and_then(|base| base.name.as_ref()),
            "to": asked.files.iter().map(|rule| rule.to.to_string()).collect::<Vec<_>>(),
            "contents": self.contents.inputs(),
            "entrypoint": asked.entrypoint,
            "cmd": asked.cmd,
            "env": asked.env,
            "workdir": asked.workdir.as_ref().map(ToString::to_string),
            "labels": asked.labels,
            "platform": asked.platform.to_string(),
            "modified": image.modified,
        }))
    }

    /// Writes the image into a layout, unnamed as yet.
    pub fn build(&self, layout: &Layout) -> Result<Built, FilesError> {
        layout.make_folders()?;
        let inputs = self.inputs();
        let mut layers = self.base_layers(layout)?;
        let mut diff_ids = Vec::new();
        for entry in self.contents.entries() {
            let layer = layer::write(layout, entry, self.image.modified)?;
            layers.push(layer.descriptor);
            diff_ids.push(layer.diff_id);
        }
        let config = config::of(&self.image, self.base.as_ref().map(|base| &base.config), &diff_ids);
        layout.put_blob(&config)?;
        let mut manifest = Manifest::image(Descriptor::of(CONFIG_TYPE, &config), layers);
        manifest.annotations = self.annotations(&inputs);
        layout.put_blob(&manifest.to_bytes())?;
        layout.sync_blobs()?;
        let platform = Some(self.image.asked.platform.clone());
        let image = Descriptor { platform, ..manifest.descriptor() }.with_annotation(INPUTS, inputs.to_string());
        Ok(Built { image, inputs })
    }

    /// The digest of the base's manifest for the platform.
    pub fn base(&self) -> Option<Digest> {
        self.base.as_ref().map(|base| base.digest)
    }

    fn base_layers(&self, layout: &Layout) -> Result<Vec<Descriptor>, FilesError> {
        let Some((named, base)) = self.image.base.as_ref().zip(self.base.as_ref()) else { return Ok(Vec::new()) };
        for layer in &base.manifest.layers {
            layout.copy_blob(&named.layout, &layer.digest, layer.size)?;
        }
        Ok(base.manifest.layers.iter().map(layer::as_oci).collect())
    }

    fn annotations(&self, inputs: &Digest) -> BTreeMap<String, String> {
        let name = self.image.base.as_ref().and_then(|base| base.name.clone());
        [
            (INPUTS, Some(inputs.to_string())),
            ("org.opencontainers.image.base.digest", self.base().map(|digest| digest.to_string())),
            ("org.opencontainers.image.base.name", name),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
    }
}

fn resolve(base: &Base, platform: &Platform) -> Result<ResolvedBase, FilesError> {
    let missing = || FilesError::NoPlatform { image: base.image.digest, wanted: platform.to_string() };
    let found = base.layout.for_platform(&base.image, platform)?.ok_or_else(missing)?;
    let manifest = base.layout.manifest(&found)?;
    let content = base.layout.content(&manifest.config, MANIFEST_LIMIT)?;
    let config: Value =
        serde_json::from_slice(&content).map_err(|source| FilesError::BaseConfig { image: found.digest, source })?;
    match config::platform(&config) {
        Some(of_base) if platform.is_met_by(&of_base) => Ok(ResolvedBase { digest: found.digest, manifest, config }),
        of_base => Err(FilesError::OtherPlatform {
            image: found.digest,
            found: of_base.map_or("no platform".to_owned(), |of_base| of_base.to_string()),
            wanted: platform.to_string(),
        }),
    }
}

/// A path as messages show it.
fn shown(source: &Path, below: &str) -> PathBuf {
    if below.is_empty() { source.to_owned() } else { source.join(below) }
}
