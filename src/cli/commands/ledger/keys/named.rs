//! Keys as a command line names them: by their fingerprint, its beginning, or by their principal.

use ledger_format::authority::document::Authority;
use ledger_format::name::{Fingerprint, Name};

use crate::cli::error::{CliError, Code};
use crate::cli::view::says::list;

/// What a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Key(Fingerprint),
    Principal(Name),
}

impl Named {
    pub fn find(authority: &Authority, text: &str) -> Result<Self, CliError> {
        if text.starts_with("SHA256:") {
            let keys: Vec<&Fingerprint> =
                authority.keys().map(|(_, key, _)| key).filter(|key| key.as_str().starts_with(text)).collect();
            return match keys.as_slice() {
                [key] => Ok(Self::Key((*key).clone())),
                [] => Err(unknown(authority, text)),
                several => Err(CliError::new(Code::Ambiguous, format!("`{text}` begins several keys"))
                    .fact("keys", several.iter().map(ToString::to_string).collect::<Vec<_>>(), list(several))
                    .undone("Nothing was signed, nothing recorded.")),
            };
        }
        let name = authority.principals.keys().find(|name| name.as_str() == text);
        name.map(|name| Self::Principal(name.clone())).ok_or_else(|| unknown(authority, text))
    }

    /// The keys that are meant.
    pub fn keys(&self, authority: &Authority) -> Vec<Fingerprint> {
        match self {
            Self::Key(key) => vec![key.clone()],
            Self::Principal(name) => {
                authority.keys().filter(|(whose, ..)| *whose == name).map(|(_, key, _)| key.clone()).collect()
            }
        }
    }

    pub fn says(&self) -> String {
        match self {
            Self::Key(key) => format!("the key {}", key.short()),
            Self::Principal(name) => name.to_string(),
        }
    }
}

fn unknown(authority: &Authority, text: &str) -> CliError {
    let names: Vec<String> = authority.principals.keys().map(ToString::to_string).collect();
    CliError::new(Code::NotFound, format!("nobody in this ledger is called `{text}`, and no key begins so"))
        .fact("there are", names.clone(), list(names))
        .hint("sealog ledger keys list")
        .undone("Nothing was signed, nothing recorded.")
}
