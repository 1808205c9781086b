//! `sealog rollout` and `promote`: right, and refused.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Shop, without_ids};

#[test]
fn a_release_is_rolled_out_to_the_target_it_was_made_with() {
    let shop = Shop::new();
    shop.releases("v1");
    let before = shop.events();
    let planned = shop.run("rollout plan shop").succeeds();
    assert_snapshot!(without_ids(&planned.stdout).replace("sha256:", ""), @r"
    shop on dev: nothing → v1, 2 of 2 components change
      + manifest/backend   20 to add
      + manifest/frontend  2 to add
    Plan <id>: 22 to add, 0 to change, 0 to remove · the policy of dev has no rules
    ");
    assert_eq!((shop.events(), shop.rendered("dev", "backend/0.yaml")), (before, None), "a plan changes nothing");
    let done = shop.run("rollout shop").succeeds();
    assert_snapshot!(without_ids(&done.stdout), @"✓ shop v1 is live on dev · 2 changed, 0 unchanged · 0 ms · <id>");
    assert_eq!(shop.rendered("dev", "backend/0.yaml").as_deref(), Some("n: 0\nversion: \"v1\"\n"));
    let again = shop.answers("deployment rollout apply shop --target dev");
    assert_eq!((&again["state"], &again["verdict"]), (&json!("succeeded"), &json!("permitted")));
    assert_eq!(again["components"][0], json!({"component": "manifest/backend", "outcome": "unchanged"}));
    assert_eq!(shop.status("dev")["release"]["alias"], "v1");
}

#[test]
fn a_release_goes_on_to_the_next_target_by_a_promotion() {
    let shop = Shop::new();
    let (first, second) = (shop.releases("v1"), shop.releases("v2"));
    assert_ne!(first, second);
    shop.run("rollout shop --target staging").fails(2, "not-found").says("made with staging or let into it");
    shop.run("rollout shop --target staging --release v1").succeeds().says("shop v1 is live on staging");
    let promoted = shop.answers("promote shop v2 --to staging");
    let log = shop.team.sandbox.run("ledger log --kind promotion.recorded --format json").json();
    assert_eq!(log.as_array().unwrap().len(), 2);
    assert!(promoted["event"].as_str().is_some_and(|event| event.starts_with("sha256:")), "{promoted}");
    assert_eq!(shop.answers("promote shop v2 --to staging")["event"], promoted["event"], "once is enough");
    assert_eq!(shop.answers("promote shop v2 --to dev")["event"], json!(null), "it was made with dev");
    assert_eq!(shop.answers("rollout shop --target staging")["release"]["alias"], "v2");
}

#[test]
fn a_release_is_named_with_its_deployment_everywhere() {
    let shop = Shop::new();
    shop.releases("c1");
    let plain = "deployment:\n  name: plain\n  context: { default_target: dev }\n  components:\n    manifest:\n      \
        other:\n        vars: { templates: k8s/backend, version: p }\n  targets: { dev: {}, staging: {}, prod: {} }\n";
    shop.team.sandbox.write("project/deployments/plain.yaml", plain);
    for release in ["c1", "c2"] {
        shop.team
            .sandbox
            .write("project/deployments/plain.yaml", plain.replace("version: p", &format!("version: {release}")));
        shop.team.run("ci", &format!("release plain --target dev --id {release}")).succeeds();
        shop.run(&format!("rollout --release plain/{release} --target dev")).succeeds().says("plain");
    }
    for line in [
        "rollout plan --release plain/c1 --target dev --reason x",
        "rollback --release plain/c1 --target dev --reason x",
        "rollout plan --target dev --release c2",
        "promote plain/c1 --to staging",
        "promote --release plain/c2 --to staging",
        "rollout plain --release plain/c2 --target staging",
    ] {
        shop.run(line).succeeds().says("plain");
    }
    for line in ["releases show plain/c1", "diff plain/c1 plain/c2"] {
        shop.team.sandbox.run(line).succeeds().says("plain");
    }
    let of_ci = "record evidence --type check --release plain/c1 --verdict passed";
    shop.team.run("ci", of_ci).succeeds();
    shop.run("rollout --release c1 --target dev").fails(2, "ambiguous").says("plain").says("shop");
    shop.run("rollout shop --release plain/c1 --target dev").fails(2, "not-found");
}

#[test]
fn what_is_missing_is_said_and_nothing_is_touched() {
    let shop = Shop::new();
    shop.releases("v1");
    let before = shop.events();
    let refused = shop.run("rollout shop --target prod --release v1").fails(4, "policy-not-met");
    assert_eq!(shop.run("promote shop v1 --to prod").fails(4, "policy-not-met").stderr, refused.stderr);
    assert_snapshot!(refused.stderr, @r"
        error[policy-not-met]: shop v1 may not go to prod yet: 1 of 2 rules is not met
          ✗ approvals  0 of 2 from release-managers
          ✓ 1 more     who differs approver, deployer, releaser differ
          hint: sealog approve shop v1 --target prod   (somebody whom the policy names)
          see:  sealog explain policy-not-met
        Nothing was copied, recorded or changed.
        ");
    assert_eq!((shop.events(), shop.rendered("prod", "backend/0.yaml")), (before, None));
    for who in ["ben", "chloe"] {
        shop.team.run(who, "approve shop v1 --target prod --yes").succeeds();
    }
    shop.run("rollout shop --target prod --release v1").succeeds();
    let again = shop.run("rollout shop --target prod --release v1").fails(4, "policy-not-met");
    assert!(again.stderr.contains("0 of 2 from release-managers"), "approvals are for one rollout: {}", again.stderr);
}

#[test]
fn holds_denials_and_withdrawals_stand_in_the_way() {
    let shop = Shop::new();
    shop.releases("v1");
    let hold = shop.team.run("holly", "hold place --target dev --reason 'audit week' --yes -q").succeeds().stdout;
    shop.run("rollout shop").fails(4, "on-hold").says("by holly: audit week");
    shop.team.run("holly", &format!("hold lift {} --reason over --yes", hold.trim())).succeeds();
    shop.team.run("ben", "reject shop v1 --target dev --reason 'drops a column' --yes").succeeds();
    shop.run("rollout shop").fails(4, "not-permitted").says("by ben: drops a column");
    shop.team.run("ben", "withdraw approval shop v1 --target dev --reason mended --yes").succeeds();
    shop.run("rollout shop").succeeds();
    shop.team.run("ana", "withdraw release shop v1 --reason 'leaks keys' --yes").succeeds();
    shop.run("rollout shop --release v1").fails(4, "not-permitted").says("by ana: leaks keys");
    shop.run("rollout shop").fails(2, "not-found");
}

#[test]
fn the_glass_is_broken_by_the_targets_name_only() {
    let shop = Shop::new();
    shop.releases("v1");
    let line = "rollout shop --target prod --release v1 --break-glass --reason INC-812";
    shop.run(line).fails(2, "needs-answer").says("--confirm prod");
    shop.run(&format!("{line} --confirm dev")).fails(2, "usage");
    shop.team.run("tom", &format!("{line} --confirm prod")).fails(4, "right-missing");
    assert_eq!(shop.rendered("prod", "backend/0.yaml"), None);
    let done = shop.answers(&format!("{line} --confirm prod"));
    assert_eq!((&done["verdict"], &done["override"]["reason"]), (&json!("overridden"), &json!("INC-812")));
    shop.team.sandbox.run("verify").fails(7, "open-finding");
}

#[test]
fn what_was_not_meant_is_told_before_anything_is_signed() {
    let shop = Shop::new();
    shop.releases("v1");
    let before = shop.events();
    for (line, code, word) in [
        ("rollout", 2, "needs-answer"),
        ("rollout nowhere --target dev --yes", 2, "not-found"),
        ("rollout shop --target nowhere --release v1 --yes", 2, "not-found"),
        ("rollout shop --release v9 --yes", 2, "not-found"),
        ("rollout shop --component nothing --yes", 2, "not-found"),
        ("rollout shop --timeout 5m --yes", 2, "usage"),
        ("rollout shop --wait --timeout soon --yes", 2, "usage"),
        ("rollout shop --resume --yes", 2, "not-found"),
        ("rollout shop --hold --component backend --yes", 2, "usage"),
        ("rollout shop --takeover --yes", 2, "needs-answer"),
        ("rollback shop --reason x --yes", 4, "nothing-to-return-to"),
        ("promote shop --yes", 2, "usage"),
        ("promote shop v1 --yes", 2, "ambiguous"),
    ] {
        shop.team.run("dmitri", line).fails(code, word);
    }
    shop.team.run("ben", "rollout shop --yes").fails(4, "right-missing");
    assert_eq!((shop.events(), shop.rendered("dev", "backend/0.yaml")), (before, None));
}

#[test]
fn files_of_others_are_not_written_over() {
    let shop = Shop::new();
    shop.releases("v1");
    let before = shop.events();
    shop.team.sandbox.write("project/rendered/dev/frontend/1.yaml", "somebody else's\n");
    shop.run("rollout shop").fails(1, "component-failed").says("rendered/dev/frontend/1.yaml");
    assert_eq!(shop.events(), before);
    assert_eq!(shop.rendered("dev", "frontend/1.yaml").as_deref(), Some("somebody else's\n"));
}

#[test]
fn an_approval_of_a_plan_is_for_this_plan_only() {
    let shop = Shop::new();
    shop.releases("v1");
    // A promotion has no plan: it would ask for other approvals.
    shop.team.run("ci", "release shop --target prod").succeeds();
    let line = "rollout plan shop --target prod --release v1";
    let planned = shop.run(line).fails(4, "policy-not-met");
    assert!(planned.stdout.ends_with(" · 1 of 2 rules of prod met\n"), "{}", planned.stdout);
    let plan = |shop: &Shop| shop.run(&format!("{line} -q")).stdout.trim().to_owned();
    let approve = |shop: &Shop, plan: &str| {
        for who in ["ben", "chloe"] {
            shop.team.run(who, &format!("approve shop v1 --target prod --plan {plan} --yes")).succeeds();
        }
    };
    approve(&shop, &plan(&shop));
    // Something is there already now, so there is another plan.
    shop.team.sandbox.write("project/rendered/prod/frontend/0.yaml", "n: 0\nversion: \"v1\"\n");
    shop.run("rollout shop --target prod --release v1").fails(4, "policy-not-met");
    approve(&shop, &plan(&shop));
    shop.run("rollout shop --target prod --release v1").succeeds();
}
