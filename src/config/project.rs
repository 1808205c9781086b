//! The project's folder and what `sealog.yaml` says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger_format::name::LedgerId;

use super::diagnostic::{Code, Diagnostic};
use super::keys;
use super::node::{Entry, MAX_FILE};
use super::path::ProjectPath;
use super::reader::Reader;
use super::source::SourceFile;
use super::{ConfigError, Mistakes};

/// The file that makes a folder a project.
pub const SEALOG_YAML: &str = "sealog.yaml";
const ATMOS_YAML: &str = "atmos.yaml";
const DEFAULT_LEDGER: &str = ".sealog/ledger";
const DEFAULT_DEPLOYMENTS: &str = "deployments";

/// What is known of a project before any deployment is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The folder that holds `sealog.yaml`; every path of the configuration is below it.
    pub root: Arc<Path>,
    /// The ledger's address as written; `.sealog/ledger` where none is.
    pub ledger: String,
    /// The ledger that the project expects, by its id.
    pub trust: Option<LedgerId>,
    /// Where deployment files lie.
    pub deployments: ProjectPath,
}

impl Project {
    /// The project that a folder is in: the nearest folder at or above it with a `sealog.yaml` or `atmos.yaml`.
    /// Without one, the folder itself where it has a folder `deployments`.
    pub fn find(from: &Path) -> Result<Self, ConfigError> {
        let from = std::path::absolute(from).map_err(|source| ConfigError::Read { path: from.to_owned(), source })?;
        let has = |folder: &Path, file: &str| folder.join(file).is_file();
        let root = from.ancestors().find(|folder| has(folder, SEALOG_YAML) || has(folder, ATMOS_YAML));
        match root {
            Some(root) => Self::read(root),
            None if from.join(DEFAULT_DEPLOYMENTS).is_dir() => Ok(Self::plain(&from)),
            None => Err(ConfigError::NoProject { from }),
        }
    }

    /// The image layout for what is built without a registry.
    pub fn images(&self) -> PathBuf {
        self.root.join(".sealog").join("images")
    }

    /// A project without `sealog.yaml`.
    pub fn plain(root: &Path) -> Self {
        Self::with(root, None, None, None)
    }

    /// What a text says under `trust:` as a `sealog.yaml` without mistakes.
    pub(super) fn trust_in(text: &str) -> Option<LedgerId> {
        let mut reader = Reader::new(SourceFile::new(SEALOG_YAML, text.to_owned()));
        let found = settings(&mut reader, Keys::Known);
        if reader.found.is_empty() { found.trust } else { None }
    }

    fn with(root: &Path, ledger: Option<String>, trust: Option<LedgerId>, deployments: Option<ProjectPath>) -> Self {
        let default = || ProjectPath::new(DEFAULT_DEPLOYMENTS).unwrap_or_else(|_| unreachable!("a constant path"));
        Self {
            root: root.into(),
            ledger: ledger.unwrap_or_else(|| DEFAULT_LEDGER.to_owned()),
            trust,
            deployments: deployments.unwrap_or_else(default),
        }
    }

    fn read(root: &Path) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        let mut files = 0;
        let mut own = Settings::default();
        for (name, strict) in [(SEALOG_YAML, Keys::Known), (ATMOS_YAML, Keys::Any)] {
            let path = root.join(name);
            if !path.is_file() {
                continue;
            }
            files += 1;
            let mut reader = Reader::new(SourceFile::new(name, read_text(&path)?));
            let found = settings(&mut reader, strict);
            own.deployments = own.deployments.or(found.deployments);
            if strict == Keys::Known {
                own.ledger = found.ledger;
                own.trust = found.trust;
            }
            mistakes.append(&mut reader.found);
        }
        match Mistakes::of(mistakes, files) {
            Some(mistakes) => Err(mistakes.into()),
            None => Ok(Self::with(root, own.ledger, own.trust, own.deployments)),
        }
    }
}

/// Whether a key that means nothing to sealog is a mistake.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    Known,
    Any,
}

#[derive(Default)]
struct Settings {
    ledger: Option<String>,
    trust: Option<LedgerId>,
    deployments: Option<ProjectPath>,
}

fn settings(reader: &mut Reader, taken: Keys) -> Settings {
    let Some(document) = reader.document() else { return Settings::default() };
    let root = Entry { key: reader.file.path.clone(), key_span: 0..0, value: document };
    let (known, below) = (keys::PROJECT, keys::PROJECT_DEPLOYMENTS);
    if taken == Keys::Known {
        reader.fields(&root, SEALOG_YAML, known);
    }
    let entry = |key: &str| root.value.entries().iter().find(|entry| entry.key == key);
    let mut found = Settings::default();
    if let Some(deployments) = entry("deployments") {
        let fields = match taken {
            Keys::Known => reader.fields(deployments, "`deployments`", below),
            Keys::Any => reader.fields(deployments, "`deployments`", &all_keys(deployments)),
        };
        found.deployments = fields.get("base_path").and_then(|entry| base_path(reader, entry));
    }
    if taken == Keys::Known {
        found.ledger = entry("ledger").and_then(|entry| reader.text(entry)).map(|text| text.value);
        found.trust = entry("trust").and_then(|entry| trust(reader, entry));
    }
    found
}

fn all_keys(entry: &Entry) -> Vec<&str> {
    entry.value.entries().iter().map(|entry| entry.key.as_str()).collect()
}

fn base_path(reader: &mut Reader, entry: &Entry) -> Option<ProjectPath> {
    let text = reader.text(entry)?;
    match ProjectPath::new(&text.value) {
        Ok(path) => Some(path),
        Err(error) => {
            let place = reader.file.place(text.span);
            reader.report(
                Diagnostic::error(Code::OutsideProject, "deployments must lie inside the project")
                    .at(place, error.reason),
            );
            None
        }
    }
}

fn trust(reader: &mut Reader, entry: &Entry) -> Option<LedgerId> {
    let text = reader.text(entry)?;
    match text.value.parse() {
        Ok(id) => Some(id),
        Err(error) => {
            let place = reader.file.place(text.span);
            reader.report(Diagnostic::error(Code::BadValue, error.to_string()).at(place, "no ledger's id").help(
                "the id stands in the first line of `sealog init` and in `sealog ledger head`; compare it with a colleague's",
            ));
            None
        }
    }
}

/// A configuration file's text; too large and not UTF-8 are errors with the path.
pub(super) fn read_text(path: &Path) -> Result<String, ConfigError> {
    let wrong = |source| ConfigError::Read { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(wrong)?.len();
    if usize::try_from(size).is_ok_and(|size| size <= MAX_FILE) {
        std::fs::read_to_string(path).map_err(wrong)
    } else {
        Err(wrong(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            format!("it has {size} bytes, {MAX_FILE} is the limit"),
        )))
    }
}

/// A path relative to a folder, with `/`, as diagnostics show it.
pub(super) fn shown(path: &Path, root: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root).unwrap_or(path).to_owned();
    path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}
