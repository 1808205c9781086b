//! A private key in memory: PKCS#8 PEM in and out, in the forms that OpenSSL 3 reads and writes.

use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::KeypairBytes;
use ledger_format::keys::PublicKey;
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::passphrase::Passphrase;
use super::{SignError, Signer};

/// A key whose secret this process holds; wiped from memory when dropped, never shown.
pub struct LocalKey {
    public: PublicKey,
    secret: Secret,
}

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

/// What the label of a PEM text says that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PemKind {
    Plain,
    Encrypted,
    Other(String),
}

/// Why a PEM text gave no key, or a key no PEM text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    #[error("no PEM text: it does not begin with -----BEGIN")]
    NotPem,
    #[error("PEM of a {0}, not of a private key in PKCS#8 form")]
    WrongLabel(String),
    #[error("PKCS#8, but neither an Ed25519 nor a P-256 key, or a damaged one")]
    NotAKey,
    #[error("encrypted, and no passphrase was given")]
    NeedsPassphrase,
    #[error("the passphrase does not open it")]
    WrongPassphrase,
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(String),
    #[error("it could not be encoded")]
    Encoding,
}

impl LocalKey {
    /// A new Ed25519 key from the system's randomness.
    pub fn generate() -> Result<Self, PemError> {
        let mut seed = Zeroizing::new([0; 32]);
        fill(seed.as_mut_slice())?;
        Ok(Self::from_ed25519(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    pub fn from_pem(pem: &str, passphrase: Option<&Passphrase>) -> Result<Self, PemError> {
        let der = match PemKind::of(pem)? {
            PemKind::Plain => decode(pem)?,
            PemKind::Other(label) => return Err(PemError::WrongLabel(label)),
            PemKind::Encrypted => {
                let encrypted = decode(pem)?;
                let encrypted =
                    EncryptedPrivateKeyInfoRef::try_from(encrypted.as_bytes()).map_err(|_| PemError::NotAKey)?;
                let passphrase = passphrase.ok_or(PemError::NeedsPassphrase)?;
                encrypted.decrypt(passphrase.as_bytes()).map_err(|_| PemError::WrongPassphrase)?
            }
        };
        Self::from_pkcs8(der.as_bytes())
    }

    /// Version 1 of PKCS#8, without the public key: version 2 OpenSSL 3.0 cannot read. Encrypted with scrypt
    /// (N = 2^14, r = 8, p = 1: more is over OpenSSL's memory limit) and AES-256-CBC.
    pub fn to_pem(&self, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, PemError> {
        let der = match &self.secret {
            Secret::Ed25519(key) => KeypairBytes { secret_key: *key.as_bytes(), public_key: None }
                .to_pkcs8_der()
                .map_err(|_| PemError::Encoding)?,
            Secret::P256(key) => key.to_pkcs8_der().map_err(|_| PemError::Encoding)?,
        };
        let Some(passphrase) = passphrase else {
            return der.to_pem(PLAIN, LineEnding::LF).map_err(|_| PemError::Encoding);
        };
        let mut salt = [0; 16];
        let mut iv = [0; 16];
        fill(&mut salt)?;
        fill(&mut iv)?;
        let cost = scrypt::Params::new(14, 8, 1).map_err(|_| PemError::Encoding)?;
        let parameters =
            pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).map_err(|_| PemError::Encoding)?;
        let info = PrivateKeyInfoRef::try_from(der.as_bytes()).map_err(|_| PemError::Encoding)?;
        let encrypted = info.encrypt_with_params(parameters, passphrase.as_bytes()).map_err(|_| PemError::Encoding)?;
        encrypted.to_pem(ENCRYPTED, LineEnding::LF).map_err(|_| PemError::Encoding)
    }

    fn from_ed25519(key: ed25519_dalek::SigningKey) -> Self {
        Self { public: PublicKey::Ed25519(key.verifying_key()), secret: Secret::Ed25519(key) }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, PemError> {
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_der(der) {
            return Ok(Self::from_ed25519(key));
        }
        let key = p256::ecdsa::SigningKey::from_pkcs8_der(der).map_err(|_| PemError::NotAKey)?;
        let public = PublicKey::P256(Box::new(*key.verifying_key()));
        Ok(Self { public, secret: Secret::P256(key) })
    }
}

impl Signer for LocalKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.secret {
            Secret::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(|error| SignError::Refused {
                    fingerprint: self.public.fingerprint(),
                    reason: error.to_string(),
                })?;
                Ok(signature.normalize_s().to_der().as_bytes().to_vec())
            }
        }
    }
}

/// The public half only.
impl std::fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LocalKey {:?}", self.public)
    }
}

const PLAIN: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

impl PemKind {
    pub fn of(pem: &str) -> Result<Self, PemError> {
        let label = pem.trim_start().strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----"));
        match label.ok_or(PemError::NotPem)?.0 {
            PLAIN => Ok(Self::Plain),
            ENCRYPTED => Ok(Self::Encrypted),
            other => Ok(Self::Other(other.to_owned())),
        }
    }
}

fn decode(pem: &str) -> Result<pkcs8::SecretDocument, PemError> {
    let (_, document) = pkcs8::SecretDocument::from_pem(pem.trim()).map_err(|_| PemError::NotAKey)?;
    Ok(document)
}

fn fill(bytes: &mut [u8]) -> Result<(), PemError> {
    getrandom::fill(bytes).map_err(|error| PemError::NoRandomness(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Option<Passphrase> {
        Passphrase::new(text.to_owned())
    }

    /// Made by OpenSSL 3 (`genpkey`, `pkcs8 -topk8`), the fingerprints by `ssh-keygen -lf`.
    #[test]
    fn keys_made_by_openssl_are_read() {
        for (pem, secret, fingerprint) in [
            (
                include_str!("../../fixtures/keys/openssl-ed25519.pem"),
                "",
                "SHA256:XN/yi3qCoqtWa+zPxB92+vvGfJ4A3vx0j0+CFFPbhMM",
            ),
            (
                include_str!("../../fixtures/keys/openssl-ed25519-encrypted.pem"),
                "correct horse",
                "SHA256:XN/yi3qCoqtWa+zPxB92+vvGfJ4A3vx0j0+CFFPbhMM",
            ),
            (
                include_str!("../../fixtures/keys/openssl-ed25519-scrypt.pem"),
                "correct horse",
                "SHA256:XN/yi3qCoqtWa+zPxB92+vvGfJ4A3vx0j0+CFFPbhMM",
            ),
            (
                include_str!("../../fixtures/keys/openssl-p256.pem"),
                "",
                "SHA256:lhdVht0QmwODbzWk8Ozpb/dxYBXyG6njP6R9iIo8vbQ",
            ),
        ] {
            let key = LocalKey::from_pem(pem, passphrase(secret).as_ref()).unwrap();
            assert_eq!(key.public().fingerprint().as_str(), fingerprint);
            let signature = key.sign(b"message").unwrap();
            assert_eq!(key.public().verify(b"message", &signature), Ok(()));
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let key = LocalKey::generate().unwrap();
        let plain = key.to_pem(None).unwrap();
        assert_eq!(LocalKey::from_pem(&plain, None).unwrap().public(), key.public());
        let locked = key.to_pem(passphrase("one").as_ref()).unwrap();
        assert_eq!(PemKind::of(&locked), Ok(PemKind::Encrypted));
        assert_eq!(LocalKey::from_pem(&locked, passphrase("one").as_ref()).unwrap().public(), key.public());
        assert_eq!(LocalKey::from_pem(&locked, passphrase("two").as_ref()).err(), Some(PemError::WrongPassphrase));
        assert_eq!(LocalKey::from_pem(&locked, None).err(), Some(PemError::NeedsPassphrase));
    }

    #[test]
    fn a_plain_key_has_the_48_bytes_of_version_1() {
        let key = LocalKey::generate().unwrap();
        assert_eq!(decode(&key.to_pem(None).unwrap()).unwrap().as_bytes().len(), 48);
    }

    #[test]
    fn what_is_no_key_is_named() {
        for (pem, error) in [
            ("", PemError::NotPem),
            ("ssh-ed25519 AAAA", PemError::NotPem),
            ("-----BEGIN PUBLIC KEY-----\n", PemError::WrongLabel("PUBLIC KEY".into())),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", PemError::NotAKey),
            (include_str!("../../fixtures/keys/openssl-rsa.pem"), PemError::NotAKey),
        ] {
            assert_eq!(LocalKey::from_pem(pem, None).err(), Some(error), "{pem}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let key = LocalKey::from_pem(include_str!("../../fixtures/keys/openssl-ed25519.pem"), None).unwrap();
        assert_eq!(format!("{key:?}"), "LocalKey Ed25519 SHA256:XN/yi3qCoqtWa+zPxB92+vvGfJ4A3vx0j0+CFFPbhMM");
        assert_eq!(format!("{:?}", passphrase("secret")), "Some(Passphrase)");
    }
}
