//! By signatures: keys that are not one's own, a second signature made of the first.

use ledger_format::admission::Admission;
use ledger_format::envelope::{Envelope, PAYLOAD_TYPE, pae};
use ledger_format::event::Data;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePrivateKey as _;
use sealog::signers::Signer as _;
use sealog::signers::local_key::LocalKey;
use serde_json::{Value, json};

use super::{Scene, found};
use crate::support::key;

/// The entry of a key with the proof of another entry.
fn with_proof(entry: &Value, proof: &Value) -> Value {
    let mut forged = entry.clone();
    for key in forged.as_object_mut().unwrap().values_mut() {
        key["proof"] = proof.clone();
    }
    forged
}

/// ana enrolls a key of which mallory does not have the secret; whatever stands for the proof, it has no effect.
#[test]
fn another_s_key_is_not_enrolled_as_one_s_own() {
    for forgery in ["of another principal", "by another key", "over something else", "nothing"] {
        let mut scene = Scene::new();
        scene.scribe().gains("victim", key(100));
        scene.scribe().gains("mallory", key(101));
        let genuine = scene.scribe().entry("victim", "victim");
        let proof = match forgery {
            "of another principal" => genuine.as_object().unwrap().values().next().unwrap()["proof"].clone(),
            "by another key" => {
                let own = scene.scribe().entry("mallory", "mallory");
                own.as_object().unwrap().values().next().unwrap()["proof"].clone()
            }
            "over something else" => {
                use base64::Engine as _;
                let signature = scene.scribe().key("victim").sign(b"hello").unwrap();
                json!(base64::engine::general_purpose::STANDARD.encode(signature))
            }
            _ => json!("AA=="),
        };
        let (proposal, admission) = scene.proposes("11-20 11:11", |document| {
            document["principals"]["mallory"] = json!({"keys": with_proof(&genuine, &proof)});
        });
        assert!(matches!(admission, Admission::Refused(_)), "{forgery}: {admission:?}");
        assert_eq!(scene.findings(7), found("document-proof", &proposal), "{forgery}");
        scene.run("verify").fails(7, "open-finding").says(&proposal.short());
        assert_eq!(scene.version(), json!(1), "{forgery}");
    }
}

/// Of an ECDSA signature anybody can make a second one that mathematics takes for as good.
#[test]
fn a_flipped_ecdsa_signature_is_none() {
    let mut scene = Scene::new();
    let secret = SigningKey::from_slice(&[7; 32]).unwrap();
    let pem = secret.to_pkcs8_pem(Default::default()).unwrap();
    scene.scribe().gains("ben-2", LocalKey::from_pem(&pem, None).unwrap());
    let entry = scene.scribe().entry("ben-2", "ben");
    scene.amends("11-20 11:11", |document| {
        let keys = document["principals"]["ben"]["keys"].as_object_mut().unwrap();
        keys.extend(entry.as_object().unwrap().clone());
    });
    let data = Data::parse("hold.placed".parse().unwrap(), &json!({"reason": "x"})).unwrap();
    let heads = scene.scribe().heads();
    let header = scene.scribe().header_on("ben-2", "11-20 11:11:30", &heads);
    let genuine = scene.scribe().sign("ben-2", &header, &data);
    let name = scene.scribe().put(&genuine);
    scene.run("verify -q").succeeds();

    let payload = ledger_format::event::payload(&header, &data).unwrap();
    let made = scene.scribe().key("ben-2").sign(&pae(PAYLOAD_TYPE, &payload)).unwrap();
    let low = Signature::from_der(&made).unwrap();
    let high = Signature::from_scalars(low.r(), -*low.s()).unwrap();
    let flipped = Envelope::new(payload, high.to_der().as_bytes().to_vec(), header.key.clone());
    std::fs::write(scene.tail().join(name.to_string()), flipped.to_bundle()).unwrap();
    assert_eq!(scene.findings(3), found("event-tampered", &genuine.id()));
    let verified = scene.run("verify").fails(3, "event-tampered").says(&genuine.id().short());
    verified.says("the signature does not verify");
    scene.run("status").fails(3, "event-tampered").says(&genuine.id().short());
}
