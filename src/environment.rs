//! The variables of the process, read once in `main`, and the folders that follow from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Variables by name. A variable that is empty or no UTF-8 counts as not set.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

/// The folders that belong to the person, not to a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Keys and settings: `$XDG_CONFIG_HOME/sealog`.
    pub config: PathBuf,
    /// What this machine remembers of ledgers: `$XDG_STATE_HOME/sealog`.
    pub state: PathBuf,
}

/// Neither `HOME` nor `SEALOG_HOME` says where a person's files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither HOME nor SEALOG_HOME is set, so there is no folder for keys and what this machine remembers")]
pub struct NoHome;

impl Environment {
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every variable that is set, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(_, value)| !value.is_empty())
    }

    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).map(Path::new)
    }

    /// `SEALOG_HOME` puts everything into one folder: for tests and CI runners.
    pub fn folders(&self) -> Result<Folders, NoHome> {
        if let Some(home) = self.path("SEALOG_HOME") {
            return Ok(Folders { config: home.to_owned(), state: home.join("state") });
        }
        let base = |variable: &str, below_home: &str| match self.path(variable).filter(|path| path.is_absolute()) {
            Some(path) => Ok(path.join("sealog")),
            None => Ok(self.path("HOME").ok_or(NoHome)?.join(below_home).join("sealog")),
        };
        Ok(Folders { config: base("XDG_CONFIG_HOME", ".config")?, state: base("XDG_STATE_HOME", ".local/state")? })
    }
}

impl Folders {
    pub fn keys(&self) -> PathBuf {
        self.config.join("keys")
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// Names only: values may be secrets.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_follow_the_variables() {
        for (environment, config, state) in [
            (Environment::from([("HOME", "/h")]), "/h/.config/sealog", "/h/.local/state/sealog"),
            (Environment::from([("HOME", "/h"), ("XDG_CONFIG_HOME", "/c")]), "/c/sealog", "/h/.local/state/sealog"),
            (
                Environment::from([("HOME", "/h"), ("XDG_CONFIG_HOME", "relative")]),
                "/h/.config/sealog",
                "/h/.local/state/sealog",
            ),
            (Environment::from([("HOME", "/h"), ("SEALOG_HOME", "/s")]), "/s", "/s/state"),
        ] {
            let folders = environment.folders();
            assert_eq!(folders, Ok(Folders { config: config.into(), state: state.into() }), "{environment:?}");
        }
        assert_eq!(Environment::from([("HOME", "")]).folders(), Err(NoHome));
    }

    #[test]
    fn values_are_not_shown() {
        assert_eq!(format!("{:?}", Environment::from([("SEALOG_KEY", "secret")])), r#"{"SEALOG_KEY"}"#);
    }
}
