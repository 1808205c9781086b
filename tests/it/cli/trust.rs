//! `sealog ledger trust`: a forked authority, as machines see it that went by one side, by none, or settle it.

use serde_json::{Value, json};

use crate::support::{Finished, Sandbox, copy};

/// A ledger of which ana is the only root, and a copy of it; machines remember what they saw, each by itself.
struct Fork {
    sandbox: Sandbox,
}

impl Fork {
    /// `first` enrolled ben, `second` tom, neither saw the other; the ledger holds both. `third` saw only the beginning.
    fn new() -> Self {
        let fork = Self { sandbox: Sandbox::shop() };
        for name in ["ben", "tom", "dora"] {
            let request = fork.sandbox.run(&format!("ledger keys request --name {name}")).succeeds().stdout;
            fork.sandbox.write(&format!("project/{name}.json"), request);
        }
        fork.on("third", "verify").succeeds();
        copy(&fork.path(".sealog/ledger"), &fork.path("copy"));
        fork.on("first", "ledger keys add ben.json --preset approver --yes").succeeds();
        fork.on("second", "ledger keys add tom.json --preset reviewer --ledger copy --yes").succeeds();
        fork.brings_the_copy();
        fork
    }

    fn path(&self, below: &str) -> std::path::PathBuf {
        self.sandbox.path("project").join(below)
    }

    /// What was written to the copy comes to the ledger.
    fn brings_the_copy(&self) {
        copy(&self.path("copy/sealog/tail"), &self.path(".sealog/ledger/sealog/tail"));
    }

    /// ana runs a command on a machine.
    fn on(&self, machine: &str, line: &str) -> Finished {
        self.sandbox.run_on(machine, "ana", line)
    }

    fn trust(&self, machine: &str) -> Value {
        let finished = self.on(machine, "ledger trust --format json");
        serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error} in {}", finished.stdout))
    }

    /// The side whose proposal a machine made.
    fn side(&self, reason: &str) -> String {
        let trust = self.trust("third");
        let sides = trust["sides"].as_array().expect("a list");
        let side = sides.iter().find(|side| side["reason"].as_str().is_some_and(|says| says.contains(reason)));
        side.unwrap_or_else(|| panic!("no side of {reason}: {trust}"))["event"].as_str().expect("an id").to_owned()
    }
}

#[test]
fn a_settlement_is_trusted_by_who_saw_one_side_before() {
    let fork = Fork::new();
    for machine in ["first", "second", "third", "fourth"] {
        let forked = fork.on(machine, "verify").fails(3, "authority-forked");
        forked.says("version 1 by ana").says("hint: sealog ledger trust");
    }
    fork.on("first", "ledger log").fails(3, "authority-forked").says("hint: sealog ledger trust");
    let settled =
        fork.on("third", "ledger keys add --name ben --preset reviewer --yes --format json").succeeds().json();
    let id = settled["proposal"].as_str().expect("an id");
    for machine in ["third", "fourth"] {
        fork.on(machine, "verify").succeeds();
    }
    fork.on("first", "verify").fails(3, "authority-forked").says("hint: sealog ledger trust");
    let shown = fork.trust("first");
    assert_eq!((shown["sides"].as_array().map(Vec::len), &shown["forked"]), (Some(2), &json!(true)));
    assert_eq!(shown["settlements"][0]["event"], id);
    let trusted = shown["sides"].as_array().expect("a list").iter().filter(|side| side["trusted"] == true);
    assert_eq!(trusted.map(|side| &side["event"]).collect::<Vec<_>>(), [&shown["authority"]["event"]]);
    fork.on("first", &format!("ledger trust {id}")).fails(2, "needs-answer").says("--yes");
    fork.on("first", &format!("ledger trust {id} --dry-run"))
        .succeeds()
        .says("builds on what this machine goes by now");
    fork.on("first", "verify").fails(3, "authority-forked");
    fork.on("first", &format!("ledger trust {id} --yes")).succeeds().says("This machine goes by version 2");
    fork.on("first", "verify").succeeds();
    fork.on("first", "ledger log").succeeds();
    let shown = fork.trust("first");
    assert_eq!((&shown["confirmed"]["authority"], &shown["forked"]), (&json!(id), &json!(false)));
}

#[test]
fn roots_that_saw_one_side_each_settle_it_themselves() {
    let fork = Fork::new();
    let base = fork.trust("first")["base"]["event"].as_str().expect("an id").to_owned();
    let taken = fork.on("first", &format!("ledger trust {base} --yes --format json")).succeeds().json();
    assert_eq!(taken["decides"], false);
    fork.on("first", "verify").fails(3, "authority-forked");
    let settled =
        fork.on("first", "ledger keys add --name ben --preset reviewer --yes --format json").succeeds().json();
    assert_eq!(settled["replaces"].as_array().map(Vec::len), Some(2));
    fork.on("first", "verify").succeeds();
}

#[test]
fn the_other_side_of_a_thief_never_counts_for_who_confirmed_their_own() {
    let fork = Fork::new();
    let own = fork.side("ben");
    fork.on("first", &format!("ledger trust {own} --yes")).succeeds();
    fork.on("first", "verify").succeeds().says("left aside");
    fork.on("first", "ledger log").succeeds();
    // tom was enrolled by the other side alone, and goes on writing there.
    let revenge = "ledger keys suspend ana --reason revenge --ledger copy --yes";
    fork.sandbox.run_on("second", "tom", revenge).succeeds();
    fork.brings_the_copy();
    fork.on("first", "verify").succeeds();
    fork.on("second", "ledger keys add dora.json --preset approver --ledger copy --yes").succeeds();
    fork.brings_the_copy();
    fork.on("first", "verify").succeeds();
    let keys = fork.on("first", "ledger keys list --format json").succeeds().json();
    let names: Vec<&str> = keys.as_array().expect("rows").iter().filter_map(|row| row["principal"].as_str()).collect();
    assert_eq!(names, ["ana", "ana", "ben"]);
    // The own side goes on; what was confirmed holds for what builds on it.
    fork.on("first", "ledger keys add dora.json --preset reviewer --yes").succeeds();
    let keys = fork.on("first", "ledger keys list").succeeds();
    keys.says("dora");
    // A machine that has seen nothing takes the newest of a side once the side is named.
    fork.on("fourth", "ledger log").fails(3, "authority-forked");
    fork.on("fourth", &format!("ledger trust {own} --yes")).succeeds().says("version 2");
    fork.on("fourth", "ledger log").succeeds();
}

#[test]
fn what_is_wrong_is_trusted_by_nobody() {
    let sandbox = Sandbox::shop().enrolling("ben", "--preset approver");
    let before = sandbox.run("ledger trust --format json").succeeds().json();
    let suspended = sandbox.run("ledger keys suspend ben --reason x --yes --format json").succeeds().json();
    let suspended = suspended["event"].as_str().expect("an id");
    for (line, says) in [
        ("abcdef012345 --yes", "error[not-found]: there is no event `abcdef012345`"),
        ("nonsense --yes", "error[usage]: `nonsense` is not the id of an event"),
        (&format!("{suspended} --yes"), "is no authority but key.suspended"),
        ("--yes", "AUTHORITY"),
    ] {
        sandbox.run(&format!("ledger trust {line}")).exits(2).says(says);
    }
    assert_eq!(sandbox.run("ledger trust --format json").succeeds().json(), before);
}

#[test]
fn a_proposal_that_waits_for_endorsements_is_not_trusted() {
    let sandbox = Sandbox::shop().enrolling("ben", "--preset approver");
    sandbox.run("ledger keys add --name ben --root --yes").succeeds();
    let sandbox = sandbox.acting_as("ben");
    sandbox.run("ledger endorse --yes").succeeds();
    sandbox.write("project/rules.yaml", "built: true\n");
    let proposal = sandbox.run("ledger policy set rules.yaml --target prod --yes --format json").succeeds().json();
    let id = proposal["proposal"].as_str().expect("an id");
    sandbox.run(&format!("ledger trust {id} --yes")).fails(3, "pin-not-met").says("not enough roots");
    let shown = sandbox.run("ledger trust --format json").succeeds().json();
    assert_eq!((&shown["authority"]["version"], &shown["confirmed"]), (&json!(2), &Value::Null));
    sandbox.run("ledger trust").succeeds().says("version 2 by ana, endorsed by ben");
}

/// Two roots, 2 of 2: each version of each side has both, and so has what settles them.
#[test]
fn all_roots_trust_the_base_to_settle_a_fork() {
    let sandbox = Sandbox::shop().enrolling("ben", "--preset approver");
    sandbox.run("ledger keys add --name ben --root --yes").succeeds();
    sandbox.run_as("ben", "ledger endorse --yes").succeeds();
    copy(&sandbox.path("project/.sealog/ledger"), &sandbox.path("project/copy"));
    sandbox.write("project/built.yaml", "built: true\n");
    for (machine, target, ledger) in [("first", "prod", ".sealog/ledger"), ("second", "dev", "copy")] {
        let set = format!("ledger policy set built.yaml --target {target} --ledger {ledger} --yes");
        sandbox.run_on(machine, "ana", &set).succeeds();
        sandbox.run_on(machine, "ben", &format!("ledger endorse --ledger {ledger} --yes")).succeeds();
    }
    copy(&sandbox.path("project/copy/sealog/tail"), &sandbox.path("project/.sealog/ledger/sealog/tail"));
    let both = "ledger policy set built.yaml --target staging --yes --format json";
    for line in [both, "ledger endorse --yes"] {
        let refused = sandbox.run_on("first", "ana", line).exits(3);
        refused.says("trust what all sides build on").says("authority-forked");
    }
    let sees = |machine: &str| -> Value {
        let shown = sandbox.run_on(machine, "ana", "ledger trust --format json").stdout;
        serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{error}: {shown}"))
    };
    let base = sees("first")["base"]["event"].as_str().expect("an id").to_owned();
    assert_eq!(sees("first")["base"]["endorsed_by"], json!(["ben"]));
    sandbox.run_on("first", "ana", &format!("ledger trust {base} --yes")).succeeds();
    let settles = sandbox.run_on("first", "ana", both).succeeds().json();
    assert_eq!(settles["state"], "open");
    let id = settles["proposal"].as_str().expect("an id");
    sandbox.run_on("second", "ben", &format!("ledger trust {id} --yes")).fails(3, "pin-not-met");
    sandbox.run_on("second", "ben", &format!("ledger trust {base} --yes")).succeeds();
    sandbox.run_on("second", "ben", &format!("ledger endorse {id} --yes")).succeeds().says("is in force");
    for machine in ["first", "second", "third"] {
        sandbox.run_on(machine, "ana", "verify").succeeds();
        assert_eq!(sees(machine)["authority"]["event"], id);
    }
}

#[test]
fn programs_read_what_is_trusted_by_the_same_fields() {
    let fork = Fork::new();
    let side = fork.side("tom");
    let version = "endorsed_by event proposed_by reason replaces time trusted version";
    for (line, pointer, fields) in [
        ("ledger trust", "", "authority base by confirmed forked ledger settlements sides"),
        ("ledger trust", "/sides/0", version),
        (&format!("ledger trust {side} --dry-run"), "", "changes decides from gains how ledger loses taken to"),
        (&format!("ledger trust {side} --yes"), "/to", version),
        ("ledger trust", "/confirmed", "at authority"),
    ] {
        let json: Value =
            serde_json::from_str(&fork.on("first", &format!("{line} --format json")).stdout).expect("JSON");
        let object = json.pointer(pointer).and_then(Value::as_object).unwrap_or_else(|| panic!("{line}: {json}"));
        let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), fields, "{line} {pointer}");
    }
}

#[test]
fn a_fork_above_what_was_confirmed_is_asked_anew() {
    let fork = Fork::new();
    let own = fork.side("ben");
    for machine in ["first", "fourth"] {
        fork.on(machine, &format!("ledger trust {own} --yes")).succeeds();
    }
    copy(&fork.path(".sealog/ledger"), &fork.path("copy"));
    fork.on("first", "ledger keys add dora.json --preset approver --yes").succeeds();
    fork.on("first", "verify").succeeds();
    fork.on("fourth", "ledger keys add tom.json --preset approver --ledger copy --yes").succeeds();
    fork.brings_the_copy();
    fork.on("first", "verify").fails(3, "authority-forked").says("version 2 by ana");
    let newest = fork.trust("first")["authority"]["event"].as_str().expect("an id").to_owned();
    fork.on("first", &format!("ledger trust {own} --yes --format json")).succeeds().says("\"decides\": false");
    fork.on("first", "verify").fails(3, "authority-forked");
    fork.on("first", &format!("ledger trust {newest} --yes")).succeeds();
    fork.on("first", "verify").succeeds();
}
