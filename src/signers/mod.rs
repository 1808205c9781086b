//! Keys that sign events. A signer is a port: what holds the secret may be a file, an agent, a service.

use ledger_format::keys::PublicKey;

pub mod key_file;
pub mod key_source;
pub mod local_key;
pub mod passphrase;

/// Signs for one enrolled key. The secret never leaves it.
pub trait Signer {
    fn public(&self) -> &PublicKey;

    /// The signature of these bytes (the pre-authentication encoding of an envelope, or of a proof of enrolment), in
    /// the form that [`PublicKey::verify`] takes: Ed25519, or ECDSA as DER with low s.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why a key that could be opened did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the key {fingerprint} did not sign: {reason}")]
    Refused { fingerprint: ledger_format::name::Fingerprint, reason: String },
}
