//! `manifest/<name>`: files rendered from templates into a folder, the way GitOps tools want to find them.
//!
//! The folder holds a marker that lists every file written here with its digest. A file that is not listed belongs
//! to somebody else and is never touched. No program is run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ledger_format::canonical;
use ledger_format::digest::Digest;
use ledger_format::name::Component;
use serde::{Deserialize, Serialize};

use super::plan::{Action, Applied, Change, Compared, ComponentPlan, Effect, Work};
use super::{ComponentError, ComponentType};
use crate::config::{BoundComponent, BoundKind, ProjectPath};
use crate::fs::{self, FsError, Limit, Lock, TryLock};

/// The file in an output folder that lists what was written there.
pub const MARKER: &str = ".sealog-rendered.json";

/// Where files are written before they get their names.
const TEMPORARY: &str = ".sealog/tmp";

/// A file for each output folder, which is locked while the folder is written.
const LOCKS: &str = ".sealog/locks";

const MARKER_LIMIT: Limit = Limit { what: "the list of rendered files", bytes: 4 << 20 };
const FILE_LIMIT: Limit = Limit { what: "a rendered file", bytes: 16 << 20 };

pub struct Manifest;

/// What the marker says: the files, below the folder that it is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    component: String,
    files: BTreeMap<ProjectPath, Digest>,
}

impl ComponentType for Manifest {
    fn name(&self) -> &'static str {
        "manifest"
    }

    fn plan(&self, component: &BoundComponent, root: &Path) -> Result<ComponentPlan, ComponentError> {
        let BoundKind::Manifest(manifest) = &component.kind else {
            return Err(ComponentError::OtherType { component: component.component.clone() });
        };
        let files = manifest.render(&component.component)?;
        plan(&component.component, &manifest.output, files, root)
    }

    /// Safe to break off anywhere: the marker names a file before it is written, and until after it is removed.
    fn apply(&self, plan: &ComponentPlan, root: &Path) -> Result<Applied, ComponentError> {
        let Work::Files { output, files } = &plan.work else {
            return Err(ComponentError::OtherType { component: plan.component.clone() });
        };
        let folder = Folder { component: &plan.component, output, root };
        let _alone = folder.lock()?;
        let now = Written { component: plan.component.to_string(), files: digests(files) };
        let before = folder.written()?;
        if before.as_ref() != Some(&now) || !plan.is_empty() {
            folder.carry_out(plan, files, before.unwrap_or_default(), &now)?;
        }
        let effect = if plan.is_empty() { Effect::Unchanged } else { Effect::Changed };
        let value = canonical::digest_of(&now.files).to_string();
        let outputs = BTreeMap::from([("path".to_owned(), output.to_string())]);
        Ok(Applied { effect, compared: Compared { by: "rendered-files", value }, outputs })
    }
}

fn plan(
    component: &Component,
    output: &ProjectPath,
    files: BTreeMap<ProjectPath, String>,
    root: &Path,
) -> Result<ComponentPlan, ComponentError> {
    let folder = Folder { component, output, root };
    folder.check_names(&files)?;
    let written = folder.written()?.unwrap_or_default();
    let mut changes = Vec::new();
    let mut unchanged = 0;
    for (path, text) in &files {
        match folder.compare(path, text, &written)? {
            Some(change) => changes.push(change),
            None => unchanged += 1,
        }
    }
    for (path, digest) in written.files.iter().filter(|(path, _)| !files.contains_key(*path)) {
        if let Some(found) = folder.found(path)? {
            let changed_by_hand = found != *digest;
            changes.push(Change { action: Action::Remove, path: output.join(path), changed_by_hand });
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    let work = Work::Files { output: output.clone(), files };
    Ok(ComponentPlan { component: component.clone(), changes, unchanged, work })
}

fn digests(files: &BTreeMap<ProjectPath, String>) -> BTreeMap<ProjectPath, Digest> {
    files.iter().map(|(path, text)| (path.clone(), Digest::of(text.as_bytes()))).collect()
}

/// An output folder of a component.
struct Folder<'a> {
    component: &'a Component,
    output: &'a ProjectPath,
    root: &'a Path,
}

impl Folder<'_> {
    /// Whatever the ledger says: two processes never write one folder at once. `None` where the disk knows no locks.
    fn lock(&self) -> Result<Option<Lock>, ComponentError> {
        let locks = self.root.join(LOCKS);
        fs::create_folder(&locks).map_err(self.file())?;
        let path = locks.join(Digest::of(self.output.as_str().as_bytes()).hex());
        match Lock::try_take(&path).map_err(self.file())? {
            TryLock::Taken(lock) => Ok(Some(lock)),
            TryLock::Unsupported => Ok(None),
            TryLock::Busy => {
                Err(ComponentError::Busy { component: self.component.clone(), path: self.output.to_string() })
            }
        }
    }

    /// What the marker says; `None` where there is none.
    fn written(&self) -> Result<Option<Written>, ComponentError> {
        self.check_way(self.output)?;
        let path = self.output.under(self.root).join(MARKER);
        let Some(bytes) = fs::read_if_there(&path, MARKER_LIMIT).map_err(self.file())? else { return Ok(None) };
        let shown = || format!("{}/{MARKER}", self.output);
        let wrong = || ComponentError::Marker { component: self.component.clone(), path: shown() };
        let written: Written = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        if written.component != self.component.as_str() {
            return Err(ComponentError::NotOurs { component: self.component.clone(), path: shown() });
        }
        Ok(Some(written))
    }

    /// Neither the marker nor two names that are one on a disk that knows no case.
    fn check_names(&self, files: &BTreeMap<ProjectPath, String>) -> Result<(), ComponentError> {
        let mut seen: BTreeMap<String, &ProjectPath> = BTreeMap::new();
        for path in files.keys() {
            let folded = path.as_str().to_lowercase();
            if folded == MARKER {
                return Err(ComponentError::NotOurs {
                    component: self.component.clone(),
                    path: format!("{}/{path}", self.output),
                });
            }
            if let Some(first) = seen.insert(folded, path) {
                let (first, second) = (first.to_string(), path.to_string());
                return Err(ComponentError::SameFile { component: self.component.clone(), first, second });
            }
        }
        Ok(())
    }

    /// What has to be done about one file. One that is not listed but is right already is taken over.
    fn compare(&self, path: &ProjectPath, text: &str, written: &Written) -> Result<Option<Change>, ComponentError> {
        let right = Digest::of(text.as_bytes());
        let listed = written.files.get(path);
        let full = self.output.join(path);
        let change = |action, changed_by_hand| Some(Change { action, path: full.clone(), changed_by_hand });
        Ok(match (self.found(path)?, listed) {
            (None, _) => change(Action::Add, false),
            (Some(found), _) if found == right => None,
            (Some(found), Some(listed)) => change(Action::Change, found != *listed),
            (Some(_), None) => return Err(self.not_ours(&full)),
        })
    }

    /// The digest of a file that is there.
    fn found(&self, path: &ProjectPath) -> Result<Option<Digest>, ComponentError> {
        let full = self.output.join(path);
        self.check_way(&full)?;
        let on_disk = full.under(self.root);
        match std::fs::symlink_metadata(&on_disk) {
            Ok(found) if found.is_file() => {
                let bytes = fs::read(&on_disk, FILE_LIMIT).map_err(self.file())?;
                Ok(Some(Digest::of(&bytes)))
            }
            Ok(_) => Err(self.not_ours(&full)),
            Err(_) => Ok(None),
        }
    }

    /// Every folder on the way is a folder, where it is there at all: nothing is written through a link.
    fn check_way(&self, path: &ProjectPath) -> Result<(), ComponentError> {
        let mut way = self.root.to_owned();
        let parts: Vec<&str> = path.parts().collect();
        let folders = if path == self.output { parts.len() } else { parts.len() - 1 };
        for (index, part) in parts[..folders].iter().enumerate() {
            way.push(part);
            match std::fs::symlink_metadata(&way) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => {
                    let path = parts[..=index].join("/");
                    return Err(ComponentError::Through { component: self.component.clone(), path });
                }
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn carry_out(
        &self,
        plan: &ComponentPlan,
        files: &BTreeMap<ProjectPath, String>,
        before: Written,
        now: &Written,
    ) -> Result<(), ComponentError> {
        let temporary = ProjectPath::new(TEMPORARY).map_or_else(|_| self.root.to_owned(), |path| path.under(self.root));
        fs::create_folder(&temporary).map_err(self.file())?;
        fs::create_folder(&self.output.under(self.root)).map_err(self.file())?;
        let listed: BTreeSet<ProjectPath> = before.files.keys().cloned().collect();
        let mut both = now.clone();
        both.files.extend(before.files);
        self.write_marker(&temporary, &both)?;
        for change in &plan.changes {
            let below = change.path.as_str().strip_prefix(self.output.as_str()).and_then(|rest| rest.strip_prefix('/'));
            let file = files.iter().find(|(path, _)| Some(path.as_str()) == below);
            match (change.action, file) {
                (Action::Add | Action::Change, Some((path, text))) => self.write(&temporary, path, text, &listed)?,
                (Action::Remove, _) => self.remove(&change.path)?,
                (Action::Add | Action::Change, None) => {}
            }
        }
        self.write_marker(&temporary, now)
    }

    fn write(
        &self,
        temporary: &Path,
        path: &ProjectPath,
        text: &str,
        listed: &BTreeSet<ProjectPath>,
    ) -> Result<(), ComponentError> {
        let full = self.output.join(path);
        // The plan may be older than a file that somebody put there since.
        if !listed.contains(path) && self.found(path)?.is_some_and(|found| found != Digest::of(text.as_bytes())) {
            return Err(self.not_ours(&full));
        }
        self.check_way(&full)?;
        let on_disk = full.under(self.root);
        if let Some(folder) = on_disk.parent() {
            fs::create_folder(folder).map_err(self.file())?;
        }
        fs::replace_by_way_of(temporary, &on_disk, text.as_bytes()).map_err(self.file())
    }

    /// Removes a file and the folders below the output that it leaves empty.
    fn remove(&self, path: &ProjectPath) -> Result<(), ComponentError> {
        self.check_way(path)?;
        fs::remove(&path.under(self.root)).map_err(self.file())?;
        let mut parts: Vec<&str> = path.parts().collect();
        while parts.pop().is_some() && parts.len() > self.output.parts().count() {
            let folder = parts.iter().fold(self.root.to_owned(), |way, part| way.join(part));
            // Not empty: it stays, and so do those above it.
            if std::fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn write_marker(&self, temporary: &Path, written: &Written) -> Result<(), ComponentError> {
        let mut bytes = canonical::to_vec(written);
        bytes.push(b'\n');
        fs::replace_by_way_of(temporary, &self.output.under(self.root).join(MARKER), &bytes).map_err(self.file())
    }

    fn not_ours(&self, path: &ProjectPath) -> ComponentError {
        ComponentError::NotOurs { component: self.component.clone(), path: path.to_string() }
    }

    fn file(&self) -> impl Fn(FsError) -> ComponentError + use<'_> {
        |source| ComponentError::File { component: self.component.clone(), source }
    }
}

#[cfg(test)]
mod tests;
