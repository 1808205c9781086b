//! The signature around a payload: a DSSE envelope, carried as a Sigstore bundle v0.3.
//!
//! Signed bytes are kept as they came and never made anew from what was parsed. There is one signature check,
//! [`Envelope::verify`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::digest::Digest;
use crate::keys::{BadSignature, PublicKey};
use crate::name::{EventId, Fingerprint};

/// The DSSE payload type of an in-toto statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The media type of a Sigstore bundle: of the OCI artifact, of its layer, and inside the bundle itself.
pub const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The largest payload, in bytes.
pub const MAX_PAYLOAD: usize = 256 * 1024;

/// The largest bundle, in bytes: base64 of the largest payload and what stands around it.
pub const MAX_BUNDLE: usize = 384 * 1024;

/// A payload with one signature, neither of them checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    signature: Vec<u8>,
    key: Fingerprint,
}

/// Why bytes are no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotABundle {
    #[error("{found} bytes, more than the {limit} that {what} may have")]
    TooLarge { what: &'static str, found: usize, limit: usize },
    #[error("not the JSON of a Sigstore bundle with one DSSE signature by a public key: {0}")]
    Shape(String),
    #[error("`{field}` is `{found}`, not `{expected}`")]
    Constant { field: &'static str, found: String, expected: &'static str },
    #[error("{found} signatures, not one")]
    Signatures { found: usize },
    #[error("not in canonical form")]
    Form,
    #[error("the key's hint and the signature's keyid differ")]
    Hint,
    #[error("`{field}` is no base64 with padding and zero spare bits")]
    Base64 { field: &'static str },
}

/// Here and below, fields stand in their RFC 8785 order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    #[serde(rename = "dsseEnvelope")]
    envelope: Dsse,
    #[serde(rename = "mediaType")]
    media_type: String,
    #[serde(rename = "verificationMaterial")]
    material: Material,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Material {
    #[serde(rename = "publicKey")]
    key: Hint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hint {
    hint: Fingerprint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dsse {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: Fingerprint,
    sig: String,
}

impl Envelope {
    pub fn new(payload: Vec<u8>, signature: Vec<u8>, key: Fingerprint) -> Self {
        Self { payload, signature, key }
    }

    /// Reads a bundle; the limits come first, before anything is parsed.
    pub fn from_bundle(bytes: &[u8]) -> Result<Self, NotABundle> {
        within("a bundle", bytes.len(), MAX_BUNDLE)?;
        let bundle: Bundle = serde_json::from_slice(bytes).map_err(|error| NotABundle::Shape(error.to_string()))?;
        constant("mediaType", &bundle.media_type, BUNDLE_TYPE)?;
        constant("payloadType", &bundle.envelope.payload_type, PAYLOAD_TYPE)?;
        let [signature] = &bundle.envelope.signatures[..] else {
            return Err(NotABundle::Signatures { found: bundle.envelope.signatures.len() });
        };
        if signature.keyid != bundle.material.key.hint {
            return Err(NotABundle::Hint);
        }
        let payload = base64("payload", &bundle.envelope.payload)?;
        within("a payload", payload.len(), MAX_PAYLOAD)?;
        let envelope = Self { payload, signature: base64("sig", &signature.sig)?, key: signature.keyid.clone() };
        // LF-20: one form, so that a changed byte is seen even where it would mean the same.
        if canonical::is_written_as(&bundle, bytes) { Ok(envelope) } else { Err(NotABundle::Form) }
    }

    /// The bundle: a function of payload, signature and key alone, so that a retry writes the same bytes.
    pub fn to_bundle(&self) -> Vec<u8> {
        canonical::to_vec(&Bundle {
            envelope: Dsse {
                payload: STANDARD.encode(&self.payload),
                payload_type: PAYLOAD_TYPE.to_owned(),
                signatures: vec![Signature { keyid: self.key.clone(), sig: STANDARD.encode(&self.signature) }],
            },
            media_type: BUNDLE_TYPE.to_owned(),
            material: Material { key: Hint { hint: self.key.clone() } },
        })
    }

    /// The id of the event: of the payload alone, so that another signature over it makes no other event.
    pub fn id(&self) -> EventId {
        EventId(Digest::of(&self.payload))
    }

    /// The signed bytes, as they came.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature's bytes, raw of Ed25519 and of P-256.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The key that is said to have signed.
    pub fn key(&self) -> &Fingerprint {
        &self.key
    }

    /// The one signature check: that this key, and no other of the same fingerprint, signed these bytes.
    pub fn verify(&self, key: &PublicKey) -> Result<(), BadSignature> {
        if key.fingerprint() != self.key {
            return Err(BadSignature);
        }
        key.verify(&pae(PAYLOAD_TYPE, &self.payload), &self.signature)
    }
}

/// The pre-authentication encoding of DSSE v1: what is really signed.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

fn within(what: &'static str, found: usize, limit: usize) -> Result<(), NotABundle> {
    if found <= limit { Ok(()) } else { Err(NotABundle::TooLarge { what, found, limit }) }
}

fn constant(field: &'static str, found: &str, expected: &'static str) -> Result<(), NotABundle> {
    if found == expected { Ok(()) } else { Err(NotABundle::Constant { field, found: found.to_owned(), expected }) }
}

fn base64(field: &'static str, text: &str) -> Result<Vec<u8>, NotABundle> {
    STANDARD.decode(text).map_err(|_| NotABundle::Base64 { field })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer as _;

    use super::*;

    fn signed() -> (Envelope, PublicKey) {
        let signing = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
        let key = PublicKey::Ed25519(signing.verifying_key());
        let payload = b"{}".to_vec();
        let signature = signing.sign(&pae(PAYLOAD_TYPE, &payload)).to_bytes().to_vec();
        (Envelope::new(payload, signature, key.fingerprint()), key)
    }

    #[test]
    fn bundles_round_trip_and_verify() {
        let (envelope, key) = signed();
        assert_eq!(Envelope::from_bundle(&envelope.to_bundle()), Ok(envelope.clone()));
        assert_eq!(envelope.verify(&key), Ok(()));
        let mut forged = envelope.clone();
        forged.payload = b"[]".to_vec();
        assert_eq!(forged.verify(&key), Err(BadSignature));
    }

    #[test]
    fn any_other_shape_is_refused() {
        let text = String::from_utf8(signed().0.to_bundle()).unwrap();
        for (from, to) in [
            (r#""signatures":["#, r#""extra":1,"signatures":["#),
            (r#"{"dsseEnvelope""#, r#"{"x":1,"dsseEnvelope""#),
            ("v0.3+json", "v0.2+json"),
            ("in-toto+json", "in-toto.x+json"),
            (r#""payload":"e30=""#, r#""payload":"e30""#),
            (r#""payload":"e30=""#, r#""payload":"e31=""#),
            (r#""hint":"SHA256:"#, r#""hint":"SHA256:A"#),
        ] {
            assert!(text.contains(from), "{from}");
            assert!(Envelope::from_bundle(text.replacen(from, to, 1).as_bytes()).is_err(), "{from} -> {to}");
        }
        let two = text.replacen(r#""signatures":["#, &format!(r#""signatures":[{},"#, signature_of(&text)), 1);
        assert_eq!(Envelope::from_bundle(two.as_bytes()), Err(NotABundle::Signatures { found: 2 }));
        let none = text.replacen(&signature_of(&text), "", 1);
        assert_eq!(Envelope::from_bundle(none.as_bytes()), Err(NotABundle::Signatures { found: 0 }));
        let large = vec![b' '; MAX_BUNDLE + 1];
        assert!(matches!(Envelope::from_bundle(&large), Err(NotABundle::TooLarge { .. })));
    }

    fn signature_of(text: &str) -> String {
        let start = text.find(r#"{"keyid""#).unwrap();
        let end = start + text[start..].find('}').unwrap() + 1;
        text[start..end].to_owned()
    }
}
