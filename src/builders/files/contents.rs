//! What an image is to be made of, by digest: read once, so that it is known before anything is built.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};

use ledger_format::digest::Digest;
use serde_json::{Value, json};

use super::{FilesError, shown};
use crate::config::resolved::FileRule;
use crate::fs::{self, FsError};

/// The entries of an image in their order, each with everything below it.
#[derive(Debug, Clone)]
pub struct Contents {
    entries: Vec<EntryContents>,
}

/// One entry: what its layer holds, by its path in the archive. The order is that of the bytes of the paths.
#[derive(Debug, Clone)]
pub(super) struct EntryContents {
    pub nodes: BTreeMap<String, Node>,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    Folder,
    File { from: PathBuf, digest: Digest, size: u64, mode: u32 },
    Link { target: String },
}

impl Contents {
    pub(super) fn read(source: &Path, rules: &[FileRule]) -> Result<Self, FilesError> {
        let entries = rules.iter().map(|rule| EntryContents::read(source, rule)).collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    pub(super) fn entries(&self) -> &[EntryContents] {
        &self.entries
    }

    /// What of this decides the image: nothing of where it lies on this machine, or when it was changed.
    pub(super) fn inputs(&self) -> Value {
        let node = |(path, node): (&String, &Node)| match node {
            Node::Folder => json!({"path": path, "folder": true}),
            Node::File { digest, mode, .. } => json!({"path": path, "file": digest, "mode": mode}),
            Node::Link { target } => json!({"path": path, "link": target}),
        };
        self.entries.iter().map(|entry| entry.nodes.iter().map(node).collect::<Value>()).collect()
    }
}

impl EntryContents {
    fn read(source: &Path, rule: &FileRule) -> Result<Self, FilesError> {
        let from = rule.from.as_ref().map_or_else(|| source.to_owned(), |below| below.under(source));
        let metadata = metadata(&from)?;
        if metadata.is_symlink() {
            return Err(FilesError::EntryIsLink { path: from });
        }
        stays_inside(source, &from)?;
        let mut reader = Reader { top: from.clone(), mode: rule.mode, nodes: BTreeMap::new() };
        let to = rule.to.in_layer();
        if metadata.is_dir() {
            reader.folder(&from, to, "")?;
        } else {
            reader.add(&from, &metadata, file_place(rule, &from)?, "")?;
        }
        Ok(Self { nodes: reader.nodes }.with_parents())
    }

    /// With the folders that lead to what is here, so that they too are the same wherever the image is unpacked.
    fn with_parents(mut self) -> Self {
        let paths: Vec<String> = self.nodes.keys().cloned().collect();
        for path in paths {
            for (at, _) in path.match_indices('/') {
                self.nodes.entry(path[..at].to_owned()).or_insert(Node::Folder);
            }
        }
        self
    }
}

/// Reads one entry of an image.
struct Reader {
    top: PathBuf,
    mode: Option<u32>,
    nodes: BTreeMap<String, Node>,
}

impl Reader {
    /// Adds a folder as `to` (empty: the root, which every image has) and everything in it.
    fn folder(&mut self, from: &Path, to: &str, below: &str) -> Result<(), FilesError> {
        if !to.is_empty() {
            self.nodes.insert(to.to_owned(), Node::Folder);
        }
        for name in names(from)? {
            let path = from.join(&name);
            self.add(&path, &metadata(&path)?, join(to, &name), &join(below, &name))?;
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, metadata: &Metadata, to: String, below: &str) -> Result<(), FilesError> {
        if to.rsplit('/').next().is_some_and(|name| name.starts_with(".wh.")) {
            return Err(FilesError::Whiteout { path: path.to_owned() });
        }
        if metadata.is_dir() {
            return self.folder(path, &to, below);
        }
        let node = if metadata.is_symlink() {
            self.link(path, below)?
        } else if metadata.is_file() {
            let (digest, size) = fs::digest_of(path)?;
            let own = if fs::is_executable(metadata) { 0o755 } else { 0o644 };
            Node::File { from: path.to_owned(), digest, size, mode: self.mode.unwrap_or(own) }
        } else {
            return Err(FilesError::Special { path: path.to_owned() });
        };
        self.nodes.insert(to, node);
        Ok(())
    }

    /// A link is kept as it is, where it points to something within the entry.
    fn link(&self, path: &Path, below: &str) -> Result<Node, FilesError> {
        let read = |source| FsError::Io { action: "read the link", path: path.to_owned(), source };
        let target = std::fs::read_link(path).map_err(read)?;
        let mut depth = below.matches('/').count();
        for part in target.components() {
            let next = match part {
                Component::Normal(_) => depth.checked_add(1),
                Component::CurDir => Some(depth),
                Component::ParentDir => depth.checked_sub(1),
                Component::RootDir | Component::Prefix(_) => None,
            };
            let outside = || FilesError::LinkOutside { path: shown(&self.top, below), target: target.clone() };
            depth = next.ok_or_else(outside)?;
        }
        let text = target.to_str().ok_or_else(|| FilesError::NotText { path: path.to_owned() })?;
        Ok(Node::Link { target: text.replace(std::path::MAIN_SEPARATOR, "/") })
    }
}

/// Where a single file goes.
fn file_place(rule: &FileRule, from: &Path) -> Result<String, FilesError> {
    let to = rule.to.in_layer();
    match from.file_name() {
        Some(name) if rule.into_folder || to.is_empty() => {
            let name = name.to_str().ok_or_else(|| FilesError::NotText { path: from.to_owned() })?;
            Ok(join(to, name))
        }
        _ => Ok(to.to_owned()),
    }
}

/// No link on the way may lead out of the folder that the image is made from.
fn stays_inside(source: &Path, from: &Path) -> Result<(), FilesError> {
    let real = |path: &Path| {
        path.canonicalize().map_err(|source| FsError::Io { action: "read", path: path.to_owned(), source })
    };
    match real(from)?.starts_with(real(source)?) {
        true => Ok(()),
        false => Err(FilesError::Outside { path: from.to_owned(), source_folder: source.to_owned() }),
    }
}

fn names(folder: &Path) -> Result<Vec<String>, FilesError> {
    let failed = |source| FsError::Io { action: "list", path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        names.push(entry.file_name().into_string().map_err(|_| FilesError::NotText { path: entry.path() })?);
    }
    Ok(names)
}

fn metadata(path: &Path) -> Result<Metadata, FilesError> {
    let failed = |source| FsError::Io { action: "read", path: path.to_owned(), source };
    Ok(path.symlink_metadata().map_err(failed)?)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
