//! The first authority of a ledger: its founder is the only root, with every right everywhere.

use ledger_format::authority::document::{Authority, Home, Key, NotAHome, Principal, Roots};
use ledger_format::authority::proof::Claim;
use ledger_format::digest::Digest;
use ledger_format::event::LedgerCreated;
use ledger_format::field::{Base64, Int, Map, Set};
use ledger_format::name::{Name, Pattern};
use ledger_format::right::{Grant, Right};

use crate::signers::{SignError, Signer};
use crate::store::StoreIdentity;

/// Which kinds, fields and rules this version writes.
const LEVEL: u32 = 1;

/// Why there is no first authority.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    #[error(transparent)]
    Home(#[from] NotAHome),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("a ledger is founded with a key at least")]
    NoKey,
}

/// What the first event says; every key proves itself.
pub fn founding(home: &StoreIdentity, founder: &Name, keys: &[&dyn Signer]) -> Result<LedgerCreated, FoundingError> {
    // What the proofs bind is the document without them.
    let unproven = created(home, founder, keys, |key| entry(key, &[0]))?.unproven();
    created(home, founder, keys, |key| proven(unproven, founder, key))
}

/// A key with its own signature over ledger, principal and key.
pub fn proven(ledger: Digest, principal: &Name, key: &dyn Signer) -> Result<Key, FoundingError> {
    let claim = Claim { ledger, principal, key: &key.public().fingerprint() };
    entry(key, &key.sign(&claim.message())?)
}

fn entry(key: &dyn Signer, proof: &[u8]) -> Result<Key, FoundingError> {
    let base64 = |bytes: &[u8]| Base64::new(bytes).ok_or(FoundingError::NoKey);
    Ok(Key { public: base64(&key.public().to_spki_der())?, proof: base64(proof)? })
}

fn created(
    home: &StoreIdentity,
    founder: &Name,
    keys: &[&dyn Signer],
    entry: impl Fn(&dyn Signer) -> Result<Key, FoundingError>,
) -> Result<LedgerCreated, FoundingError> {
    let mut entries = Vec::new();
    for key in keys {
        entries.push((key.public().fingerprint(), entry(*key)?));
    }
    let keys = Some(Map::new(entries).ok_or(FoundingError::NoKey)?);
    let principal = Principal { groups: None, rights: everything(), keys };
    let authority = Authority {
        version: Int::from(0),
        level: Int::from(LEVEL),
        replaces: None,
        home: Home::new(home.as_str())?,
        roots: Roots { principals: Set::one(founder.clone()), threshold: Int::from(1) },
        principals: Map::new([(founder.clone(), principal)]).ok_or(FoundingError::NoKey)?,
        policies: None,
        ended: None,
        lifted: None,
        excluded: None,
    };
    Ok(LedgerCreated { authority, continues: None })
}

/// Every right on every deployment, component and target.
fn everything() -> Option<Set<Grant>> {
    let kinds = Right::KINDS.iter().copied().map(Right::Kind);
    let may = Set::new(kinds.chain([Right::Evidence(Pattern::any()), Right::Override, Right::Takeover]))?;
    let all = || Some(Set::one(Pattern::any()));
    Some(Set::one(Grant { may, deployments: all(), components: all(), targets: all() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::ledger::append::{Writer, new_run};
    use crate::ledger::open::{Trust, open};
    use crate::signers::local_key::LocalKey;
    use crate::store::{LedgerStore as _, Memory};

    #[test]
    fn a_ledger_begins_with_a_founder_of_two_keys() {
        let store = Memory::new([1; 16]);
        let (key, spare) = (LocalKey::generate().unwrap(), LocalKey::generate().unwrap());
        let ana = Name::new("ana").unwrap();
        let created = founding(&store.identity().unwrap(), &ana, &[&key, &spare]).unwrap();
        let writer = Writer { store: &store, signer: &spare, clock: Clock::System, run: new_run().unwrap() };
        let id = writer.begin(created).unwrap();
        let ledger = open(&store, &Trust { ledger: Some(id), authority: None }).unwrap().ledger;
        let everything = ledger.everything();
        let document = ledger.documents(&everything).next().unwrap();
        for signer in [&key, &spare] {
            assert_eq!(document.principal_of(&signer.public().fingerprint()), Some(&ana));
        }
    }
}
