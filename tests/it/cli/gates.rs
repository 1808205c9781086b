//! `sealog reject`, `withdraw` and `hold`: what stops rollouts, and what lets them go on.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Team, without_ids};

fn team() -> Team {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    team
}

/// The gate of prod for v1.5.0, as an approver sees it.
fn gate(team: &Team) -> Value {
    team.answers("chloe", "approve shop v1.5.0 --target prod --dry-run")["gate"].clone()
}

#[test]
fn a_rejection_stands_in_the_way_until_it_is_withdrawn() {
    let team = team();
    let rejected = team.run("ben", "reject shop v1.5.0 --target prod --reason 'drops a column' --yes").succeeds();
    assert_snapshot!(without_ids(&rejected.stderr), @r"
    You reject as ben:
      release    shop v1.5.0 · <id> by ci
      replaces   nothing: it is the first on prod
      stops      every rollout of it to prod, until you withdraw this
      reason     drops a column
    ");
    assert_snapshot!(without_ids(&rejected.stdout), @r"
    ✓ Rejected v1.5.0 for prod · <id>
      reason     drops a column
    ");
    assert_eq!(gate(&team)["denials"][0]["reason"], "drops a column");
    let event = gate(&team)["denials"][0]["event"].as_str().unwrap().to_owned();
    let line = format!("withdraw approval --event {event} --reason x --yes");
    team.run("chloe", &line).fails(4, "right-missing");
    let withdrawn = team.run("ben", "withdraw approval shop v1.5.0 --target prod --reason 'mended' --yes").succeeds();
    assert_snapshot!(without_ids(&withdrawn.stdout), @r"
    ✓ Withdrew 1 rejection · <id>
      withdrawn  <id>
      reason     mended
    ");
    assert_eq!(gate(&team)["denials"], json!([]));
    team.run("ben", &line).fails(2, "already-done").says("was withdrawn already by ben");
    team.run("ben", "withdraw approval shop v1.5.0 --target prod --reason x --yes").fails(2, "not-found");
}

#[test]
fn an_approval_that_is_withdrawn_counts_no_more() {
    let team = team();
    let counted = |team: &Team| gate(team)["rules"][0]["found"].as_str().unwrap().to_owned();
    let given = team.run("farid", "approve shop v1.5.0 --target prod --yes --quiet").succeeds();
    assert_eq!(counted(&team), "1 of 2 from release-managers: farid");
    let line = format!("withdraw approval --event {} --reason 'the wrong day' --yes", given.stdout.trim());
    team.run("tom", &line).fails(4, "right-missing");
    team.run("ben", &line).succeeds().says("Withdrew 1 approval");
    assert_eq!(counted(&team), "0 of 2 from release-managers");
    let first = team.opened().ledger.entry(0).event.id;
    let line = format!("withdraw approval --event {first} --reason x --yes");
    team.run("ben", &line).fails(2, "usage").says("no approval and no rejection but a ledger.created");
    team.run("ben", "withdraw approval --event ffffffffffff --reason x --yes").fails(2, "not-found");
}

#[test]
fn a_release_that_is_withdrawn_never_comes_back() {
    let team = team();
    team.run("chloe", "withdraw release shop v1.5.0 --reason x --yes").fails(4, "right-missing");
    let withdrawn = team.run("ana", "withdraw release shop v1.5.0 --reason 'leaks tokens' --yes").succeeds();
    assert_snapshot!(without_ids(&withdrawn.stderr), @r"
    You withdraw a release as ana:
      release    shop v1.5.0 · <id>
      runs on    nowhere
      for ever   it is rolled out nowhere any more, by break-glass neither; to undo, release anew with other content
      reason     leaks tokens
    ");
    team.run("ana", "withdraw release shop v1.5.0 --reason x --yes").fails(2, "already-done");
    team.releases("ci", 2, "v1.5.0");
}

#[test]
fn a_hold_stands_until_it_is_lifted_or_over() {
    let mut team = team();
    let placed = team.run("holly", "hold place shop --target prod --reason INC-812 --until 2h --yes").succeeds();
    assert_snapshot!(without_ids(&placed.stderr), @r"
    You place a hold as holly:
      stops      rollouts and promotions of shop on prod
      until      13:12
      reason     INC-812
    ");
    assert_snapshot!(without_ids(&placed.stdout), @r"
    ✓ Held shop on prod · <id>
      until      13:12
      reason     INC-812
    ");
    assert_eq!(gate(&team)["holds"][0]["principal"], "holly");
    team.run("chloe", "hold lift --reason x --yes").fails(4, "right-missing");
    team.run("holly", "hold place --everywhere --reason holidays --yes").succeeds();
    team.run("holly", "hold lift --reason x --yes").fails(2, "ambiguous").says("holidays");
    team.set_clock("2026-11-20T13:12:30Z");
    let lifted = team.run("holly", "hold lift --reason 'over' --yes").succeeds();
    assert_snapshot!(without_ids(&lifted.stdout), @r"
    ✓ Lifted 1 hold · <id>
      lifted     <id>
      reason     over
    ");
    assert_eq!(gate(&team)["holds"], json!([]));
    team.run("holly", "hold lift --reason x --yes").fails(2, "not-found");
}

#[test]
fn a_hold_is_lifted_once() {
    let team = team();
    let placed = team.run("holly", "hold place shop --reason freeze --yes --quiet").succeeds();
    let lift = format!("hold lift {} --reason over --yes", placed.stdout.trim());
    team.run("holly", &lift).succeeds();
    team.run("holly", &lift).fails(2, "already-done").says("was lifted already by holly");
    let first = team.opened().ledger.entry(0).event.id;
    team.run("holly", &format!("hold lift {first} --reason x --yes")).fails(2, "usage").says("is no hold");
}

#[test]
fn a_hold_is_on_something_that_somebody_knows() {
    let team = team();
    for (who, line, code, word) in [
        ("holly", "hold place shpo --reason x", 2, "not-found"),
        ("holly", "hold place shop --target prd --reason x", 2, "not-found"),
        ("holly", "hold place --reason x", 2, "ambiguous"),
        ("holly", "hold place shop --everywhere --reason x", 2, "usage"),
        ("holly", "hold place shop --release v9 --reason x", 2, "not-found"),
        ("holly", "hold place shop", 2, "needs-answer"),
        ("holly", "hold place shop --reason ''", 2, "usage"),
        ("holly", "hold place shop --reason x --until 2026-11-19", 2, "usage"),
        ("ben", "hold place shop --reason x", 4, "right-missing"),
        ("ben", "reject shop v1.5.0 --target prod", 2, "needs-answer"),
        ("ana", "reject shop v1.5.0 --target prod --reason x", 4, "right-missing"),
        ("ana", "withdraw release shop v1.5.0", 2, "needs-answer"),
    ] {
        let before = team.opened().ledger.len();
        team.run(who, line).fails(code, word);
        assert_eq!(team.opened().ledger.len(), before, "{line}");
    }
}

#[test]
fn a_hold_tells_which_rollouts_it_strikes() {
    let team = team();
    let release = team.releases("ci", 1, "v1.5.0");
    let running = team.starts(team.opened(), "dev", &release, &json!({})).to_string();
    let placed = team.answers("holly", "hold place shop --target dev --reason INC-812 --yes");
    assert_eq!(placed["strikes"][0]["event"], running);
    assert_eq!((&placed["strikes"][0]["raced"], &placed["strikes"][0]["stops"]), (&json!(false), &json!(true)));
    let elsewhere = team.answers("holly", "hold place shop --target prod --reason INC-812 --yes");
    assert_eq!(elsewhere["strikes"], json!([]));
}
