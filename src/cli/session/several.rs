//! Which of several keys in the folder of keys signs, where nothing says: the one that is alive in the ledger.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ledger_format::event::Data;
use ledger_format::ledger::Ledger;
use ledger_format::name::{Fingerprint, Name};

use super::Session;
use super::actor::principal_of;
use crate::cli::error::CliError;
use crate::cli::key::FoundKey;
use crate::signers::key_file::StoredKey;
use crate::signers::key_source::{KeyPlace, NoKeyChosen};

/// A key that could sign.
struct Candidate {
    file: String,
    place: KeyPlace,
    principal: Name,
    /// The version that enrolled it; none yet for a key that stands in a proposal alone.
    since: Option<u64>,
}

/// Of the keys of one principal the one that was enrolled last; keys of several principals are a question.
pub fn choose(
    session: &Session<'_>,
    folder: PathBuf,
    names: Vec<String>,
    otherwise: &dyn Fn(&Fingerprint) -> Option<Name>,
) -> Result<FoundKey, CliError> {
    let mut alive: Vec<Candidate> = Vec::new();
    for file in &names {
        let place = KeyPlace::in_folder(&folder, file);
        alive.extend(candidate(session, file, place, otherwise));
    }
    let principals: BTreeSet<&Name> = alive.iter().map(|candidate| &candidate.principal).collect();
    if principals.len() == 1 {
        let newest = alive.iter().map(|candidate| candidate.since).max();
        alive.retain(|candidate| Some(candidate.since) == newest);
    }
    match alive.as_slice() {
        [one] => FoundKey::at(session.world, one.place.clone()),
        [] => Err(NoKeyChosen::Several { folder, names }.into()),
        several => {
            let names = several.iter().map(|candidate| candidate.file.clone()).collect();
            Err(NoKeyChosen::Several { folder, names }.into())
        }
    }
}

/// None for a key that cannot be read, of which no public half is known, or that is not alive in the ledger.
fn candidate(
    session: &Session<'_>,
    file: &str,
    place: KeyPlace,
    otherwise: &dyn Fn(&Fingerprint) -> Option<Name>,
) -> Option<Candidate> {
    let ledger = session.ledger();
    let key = StoredKey::read(place.clone(), session.world.environment).ok()?.public()?.fingerprint();
    let principal = principal_of(ledger, &key).or_else(|| otherwise(&key))?;
    match ledger.standing_suspension(&key, &ledger.everything()) {
        Some(_) => None,
        None => Some(Candidate { file: file.to_owned(), place, principal, since: enrolled_in(ledger, &key) }),
    }
}

/// The first version in force that lists a key.
fn enrolled_in(ledger: &Ledger, key: &Fingerprint) -> Option<u64> {
    let in_force = ledger.authorities_in_force(&ledger.everything());
    let authorities = in_force.into_iter().filter_map(|id| ledger.get(id)?.event.data().and_then(Data::authority));
    authorities.filter(|authority| authority.principal_of(key).is_some()).map(|authority| authority.version.get()).min()
}
