//! What went wrong with keys, for people.

use super::{CliError, Code};
use crate::clock::NotATime;
use crate::environment::NoHome;
use crate::signers::SignError;
use crate::signers::key_file::KeyError;
use crate::signers::key_source::{KeyPlace, NoKeyChosen};

const UNSIGNED: &str = "Nothing was signed, nothing recorded.";

impl From<NoKeyChosen> for CliError {
    fn from(error: NoKeyChosen) -> Self {
        let message = error.to_string();
        match error {
            NoKeyChosen::None { folder } => Self::new(Code::KeyNotFound, message)
                .detail("folder", folder.display().to_string())
                .hint("name one: --key <file>, SEALOG_KEY_FILE or SEALOG_KEY; or make one: sealog ledger keys request"),
            NoKeyChosen::Several { folder, names } => Self::new(Code::KeysSeveral, message)
                .fact("folder", folder.display().to_string(), folder.display().to_string())
                .hint(format!("say which: --key {}", KeyPlace::in_folder(&folder, &names[0])))
                .hint(format!("or for all commands: export SEALOG_KEY_NAME={}", names[0]))
                .detail("names", names),
            NoKeyChosen::Unknown { folder: _, name, names } => Self::new(Code::KeyNotFound, message)
                .detail("name", name)
                .fact("there are", names.clone(), if names.is_empty() { "none".to_owned() } else { names.join(", ") }),
            NoKeyChosen::Unreadable { folder, source } => Self::new(Code::KeyUnreadable, message)
                .detail("folder", folder.display().to_string())
                .caused_by(&source),
            NoKeyChosen::NoHome(error) => Self::from(error),
        }
        .undone(UNSIGNED)
    }
}

impl From<NoHome> for CliError {
    fn from(error: NoHome) -> Self {
        Self::new(Code::NoHome, error.to_string())
    }
}

impl From<NotATime> for CliError {
    fn from(error: NotATime) -> Self {
        Self::new(Code::Usage, error.to_string())
    }
}

impl From<KeyError> for CliError {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        match error {
            KeyError::NotFound { path } => {
                Self::new(Code::KeyNotFound, message).detail("path", path.display().to_string())
            }
            KeyError::NotAFile { path } => Self::new(Code::KeyUnusable, message)
                .detail("path", path.display().to_string())
                .hint("SEALOG_KEY takes the text of a key itself"),
            KeyError::TooOpen { path, mode } => Self::new(Code::KeyExposed, message)
                .detail("path", path.display().to_string())
                .detail("mode", format!("{mode:o}"))
                .hint(format!("chmod 600 {}", path.display())),
            KeyError::NotAKey { place, source } => {
                Self::new(Code::KeyUnusable, message).detail("path", place.to_string()).caused_by(&source)
            }
            KeyError::OtherPublicKey { place, .. } => {
                Self::new(Code::KeyUnusable, message).detail("path", place.to_string())
            }
            KeyError::WrongPassphrase { place, fingerprint, tries } => {
                let key = fingerprint.as_ref().map_or_else(String::new, |key| format!(" ({})", key.short()));
                let count = if tries > 1 { format!(", {tries} of {tries} tries") } else { String::new() };
                Self::new(Code::KeyLocked, format!("this passphrase does not open {}{key}{count}", name_of(&place)))
                    .detail("path", place.to_string())
                    .detail("key", fingerprint.map(|key| key.to_string()))
                    .detail("tries", tries)
            }
            KeyError::NeedsPassphrase { place, fingerprint } => Self::new(Code::KeyLocked, message)
                .detail("path", place.to_string())
                .detail("key", fingerprint.map(|key| key.to_string()))
                .hint("where nobody can be asked: SEALOG_KEY_PASSPHRASE"),
            KeyError::InRepository { path, repository } => Self::new(Code::KeyInRepository, message)
                .detail("path", path.display().to_string())
                .detail("repository", repository.display().to_string()),
            KeyError::Exists { path } => Self::new(Code::KeyExists, message).detail("path", path.display().to_string()),
            KeyError::Io { doing: _, path, source } => {
                Self::new(Code::KeyUnreadable, message).detail("path", path.display().to_string()).caused_by(&source)
            }
            KeyError::Make(source) => Self::new(Code::Internal, message).caused_by(&source),
        }
        .undone(UNSIGNED)
    }
}

impl From<SignError> for CliError {
    fn from(error: SignError) -> Self {
        Self::new(Code::KeyUnusable, error.to_string()).undone(UNSIGNED)
    }
}

fn name_of(place: &KeyPlace) -> String {
    match place {
        KeyPlace::File(path) => {
            path.file_name().map_or_else(|| place.to_string(), |name| name.to_string_lossy().into_owned())
        }
        KeyPlace::Variable => place.to_string(),
    }
}
