//! Who writes in the vectors: their keys, which the world may know, and the first authority.

use ed25519_dalek::Signer as _;
use ledger_format::digest::Digest;
use ledger_format::envelope::pae;
use ledger_format::keys::PublicKey;
use serde_json::{Map, Value, json};

pub const HOME: &str = "oci-layout:00112233445566778899aabbccddeeff";
const PROOF: &str = "application/vnd.sealog.key-proof.v1+json";

/// A private key, made from a name: `ci` and every name that begins with `p256` have a P-256 key, all others Ed25519.
pub enum Key {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

impl Key {
    pub fn of(name: &str) -> Self {
        let seed: [u8; 32] = (0..32)
            .map(|at| u8::from_str_radix(&Digest::of(name.as_bytes()).hex()[2 * at..2 * at + 2], 16).unwrap())
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        if name == "ci" || name.starts_with("p256") {
            Self::P256(p256::ecdsa::SigningKey::from_slice(&seed).unwrap())
        } else {
            Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
        }
    }

    pub fn public(&self) -> PublicKey {
        match self {
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key()),
            Self::P256(key) => PublicKey::P256(Box::new(*key.verifying_key())),
        }
    }

    pub fn fingerprint(&self) -> String {
        self.public().fingerprint().as_str().to_owned()
    }

    /// Deterministic for both algorithms.
    pub fn sign(&self, payload_type: &str, body: &[u8]) -> Vec<u8> {
        let message = pae(payload_type, body);
        match self {
            Self::Ed25519(key) => key.sign(&message).to_bytes().to_vec(),
            Self::P256(key) => {
                let made: p256::ecdsa::Signature = key.sign(&message);
                made.normalize_s().to_der().as_bytes().to_vec()
            }
        }
    }
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub fn canonical(value: &Value) -> Vec<u8> {
    ledger_format::canonical::to_vec(value)
}

pub fn hash(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()
}

/// An entry of a document for a key, with its proof for a ledger.
pub fn key_entry(key: &str, principal: &str, ledger: &str) -> (String, Value) {
    let signing = Key::of(key);
    let claim = canonical(&json!({"key": signing.fingerprint(), "ledger": ledger, "principal": principal}));
    let entry = json!({"public": signing.public().to_base64(), "proof": base64(&signing.sign(PROOF, &claim))});
    (signing.fingerprint(), entry)
}

const APPROVER: &[&str] = &["approval.denied", "approval.granted", "approval.requested", "approval.withdrawn"];
const PEOPLE: [(&str, &[&str], &[&str]); 11] = [
    ("ana", &[], &["reviewed"]),
    ("ben", &[], &["reviewed"]),
    ("cleo", &[], &[]),
    ("alice", &["managers"], APPROVER),
    ("bob", &["managers"], APPROVER),
    ("dave", &[], &["ledger.sealed", "override", "promotion.recorded", "rollout.started", "takeover"]),
    ("dan", &[], &["promotion.recorded", "rollout.started"]),
    ("holly", &[], &["hold.lifted", "hold.placed", "key.suspended", "release.withdrawn"]),
    ("obs", &[], &["evidence.recorded:*", "observation.recorded"]),
    ("ci", &[], &["build.recorded", "evidence.recorded:*", "noted", "release.created"]),
    ("mia", &[], &[]),
];

/// Three roots of whom two decide, and a right or two for everybody else. The proofs are still missing.
pub fn authority() -> Value {
    let principals: Map<String, Value> = PEOPLE
        .iter()
        .map(|(name, groups, may)| {
            let mut principal =
                json!({"keys": {Key::of(name).fingerprint(): {"public": Key::of(name).public().to_base64()}}});
            if !groups.is_empty() {
                principal["groups"] = json!(groups);
            }
            if !may.is_empty() {
                principal["rights"] =
                    json!([{"may": may, "deployments": ["*"], "components": ["*"], "targets": ["*"]}]);
            }
            ((*name).to_owned(), principal)
        })
        .collect();
    json!({"version": 0, "level": 1, "home": HOME, "principals": principals,
           "roots": {"principals": ["ana", "ben", "cleo"], "threshold": 2}})
}

/// The data of a first event with this authority: what lacks a proof gets one.
pub fn created(authority: Value) -> Value {
    created_of(json!({"authority": authority}))
}

pub fn created_of(mut data: Value) -> Value {
    let mut bare = data.clone();
    each_key(&mut bare["authority"], |_, _, entry| drop(entry.remove("proof")));
    let ledger = hash(&canonical(&bare));
    each_key(&mut data["authority"], |principal, fingerprint, entry| {
        if !entry.contains_key("proof") {
            let (_, made) = key_entry(&key_of(fingerprint), principal, &ledger);
            entry.insert("proof".to_owned(), made["proof"].clone());
        }
    });
    data
}

/// The name of the person whose key has this fingerprint.
fn key_of(fingerprint: &str) -> String {
    let names = PEOPLE.iter().map(|(name, _, _)| *name).chain(["dora", "ana-2"]);
    names.map(str::to_owned).find(|name| Key::of(name).fingerprint() == fingerprint).unwrap_or_default()
}

fn each_key(authority: &mut Value, mut act: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    for (principal, said) in authority["principals"].as_object_mut().unwrap() {
        for (fingerprint, entry) in said.get_mut("keys").and_then(Value::as_object_mut).into_iter().flatten() {
            act(principal, fingerprint, entry.as_object_mut().unwrap());
        }
    }
}
