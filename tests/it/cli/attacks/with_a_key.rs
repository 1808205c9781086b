//! By somebody who has a key: old parents, early times, forks, what is not theirs to say.

use ledger_format::admission::Admission;
use sealog::signers::Signer as _;
use serde_json::json;

use super::{Scene, found};

/// dmitri starts with old parents, so that he has not seen a hold.
#[test]
fn a_start_that_left_out_a_hold_is_raced() {
    let mut scene = Scene::new();
    let before = scene.scribe().heads();
    let hold = json!({"deployment": "payment-service", "target": "prod", "reason": "audit"});
    let hold = scene.scribe().says("ben", "11-20 11:11", "hold.placed", &hold);
    let start = scene.story.begins_on(&before, "dmitri", "prod", "v1.4.0", "11-20 11:11:30", &json!({}));
    let findings = scene.findings(7);
    assert!(findings.iter().any(|(_, event)| *event == start.to_string()), "{findings:?}");
    scene.run("verify").fails(7, "open-finding").says(&start.short()).says(&hold.short());
    // A fact all the same: status and history show it, with this verdict, and say so by their exit code.
    scene.run("status").exits(7).says(&start.short());
    scene.run("history --target prod").exits(7).says("unpermitted");
    scene.run("status --target dev").exits(0);
}

#[test]
fn a_rotated_or_stolen_key_cannot_backdate() {
    let mut scene = Scene::new();
    let before = scene.run("status --format json").succeeds().json();
    let first = scene.story.scribe.ledger().id();
    let late = json!({"body": "long ago"});
    let (id, admission) = scene.scribe().says_on(&[first], "tom", "11-03 09:00", "noted", &late);
    assert_eq!(admission, Admission::Admitted);
    let json = scene.run("verify --format json").succeeds().json();
    assert_eq!(json["ignored"]["cut"], 2);
    scene.run(&format!("ledger show {}", id.short())).succeeds().says("cut").says("authority.proposed by ana");
    let after = scene.run("status --format json").succeeds().json();
    assert_eq!(before[0]["release"], after[0]["release"]);
}

#[test]
fn one_root_cannot_end_the_key_of_the_other() {
    let mut scene = Scene::new();
    let (id, mut document) = scene.scribe().authority();
    let ben = scene.scribe().key("ben").public().fingerprint();
    document["version"] = json!(2);
    document["replaces"] = json!([id]);
    document["principals"]["ben"].as_object_mut().unwrap().remove("keys");
    document["ended"] = json!({"keys": {ben.as_str(): {"reason": "compromised"}}});
    document["roots"] = json!({"principals": ["ana"], "threshold": 1});
    let coup = json!({"authority": document, "reason": "coup"});
    let heads = scene.scribe().heads();
    let (_, admission) = scene.scribe().says_on(&heads, "ana", "11-20 11:11", "authority.proposed", &coup);
    let json = scene.run("status --format json");
    let code = json.code;
    // Admitted or refused, it is not in force without the other root.
    assert_eq!(json.json()[0]["as_of"]["authority"], 1, "{admission:?}");
    assert_eq!(code, Some(if matches!(admission, Admission::Refused(_)) { 7 } else { 0 }));
    let hold = json!({"reason": "still here"});
    scene.scribe().says("ben", "11-20 11:12", "hold.placed", &hold);
}

#[test]
fn a_fork_of_the_authority_is_settled_by_no_side() {
    let mut scene = Scene::new();
    let fork = scene.scribe().heads();
    let mut sides = Vec::new();
    for reason in ["ours", "theirs"] {
        let (id, mut document) = scene.scribe().authority_at(1);
        document["version"] = json!(2);
        document["replaces"] = json!([id]);
        document.as_object_mut().unwrap().remove("ended");
        let proposal = json!({"authority": document, "reason": reason});
        let (proposal, admission) =
            scene.scribe().says_on(&fork, "ana", "11-20 11:11", "authority.proposed", &proposal);
        assert_eq!(admission, Admission::Admitted);
        let endorsed = json!({"proposal": proposal});
        scene.scribe().says_on(&[proposal], "ben", "11-20 11:11:30", "endorsed", &endorsed);
        sides.push(proposal);
    }
    let finished = scene.run("verify").fails(3, "authority-forked");
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(sides.iter().all(|side| said.contains(&side.short())), "{said}");
    scene.run("status").fails(3, "authority-forked");
}

#[test]
fn an_approval_is_for_one_release_and_one_rollout() {
    let mut scene = Scene::new();
    let spent = scene.story.approval;
    // Of v1.5.0, and spent before; dmitri names it again, for another release and for the same.
    for (release, at) in [("v1.5.1", "11-20 11:11"), ("v1.5.0", "11-20 11:11:20")] {
        let heads = scene.scribe().heads();
        let start = scene.story.begins_on(&heads, "dmitri", "prod", release, at, &json!({"spends": [spent]}));
        let findings = scene.findings(7);
        assert!(findings.contains(&("unpermitted".to_owned(), start.to_string())), "{findings:?}");
    }
    let shown = scene.run("verify").fails(7, "open-finding").stdout;
    assert!(shown.contains("approval-spent") && shown.contains("policy-approvals"), "{shown}");
}

/// Two starts of one target that had not seen each other: disputed, for ever visible.
#[test]
fn two_starts_at_once_are_disputed() {
    let mut scene = Scene::new();
    let heads = scene.scribe().heads();
    let one = scene.story.begins_on(&heads, "ana", "staging", "v1.4.0", "11-20 11:11", &json!({}));
    let other = scene.story.begins_on(&heads, "ana", "staging", "v1.5.0", "11-20 11:11:30", &json!({}));
    let json = scene.run("status --target staging --format json");
    assert_eq!(json.code, Some(7));
    for events in [json.json()[0]["dispute"]["events"].clone(), json.json()[0]["overlaps"][0]["events"].clone()] {
        for start in [one, other] {
            assert!(events.as_array().unwrap().contains(&json!(start)), "{events}");
        }
    }
    scene.run("status --target staging").exits(7).says("at once: v1.4.0 by ana").says("v1.5.0 by ana");
}

#[test]
fn an_observer_makes_a_lie_of_a_deployer_visible() {
    let scene = Scene::new();
    scene.run("status --target staging").succeeds().says("disputed").says("ecs-watch saw");
}

#[test]
fn a_rollback_goes_only_to_what_succeeded_there() {
    let mut scene = Scene::new();
    let finish = scene.story.finish_of("v1.4.0");
    let back = json!({"rollback": {"undoes": [scene.story.rollback], "returns_to": finish, "reason": "vulnerable"}});
    // v1.3.8 did not go to prod by that finish: it cannot be returned to by it.
    let heads = scene.scribe().heads();
    let start = scene.story.begins_on(&heads, "dmitri", "prod", "v1.3.8", "11-20 11:11", &back);
    assert!(scene.findings(7).contains(&("unpermitted".to_owned(), start.to_string())));
}

/// What was weakened for a while shows in the difference of the points around it, with who did it in the log.
#[test]
fn a_policy_that_was_weakened_shows() {
    let mut scene = Scene::new();
    let before = scene.scribe().heads()[0].short();
    let (id, mut document) = scene.scribe().authority();
    document["version"] = json!(2);
    document["replaces"] = json!([id]);
    document.as_object_mut().unwrap().remove("ended");
    document.as_object_mut().unwrap().remove("policies");
    let weaker = json!({"authority": document, "reason": "hurry"});
    let weaker = scene.scribe().says("ana", "11-20 11:11", "authority.proposed", &weaker);
    scene.scribe().says("ben", "11-20 11:11:10", "endorsed", &json!({"proposal": weaker}));
    scene.run(&format!("diff --from {before}")).succeeds().says("payment-service/prod").says("another policy");
    scene.run("ledger log --kind authority.proposed --limit 1").succeeds().says("hurry").says("ana");
}

/// A key does what its rights allow; what it writes besides has no effect, and is a finding.
#[test]
fn a_stolen_key_does_no_more_than_its_owner_might() {
    let mut scene = Scene::new();
    let before = scene.run("status --target prod --format json").succeeds().json();
    let heads = scene.scribe().heads();
    let start = scene.story.begins_on(&heads, "ecs-watch", "prod", "v1.5.1", "11-20 11:11", &json!({}));
    assert_eq!(scene.findings(7), found("no-right", &start));
    let after = scene.run("status --target prod --format json").exits(7).json();
    assert_eq!((&before[0]["release"], &before[0]["state"]), (&after[0]["release"], &after[0]["state"]));
    scene.run(&format!("ledger show {}", start.short())).succeeds().says("refused").says("ecs-watch");
}
