//! The key that a command signs with: found first, opened last.

use ledger_format::keys::PublicKey;

use super::World;
use super::error::CliError;
use crate::signers::Signer as _;
use crate::signers::key_file::StoredKey;
use crate::signers::key_source::KeyPlace;
use crate::signers::local_key::LocalKey;

/// A key that was found; its passphrase is asked for when it is opened, after everything else.
pub enum FoundKey {
    /// Whose key it is is known: planning needs no more.
    Known { stored: StoredKey, public: PublicKey },
    /// Encrypted, with no public half beside it: it had to be opened to know whose it is.
    Opened { place: KeyPlace, key: LocalKey },
}

impl FoundKey {
    /// The key that lies there.
    pub fn at(world: &World<'_>, place: KeyPlace) -> Result<Self, CliError> {
        let stored = StoredKey::read(place, world.environment)?;
        match stored.public().cloned() {
            Some(public) => Ok(Self::Known { stored, public }),
            None => Ok(Self::Opened { place: stored.place().clone(), key: open(world, &stored)? }),
        }
    }

    pub fn place(&self) -> &KeyPlace {
        match self {
            Self::Known { stored, .. } => stored.place(),
            Self::Opened { place, .. } => place,
        }
    }

    pub fn public(&self) -> &PublicKey {
        match self {
            Self::Known { public, .. } => public,
            Self::Opened { key, .. } => key.public(),
        }
    }

    pub fn open(self, world: &World<'_>) -> Result<LocalKey, CliError> {
        match self {
            Self::Known { stored, .. } => open(world, &stored),
            Self::Opened { key, .. } => Ok(key),
        }
    }
}

fn open(world: &World<'_>, stored: &StoredKey) -> Result<LocalKey, CliError> {
    Ok(world.ui.with_passphrases(world.environment, |passphrases| stored.unlock(passphrases))?)
}
