//! Proof of possession: a key is enrolled with its own signature over ledger, principal and key,
//! so that nobody enrols the key of somebody else.

use serde::Serialize;
use serde_json::Value;

use crate::authority::document::Key;
use crate::canonical;
use crate::digest::Digest;
use crate::envelope::pae;
use crate::event::{Data, LedgerCreated};
use crate::keys::BadSignature;
use crate::name::{Fingerprint, Name};

/// The payload type of what a key signs to be enrolled.
pub const PROOF_TYPE: &str = "application/vnd.sealog.key-proof.v1+json";

/// What a key signs to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim<'a> {
    /// The ledger's id; in the first event, which has none yet, [`LedgerCreated::unproven`].
    pub ledger: Digest,
    pub principal: &'a Name,
    pub key: &'a Fingerprint,
}

impl Claim<'_> {
    /// The bytes to sign: PAE of the RFC 8785 form.
    pub fn message(&self) -> Vec<u8> {
        pae(PROOF_TYPE, &canonical::to_vec(self))
    }

    /// Whether this entry of an authority document proves the claim.
    /// An entry that a replaced document has was proven there: those of the first event by another `ledger`.
    pub fn is_proven_by(&self, entry: &Key) -> Result<(), BadSignature> {
        let key = entry.public_key().map_err(|_| BadSignature)?;
        key.verify(&self.message(), entry.proof.as_bytes())
    }
}

impl LedgerCreated {
    /// The SHA-256 of the RFC 8785 form of the data without any `proof`: what the proofs of the first event bind.
    pub fn unproven(&self) -> Digest {
        let mut data = Data::from(self.clone()).to_value();
        let principals = data.pointer_mut("/authority/principals").and_then(Value::as_object_mut);
        let keys = principals.into_iter().flat_map(|principals| principals.values_mut());
        let keys = keys.filter_map(|principal| principal.get_mut("keys")?.as_object_mut());
        for entry in keys.flat_map(|keys| keys.values_mut()).filter_map(Value::as_object_mut) {
            entry.remove("proof");
        }
        canonical::digest_of(&data)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::pkcs8::EncodePublicKey as _;
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;
    use crate::field::Base64;
    use crate::keys::PublicKey;

    #[test]
    fn a_proof_binds_ledger_principal_and_key() {
        let signing = SigningKey::from_bytes(&[7; 32]);
        let der = signing.verifying_key().to_public_key_der().unwrap().into_vec();
        let fingerprint = PublicKey::from_spki_der(&der).unwrap().fingerprint();
        let (ada, kim) = (Name::new("ada").unwrap(), Name::new("kim").unwrap());
        let other = Fingerprint::from_digest(&Digest::of(b"other"));
        let claim = Claim { ledger: Digest::of(b"ledger"), principal: &ada, key: &fingerprint };
        let proof = Base64::new(&signing.sign(&claim.message()).to_bytes()).unwrap();
        let entry = Key { public: Base64::new(&der).unwrap(), proof };
        assert_eq!(claim.is_proven_by(&entry), Ok(()));
        for wrong in [
            Claim { ledger: Digest::of(b"another"), ..claim.clone() },
            Claim { principal: &kim, ..claim.clone() },
            Claim { key: &other, ..claim.clone() },
        ] {
            assert_eq!(wrong.is_proven_by(&entry), Err(BadSignature), "{wrong:?}");
        }
    }

    #[test]
    fn the_first_event_is_bound_by_all_but_its_proofs() {
        let text = include_str!("../event/examples/data.json");
        let all: Value = serde_json::from_str(text).unwrap();
        let unproven = |text: &str| -> Digest {
            serde_json::from_value::<LedgerCreated>(
                serde_json::from_str::<Value>(text).unwrap()["ledger.created"].clone(),
            )
            .unwrap()
            .unproven()
        };
        assert_eq!(unproven(text), unproven(&text.replace("AAECAw==", "AAEC")));
        assert_ne!(unproven(text), unproven(&text.replace("\"lost\"", "\"left\"").replace("rotated", "lost")));
        let without = all["ledger.created"].to_string().replace(r#""proof":"AAECAw==","#, "");
        assert_eq!(unproven(text), Digest::of(without.as_bytes()));
    }
}
