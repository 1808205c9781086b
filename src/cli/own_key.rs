//! The key that a person will sign with: one that is there, or a new one that is still to be made.

use std::path::{Path, PathBuf};

use ledger_format::name::Name;

use super::World;
use super::args::SigningKey;
use super::error::{CliError, Code};
use super::key::FoundKey;
use crate::signers::Signer as _;
use crate::signers::key_file::{check_new, store_new};
use crate::signers::key_source::{KeyChoice, KeyPlace, NoKeyChosen};
use crate::signers::local_key::LocalKey;
use crate::signers::passphrase::Passphrase;

/// A key, or the place for a new one.
pub enum OwnKey {
    Found(Box<FoundKey>),
    New(PathBuf),
}

/// A key in memory, and where it is to be kept if it is new.
pub struct ReadyKey {
    pub key: LocalKey,
    keep: Option<PathBuf>,
}

impl OwnKey {
    /// `name`: whose key is looked for where nothing else says which.
    pub fn find(world: &World<'_>, argument: &SigningKey, name: Option<&Name>) -> Result<Self, CliError> {
        let name = name.map(file_name);
        let choice = KeyChoice { file: argument.file.as_deref(), name: None, environment: world.environment };
        let new = |path: PathBuf| {
            check_new(&path)?;
            Ok(Self::New(path))
        };
        let place = match &name {
            // A name that is said outranks the one in the environment.
            Some(name) if argument.file.is_none() && !names_a_key(world) => {
                Ok(KeyPlace::in_folder(&world.environment.folders()?.keys(), name))
            }
            Some(_) | None => choice.locate(),
        };
        match place {
            Ok(KeyPlace::File(path)) if !path.exists() => new(path),
            Ok(place) => Ok(Self::Found(Box::new(FoundKey::at(world, place)?))),
            Err(NoKeyChosen::Unknown { folder, name, .. }) => new(folder.join(format!("{name}.pem"))),
            Err(NoKeyChosen::None { folder }) => match person(world) {
                Some(name) => new(folder.join(format!("{name}.pem"))),
                None => Err(nobody(&folder)),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// The name that its file has, where that is a name.
    pub fn name(&self) -> Option<Name> {
        let path = match self {
            Self::Found(found) => match found.place() {
                KeyPlace::File(path) => path,
                KeyPlace::Variable => return None,
            },
            Self::New(path) => path,
        };
        path.file_stem().and_then(|stem| Name::new(stem.to_str()?).ok())
    }

    /// Opens the key or makes it; nothing is written yet.
    pub fn ready(self, world: &World<'_>) -> Result<ReadyKey, CliError> {
        match self {
            Self::Found(found) => Ok(ReadyKey { key: found.open(world)?, keep: None }),
            Self::New(path) => ReadyKey::new(path),
        }
    }
}

impl ReadyKey {
    /// A new key, to be kept there.
    pub fn new(path: PathBuf) -> Result<Self, CliError> {
        let key = LocalKey::generate().map_err(crate::signers::key_file::KeyError::Make)?;
        Ok(Self { key, keep: Some(path) })
    }

    pub fn is_new(&self) -> bool {
        self.keep.is_some()
    }

    /// Where it is kept, if it is new.
    pub fn path(&self) -> Option<&Path> {
        self.keep.as_deref()
    }

    /// Writes the key where it is new.
    pub fn keep(&self, passphrase: Option<&Passphrase>) -> Result<(), CliError> {
        match &self.keep {
            Some(path) => Ok(store_new(path, &self.key, passphrase)?),
            None => Ok(()),
        }
    }
}

impl ReadyKey {
    /// Asks for a passphrase, writes the new key, and says where it is.
    pub fn keep_and_say(&self, world: &World<'_>, whose: &Name) -> Result<(), CliError> {
        self.keep(world.ui.new_passphrase(world.environment)?.as_ref())?;
        if let Some(path) = &self.keep {
            let key = self.key.public().fingerprint();
            world.ui.say(format!("New key {} of {whose} in {}", key.short(), shown(world, path)));
        }
        Ok(())
    }

    /// Takes a new key away again that signed nothing and was enrolled nowhere.
    pub fn discard(&self) {
        if let Some(path) = &self.keep {
            let _ = std::fs::remove_file(path);
            let _ = std::fs::remove_file(path.with_extension("pub"));
        }
    }
}

/// A key is named after its owner, and nothing says who that is.
fn nobody(folder: &Path) -> CliError {
    let message = format!(
        "cannot tell who you are: there is no key in {}, and neither USER nor LOGNAME is set",
        folder.display()
    );
    CliError::new(Code::Usage, message)
        .detail("folder", folder.display().to_string())
        .hint("say it: --name <you>")
        .undone("Nothing was made.")
}

fn names_a_key(world: &World<'_>) -> bool {
    ["SEALOG_KEY_FILE", "SEALOG_KEY"].into_iter().any(|name| world.environment.get(name).is_some())
}

/// The person at this machine, by the name of the account.
pub fn person(world: &World<'_>) -> Option<String> {
    let account = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| world.environment.get(name))?;
    Name::new(&account.to_ascii_lowercase()).ok().map(|name| file_name(&name))
}

/// A path as it is shown: below the home with `~`.
pub fn shown(world: &World<'_>, path: &Path) -> String {
    match world.environment.path("HOME").and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) => format!("~/{}", below.display()),
        None => path.display().to_string(),
    }
}

/// A name may have `/`, a file not.
pub fn file_name(name: &Name) -> String {
    name.as_str().replace('/', "-")
}
