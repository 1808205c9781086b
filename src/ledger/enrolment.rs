//! What somebody sends to a root to be enrolled: a key with its proof, for one ledger and one name.

use ledger_format::authority::document::Key;
use ledger_format::authority::proof::Claim;
use ledger_format::field::Base64;
use ledger_format::name::{Fingerprint, LedgerId, Name};
use serde::{Deserialize, Serialize};

use super::founding::{FoundingError, proven};
use crate::signers::Signer;

/// A key that asks to be enrolled. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub ledger: LedgerId,
    pub principal: Name,
    pub key: Fingerprint,
    public: Base64,
    proof: Base64,
}

/// Why a request cannot be granted.
#[derive(Debug, thiserror::Error)]
pub enum BadRequest {
    #[error("it asks another ledger: {0}")]
    OtherLedger(LedgerId),
    #[error("its key is no public key of a ledger")]
    Key,
    #[error("its key has the fingerprint {is}, not {said}")]
    Misnamed { said: Fingerprint, is: Fingerprint },
    #[error("the key does not prove that it belongs to `{0}` in this ledger: the request was changed")]
    Proof(Name),
}

impl Request {
    pub fn new(ledger: LedgerId, principal: &Name, key: &dyn Signer) -> Result<Self, FoundingError> {
        let Key { public, proof } = proven(ledger.0, principal, key)?;
        Ok(Self { ledger, principal: principal.clone(), key: key.public().fingerprint(), public, proof })
    }

    /// The entry of an authority document, if everything in the request is true.
    pub fn entry(&self, ledger: LedgerId) -> Result<Key, BadRequest> {
        if self.ledger != ledger {
            return Err(BadRequest::OtherLedger(self.ledger));
        }
        let entry = Key { public: self.public.clone(), proof: self.proof.clone() };
        let is = entry.public_key().map_err(|_| BadRequest::Key)?.fingerprint();
        if is != self.key {
            return Err(BadRequest::Misnamed { said: self.key.clone(), is });
        }
        let claim = Claim { ledger: ledger.0, principal: &self.principal, key: &self.key };
        claim.is_proven_by(&entry).map_err(|_| BadRequest::Proof(self.principal.clone()))?;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signers::local_key::LocalKey;

    #[test]
    fn a_request_is_for_one_key_one_name_and_one_ledger() {
        let key = LocalKey::generate().unwrap();
        let id = |digit: &str| format!("sha256:{}", digit.repeat(64)).parse::<LedgerId>().unwrap();
        let chloe = Name::new("chloe").unwrap();
        let request = Request::new(id("1"), &chloe, &key).unwrap();
        assert!(request.entry(id("1")).is_ok());
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
        let other = LocalKey::generate().unwrap();
        for (changed, why) in [
            (Request { principal: Name::new("mallory").unwrap(), ..request.clone() }, "does not prove"),
            (Request { ledger: id("2"), ..request.clone() }, "another ledger"),
            (Request { key: other.public().fingerprint(), ..request.clone() }, "has the fingerprint"),
            (Request { public: Base64::new(b"x").unwrap(), ..request.clone() }, "no public key"),
        ] {
            let error = changed.entry(id("1")).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
