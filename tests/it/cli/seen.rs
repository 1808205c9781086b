//! What this machine verified once must be there the next time.

use crate::support::{Sandbox, copy};

/// Puts another folder in the place of the ledger and the ledger where that was.
fn swap(sandbox: &Sandbox, other: &str) {
    let (ledger, other, aside) = (sandbox.path("project/.sealog/ledger"), sandbox.path(other), sandbox.path("aside"));
    for (from, to) in [(&ledger, &aside), (&other, &ledger), (&aside, &other)] {
        std::fs::rename(from, to).expect("a folder moves");
    }
}

#[test]
fn an_older_copy_is_refused_until_the_events_are_back() {
    let sandbox = Sandbox::shop();
    copy(&sandbox.path("project/.sealog/ledger"), &sandbox.path("older"));
    let sandbox = sandbox.enrolling("ben", "--preset deployer");
    let suspend = "ledger keys suspend ben --reason x --yes";
    sandbox.run(suspend).succeeds();
    swap(&sandbox, "older");
    for line in ["ledger log", "ledger keys list", "ledger policy show", "verify", suspend, "ledger endorse", "init"] {
        sandbox.run(line).fails(3, "ledger-behind");
    }
    let json = sandbox.run("ledger keys list --format json").exits(3).stderr;
    let error: serde_json::Value = serde_json::from_str(&json).expect("one JSON object");
    assert_eq!(error["error"]["details"]["hidden"], 2);
    // Whoever asks by another way to the same folder is told the same: the ledger is known by its id.
    copy(&sandbox.path("project/.sealog/ledger"), &sandbox.path("elsewhere"));
    sandbox.run("ledger log --ledger ../elsewhere").fails(3, "ledger-behind");
    swap(&sandbox, "older");
    sandbox.run("ledger log").succeeds();
    sandbox.run("verify").succeeds();
}

#[test]
fn who_never_saw_more_takes_the_older_copy_for_whole() {
    let sandbox = Sandbox::shop();
    copy(&sandbox.path("project/.sealog/ledger"), &sandbox.path("older"));
    let sandbox = sandbox.enrolling("ben", "--preset deployer");
    swap(&sandbox, "older");
    let elsewhere = sandbox.path("another-machine").display().to_string();
    let sandbox = sandbox.with("SEALOG_HOME", &elsewhere);
    sandbox.run("verify").succeeds();
}

#[test]
fn another_ledger_in_the_same_place_is_refused() {
    let sandbox = Sandbox::shop();
    std::fs::rename(sandbox.path("project/.sealog/ledger"), sandbox.path("mine")).expect("it moves");
    let pinned = std::fs::read_to_string(sandbox.path("project/sealog.yaml")).expect("sealog.yaml");
    let unpinned: String =
        pinned.lines().filter(|line| !line.starts_with("trust:")).map(|line| format!("{line}\n")).collect();
    sandbox.write("project/sealog.yaml", &unpinned);
    sandbox.run("init --name mallory --yes").succeeds();
    sandbox.write("project/sealog.yaml", &pinned);
    sandbox.run("ledger log").fails(3, "pin-not-met").says("as pinned in sealog.yaml");
}
