//! `sealog approve`: right, and wrong on purpose.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Shop, Team, image, without_ids};

#[test]
fn a_second_approval_opens_the_gate() {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    team.says(
        "ci",
        "evidence.recorded",
        &json!({"deployment": "shop", "type": "test", "name": "unit", "verdict": "passed", "images": [image(1)],
            "counts": {"passed": 211, "skipped": 2}}),
    );
    let first = team.run("ben", "approve shop v1.5.0 --target prod --yes").succeeds();
    assert_snapshot!(without_ids(&first.stderr), @r"
    You approve as ben, release-managers:
      release    shop v1.5.0 · <id> by ci
      replaces   nothing: it is the first on prod
      evidence   211 tests passed, 2 skipped
      so far     0 of 2 from release-managers
      binds      this release, prod, policy <id>, this evidence; one rollout, until 11-21 11:12
    ");
    assert_snapshot!(without_ids(&first.stdout), @r"
    ✓ Approved v1.5.0 for prod · <id> · 1 of 2 rules met
      approvals  1 of 2 from release-managers: ben
      until      11-21 11:12
    ");
    let second = team.run("chloe", "approve shop v1.5.0 --target prod --yes").succeeds();
    assert_snapshot!(without_ids(&second.stdout), @r"
    ✓ Approved v1.5.0 for prod · <id> · 2 of 2 rules met
      approvals  2 of 2 from release-managers: ben, chloe
      until      11-21 11:12
    ");
}

#[test]
fn an_approval_says_what_it_binds() {
    let team = Team::new();
    let release = team.releases("ci", 1, "v1.5.0");
    let line = "approve shop/v1.5.0 --target prod --component backend --until 2h --note 'read it' --yes";
    let answer = team.answers("ben", line);
    assert_eq!(answer["principal"], "ben");
    assert_eq!(answer["release"]["digest"], release);
    assert_eq!(answer["binds"]["components"], json!(["manifest/backend"]));
    assert_eq!(answer["binds"]["until"], "2026-11-20T13:12:30.000Z");
    assert_eq!(answer["binds"]["note"], "read it");
    assert_eq!(answer["gate"]["rules_met"], 1, "an approval of a part does not count for the whole");
    let quiet = team.run("chloe", "approve shop v1.5.0 --target prod --yes --quiet").succeeds();
    assert_eq!((quiet.stdout.trim().len(), quiet.stderr.as_str()), ("sha256:".len() + 64, ""));
    let event = team.opened().ledger.index(quiet.stdout.trim().parse().unwrap()).expect("the event that was made");
    assert_eq!(team.opened().ledger.entry(event).principal.as_str(), "chloe");
}

#[test]
fn nothing_is_signed_without_a_yes() {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    let before = team.opened().ledger.len();
    team.run("ben", "approve shop v1.5.0 --target prod").fails(2, "needs-answer").says("--yes");
    team.run("ben", "approve shop v1.5.0 --target prod --dry-run").succeeds().says("You approve as ben");
    assert_eq!(team.opened().ledger.len(), before);
}

#[test]
fn a_person_sees_the_difference_before_the_answer() {
    let shop = Shop::new();
    shop.releases("v1");
    shop.run("rollout shop --target dev").succeeds();
    shop.releases("v2");
    let Some(asked) = shop.team.run_on_terminal("ben", "approve shop v2 --target dev", "d\ny\n") else { return };
    let said = asked.succeeds().stdout;
    let (before, after) = said.split_once("shop v1 → v2: ").unwrap_or_else(|| panic!("no difference in {said}"));
    assert_eq!(before.matches("Approve? [y/N, d shows the diff]").count(), 1, "{said}");
    assert_eq!(after.matches("Approve? [y/N, d shows the diff]").count(), 1, "{said}");
    assert!(after.contains("vars.version") && after.contains("v1 → v2"), "{said}");
    assert!(after.contains("✓ Approved v2 for dev"), "{said}");
    let first = shop.team.run_on_terminal("ben", "approve shop v2 --target prod", "d\n").unwrap().fails(1, "declined");
    assert!(first.stdout.contains("Approve? [y/N] "), "nothing runs there to compare with: {}", first.stdout);
}

#[test]
fn who_made_the_release_approves_in_vain() {
    let team = Team::new();
    team.releases("farid", 1, "v1.5.0");
    let shown = team.run("farid", "approve shop v1.5.0 --target prod --yes").succeeds();
    let said = "farid is its releaser, and the policy wants another approver";
    assert!(shown.stderr.contains(said) && shown.stdout.contains(said), "{}{}", shown.stderr, shown.stdout);
    let answer = team.answers("ben", "approve shop v1.5.0 --target prod --yes");
    assert_eq!(answer["gate"]["rules"][0]["found"], "1 of 2 from release-managers: ben");
    assert_eq!(answer["not_counted"], json!(null));
}

#[test]
fn an_approval_in_vain_says_why() {
    let team = Team::new();
    let release = team.releases("ci", 1, "v1.5.0");
    let not_counted = |team: &Team, who: &str| {
        team.answers(who, "approve shop v1.5.0 --target prod --dry-run")["not_counted"].as_str().map(str::to_owned)
    };
    assert_eq!(not_counted(&team, "chloe"), None);
    assert_eq!(not_counted(&team, "olga").as_deref(), Some("olga is not of release-managers"));
    let key = team.fingerprint("chloe");
    team.says("ana", "key.suspended", &json!({"keys": [key], "reason": "lost laptop"}));
    assert_eq!(not_counted(&team, "chloe").as_deref(), Some("ana suspended your key"));
    let created = team.opened().ledger;
    let created = created.entries().find(|(_, entry)| entry.principal.as_str() == "ci").expect("a release").1.event.id;
    let withdrawn = json!({"release": release, "created": [created], "reason": "leaks tokens"});
    team.says("ana", "release.withdrawn", &withdrawn);
    assert_eq!(not_counted(&team, "ben").as_deref(), Some("ana withdrew the release"));
}

#[test]
fn an_approval_is_of_one_release_and_for_a_time() {
    let mut team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    team.releases("ci", 2, "v1.5.1");
    let counted = |team: &Team, who: &str, release: &str| {
        let answer = team.answers(who, &format!("approve shop {release} --target prod --until 2h --dry-run"));
        answer["gate"]["rules"][0]["found"].as_str().unwrap().to_owned()
    };
    team.run("ben", "approve shop v1.5.0 --target prod --until 2h --yes").succeeds();
    assert_eq!(counted(&team, "chloe", "v1.5.0"), "1 of 2 from release-managers: ben");
    assert_eq!(counted(&team, "chloe", "v1.5.1"), "0 of 2 from release-managers");
    team.set_clock("2026-11-20T13:12:30Z");
    assert_eq!(counted(&team, "chloe", "v1.5.0"), "0 of 2 from release-managers");
}

#[test]
fn what_cannot_be_approved_is_refused_before_a_question() {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    for (who, line, code, word) in [
        ("tom", "approve shop v1.5.0 --target prod", 4, "right-missing"),
        ("ben", "approve shop v1.5.1 --target prod", 2, "not-found"),
        ("ben", "approve blog v1.5.0 --target prod", 2, "not-found"),
        ("ben", "approve shop v1.5.0 --target staging", 2, "not-found"),
        ("ben", "approve shop v1.5.0", 2, "ambiguous"),
        ("ben", "approve --target prod", 2, "usage"),
        ("ben", "approve shop v1.5.0 --target prod --component api", 2, "not-found"),
        ("ben", "approve shop v1.5.0 --target prod --until yesterday", 2, "usage"),
        ("ben", "approve shop v1.5.0 --target prod --until 10:00", 2, "usage"),
        ("ben", "approve shop v1.5.0 --target prod --plan 12", 2, "usage"),
        ("nobody", "approve shop v1.5.0 --target prod", 2, "key-not-found"),
    ] {
        let before = team.opened().ledger.len();
        team.run(who, line).fails(code, word);
        assert_eq!(team.opened().ledger.len(), before, "{line}");
    }
}

#[test]
fn nobody_approves_what_they_cannot_read() {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    let gone =
        json!({"digest": format!("sha256:{:064x}", 7), "size": 118, "mediaType": "text/plain", "erasable": true});
    let evidence =
        json!({"deployment": "shop", "type": "test", "verdict": "passed", "images": [image(1)], "note": gone});
    team.says("ci", "evidence.recorded", &evidence);
    team.run("ben", "approve shop v1.5.0 --target prod --yes").fails(4, "text-withheld");
}

#[test]
fn a_deployment_alone_is_asked_for_its_release() {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    let asked = team.run("ben", "approve shop --target prod --yes").fails(2, "usage");
    asked.says("which release of shop?").says("the newest  v1.5.0");
}
