//! What reading commands say of a target that is not simply whole, of one release, and of which nothing is amiss.

use serde_json::{Value, json};

use crate::support::{Sandbox, Shop};

fn status(sandbox: &Sandbox, target: &str) -> Value {
    sandbox.run(&format!("status --target {target} --format json")).succeeds().json()[0].clone()
}

/// v1 and then v2 with another `web`; ana does everything.
fn two_releases() -> Sandbox {
    let sandbox = Sandbox::shop();
    sandbox.run("build").succeeds();
    sandbox.run("release --id v1").succeeds();
    sandbox.run("rollout --yes").succeeds();
    sandbox.write("project/services/web/public/index.html", "<p>2</p>\n");
    sandbox.run("build").succeeds();
    sandbox.run("release --id v2").succeeds();
    sandbox
}

fn notes(sandbox: &Sandbox, line: &str) -> String {
    let said = sandbox.run(line).succeeds().stdout;
    said.lines().filter(|line| line.starts_with(['!', '·'])).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_images_of_a_mixed_target_are_those_that_run() {
    let sandbox = two_releases();
    let before = status(&sandbox, "dev");
    assert_eq!((&before["state"], before["images"].as_array().map(Vec::len)), (&json!("active"), Some(2)));
    sandbox.run("rollout --release v2 --component backend --yes").succeeds();
    let mixed = status(&sandbox, "dev");
    assert_eq!(mixed["state"], "mixed");
    assert_eq!(
        mixed["images"], before["images"],
        "backend takes api, which is the same in v2; web is still that of v1"
    );
    assert_eq!(notes(&sandbox, "status"), "! dev      mixed: backend v2, frontend v1\n");
    sandbox.run("rollout --release v2 --yes").succeeds();
    let whole = status(&sandbox, "dev");
    assert_eq!((&whole["state"], &whole["components"]), (&json!("active"), &json!([])));
    assert_ne!(whole["images"], before["images"]);
    assert_eq!(notes(&sandbox, "status"), "");
}

#[test]
fn a_target_that_has_only_some_components_is_partial() {
    let sandbox = two_releases();
    sandbox.run("rollout --target staging --release v1 --component backend --yes").succeeds();
    let partial = status(&sandbox, "staging");
    assert_eq!((&partial["state"], &partial["missing"]), (&json!("partial"), &json!(["manifest/frontend"])));
    let images: Vec<&str> =
        partial["images"].as_array().unwrap().iter().map(|image| image["component"].as_str().unwrap()).collect();
    assert_eq!(images, ["nixpack/api"]);
    let shown = sandbox.run("status --target staging").succeeds().stdout;
    assert!(shown.starts_with("shop on staging: v1, partial\n"), "{shown}");
    assert_eq!(notes(&sandbox, "status"), "! staging  partial: backend v1; frontend was never rolled out\n");
    assert!(sandbox.run("releases").succeeds().stdout.contains("dev, staging (partly)"));
    sandbox.run("rollout --target staging --release v1 --component frontend --yes").succeeds();
    assert_eq!(status(&sandbox, "staging")["state"], "active");
}

#[test]
fn what_runs_of_a_withdrawn_release_is_shown() {
    let shop = Shop::new();
    shop.releases("v1");
    shop.run("rollout shop").succeeds();
    let sandbox = &shop.team.sandbox;
    let line = "withdraw release shop v1 --reason 'leaks keys'";
    shop.team.run("ana", &format!("{line} --dry-run")).succeeds().says("to undo, release anew with other content");
    shop.team.run("ana", &format!("{line} --yes")).succeeds();
    let shown = sandbox.run("status --target dev").succeeds().stdout;
    assert!(
        shown.starts_with(
            "shop on dev: v1, withdrawn
"
        ),
        "{shown}"
    );
    assert_eq!(notes(sandbox, "status"), "! dev      v1 was withdrawn by ana: \"leaks keys\"\n");
    let dev = shop.status("dev");
    assert_eq!((&dev["state"], &dev["withdrawn"][0]["by"]), (&json!("active"), &json!("ana")));
    assert_eq!(dev["withdrawn"][0]["release"]["alias"], "v1");
    let releases = sandbox.run("releases").succeeds().stdout;
    assert!(releases.contains("withdrawn, still on dev"), "{releases}");
    shop.releases("v2");
    shop.run("rollout shop").succeeds();
    assert_eq!(notes(sandbox, "status"), "");
    let releases = sandbox.run("releases").succeeds().stdout;
    assert!(!releases.contains("still on"), "{releases}");
}

#[test]
fn a_review_of_ones_own_is_shown_as_one_for_ever() {
    let sandbox = two_releases();
    let glass = "rollout --target prod --release v1 --break-glass --reason INC-1 --confirm prod --yes";
    sandbox.write("policy.yaml", "approvals: [{count: 1, groups: [managers]}]\n");
    sandbox.run("ledger policy set ../policy.yaml --target prod --reason x --yes").succeeds();
    sandbox.run(glass).succeeds();
    let start = sandbox.run("review -q").exits(7).stdout.trim().to_owned();
    let review = sandbox.run(&format!("review {start} --reason 'looked again' --yes -q")).succeeds().stdout;
    sandbox.run("verify").succeeds().says("1 by break-glass; all reviewed, 1 self-reviewed");
    assert_eq!(notes(&sandbox, "status"), "· prod     break-glass: \"INC-1\"; self-reviewed by ana\n");
    let prod = status(&sandbox, "prod");
    assert_eq!((&prod["override"]["reviewed_by"], &prod["override"]["self_reviewed"]), (&json!("ana"), &json!(true)));
    sandbox.run("history").succeeds().says("break-glass, INC-1; self-reviewed");
    sandbox.run("review --all").succeeds().says("1 self-reviewed").says(", now, self-reviewed by ana");
    assert_eq!(sandbox.run("review --all --format json").succeeds().json()[0]["self_reviewed"], true);
    sandbox.run(&format!("ledger show {start}")).succeeds().says("by ana, self-reviewed");
    sandbox.run(&format!("ledger show {}", review.trim())).succeeds().says("self-reviewed");
}

#[test]
fn columns_are_there_by_what_was_asked() {
    let sandbox = two_releases();
    let head = |line: &str| {
        let shown = sandbox.run(line).succeeds().stdout;
        shown.lines().next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(head("history"), "WHEN (UTC) TARGET RELEASE WHAT BY TOOK WHY");
    assert_eq!(head("history --target dev"), "WHEN (UTC) RELEASE WHAT BY TOOK WHY");
    let text = std::fs::read_to_string(sandbox.project().join("deployments/shop.yaml")).unwrap();
    sandbox.write("project/deployments/other.yaml", text.replace("name: shop\n", "name: other\n"));
    let shown = sandbox.run("history --limit 1").succeeds().stdout;
    assert!(shown.contains(" shop/dev "), "{shown}");
    let refused = sandbox.run("status --target pod").fails(2, "not-found");
    assert!(
        refused.stderr.contains("dev, staging, prod\n") || refused.stderr.contains("dev, prod, staging\n"),
        "{}",
        refused.stderr
    );
    assert_eq!(head("history shop --limit 1"), "WHEN (UTC) TARGET RELEASE WHAT BY TOOK WHY");
    assert_eq!(head("releases shop"), "RELEASE ID MADE (UTC) BY COMMIT RUNS ON");
}

#[test]
fn one_event_is_one_event() {
    Sandbox::shop().run("status").succeeds().says("\n1 event verified, ");
}
