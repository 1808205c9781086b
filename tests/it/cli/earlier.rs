//! The ledger as it was: what came later changes nothing in it.

use serde_json::json;

use crate::support::{Sandbox, Shop, Story, Team};

fn told() -> (Sandbox, Story) {
    let sandbox = Sandbox::new();
    let story = Story::write(&sandbox.project().join(".sealog/ledger"));
    (sandbox, story)
}

#[test]
fn an_event_is_not_shown_where_it_was_not_yet() {
    let (sandbox, story) = told();
    let event = story.finished.short();
    sandbox.run(&format!("ledger show {event} --at 10:25")).succeeds();
    let line = format!("ledger show {event} --at 10:13");
    sandbox.run(&line).fails(2, "not-found").says(&event).says("it is later, claimed 10:24");
    // It neither knows nor is known by what is on another branch.
    sandbox.run(&format!("ledger show {event} --at {}", story.cut.short())).fails(2, "not-found");
}

#[test]
fn nothing_is_known_of_a_time_to_come() {
    let (sandbox, _) = told();
    for line in ["status --at 23:59", "status --at 2026-11-21", "ledger log --at 12-24", "diff --from 10:13 --to 11:30"]
    {
        sandbox.run(line).fails(2, "usage").says("has not come: it is 11:12");
    }
    // Today and this minute have begun.
    for at in ["11:12", "2026-11-20", "now"] {
        sandbox.run(&format!("ledger log --at {at}")).succeeds();
    }
}

#[test]
fn a_difference_goes_forwards() {
    let (sandbox, _) = told();
    sandbox.run("diff --from 10:30 --to '11-18 16:43'").fails(2, "usage").says("it is the later point");
    sandbox.run("diff --from 10:30 --to 10:30").succeeds().says("0 events");
}

/// Three names for one content, at three times.
#[test]
fn a_later_name_is_not_shown_in_the_past() {
    let mut team = Team::with_policies(&json!([]));
    for (clock, alias) in [("12:00", "v2"), ("13:00", "v2b"), ("14:00", "v3")] {
        team.set_clock(&format!("2026-11-20T{clock}:00Z"));
        let release = team.releases("ci", 2, alias);
        if alias == "v2" {
            team.starts(team.opened(), "dev", &release, &json!({}));
        }
    }
    team.set_clock("2026-11-20T15:00:00Z");
    for (at, name) in [("12:30", "v2"), ("13:30", "v2b"), ("14:05", "v3")] {
        for line in ["status", "history", "releases", "ledger log --kind rollout.started"] {
            let shown = team.sandbox.run(&format!("{line} --at {at}"));
            let words: Vec<&str> = shown.stdout.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            let names: Vec<&str> = ["v2", "v2b", "v3"].into_iter().filter(|name| words.contains(name)).collect();
            assert_eq!(names, [name], "{line} --at {at}: {}", shown.stdout);
        }
    }
    // An event that gave a name shows that one for ever.
    let made = team.sandbox.run("ledger log --kind release.created --format json").json();
    let said: Vec<&str> = made.as_array().unwrap().iter().map(|event| event["says"].as_str().unwrap()).collect();
    for (says, name) in said.iter().zip(["v3:", "v2b:", "v2:"]) {
        assert!(says.starts_with(name), "{said:?}");
    }
    team.sandbox.run("diff v2 v3").succeeds().says("shop v2 → v3: one release under two names");
    team.sandbox.run("diff v3 v3").succeeds().says("shop v3 → v3: the same release");
}

/// Made twice of different commits, it is of the newest: everywhere.
#[test]
fn a_release_has_one_origin() {
    let shop = Shop::new();
    let commit = |message: &str| {
        let folder = shop.team.sandbox.project();
        for line in ["init -q", "add deployments", "commit -q --allow-empty -m"] {
            let mut git = std::process::Command::new("git");
            let message = line.ends_with("-m").then_some(message);
            let git = git.current_dir(&folder).args(["-c", "user.name=ci", "-c", "user.email=ci@example.org"]);
            assert!(git.args(line.split(' ')).args(message).status().unwrap().success());
        }
        let git = std::process::Command::new("git").current_dir(&folder).args(["rev-parse", "HEAD"]).output().unwrap();
        String::from_utf8(git.stdout).unwrap().trim().to_owned()
    };
    shop.releases("v2");
    commit("one");
    let release = |id: &str| shop.team.run("ci", &format!("release shop --target dev --id {id} -q")).succeeds();
    release("v2b");
    let newest = commit("two");
    release("v3");
    let team = &shop.team;
    for line in ["releases", "releases show v2", "releases --latest"] {
        let answer = team.sandbox.run(&format!("{line} --format json")).json();
        let release = answer.get(0).unwrap_or(&answer);
        assert_eq!((&release["git"]["sha"], &release["alias"]), (&json!(newest), &json!("v3")), "{line}: {release}");
    }
    let diff = team.sandbox.run("diff v2 v3 --format json").json();
    assert_eq!(diff["commits"]["to"], json!(newest));
    team.run("ben", "approve shop v2 --target prod --dry-run").says(&newest[..7]);
}
