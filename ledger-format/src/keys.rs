//! Public keys: their forms, their fingerprints and the signatures that they verify.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use p256::ecdsa::signature::Verifier as _;

use crate::digest::Digest;
use crate::name::Fingerprint;

/// A key that may sign events. The algorithm is a property of the enrolled key, never of an envelope.
#[derive(Clone, PartialEq, Eq)]
pub enum PublicKey {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(Box<p256::ecdsa::VerifyingKey>),
}

/// Why bytes are no public key of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    #[error("neither an Ed25519 nor a P-256 public key in SPKI DER form")]
    Unknown,
    #[error("a key of small order: it verifies signatures that nobody made")]
    Weak,
    #[error("another encoding of a key than the one of RFC 8410 or RFC 5480 with an uncompressed point")]
    Encoding,
    #[error("no base64 with padding: {0}")]
    Base64(String),
}

/// A signature that does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

impl PublicKey {
    /// From SubjectPublicKeyInfo DER: exactly the bytes that [`Self::to_spki_der`] gives back.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, NotAKey> {
        let key = if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_der(der) {
            if key.is_weak() {
                return Err(NotAKey::Weak);
            }
            Self::Ed25519(key)
        } else {
            let key = p256::ecdsa::VerifyingKey::from_public_key_der(der).map_err(|_| NotAKey::Unknown)?;
            Self::P256(Box::new(key))
        };
        if key.to_spki_der() == der { Ok(key) } else { Err(NotAKey::Encoding) }
    }

    /// From base64 of SPKI DER, as an authority document holds it.
    pub fn from_base64(text: &str) -> Result<Self, NotAKey> {
        let der = STANDARD.decode(text).map_err(|error| NotAKey::Base64(error.to_string()))?;
        Self::from_spki_der(&der)
    }

    /// # Panics
    /// Never: every key of these two kinds has a DER form.
    pub fn to_spki_der(&self) -> Vec<u8> {
        let document = match self {
            Self::Ed25519(key) => key.to_public_key_der(),
            Self::P256(key) => key.to_public_key_der(),
        };
        document.expect("a public key has a DER form").into_vec()
    }

    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.to_spki_der())
    }

    /// `Ed25519` or `ECDSA P-256`: for people.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "Ed25519",
            Self::P256(_) => "ECDSA P-256",
        }
    }

    /// What `ssh-keygen -lf` prints: the SHA-256 of the key in the wire form of RFC 8709 or RFC 5656.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut wire = Vec::new();
        match self {
            Self::Ed25519(key) => {
                ssh_string(&mut wire, b"ssh-ed25519");
                ssh_string(&mut wire, key.as_bytes());
            }
            Self::P256(key) => {
                ssh_string(&mut wire, b"ecdsa-sha2-nistp256");
                ssh_string(&mut wire, b"nistp256");
                ssh_string(&mut wire, key.to_sec1_point(false).as_bytes());
            }
        }
        Fingerprint::from_digest(&Digest::of(&wire))
    }

    /// Ed25519 by strict verification (canonical S and points); ECDSA as minimal DER with low s, over SHA-256.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match self {
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| BadSignature)?;
                key.verify_strict(message, &signature).map_err(|_| BadSignature)
            }
            Self::P256(key) => {
                let parsed = p256::ecdsa::Signature::from_der(signature).map_err(|_| BadSignature)?;
                if parsed.normalize_s() != parsed || parsed.to_der().as_bytes() != signature {
                    return Err(BadSignature);
                }
                key.verify(message, &parsed).map_err(|_| BadSignature)
            }
        }
    }
}

fn ssh_string(wire: &mut Vec<u8>, text: &[u8]) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    wire.extend_from_slice(&length.to_be_bytes());
    wire.extend_from_slice(text);
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.algorithm(), self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Signer as _;

    use super::*;

    /// Made by `ssh-keygen`: the public key, and the line of `ssh-keygen -lf`.
    #[test]
    fn fingerprints_are_those_of_openssh() {
        for (public, fingerprint) in [(ED25519_SPKI, ED25519_FINGERPRINT), (P256_SPKI, P256_FINGERPRINT)] {
            let key = PublicKey::from_base64(public).unwrap();
            assert_eq!(key.fingerprint().as_str(), fingerprint);
            assert_eq!(key.to_base64(), public);
        }
    }

    const ED25519_SPKI: &str = "MCowBQYDK2VwAyEAP2SMhB6Qcm1A4pcQRTHAzFSfkLuPJKchnalgwmJ/4o4=";
    const ED25519_FINGERPRINT: &str = "SHA256:CtI6rsG/fC4J8H8viyvUVZhCpvVoWzAQ/obM3tk5oUY";
    const P256_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEiNxN9tB2vpP9662j/3q1sDRna4CLbIkLJ2+Ofik0Gg/ioyneMKEl1/sAemN8vL+yPVtwCZrSa5NRptr6yFC47g==";
    const P256_FINGERPRINT: &str = "SHA256:sfj5GyoWvkHKd141WnMX9LYhNjfLIXnYqEaME6/KFY0";

    #[test]
    fn high_s_and_padded_der_are_refused() {
        let signing = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let key = PublicKey::P256(Box::new(*signing.verifying_key()));
        let made: p256::ecdsa::Signature = signing.sign(b"message");
        let low = made.normalize_s();
        assert_eq!(key.verify(b"message", low.to_der().as_bytes()), Ok(()));
        assert_eq!(key.verify(b"another", low.to_der().as_bytes()), Err(BadSignature));
        let high = p256::ecdsa::Signature::from_scalars(low.r(), -*low.s()).unwrap();
        assert_eq!(key.verify(b"message", high.to_der().as_bytes()), Err(BadSignature));
        let mut longer = low.to_der().as_bytes().to_vec();
        longer.push(0);
        assert_eq!(key.verify(b"message", &longer), Err(BadSignature));
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        let mut der = STANDARD.decode(ED25519_SPKI).unwrap();
        let start = der.len() - 32;
        der[start..].fill(0);
        der[start] = 1;
        assert_eq!(PublicKey::from_spki_der(&der), Err(NotAKey::Weak));
    }
}
