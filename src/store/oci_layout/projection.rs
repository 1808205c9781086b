//! Shows other tools the newest events: their artifacts in `blobs/`, their tags in `index.json`.
//!
//! Under the lock, which is only tried: who does not get it leaves the work to who has it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::Duration;

use ledger_format::digest::Digest;

use super::OciLayout;
use crate::fs::{self, TryLock};
use crate::registry::descriptor::{Descriptor, EMPTY};
use crate::registry::layout::MANIFEST_LIMIT;
use crate::registry::manifest::{Entry, Index, Manifest};
use crate::store::{BLOB_LIMIT, BUNDLE_LIMIT, Flush, StoreError, StoredName, artifact};

/// How many events `index.json` shows: rewriting it is what does not scale.
const SHOWN: usize = 1_000;

/// How often a projection is repeated because others went on writing; then the last of them does it.
const ROUNDS: usize = 8;

/// After this long a temporary file is left over from a writer that was killed.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// In our index entries: digest and size of the bundle, to see whether it is there without reading the manifest.
const BUNDLE: &str = "dev.sealog.bundle";

impl OciLayout {
    /// Projects until nothing is new: an event that came while another process projected is that one's to show.
    pub(super) fn project_all(&self) -> Result<Flush, StoreError> {
        self.layout.make_folders()?;
        for _ in 0..ROUNDS {
            let shown = match self.layout.try_lock()? {
                TryLock::Taken(_lock) => self.project()?,
                TryLock::Busy => return Ok(Flush::LeftToAnother),
                TryLock::Unsupported => return Ok(Flush::NoLocks),
            };
            if self.tail_names()?.events == shown {
                break;
            }
        }
        Ok(Flush::Done)
    }

    /// Projects once, if nobody else does.
    pub(super) fn try_project(&self) -> Result<(), StoreError> {
        if let TryLock::Taken(_lock) = self.layout.try_lock()? {
            self.project()?;
        }
        Ok(())
    }

    /// Writes what is missing and then the index; for the holder of the lock. The events that it saw.
    fn project(&self) -> Result<Vec<StoredName>, StoreError> {
        let found = self.index_as_found();
        let events = self.take_in(&found, self.tail_names()?.events)?;
        let newest = &events[events.len().saturating_sub(SHOWN)..];

        let mut index = found.clone();
        index.manifests.retain(|entry| !is_ours(entry));
        self.layout.put_blob(EMPTY)?;
        index.manifests.extend(self.show_events(newest, &found)?);
        index.manifests.extend(self.show_blobs(newest)?);
        if index != found || !self.layout.index_path().is_file() {
            self.layout.sync_blobs()?;
            self.layout.replace_index(&index)?;
        }
        if let Some(now) = fs::changed_at(&self.layout.index_path()) {
            fs::remove_older(&self.layout.scratch(), now, LEFT_OVER);
        }
        Ok(events)
    }

    /// The index entries of these events, whose blobs are written where they are missing.
    fn show_events(&self, events: &[StoredName], found: &Index) -> Result<Vec<Entry>, StoreError> {
        let shown: HashMap<&str, &Entry> =
            found.manifests.iter().filter_map(|entry| Some((entry.ref_name()?, entry))).collect();
        let mut entries = Vec::with_capacity(events.len());
        for event in events {
            let tag = event.to_string();
            match shown.get(tag.as_str()) {
                Some(entry) if self.is_shown(entry) => entries.push((*entry).clone()),
                _ => entries.extend(self.show_event(event, &tag)?),
            }
        }
        Ok(entries)
    }

    /// `None` for what is too large to be an event, or cannot be read, or vanished.
    fn show_event(&self, event: &StoredName, tag: &str) -> Result<Option<Entry>, StoreError> {
        let bundle = match fs::read_if_there(&self.event_path(event), BUNDLE_LIMIT) {
            Err(_) | Ok(None) => return Ok(None),
            Ok(Some(bundle)) => bundle,
        };
        let manifest = artifact::of_event(&bundle, (self.describe)(&bundle));
        let place = format!("{} {}", self.layout.put_blob(&bundle)?, bundle.len());
        self.layout.put_blob(&manifest.to_bytes())?;
        Ok(Some(tagged(manifest.descriptor().with_annotation(BUNDLE, place), tag)))
    }

    /// Whether an entry is as we wrote it, and what it names is there.
    fn is_shown(&self, entry: &Entry) -> bool {
        let Some(manifest) = entry.descriptor() else { return false };
        let bundle = manifest.annotations.get(BUNDLE).and_then(|place| {
            let (digest, size) = place.split_once(' ')?;
            Some((digest.parse::<Digest>().ok()?, size.parse().ok()?))
        });
        manifest.artifact_type.is_some()
            && self.layout.has_blob(&manifest.digest, manifest.size)
            && bundle.is_some_and(|(digest, size)| self.layout.has_blob(&digest, size))
    }

    /// The index entries of the blobs that these events name.
    fn show_blobs(&self, events: &[StoredName]) -> Result<Vec<Entry>, StoreError> {
        let kept: HashSet<String> = match fs::files(&self.own("artifacts")) {
            Err(error) if error.kind() == Some(io::ErrorKind::NotFound) => return Ok(Vec::new()),
            found => found?.0.into_iter().collect(),
        };
        let mut entries = Vec::new();
        for tag in events.iter().map(|event| artifact::blobs_tag(&event.id())).filter(|tag| kept.contains(tag)) {
            let content = fs::read(&self.own("artifacts").join(&tag), MANIFEST_LIMIT)?;
            // Something else under that name is nobody's blobs.
            let Ok(manifest) = Manifest::from_bytes(&content) else { continue };
            if !self.show_layers(&manifest)? {
                continue;
            }
            self.layout.put_blob(&manifest.to_bytes())?;
            entries.push(tagged(manifest.descriptor(), &tag));
        }
        Ok(entries)
    }

    /// Gives the blobs of an artifact their place; `false` when one is no longer kept, as after an erasure.
    fn show_layers(&self, manifest: &Manifest) -> Result<bool, StoreError> {
        for layer in manifest.layers.iter().filter(|layer| !self.layout.has_blob(&layer.digest, layer.size)) {
            let (from, to) = (self.kept_blob(&layer.digest), self.layout.blob_path(&layer.digest));
            if !from.is_file() {
                return Ok(false);
            }
            fs::remove(&to)?;
            fs::link_or_copy(&self.layout.scratch(), &from, &to, BLOB_LIMIT)?;
        }
        Ok(true)
    }

    /// Takes into the tail what only the index reaches: the next tool that rewrites the index would lose it.
    fn take_in(&self, found: &Index, mut tail: Vec<StoredName>) -> Result<Vec<StoredName>, StoreError> {
        for stray in self.strays_beside(&tail).0 {
            if let Some(bundle) = self.stray(&stray) {
                self.keep(&self.event_path(&stray), &bundle)?;
                tail.push(stray);
            }
        }
        tail.sort_unstable();
        for entry in found.manifests.iter().filter(|entry| is_ours(entry)) {
            let Some((tag, manifest)) = entry.ref_name().zip(entry.descriptor()) else { continue };
            if tag.starts_with("b-") && !self.own("artifacts").join(tag).is_file() {
                self.take_in_blobs(tag, &manifest)?;
            }
        }
        Ok(tail)
    }

    fn take_in_blobs(&self, tag: &str, descriptor: &Descriptor) -> Result<(), StoreError> {
        let Ok(manifest) = self.layout.manifest(descriptor) else { return Ok(()) };
        for layer in &manifest.layers {
            // What is not there, or damaged, cannot be taken in; the rest can.
            let Ok(Some(content)) = self.layout.blob(&layer.digest, BLOB_LIMIT) else { return Ok(()) };
            self.keep(&self.kept_blob(&layer.digest), &content)?;
        }
        self.keep(&self.own("artifacts").join(tag), &manifest.to_bytes())
    }
}

/// Whether an entry has a name of ours; all others are kept as they are.
fn is_ours(entry: &Entry) -> bool {
    entry.ref_name().is_some_and(|name| {
        let of_blobs = name.strip_prefix("b-").is_some_and(|id| Digest::from_hex(id).is_ok());
        of_blobs || name.parse::<StoredName>().is_ok()
    })
}

fn tagged(descriptor: Descriptor, tag: &str) -> Entry {
    Entry::from(descriptor.with_annotation(crate::registry::descriptor::REF_NAME, tag))
}
