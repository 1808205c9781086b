//! What holds, rejections, withdrawals and missing approvals do to `rollout` and `promote`.

use crate::support::Sandbox;

/// The shop, released as v1 and live on dev; ben approves for prod, holly reviews and holds. prod asks one approval.
fn shop() -> Sandbox {
    let sandbox = Sandbox::shop()
        .enrolling("ben", "--preset approver --target prod --group release-managers")
        .enrolling("holly", "--preset reviewer --target '*'");
    sandbox.write("project/prod.yaml", "approvals: [{count: 1, groups: [release-managers]}]\n");
    sandbox.run("ledger policy set prod.yaml --target prod --yes").succeeds();
    sandbox.run("build shop --target dev --yes").succeeds();
    sandbox.run("release shop --target dev --id v1 --yes").succeeds();
    sandbox.run("rollout shop --target dev --yes").succeeds();
    sandbox
}

const ROLLOUT: &str = "rollout shop --target prod --release v1 --yes";
const BREAK_GLASS: &str = "rollout shop --target prod --release v1 --break-glass --reason INC-9 --confirm prod --yes";

/// It is refused and names why; nothing is recorded.
#[track_caller]
fn refused(sandbox: &Sandbox, line: &str, says: &[&str]) {
    let events = |sandbox: &Sandbox| sandbox.run("ledger head --format json").json()["events"].clone();
    let before = events(sandbox);
    let mut finished = sandbox.run(line).exits(4);
    for text in says {
        finished = finished.says(text);
    }
    assert_eq!(events(sandbox), before, "{line}");
}

#[test]
fn a_hold_stops_rollouts_and_promotions_until_it_is_lifted() {
    let sandbox = shop();
    sandbox.run_as("ben", "approve v1 --target prod --yes").succeeds();
    let placed = sandbox.run_as("holly", "hold place shop --target prod --reason INC-812 --yes --quiet").succeeds();
    let hold = placed.stdout.trim().trim_start_matches("sha256:")[..12].to_owned();
    for line in [ROLLOUT, "promote shop v1 --to prod --yes"] {
        refused(&sandbox, line, &["hold", "INC-812", "holly", &hold]);
    }
    sandbox.run_as("holly", "hold lift --reason 'all clear' --yes").succeeds();
    sandbox.run(ROLLOUT).succeeds().says("v1 is live on prod");
}

#[test]
fn a_rejection_stops_a_rollout_that_is_approved() {
    let sandbox = shop();
    sandbox.run_as("ben", "approve v1 --target prod --yes").succeeds();
    sandbox.run("reject v1 --target prod --reason 'drops a column' --yes").succeeds();
    refused(&sandbox, ROLLOUT, &["denied", "drops a column", "ana"]);
    sandbox.run("withdraw approval v1 --target prod --reason mended --yes").succeeds();
    sandbox.run(ROLLOUT).succeeds();
}

#[test]
fn an_approval_that_is_withdrawn_permits_nothing() {
    let sandbox = shop();
    refused(&sandbox, ROLLOUT, &["1 of 1 rule is not met", "0 of 1 from release-managers"]);
    sandbox.run_as("ben", "approve v1 --target prod --yes").succeeds();
    sandbox.run_as("ben", "withdraw approval v1 --target prod --reason 'the wrong day' --yes").succeeds();
    refused(&sandbox, ROLLOUT, &["0 of 1 from release-managers", "ben's does not count: ben withdrew it"]);
    sandbox.run_as("ben", "approve v1 --target prod --yes").succeeds();
    sandbox.run(ROLLOUT).succeeds();
    sandbox.run("rollout shop --target dev --yes").succeeds();
}

#[test]
fn an_approval_that_does_not_count_is_told_why() {
    let sandbox = shop();
    sandbox.run_as("ben", "approve v1 --target prod --yes").succeeds();
    sandbox.run("ledger keys suspend ben --reason lost --yes").succeeds();
    refused(&sandbox, ROLLOUT, &["0 of 1 from release-managers", "ben's does not count: ana suspended the key"]);
}

#[test]
fn break_glass_passes_over_a_hold_and_somebody_else_reviews_it() {
    let sandbox = shop();
    sandbox.run_as("holly", "hold place --everywhere --reason freeze --yes").succeeds();
    sandbox.run(BREAK_GLASS).succeeds().says("BREAK GLASS");
    let findings = sandbox.run("review --format json").exits(7).json();
    let finding = &findings[0];
    let causes: Vec<&str> =
        finding["causes"].as_array().expect("causes").iter().filter_map(|cause| cause["code"].as_str()).collect();
    assert_eq!(
        (finding["code"].as_str(), causes),
        (Some("overridden"), vec!["hold", "no-promotion", "policy-approvals"])
    );
    let event = finding["event"].as_str().expect("an id").to_owned();
    sandbox.run(&format!("review {event} --reason x --yes")).fails(4, "event-refused");
    sandbox.run_as("holly", &format!("review {event} --reason 'INC-9, agreed' --yes")).succeeds();
    sandbox.run("review").succeeds();
    sandbox.run("verify").succeeds();
}

#[test]
fn break_glass_names_all_that_it_passes_over_before_it_asks() {
    let sandbox = shop();
    let planned = "rollout plan shop --target dev --release v1 --break-glass --reason INC-9";
    sandbox.run(planned).succeeds().says("ana passes over nothing");
    sandbox.run_as("holly", "hold place --everywhere --reason freeze --yes").succeeds();
    sandbox.run(planned).succeeds().says("ana passes over 1 hold").says("by holly: freeze");
    sandbox.run("reject v1 --target prod --reason 'drops a column' --yes").succeeds();
    let asked = sandbox.run("rollout shop --target prod --release v1 --break-glass --reason INC-9");
    asked
        .fails(2, "needs-answer")
        .says("ana passes over 1 of 1 rule, 1 hold, 1 rejection, 1 missing promotion")
        .says("approvals 0 of 1 from release-managers")
        .says("by holly: freeze")
        .says("by ana: drops a column")
        .says("nobody let the release in");
    let planned = "rollout plan shop --target prod --release v1 --break-glass --reason INC-9 --format json";
    let planned = sandbox.run(planned).succeeds().json();
    let passed_over: Vec<(&str, bool)> = planned["passed_over"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|cause| (cause["code"].as_str().expect("a code"), cause["event"].is_string()))
        .collect();
    assert_eq!(passed_over, [("denied", true), ("hold", true), ("no-promotion", false)]);
}

#[test]
fn break_glass_passes_over_no_withdrawn_release() {
    let sandbox = shop();
    sandbox.run("withdraw release shop v1 --reason 'leaks tokens' --yes").succeeds().says("runs on");
    refused(&sandbox, BREAK_GLASS, &["withdrawn"]);
}
