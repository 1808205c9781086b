//! `sealog review`: findings are listed, accepted, disregarded; and never by who is to blame.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Team, without_ids};

fn team() -> (Team, String) {
    let team = Team::new();
    let release = team.releases("ci", 1, "v1.5.0");
    (team, release)
}

/// A start on dev that had not seen a hold: its id, and that of the hold.
fn raced(team: &Team, release: &str) -> (String, String) {
    let before = team.opened();
    let placed = team.run("holly", "hold place shop --target dev --reason freeze --yes --quiet").succeeds();
    let start = team.starts(before, "dev", release, &json!({}));
    (start.to_string(), placed.stdout.trim().to_owned())
}

fn listed(team: &Team, code: i32) -> Value {
    team.run("ben", "review --format json").exits(code).json()
}

#[test]
fn nothing_is_open_in_a_sound_ledger() {
    let (team, _) = team();
    let finished = team.run("ben", "review").succeeds();
    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("", "· no findings are open\n"));
    assert_eq!(listed(&team, 0), json!([]));
}

#[test]
fn a_raced_start_is_accepted_by_somebody_else() {
    let (team, release) = team();
    let (start, hold) = raced(&team, &release);
    let shown = team.run("ben", "review").exits(7);
    assert_snapshot!(without_ids(&shown.stdout), @r"
    1 finding is open
    ! <id>  raced  rollout.started dev v1.5.0, without a lock: a test, by dmitri, now
        hold       <id> hold.placed dev: freeze, by holly
    ");
    let finding = &listed(&team, 7)[0];
    assert_eq!((&finding["event"], &finding["code"]), (&json!(start), &json!("raced")));
    assert_eq!((&finding["causes"][0]["code"], &finding["causes"][0]["event"]), (&json!("hold"), &json!(hold)));
    let accepted = team.run("ben", &format!("review {start} --reason 'agreed with holly' --yes")).succeeds();
    assert_snapshot!(without_ids(&accepted.stdout), @r"
    ✓ Accepted 1 finding · <id>
      reason     agreed with holly
    ");
    assert_eq!(listed(&team, 0), json!([]));
    assert_eq!(team.answers("ben", "review --all")[0]["closed"], true);
    team.run("ben", &format!("review {start} --reason x --yes")).fails(2, "already-done");
}

#[test]
fn break_glass_is_reviewed_by_somebody_else() {
    let (team, release) = team();
    let start = team.starts(team.opened(), "prod", &release, &json!({"override": {"reason": "INC-812"}}));
    let finding = &listed(&team, 7)[0];
    assert_eq!((&finding["event"], &finding["code"]), (&json!(start), &json!("overridden")));
    let causes: Vec<&str> =
        finding["causes"].as_array().unwrap().iter().map(|cause| cause["code"].as_str().unwrap()).collect();
    assert_eq!(causes, ["no-promotion", "policy-approvals"]);
    team.run("dmitri", &format!("review {start} --reason x --yes")).fails(4, "right-missing");
    team.run("ana", &format!("review {start} --reason 'INC-812, agreed' --yes")).succeeds();
    assert_eq!(listed(&team, 0), json!([]));
}

#[test]
fn a_hold_that_is_disregarded_races_nobody() {
    let (team, release) = team();
    let (_, hold) = raced(&team, &release);
    team.run("ben", &format!("review {hold} --disregard --reason 'of another team' --yes"))
        .succeeds()
        .says("Disregarded 1 event");
    assert_eq!(listed(&team, 0), json!([]));
}

#[test]
fn a_cause_that_comes_later_opens_a_finding_again() {
    let (team, release) = team();
    let unseen = team.opened();
    let (start, _) = raced(&team, &release);
    team.run("ben", &format!("review {start} --reason agreed --yes")).succeeds();
    let hold = json!({"deployment": "shop", "reason": "unseen by all"});
    team.says_seeing(unseen, "holly", "hold.placed", &hold);
    assert_eq!(listed(&team, 7)[0]["causes"].as_array().unwrap().len(), 2);
}

#[test]
fn what_cannot_be_reviewed_is_refused() {
    let (team, release) = team();
    let (start, _) = raced(&team, &release);
    let first = team.opened().ledger.entry(0).event.id;
    let own = team.run("ben", "review --format json").exits(7);
    assert_eq!(own.json()[0]["principal"], "dmitri");
    for (who, line, code, word) in [
        ("ben", format!("review {first} --reason x"), 2, "not-found"),
        ("ben", format!("review {first} --disregard --reason x"), 2, "usage"),
        ("ben", "review ffffffffffff --reason x".to_owned(), 2, "not-found"),
        ("ben", "review v1.5.0 --reason x".to_owned(), 2, "usage"),
        ("ben", "review --reason x".to_owned(), 2, "usage"),
        ("ben", format!("review {start}"), 2, "needs-answer"),
        ("chloe", format!("review {start} --reason x"), 4, "right-missing"),
    ] {
        let before = team.opened().ledger.len();
        team.run(who, &line).fails(code, word);
        assert_eq!(team.opened().ledger.len(), before, "{line}");
    }
}

#[test]
fn nobody_reviews_what_they_signed_while_somebody_else_could() {
    let (team, release) = team();
    let created =
        team.opened().ledger.entries().find(|(_, entry)| entry.principal.as_str() == "ci").unwrap().1.event.id;
    assert!(!release.is_empty());
    let line = format!("review {created} --disregard --reason x --yes");
    team.run("ana", &line).succeeds();
    let own = team.releases("ana", 2, "v2");
    let created = team.opened().ledger.entries().last().unwrap().1.event.id;
    assert!(!own.is_empty());
    team.run("ana", &format!("review {created} --disregard --reason x --yes")).fails(4, "event-refused");
    team.run("ben", &format!("review {created} --disregard --reason x --yes")).succeeds();
}
