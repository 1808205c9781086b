//! Why something was not built.

use ledger_format::name::Component;

use super::{CliError, Code};
use crate::builders::files::FilesError;
use crate::stages::build::BuildError;
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

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        let code = Code::GitFailed;
        match std::error::Error::source(&error) {
            Some(source) => Self::new(code, error.to_string()).caused_by(source),
            None => Self::new(code, error.to_string()),
        }
    }
}
