//! The template files of a manifest component.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use ledger_format::name::Component;

use super::super::diagnostic::{Code, Diagnostic};
use super::super::path::ProjectPath;
use super::super::source::SourceFile;
use super::super::template;

/// The largest template file, in bytes, and how many one component may have.
const MAX_SIZE: u64 = 1 << 20;
const MAX_FILES: usize = 1_000;

/// Templates by the path that their rendering has below the output folder.
pub type Templates = BTreeMap<ProjectPath, Arc<SourceFile>>;

/// Why a template file cannot be taken; the place in the deployment file is added by the caller.
#[derive(Debug, thiserror::Error)]
pub enum TemplateFileError {
    #[error("cannot read `{path}`: {source}")]
    Read { path: String, source: io::Error },
    #[error("`{path}` is no regular file or folder: templates are not taken through symbolic links")]
    Link { path: String },
    #[error("`{path}` has {size} bytes, a template has at most {MAX_SIZE}")]
    Large { path: String, size: u64 },
    #[error("`{path}` is not UTF-8")]
    NotText { path: String },
    #[error("`{path}` has a name that not every file system takes")]
    Name { path: String },
    #[error("`{0}` and `{1}` would be rendered to the same file")]
    Same(String, String),
    #[error("`{0}` has no files in it")]
    Empty(String),
    #[error("`{0}` has more than {MAX_FILES} files")]
    Many(String),
}

/// Reads a file, or every file of a folder and below it; files whose name begins with a dot are left out.
pub fn read(root: &Path, from: &ProjectPath, into: &mut Templates) -> Result<(), TemplateFileError> {
    let before = into.len();
    let top = from.under(root);
    match kind(&top, from)? {
        FileKind::File => add(&top, from, &ProjectPath::new(from.file_name()).map_err(|_| name(from))?, into)?,
        FileKind::Folder => folder(&top, from, None, into)?,
    }
    if into.len() == before { Err(TemplateFileError::Empty(from.to_string())) } else { Ok(()) }
}

enum FileKind {
    File,
    Folder,
}

fn kind(path: &Path, shown: &ProjectPath) -> Result<FileKind, TemplateFileError> {
    let wrong = |source| TemplateFileError::Read { path: shown.to_string(), source };
    let found = std::fs::symlink_metadata(path).map_err(wrong)?;
    if found.is_file() && found.len() <= MAX_SIZE {
        Ok(FileKind::File)
    } else if found.is_file() {
        Err(TemplateFileError::Large { path: shown.to_string(), size: found.len() })
    } else if found.is_dir() {
        Ok(FileKind::Folder)
    } else {
        Err(TemplateFileError::Link { path: shown.to_string() })
    }
}

fn folder(
    path: &Path,
    shown: &ProjectPath,
    below: Option<&ProjectPath>,
    into: &mut Templates,
) -> Result<(), TemplateFileError> {
    let wrong = |source| TemplateFileError::Read { path: shown.to_string(), source };
    for entry in std::fs::read_dir(path).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if file_name.starts_with('.') {
            continue;
        }
        let part = ProjectPath::new(&file_name)
            .map_err(|_| TemplateFileError::Name { path: format!("{shown}/{file_name}") })?;
        let shown = shown.join(&part);
        let to = below.map_or_else(|| part.clone(), |below| below.join(&part));
        match kind(&entry.path(), &shown)? {
            FileKind::File => add(&entry.path(), &shown, &to, into)?,
            FileKind::Folder => folder(&entry.path(), &shown, Some(&to), into)?,
        }
    }
    Ok(())
}

fn add(path: &Path, shown: &ProjectPath, to: &ProjectPath, into: &mut Templates) -> Result<(), TemplateFileError> {
    let bytes = std::fs::read(path).map_err(|source| TemplateFileError::Read { path: shown.to_string(), source })?;
    let text = String::from_utf8(bytes).map_err(|_| TemplateFileError::NotText { path: shown.to_string() })?;
    // A Windows checkout must not make another release of the same content.
    let file = SourceFile::new(shown.as_str(), text.replace("\r\n", "\n"));
    if let Some(first) = into.insert(to.clone(), Arc::clone(&file)) {
        return Err(TemplateFileError::Same(first.path.clone(), file.path.clone()));
    }
    if into.len() > MAX_FILES { Err(TemplateFileError::Many(shown.to_string())) } else { Ok(()) }
}

fn name(path: &ProjectPath) -> TemplateFileError {
    TemplateFileError::Name { path: path.to_string() }
}

impl TemplateFileError {
    pub fn diagnostic(&self) -> Diagnostic {
        let code = match self {
            Self::Read { .. } | Self::Empty(_) => Code::MissingFile,
            Self::Link { .. } | Self::Name { .. } => Code::OutsideProject,
            Self::Large { .. } | Self::NotText { .. } | Self::Same(..) | Self::Many(_) => Code::BadValue,
        };
        Diagnostic::error(code, self.to_string())
    }
}

/// The image components that a template names as `nixpack.<name>`; all of them where it is not said which.
pub fn images(text: &str, images: &[&Component]) -> BTreeSet<Component> {
    let paths = template::variables(text);
    let named = paths.iter().filter(|path| path[0] == "nixpack");
    named
        .flat_map(|path| match path.get(1) {
            Some(name) => {
                images.iter().filter(|component| component.name() == *name).copied().cloned().collect::<Vec<_>>()
            }
            None => images.iter().copied().cloned().collect(),
        })
        .collect()
}

/// Whether a template reads a value: `image`, or below `git`.
pub fn reads(text: &str, root: &str) -> bool {
    template::variables(text).iter().any(|path| path[0] == root)
}
