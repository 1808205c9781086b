//! By those who decide: a policy weakened for a while, one person counted twice.

use serde_json::{Value, json};

use super::Scene;
use crate::support::{key, moment};

fn without_policies(document: &mut Value) {
    document.as_object_mut().unwrap().remove("policies");
}

/// Two roots drop the policy of prod, start what it refuses, and restore it.
#[test]
fn a_policy_that_was_weakened_and_restored_shows_in_the_difference_over_it() {
    let mut scene = Scene::new();
    let before = scene.scribe().heads()[0].short();
    let (_, strict) = scene.scribe().authority();
    let weakened = scene.amends("11-20 11:11", without_policies);
    let heads = scene.scribe().heads();
    let start = scene.ships_on(&heads, "dmitri", "prod", "v1.5.1", "11-20 11:11:10");
    let restored = scene.amends("11-20 11:11:20", |document| document["policies"] = strict["policies"].clone());
    // What was done by the weak policy stays permitted; that it was not the same all the time is no secret.
    assert_eq!(scene.findings(0), []);
    let within = start.short();
    scene
        .run(&format!("diff --from {before} --to {within}"))
        .succeeds()
        .says("payment-service/prod")
        .says("another policy");
    scene.run(&format!("diff --from {within}")).succeeds().says("payment-service/prod").says("another policy");
    scene.run(&format!("diff --from {before}")).succeeds().says("authority").says(&restored.short());
    let log = scene.run("ledger log --kind authority.proposed --limit 2").succeeds();
    log.says(&weakened.short()).says(&restored.short()).says("ana");
}

/// dmitri keeps to the weak policy after it was restored.
#[test]
fn a_start_by_a_policy_that_was_replaced_is_raced() {
    let mut scene = Scene::new();
    let (_, strict) = scene.scribe().authority();
    scene.amends("11-20 11:11", without_policies);
    let weak = scene.scribe().heads();
    let policy = scene.scribe().policy("payment-service", "prod");
    let restored = scene.amends("11-20 11:11:10", |document| document["policies"] = strict["policies"].clone());
    let start = scene.ships_by(&policy, &weak, ("dmitri", "prod", "v1.5.1"), "11-20 11:11:30");
    assert!(scene.findings(7).contains(&("raced".to_owned(), start.to_string())));
    let missed = format!("missed     policy-approvals: {}", restored.short());
    scene.run("verify").fails(7, "open-finding").says(&start.short()).says(&missed);
    scene.run("status --target prod").exits(7).says(&start.short());
}

#[test]
fn who_has_two_keys_endorses_once() {
    let mut scene = Scene::new();
    second_key(&mut scene, "ana");
    assert_eq!(scene.version(), json!(2));
    let (proposal, _) = scene.proposes("11-20 11:11:10", without_policies);
    for name in ["ana", "ana-2"] {
        scene.scribe().says(name, "11-20 11:11:20", "endorsed", &json!({"proposal": proposal}));
    }
    assert_eq!(scene.version(), json!(2), "one root of two");
    scene.run("ledger policy show payment-service --target prod").succeeds().says("2 approvals by release-managers");
    // With the other root it counts.
    scene.scribe().says("ben", "11-20 11:11:30", "endorsed", &json!({"proposal": proposal}));
    assert_eq!(scene.version(), json!(3));
}

#[test]
fn who_has_two_keys_approves_once() {
    let mut scene = Scene::new();
    second_key(&mut scene, "ben");
    let policy = scene.scribe().policy("payment-service", "prod");
    let release = scene.story.release_id("v1.5.0");
    let yes = json!({"deployment": "payment-service", "target": "prod", "release": release, "policy": policy,
        "until": moment("11-21 10:14"), "images": scene.story.images("v1.5.0")});
    // ben by both of his keys: one of two; with chloe they are two.
    for (others, needed, at) in
        [(["ben", "ben-2"], true, "11-20 11:11:20"), (["ben", "chloe"], false, "11-20 11:11:30")]
    {
        let mut given = others.map(|who| scene.scribe().says(who, at, "approval.granted", &yes));
        given.sort_unstable();
        let heads = scene.scribe().heads();
        let more = json!({"spends": given});
        let start = scene.story.begins_on(&heads, "dmitri", "prod", "v1.5.0", at, &more);
        let shown = scene.run(&format!("ledger show {}", start.short())).succeeds().stdout;
        assert_eq!(shown.contains("policy-approvals"), needed, "{others:?}: {shown}");
        scene.run("verify").fails(7, "open-finding").says(&start.short());
    }
}

/// A principal is given a second key, which is named so.
fn second_key(scene: &mut Scene, who: &str) {
    let name = format!("{who}-2");
    scene.scribe().gains(&name, key(100));
    let entry = scene.scribe().entry(&name, who);
    scene.amends("11-20 11:11", |document| {
        let keys = document["principals"][who]["keys"].as_object_mut().unwrap();
        keys.extend(entry.as_object().unwrap().clone());
    });
}
