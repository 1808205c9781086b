//! Who writes in these histories, and what each may.

use ed25519_dalek::{Signer as _, SigningKey};
use ledger_format::authority::document::{Authority, Key};
use ledger_format::authority::proof::Claim;
use ledger_format::event::LedgerCreated;
use ledger_format::field::Base64;
use ledger_format::keys::PublicKey;
use ledger_format::name::{Fingerprint, Name};
use serde_json::{Value, json};

/// Everybody, with what they may do. The first three are the roots.
pub const PEOPLE: [(&str, &[&str], &[&str]); 10] = [
    ("ana", &[], &["reviewed"]),
    ("ben", &[], &["reviewed"]),
    ("cleo", &[], &[]),
    ("alice", &["managers"], &["approval.granted", "approval.withdrawn", "approval.denied"]),
    ("bob", &["managers"], &["approval.granted", "approval.withdrawn", "approval.denied"]),
    ("dave", &[], &["rollout.started", "promotion.recorded", "takeover", "override"]),
    ("dan", &[], &["rollout.started", "promotion.recorded"]),
    ("holly", &[], &["hold.placed", "hold.lifted", "release.withdrawn"]),
    ("obs", &[], &["observation.recorded", "evidence.recorded:*"]),
    ("ci", &[], &["build.recorded", "release.created", "evidence.recorded:*", "noted"]),
];

/// The key of a person; of a number past the last one, a stranger's.
pub fn key(person: usize) -> SigningKey {
    let mut seed = [0x5e; 32];
    seed[0] = u8::try_from(person).unwrap();
    SigningKey::from_bytes(&seed)
}

pub fn fingerprint(person: usize) -> Fingerprint {
    PublicKey::Ed25519(key(person).verifying_key()).fingerprint()
}

pub fn number(name: &str) -> usize {
    PEOPLE.iter().position(|(person, _, _)| *person == name).unwrap()
}

/// The first authority: three roots of whom two decide, one approval on prod.
pub fn authority(approvals: u64) -> Value {
    let principals = PEOPLE.iter().enumerate().map(|(number, (name, groups, rights))| {
        let mut rights: Vec<&str> = rights.to_vec();
        rights.sort_unstable();
        let public = PublicKey::Ed25519(key(number).verifying_key()).to_base64();
        let mut principal = json!({"keys": {fingerprint(number).as_str(): {"public": public, "proof": "AAEC"}}});
        if !groups.is_empty() {
            principal["groups"] = json!(groups);
        }
        if !rights.is_empty() {
            principal["rights"] = json!([{"may": rights, "deployments": ["*"], "components": ["*"], "targets": ["*"]}]);
        }
        ((*name).to_owned(), principal)
    });
    json!({
        "version": 0, "level": 1, "home": "oci-layout:00112233445566778899aabbccddeeff",
        "roots": {"principals": ["ana", "ben", "cleo"], "threshold": 2},
        "principals": principals.collect::<serde_json::Map<_, _>>(),
        "policies": policies(approvals),
    })
}

pub fn policies(approvals: u64) -> Value {
    json!([{"deployments": ["*"], "targets": ["prod"],
            "rules": {"approvals": [{"count": approvals, "groups": ["managers"]}], "rollback": {}}}])
}

/// The first event's data, with the proof of every key.
pub fn created() -> LedgerCreated {
    let authority: Authority = serde_json::from_value(authority(1)).unwrap();
    let mut created = LedgerCreated { authority, continues: None };
    let unproven = created.unproven();
    let mut value = serde_json::to_value(&created).unwrap();
    for (number, (name, _, _)) in PEOPLE.iter().enumerate() {
        let principal = Name::new(name).unwrap();
        let fingerprint = fingerprint(number);
        let claim = Claim { ledger: unproven, principal: &principal, key: &fingerprint };
        let proof = Base64::new(&key(number).sign(&claim.message()).to_bytes()).unwrap();
        let entry = &mut value["authority"]["principals"][name]["keys"][fingerprint.as_str()];
        entry["proof"] = serde_json::to_value(proof).unwrap();
    }
    created = serde_json::from_value(value).unwrap();
    let _: &Key = created.authority.keys().next().unwrap().2;
    created
}
