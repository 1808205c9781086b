//! Events that only `index.json` reaches: copied into the layout by another tool. They count like any other.

use std::time::SystemTime;

use super::OciLayout;
use crate::fs;
use crate::registry::descriptor::Descriptor;
use crate::registry::manifest::Index;
use crate::store::{BUNDLE_LIMIT, StoredName, artifact};
use std::sync::PoisonError;

/// The events that `index.json` names, as of when it was last changed.
#[derive(Debug, Default)]
pub(super) struct Strays {
    read_at: Option<(SystemTime, u64)>,
    named: Vec<(StoredName, Descriptor)>,
}

impl OciLayout {
    /// The events that can be read through the index and are not among `tail` (sorted), and how many cannot.
    pub(super) fn strays_beside(&self, tail: &[StoredName]) -> (Vec<StoredName>, usize) {
        let candidates: Vec<_> =
            self.named_by_index().into_iter().filter(|(name, _)| tail.binary_search(name).is_err()).collect();
        let all = candidates.len();
        let whole = candidates.into_iter().filter(|(_, manifest)| self.bundle_by_manifest(manifest).is_some());
        let mut strays: Vec<_> = whole.map(|(name, _)| name).collect();
        let broken = all - strays.len();
        strays.sort_unstable();
        strays.dedup();
        (strays, broken)
    }

    /// The bundle of an event that only the index reaches.
    pub(super) fn stray(&self, name: &StoredName) -> Option<Vec<u8>> {
        let named = self.named_by_index();
        named.iter().filter(|(found, _)| found == name).find_map(|(_, manifest)| self.bundle_by_manifest(manifest))
    }

    /// The index as far as it can be read: what is no index at all says nothing, and is written anew.
    pub(super) fn index_as_found(&self) -> Index {
        self.layout.index().unwrap_or_default()
    }

    fn bundle_by_manifest(&self, manifest: &Descriptor) -> Option<Vec<u8>> {
        let manifest = self.layout.manifest(manifest).ok()?;
        self.layout.content(artifact::bundle_of(&manifest)?, BUNDLE_LIMIT).ok()
    }

    fn named_by_index(&self) -> Vec<(StoredName, Descriptor)> {
        let path = self.layout.index_path();
        let size = path.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        let changed = fs::changed_at(&path).map(|at| (at, size));
        let mut strays = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
        if changed.is_none() || strays.read_at != changed {
            let entries = self.index_as_found().manifests;
            let named = entries.iter().filter_map(|entry| Some((entry.ref_name()?.parse().ok()?, entry.descriptor()?)));
            *strays = Strays { read_at: changed, named: named.collect() };
        }
        strays.named.clone()
    }
}
