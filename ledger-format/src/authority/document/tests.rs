use serde_json::{Value, json};

use super::*;
use crate::digest::Digest;
use crate::name::Component;
use crate::right::{Dimension, Need, Scope};

fn example() -> Value {
    let all: Value = serde_json::from_str(include_str!("../../event/examples/data.json")).unwrap();
    all["authority.proposed"]["authority"].clone()
}

fn authority(value: Value) -> Authority {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_document_keeps_the_rules_that_need_no_other() {
    let of = |pointer: &str| example().pointer(pointer).unwrap().clone();
    let kim = of("/principals/kim");
    let (ed25519, p256) =
        ("SHA256:CtI6rsG/fC4J8H8viyvUVZhCpvVoWzAQ/obM3tk5oUY", "SHA256:sfj5GyoWvkHKd141WnMX9LYhNjfLIXnYqEaME6/KFY0");
    assert_eq!(authority(example()).check(), Ok(()));
    for (parent, field, value, why) in [
        ("/roots", "principals", json!(["ada", "lee"]), "the root `lee` is not among the principals"),
        ("/roots", "threshold", json!(1), "a threshold of 1 for 2 roots"),
        ("/roots", "threshold", json!(3), "a threshold of 3 for 2 roots"),
        ("/roots", "threshold", json!(0), "a threshold of 0 for 2 roots"),
        ("/principals", "lee", kim, "stands under `kim` and under `lee`"),
        (
            "/principals/kim/keys",
            ed25519,
            of("/principals/ada/keys")[ed25519].clone(),
            "stands under `ada` and under `kim`",
        ),
        ("/principals/kim/keys", p256, of("/principals/ada/keys")[ed25519].clone(), "has the fingerprint SHA256:CtI6"),
        ("/principals/kim/keys", p256, json!({"public": "AAAA", "proof": "AAAA"}), "is no public key"),
        ("/ended/keys", p256, json!({"reason": "lost"}), "is ended and listed"),
        ("/ended/principals", "kim", json!({"reason": "left"}), "the principal `kim` is ended and listed"),
    ] {
        let mut document = example();
        document.pointer_mut(parent).unwrap()[field] = value;
        let found = authority(document).check().map_err(|bad| bad.to_string());
        assert!(found.as_ref().is_err_and(|found| found.contains(why)), "{parent}/{field}: {found:?}");
    }
}

#[test]
fn a_document_has_at_most_192_kib() {
    let mut document = example();
    let with = |count: usize| Set::new((0..count).map(|n| EventId(Digest::of(&n.to_be_bytes()))));
    let base = crate::canonical::to_vec(&document).len();
    // Each id takes its 71 characters, two quotes and a comma.
    let room = (MAX_DOCUMENT - base) / 74;
    document["excluded"] = json!(with(room));
    assert_eq!(authority(document.clone()).check(), Ok(()));
    document["excluded"] = json!(with(room + 4));
    assert!(matches!(authority(document).check(), Err(BadDocument::TooLarge(_))));
}

#[test]
fn rights_are_given_where_one_grant_matches_every_dimension_that_is_asked() {
    let grants = json!([
        {"may": ["evidence.recorded:te*"], "deployments": ["*"], "components": ["nixpack/*"], "targets": ["*"]},
        {"may": ["hold.placed"], "deployments": ["shop-*"], "targets": ["*"]},
        {"may": ["noted", "takeover"]},
        {"may": ["rollout.started"], "deployments": ["shop-web"], "components": ["*"], "targets": ["dev"]},
    ]);
    let principal: Principal = serde_json::from_value(json!({"rights": Set::new(
        grants.as_array().unwrap().iter().map(|grant| serde_json::from_value::<Grant>(grant.clone()).unwrap())
    )}))
    .unwrap();
    let dimension = |text: &str| match text {
        "-" => Dimension::Unasked,
        "*" => Dimension::All,
        name => Dimension::One(Name::new(name).unwrap()),
    };
    for (right, deployment, component, target, given) in [
        ("evidence.recorded:test", "shop-web", "nixpack/api", "dev", true),
        ("evidence.recorded:test", "*", "nixpack/api", "*", true),
        ("evidence.recorded:test", "shop-web", "*", "dev", false),
        ("evidence.recorded:scan", "shop-web", "nixpack/api", "dev", false),
        ("hold.placed", "shop-web", "-", "*", true),
        ("hold.placed", "*", "-", "dev", false),
        ("hold.placed", "shop-web", "nixpack/api", "dev", false),
        ("noted", "-", "-", "-", true),
        ("takeover", "shop-web", "-", "-", false),
        ("override", "-", "-", "-", false),
        ("rollout.started", "shop-web", "terraform/db", "dev", true),
        ("rollout.started", "shop-web", "terraform/db", "prod", false),
        ("rollout.started", "shop", "terraform/db", "dev", false),
    ] {
        let need = match (right, right.strip_prefix("evidence.recorded:")) {
            (_, Some(kind)) => Need::Evidence(Name::new(kind).unwrap()),
            ("override", _) => Need::Override,
            ("takeover", _) => Need::Takeover,
            (kind, _) => Need::Kind(kind.parse().unwrap()),
        };
        assert_eq!(need.to_string(), right);
        let component = match component {
            "-" => Dimension::Unasked,
            "*" => Dimension::All,
            name => Dimension::One(Component::new(name).unwrap()),
        };
        let scope = Scope { deployment: dimension(deployment), component, target: dimension(target) };
        assert_eq!(principal.may(&Ask { need, scope: scope.clone(), about: None }), given, "{right} {scope:?}");
    }
}
