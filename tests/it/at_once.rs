//! Two commands at once, of which one alone may do what it was asked for.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Output, Stdio};

use crate::support::{Sandbox, copy, words};

const ROUNDS: usize = 4;

fn begin(sandbox: &Sandbox, project: &str, home: &str, line: &str) -> Child {
    let mut command = sandbox.command(&words(line));
    command.current_dir(sandbox.path(project)).env("SEALOG_HOME", sandbox.path(home));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn both(first: Child, second: Child) -> [Output; 2] {
    [first, second].map(|child| child.wait_with_output().unwrap())
}

#[test]
fn what_was_shown_is_not_signed_when_the_authority_changed_meanwhile() {
    let sandbox = Sandbox::shop();
    for name in ["chloe", "dan"] {
        let request = sandbox.run(&format!("ledger keys request --name {name}")).succeeds().stdout;
        sandbox.write(&format!("project/{name}.json"), request);
    }
    let (ledger, other) = (sandbox.path("project/.sealog/ledger"), sandbox.path("project/other"));
    copy(&ledger, &other);
    sandbox.run_on("another", "ana", "ledger keys add dan.json --preset approver --ledger other --yes").succeeds();

    // Somebody else's turn: chloe's enrolment is shown, and waits.
    let path = ledger.join("sealog/writing");
    let turn = OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap();
    turn.lock().unwrap();
    let mut adding = begin(&sandbox, "project", "home/sealog", "ledger keys add chloe.json --preset approver --yes");
    let mut said = BufReader::new(adding.stderr.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("chloe") {
        assert!(said.read_line(&mut shown).unwrap() > 0, "{shown}");
    }
    copy(&other.join("sealog/tail"), &ledger.join("sealog/tail"));
    drop(turn);

    said.read_to_string(&mut shown).unwrap();
    assert_eq!(adding.wait().unwrap().code(), Some(4), "{shown}");
    assert!(shown.contains("error[plan-outdated]:"), "{shown}");
    sandbox.run("verify").succeeds();
    sandbox.run("ledger keys add chloe.json --preset approver --yes").succeeds().says("Version 2");
}

#[test]
fn one_folder_gets_one_ledger() {
    for _ in 0..ROUNDS {
        let sandbox = Sandbox::new().with_project("shop");
        let init = |home| begin(&sandbox, "project", home, "init --name ana --yes -q");
        let said = both(init("one"), init("two")).map(|output| {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        });
        assert_eq!(said[0], said[1]);
        sandbox.run("verify").succeeds();
    }
}

#[test]
fn one_release_gets_a_name() {
    let sandbox = Sandbox::shop();
    sandbox.run("build").succeeds();
    copy(&sandbox.project(), &sandbox.path("other"));
    let deployment = sandbox.path("other/deployments/shop.yaml");
    let text = std::fs::read_to_string(&deployment).unwrap();
    std::fs::write(&deployment, text.replace("port: 8080", "port: 8081")).unwrap();
    for round in 0..ROUNDS {
        let line = |rest: &str| format!("release shop --target dev --id v{round} --yes {rest}");
        let first = begin(&sandbox, "project", "home/sealog", &line(""));
        let second = begin(&sandbox, "other", "home/sealog", &line("--ledger ../project/.sealog/ledger"));
        let mut codes = both(first, second).map(|output| output.status.code());
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(2)], "round {round}");
    }
}
