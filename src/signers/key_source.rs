//! Which key signs: `--key`, `SEALOG_KEY_FILE`, `SEALOG_KEY`, or a file in the folder of keys, in this order.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::environment::{Environment, NoHome};

/// What was said about the key to use.
#[derive(Debug, Clone, Copy)]
pub struct KeyChoice<'a> {
    /// `--key`
    pub file: Option<&'a Path>,
    /// A file of the folder of keys, by its name without `.pem`: from the configuration, under `SEALOG_KEY_NAME`.
    pub name: Option<&'a str>,
    pub environment: &'a Environment,
}

/// Where the private key lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    File(PathBuf),
    /// `SEALOG_KEY` holds the PEM text itself.
    Variable,
}

/// Why no key was chosen.
#[derive(Debug, thiserror::Error)]
pub enum NoKeyChosen {
    #[error("you have no key: {} holds none", folder.display())]
    None { folder: PathBuf },
    #[error("several keys could sign, and nothing says which: {}", names.join(", "))]
    Several { folder: PathBuf, names: Vec<String> },
    #[error("there is no key `{name}` in {}", folder.display())]
    Unknown { folder: PathBuf, name: String, names: Vec<String> },
    #[error("cannot list the folder of keys {}", folder.display())]
    Unreadable { folder: PathBuf, source: std::io::Error },
    #[error(transparent)]
    NoHome(#[from] NoHome),
}

impl KeyChoice<'_> {
    /// Looks at names only: no key is opened.
    pub fn locate(&self) -> Result<KeyPlace, NoKeyChosen> {
        if let Some(file) = self.file.or_else(|| self.environment.path("SEALOG_KEY_FILE")) {
            return Ok(KeyPlace::File(file.to_owned()));
        }
        if self.environment.get("SEALOG_KEY").is_some() {
            return Ok(KeyPlace::Variable);
        }
        let folder = self.environment.folders()?.keys();
        let mut names = key_names(&folder)?;
        match (self.environment.get("SEALOG_KEY_NAME").or(self.name), names.as_slice()) {
            (Some(name), _) if names.iter().any(|known| known == name) => Ok(KeyPlace::in_folder(&folder, name)),
            (Some(name), _) => Err(NoKeyChosen::Unknown { name: name.to_owned(), folder, names }),
            (None, []) => Err(NoKeyChosen::None { folder }),
            (None, [_]) => Ok(KeyPlace::in_folder(&folder, &names.remove(0))),
            (None, _) => Err(NoKeyChosen::Several { folder, names }),
        }
    }
}

impl KeyPlace {
    pub fn in_folder(folder: &Path, name: &str) -> Self {
        Self::File(folder.join(format!("{name}.pem")))
    }
}

/// The names of the keys in a folder, sorted; a folder that is not there holds none.
pub fn key_names(folder: &Path) -> Result<Vec<String>, NoKeyChosen> {
    let unreadable = |source| NoKeyChosen::Unreadable { folder: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let file = entry.map_err(unreadable)?.file_name();
        names.extend(file.to_str().and_then(|file| file.strip_suffix(".pem")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Variable => f.write_str("the variable SEALOG_KEY"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_source_wins() {
        let home = tempfile::tempdir().unwrap();
        let keys = home.path().join("keys");
        std::fs::create_dir(&keys).unwrap();
        let with = |variables: &[(&str, &str)], option: Option<&str>| {
            let home = ("SEALOG_HOME".to_owned(), home.path().to_str().unwrap().to_owned());
            let environment: Environment =
                variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).chain([home]).collect();
            let choice = KeyChoice { file: option.map(Path::new), name: None, environment: &environment };
            choice.locate().map(|place| place.to_string().replace(keys.to_str().unwrap(), "keys")).map_err(|error| {
                match error {
                    NoKeyChosen::None { .. } => "none".to_owned(),
                    other => other.to_string().replace(keys.to_str().unwrap(), "keys"),
                }
            })
        };
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(with(&[], None), Err("none".to_owned()));
        std::fs::write(keys.join("ana.pem"), "").unwrap();
        std::fs::write(keys.join("ana.pub"), "").unwrap();
        assert_eq!(with(&[], None), ok("keys/ana.pem"));
        std::fs::write(keys.join("ci.pem"), "").unwrap();
        assert_eq!(with(&[], None), Err("several keys could sign, and nothing says which: ana, ci".to_owned()));
        assert_eq!(with(&[("SEALOG_KEY_NAME", "ci")], None), ok("keys/ci.pem"));
        assert_eq!(with(&[("SEALOG_KEY_NAME", "tom")], None), Err("there is no key `tom` in keys".to_owned()));
        let all = [("SEALOG_KEY", "-----BEGIN"), ("SEALOG_KEY_FILE", "/k.pem"), ("SEALOG_KEY_NAME", "ci")];
        assert_eq!(with(&all[..1], None), ok("the variable SEALOG_KEY"));
        assert_eq!(with(&all, None), ok("/k.pem"));
        assert_eq!(with(&all, Some("/o.pem")), ok("/o.pem"));
    }
}
