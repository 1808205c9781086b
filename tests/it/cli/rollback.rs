//! `sealog rollback`, and the same by its old spelling.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Shop, without_ids};

/// v2 runs on dev, v1 ran there before.
fn shop() -> Shop {
    let shop = Shop::new();
    for version in ["v1", "v2"] {
        shop.releases(version);
        shop.run("rollout shop").succeeds();
    }
    shop
}

#[test]
fn back_to_the_last_good_release_with_a_reason() {
    let shop = shop();
    shop.run("rollback shop").fails(2, "needs-answer").says("--reason <text>");
    let done = shop.run("rollback shop --reason '5xx on /charge'").succeeds();
    assert_snapshot!(without_ids(&done.stdout), @"✓ shop v1 is live again on dev · 2 changed, 0 unchanged · 0 ms · <id>");
    assert_eq!(shop.rendered("dev", "backend/0.yaml").as_deref(), Some("n: 0\nversion: \"v1\"\n"));
    let status = shop.status("dev");
    assert_eq!((&status["release"]["alias"], &status["rollback"]["reason"]), (&json!("v1"), &json!("5xx on /charge")));
    shop.run("rollback shop --reason again").fails(4, "nothing-to-return-to").says("no other release");
    shop.run("rollback shop --release v2 --reason again").fails(4, "nothing-to-return-to").says("v2 is no release");
    shop.team.sandbox.run("verify").succeeds();
}

#[test]
fn a_rollback_needs_no_file_of_the_project() {
    let shop = shop();
    for folder in ["k8s", "deployments"] {
        std::fs::remove_dir_all(shop.team.sandbox.path(&format!("project/{folder}"))).unwrap();
    }
    shop.run("rollback shop --target dev --reason x").succeeds();
    assert_eq!(shop.rendered("dev", "backend/0.yaml").as_deref(), Some("n: 0\nversion: \"v1\"\n"));
}

#[test]
fn a_plan_needs_no_reason() {
    let shop = shop();
    for line in ["rollback shop --dry-run", "rollout plan shop --release v1", "rollout shop --release v1 --dry-run"] {
        shop.run(line).succeeds().says("the last that succeeded here").says("undoes").says("2 values");
    }
}

#[test]
fn a_release_that_was_withdrawn_is_named() {
    let shop = shop();
    shop.team.run("ana", "withdraw release shop v1 --reason 'leaks tokens' --yes").succeeds();
    let nowhere = shop.run("rollback shop --reason x").fails(4, "nothing-to-return-to");
    nowhere.says("v1, which succeeded there, by ana: leaks tokens");
}

#[test]
fn what_is_latest_because_later_ones_were_withdrawn_is_a_rollback() {
    let shop = shop();
    shop.team.run("ana", "withdraw release shop v2 --reason 'leaks tokens' --yes").succeeds();
    shop.run("rollout shop").fails(2, "needs-answer").says("--reason <text>");
    shop.run("rollout shop --reason 'v2 leaks'").succeeds().says("live again");
    assert_eq!(shop.status("dev")["rollback"]["reason"], "v2 leaks");
}

#[test]
fn an_older_release_that_is_rolled_out_is_a_rollback() {
    let shop = shop();
    shop.run("rollout shop --release v1").fails(2, "needs-answer").says("this is a rollback");
    let done = shop.answers("rollout shop --release v1 --reason older");
    assert_eq!(done["rollback"], json!({"reason": "older"}));
    // What was undone goes forward again, with its gates.
    assert_eq!(shop.answers("rollout shop --release v2")["rollback"], json!(null));
}

#[test]
fn the_rules_for_rollbacks_are_others() {
    let shop = Shop::new();
    for version in ["v1", "v2"] {
        shop.releases(version);
        for who in ["ben", "chloe"] {
            shop.team.run(who, &format!("approve shop {version} --target prod --yes")).succeeds();
        }
        shop.run(&format!("rollout shop --target prod --release {version}")).succeeds();
    }
    let planned = shop.run("rollback shop --target prod --dry-run").succeeds();
    assert_snapshot!(without_ids(&planned.stdout), @r"
    shop on prod: v2 → v1, 2 of 2 components change
      ~ manifest/backend   20 to change
      ~ manifest/frontend  2 to change
      goes back            not said yet
      returns to           the last that succeeded here (11:12 until 11:12)
      undoes               2 values
      policy               rollback rule of prod met: succeeded here before, not withdrawn, no hold
    Plan sha256:<id>: 0 to add, 22 to change, 0 to remove
    ");
    let asked = shop.run("rollback shop --target prod").fails(2, "needs-answer");
    asked.says("shop on prod: back to v1, the last that succeeded here (11:12 until 11:12)");
    shop.run("rollback shop --target prod --reason x").succeeds().says("v1 is live again on prod");
    shop.run("rollout shop --target prod --release v2").fails(4, "policy-not-met");
}
