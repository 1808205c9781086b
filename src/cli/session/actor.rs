//! Who signs: a key that was found, and the principal whom the ledger gives it.

use ledger_format::authority::Document;
use ledger_format::dag::Index;
use ledger_format::event::Data;
use ledger_format::field::Note;
use ledger_format::ledger::Ledger;
use ledger_format::name::{Fingerprint, Name};

use crate::cli::args::SigningKey;
use crate::cli::error::{CliError, Code};
use crate::cli::key::FoundKey;
use crate::cli::session::Session;
use crate::cli::session::several;
use crate::signers::key_source::{KeyChoice, NoKeyChosen};

/// A key that may sign here, not opened yet.
pub struct Actor {
    pub principal: Name,
    pub fingerprint: Fingerprint,
    pub(super) key: FoundKey,
}

impl Session<'_> {
    /// Finds the key and whose it is; no passphrase is asked for.
    pub fn actor(&self, argument: &SigningKey) -> Result<Actor, CliError> {
        self.actor_or(argument, |_| None)
    }

    /// The same for who endorses: a new root's key stands in the proposal alone.
    pub fn actor_in(&self, argument: &SigningKey, proposal: &Document) -> Result<Actor, CliError> {
        self.actor_or(argument, |key| proposal.principal_of(key).cloned())
    }

    fn actor_or(
        &self,
        argument: &SigningKey,
        otherwise: impl Fn(&Fingerprint) -> Option<Name>,
    ) -> Result<Actor, CliError> {
        let choice = KeyChoice { file: argument.file.as_deref(), name: None, environment: self.world.environment };
        let key = match choice.locate() {
            Err(NoKeyChosen::Several { folder, names }) => several::choose(self, folder, names, &otherwise)?,
            located => FoundKey::at(self.world, located?)?,
        };
        let fingerprint = key.public().fingerprint();
        match principal_of(self.ledger(), &fingerprint).or_else(|| otherwise(&fingerprint)) {
            Some(principal) => Ok(Actor { principal, fingerprint, key }),
            None => Err(not_enrolled(self.ledger(), &fingerprint)),
        }
    }
}

impl Session<'_> {
    /// Whether the actor has the right to what is about to be signed: told before the question, and before the key
    /// is opened.
    pub fn permit(&self, actor: &Actor, data: &Data) -> Result<(), CliError> {
        match self.ledger().missing_right(&actor.principal, data, &self.ledger().everything()) {
            Some(ask) => Err(CliError::no_right(&ask).undone("Nothing was signed, nothing recorded.")),
            None => Ok(()),
        }
    }
}

impl Session<'_> {
    /// Whether every text of these events can be read: nobody approves or reviews what they could not read.
    pub fn readable(&self, events: impl IntoIterator<Item = Index>) -> Result<(), CliError> {
        for index in events {
            let event = &self.ledger().entry(index).event;
            for note in event.data().map(Data::notes).unwrap_or_default() {
                if let Note::Erasable(text) = note
                    && self.store.get_blob(&text.digest)?.is_none()
                {
                    return Err(CliError::text_withheld(&event.id, &text.digest));
                }
            }
        }
        Ok(())
    }
}

/// Whom the newest authority gives a key.
pub fn principal_of(ledger: &Ledger, key: &Fingerprint) -> Option<Name> {
    let everything = ledger.everything();
    ledger.documents(&everything).find_map(|document| document.principal_of(key)).cloned()
}

fn not_enrolled(ledger: &Ledger, key: &Fingerprint) -> CliError {
    let everything = ledger.everything();
    let ended = ledger.documents(&everything).find_map(|document| Some((document.ended_key(key)?, document.ever(key))));
    let error = match ended {
        Some((reason, whose)) => {
            let whose = whose.map_or_else(String::new, |name| format!(" of {name}"));
            let message = format!("the key {}{whose} was ended: {reason}", key.short());
            CliError::new(Code::KeyEnded, message).detail("reason", reason.to_string())
        }
        None => CliError::new(Code::KeyNotEnrolled, format!("the ledger does not know the key {}", key.short())).hint(
            "sealog ledger keys request   (its output goes to a root, who runs `sealog ledger keys add` with it)",
        ),
    };
    error.detail("key", key.to_string()).undone("Nothing was signed, nothing recorded.")
}
