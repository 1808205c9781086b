//! Why something was not built or released.

use ledger_format::name::Component;

use super::{CliError, Code};
use crate::builders::files::FilesError;
use crate::stages::build::BuildError;
use crate::stages::built::NoImage;
use crate::stages::record::RecordError;
use crate::stages::release::ReleaseError;
use crate::vcs::git::GitError;

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> Self {
        let message = error.to_string();
        match error {
            BuildError::Config(error) => Self::from(error),
            BuildError::NoImages { .. } => Self::new(Code::NotFound, message),
            BuildError::NotAnImage { component } => {
                Self::new(Code::NotFound, message).detail("component", component.to_string())
            }
            BuildError::Name { source, .. } => Self::new(Code::Usage, message).caused_by(&source),
            BuildError::Files { component, source } => failed(message, &component, &source),
            BuildError::Layout { component, source } => failed(message, &component, &FilesError::from(source)),
        }
    }
}

fn failed(message: String, component: &Component, source: &FilesError) -> CliError {
    CliError::new(Code::BuildFailed, message).detail("component", component.to_string()).caused_by(source)
}

/// All that is wrong, as one error; `None` of nothing.
pub fn together<E: Into<CliError>>(errors: impl IntoIterator<Item = E>) -> Option<CliError> {
    errors.into_iter().map(Into::into).reduce(CliError::and)
}

impl From<NoImage> for CliError {
    fn from(error: NoImage) -> Self {
        let message = error.to_string();
        match error {
            NoImage::NotBuilt { component, target } => Self::new(Code::NotBuilt, message)
                .detail("component", component.to_string())
                .hint(format!("sealog build --target {target} --component {}", component.name())),
            NoImage::Several { component, digests } => {
                let shown: Vec<String> = digests.iter().map(ToString::to_string).collect();
                Self::new(Code::Ambiguous, message)
                    .fact("images", shown.clone(), shown.join(", "))
                    .hint(format!("name one: --digest {}=sha256:...", component.name()))
            }
            NoImage::Unknown { digest, .. } => {
                Self::new(Code::NotFound, message).detail("digest", digest.to_string()).hint("sealog record build")
            }
            NoImage::Config(error) => Self::from(error),
        }
    }
}

impl From<ReleaseError> for CliError {
    fn from(error: ReleaseError) -> Self {
        let message = error.to_string();
        match error {
            ReleaseError::Config(error) => Self::from(error),
            ReleaseError::AliasTaken { release, .. } | ReleaseError::AliasIsId { release, .. } => {
                Self::new(Code::AliasTaken, message).detail("release", release.to_string())
            }
            ReleaseError::Withdrawn { release, .. } => {
                Self::new(Code::ReleaseWithdrawn, message).detail("release", release.to_string())
            }
            ReleaseError::Nothing { .. } => Self::new(Code::NotFound, message),
        }
    }
}

impl From<RecordError> for CliError {
    fn from(error: RecordError) -> Self {
        let message = error.to_string();
        let unrecorded = |code| Self::new(code, &message).undone("Nothing was recorded.");
        match &error {
            RecordError::Tests { source, .. } => unrecorded(Code::ReportUnreadable).caused_by(source),
            RecordError::File(source) => match std::error::Error::source(source) {
                Some(cause) => unrecorded(Code::ReportUnreadable).caused_by(cause),
                None => unrecorded(Code::ReportUnreadable),
            },
            RecordError::NotText { .. } | RecordError::OtherManifest { .. } | RecordError::Layout(_) => {
                unrecorded(Code::ReportUnreadable)
            }
            RecordError::Text { .. } | RecordError::NoDigest { .. } | RecordError::Size(_) => unrecorded(Code::Usage),
        }
    }
}

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        let code = Code::GitFailed;
        match std::error::Error::source(&error) {
            Some(source) => Self::new(code, error.to_string()).caused_by(source),
            None => Self::new(code, error.to_string()),
        }
    }
}
