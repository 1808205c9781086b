//! The lock of a target as a person meets it: busy, held, taken over, abandoned, resumed.

use std::process::Stdio;

use ledger_format::digest::Digest;
use ledger_format::event::{Data, End};
use ledger_format::name::Name;
use serde_json::json;

use crate::support::{Sandbox, Shop, Team, words};

fn shop() -> Shop {
    let shop = Shop::new();
    shop.releases("v1");
    shop
}

#[test]
fn a_target_that_is_held_is_busy_for_other_rollouts() {
    let shop = shop();
    shop.run("rollout shop --hold --rollout matrix").succeeds().says("dev is kept for shop v1");
    let busy = shop.run("rollout shop").fails(5, "target-busy");
    assert!(busy.stderr.contains("by dmitri") && busy.stderr.contains("--wait --timeout 15m"), "{}", busy.stderr);
    for text in [" since 11:12 (0s)\n", " · v1 · not started · last event now\n"] {
        assert!(busy.stderr.contains(text), "{text} in {}", busy.stderr);
    }
    shop.run("rollout shop --wait --timeout 1s").fails(5, "target-busy");
    assert_eq!(shop.rendered("dev", "backend/0.yaml"), None);
    // Those of its own rollout are not kept out.
    shop.run("rollout shop --component backend --rollout matrix").succeeds().says("shop v1: backend is live");
    shop.run("rollout shop --abandon").succeeds().says("Ended 1 claim on dev");
    shop.run("rollout shop --abandon").succeeds().says("nobody claims dev");
    shop.run("rollout shop").succeeds();
}

#[test]
fn the_processes_of_one_rollout_wait_for_each_other() {
    let shop = shop();
    let job = |component: &str| format!("rollout shop --component {component} --rollout matrix");
    shop.run(&job("frontend")).fails(5, "target-busy").says("manifest/backend must be done on dev first");
    shop.run(&job("backend")).succeeds();
    assert_eq!(shop.status("dev")["state"], "interrupted");
    assert_eq!(shop.answers(&job("backend"))["state"], "already_applied");
    shop.run(&job("frontend")).succeeds();
    assert_eq!(shop.status("dev")["state"], "active");
    // Alone, without a key that others share, a component is a rollout of its own.
    shop.run("rollout shop --component frontend").succeeds();
}

#[test]
fn ci_gives_the_rollout_its_key() {
    let team = Team::new();
    let mut shop = Shop::of(team);
    shop.releases("v1");
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_RUN_ID", "3188"), ("GITHUB_RUN_ATTEMPT", "1")];
    for (name, value) in variables {
        shop.team.sandbox = std::mem::replace(&mut shop.team.sandbox, Sandbox::new()).with(name, value);
    }
    assert_eq!(shop.answers("rollout shop")["state"], "succeeded");
    shop.team.sandbox = std::mem::replace(&mut shop.team.sandbox, Sandbox::new()).with("GITHUB_RUN_ATTEMPT", "2");
    assert_eq!(shop.answers("rollout shop")["state"], "already_applied", "a job that is run again joins");
}

#[test]
fn others_are_taken_over_with_a_right_and_a_reason() {
    let shop = shop();
    shop.run("rollout shop --hold --rollout matrix").succeeds();
    shop.run("rollout shop --takeover --reason 'the runner is gone'").succeeds();
    let ledger = shop.team.opened().ledger;
    let reasons: Vec<String> = ledger
        .entries()
        .filter_map(|(_, entry)| match entry.event.data() {
            Some(Data::ClaimEnded(ended)) => ended.takeover.as_ref().map(|takeover| takeover.reason.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["the runner is gone"]);
}

#[test]
fn what_failed_is_told_and_resumed() {
    let shop = shop();
    // Somebody else is writing the folder of the second component.
    let output = Digest::of(b"rendered/dev/frontend").hex();
    let lock = shop.team.sandbox.write(&format!("project/.sealog/locks/{output}"), "");
    let held = std::fs::File::open(lock).unwrap();
    held.lock().unwrap();
    let failed = shop.run("rollout shop").fails(1, "component-failed");
    for said in ["✗ manifest/frontend", "another process is writing", "applied", "manifest/backend", "--resume"] {
        assert!(failed.stderr.contains(said), "no `{said}` in {}", failed.stderr);
    }
    assert_eq!(shop.status("dev")["state"], "failed");
    drop(held);
    let resumed = shop.answers("rollout shop --resume");
    assert_eq!(resumed["components"][0], json!({"component": "manifest/backend", "outcome": "unchanged"}));
    assert_eq!(resumed["components"][1], json!({"component": "manifest/frontend", "outcome": "changed"}));
    assert_eq!(shop.status("dev")["state"], "active");
    shop.run("rollout shop --resume").fails(2, "not-found");
}

#[test]
fn what_was_killed_goes_on_as_the_same_writer() {
    let (shop, dev) = (shop(), Name::new("dev").unwrap());
    let name = Name::new("shop").unwrap();
    let (mut version, mut killed) = (1, None);
    // Until one is killed between its start and its end.
    while killed.is_none() {
        version += 1;
        shop.releases(&format!("v{version}"));
        let before = shop.events();
        let key = shop.team.sandbox.path("home/sealog/keys/dmitri.pem");
        let line = format!("rollout shop --yes --key {}", key.display());
        let mut command = shop.team.sandbox.command(&words(&line));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The claim, then the start.
        while shop.events() < before + 2 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
        let ledger = shop.team.opened().ledger;
        let everything = ledger.everything();
        let starts = ledger.starts(&name, &dev, &everything).into_iter();
        killed = starts.map(|(start, _)| start).find(|start| ledger.start_end(*start, &everything).is_none());
    }
    assert_eq!(shop.status("dev")["state"], "in_flight", "nobody else knows yet that it is gone");
    assert_eq!(shop.answers("rollout shop --resume")["release"]["alias"], format!("v{version}"));
    let ledger = shop.team.opened().ledger;
    let everything = ledger.everything();
    let interrupted = killed.map(|index| ledger.entry(index).event.id).unwrap();
    let last = ledger.starts(&name, &dev, &everything).into_iter().max_by_key(|(start, _)| ledger.order(*start));
    let (index, start) = last.unwrap();
    assert!(start.resumes.as_ref().is_some_and(|resumes| resumes.contains(&interrupted)));
    assert_eq!(ledger.outcome(index, &everything), Some(End::Succeeded));
    assert_eq!(ledger.overlaps(&name, &dev, &everything), []);
}

#[test]
fn somebody_else_resumes_what_failed_but_takes_over_only_with_the_right() {
    let sandbox = Sandbox::shop().enrolling("ben", "--preset deployer");
    sandbox.run("build shop --target dev -q").succeeds();
    sandbox.run("release shop --target dev --id v1 -q").succeeds();
    let output = Digest::of(b"rendered/dev/frontend").hex();
    let held = std::fs::File::open(sandbox.write(&format!("project/.sealog/locks/{output}"), "")).unwrap();
    held.lock().unwrap();
    sandbox.run("rollout shop --yes").fails(1, "component-failed");
    drop(held);
    let before = sandbox.run("ledger log --kind rollout.started --format json").json();
    sandbox.run_as("ben", "rollout shop --resume --yes").succeeds().says("shop v1 is live on dev");
    let after = sandbox.run("ledger log --kind rollout.started --format json").json();
    let resumed = sandbox.run(&format!("ledger show {} --format json", after[0]["event"].as_str().unwrap())).json();
    assert_eq!(resumed["data"]["resumes"], json!([before[0]["event"]]), "{resumed}");

    sandbox.run("rollout shop --hold --yes").succeeds();
    let line = "rollout shop --yes --takeover --reason 'ana is away'";
    sandbox.run_as("ben", "rollout shop --yes").fails(5, "target-busy").says("by ana");
    sandbox.run_as("ben", line).fails(4, "right-missing").says("takeover");
    sandbox.run_as("ben", "rollout shop --abandon --reason x --yes").fails(4, "right-missing");
    sandbox.run(line).succeeds();
}
