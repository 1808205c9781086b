//! `sealog ledger keys|policy|propose|endorse`: who may do what, and every way in which it stays as it was.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Sandbox, Team, copy};

/// Ids and fingerprints differ from run to run.
macro_rules! assert_shown {
    ($text:expr, @$shown:literal) => {
        insta::with_settings!({filters => vec![
            (r"SHA256:[A-Za-z0-9+/]{12,43}", "[key]"),
            (r"sha256:[0-9a-f]{64}", "[digest]"),
            (r"\b[0-9a-f]{12}\b", "[id]"),
        ]}, { assert_snapshot!($text, @$shown) })
    };
}

fn events(sandbox: &Sandbox) -> usize {
    sandbox.run("ledger log --format json").succeeds().json().as_array().expect("a list").len()
}

/// ana alone is root; ben may roll out to staging.
fn team() -> Sandbox {
    Sandbox::shop().enrolling("ben", "--preset deployer --target staging --group on-call")
}

/// The same with ben as a second root, who agreed to that himself.
fn two_roots() -> Sandbox {
    let sandbox = team();
    sandbox.run("ledger keys add --name ben --root --yes").succeeds();
    let sandbox = sandbox.acting_as("ben");
    sandbox.run("ledger endorse --yes").succeeds();
    sandbox.acting_as("ana")
}

#[test]
fn a_key_is_enrolled_with_its_rights_after_they_were_shown() {
    let sandbox = Sandbox::shop();
    let request = sandbox.run("ledger keys request --name chloe").succeeds().stdout;
    sandbox.write("project/chloe.json", &request);
    let add = "ledger keys add chloe.json --preset approver --group release-managers --target prod";
    assert_shown!(sandbox.run(&format!("{add} --dry-run")).succeeds().stdout, @r"
    Version 1 of the authority, as ana would sign it: enrol a key of chloe
      + key      chloe [key]
      + rights   chloe approver for target prod
      + group    chloe in release-managers
      ✓ agree    1 of 1 roots of version 0: ana
      ✓ agree    1 of 1 roots of version 1: ana
    ");
    assert_eq!(events(&sandbox), 1, "a plan records nothing");
    sandbox.run(add).fails(2, "needs-answer").says("--yes");
    assert_shown!(sandbox.run(&format!("{add} --yes")).succeeds().stdout, @"✓ Version 1 is in force · [id]: enrol a key of chloe");
    sandbox.run(&format!("{add} --yes")).succeeds().says("changes nothing");
    // The two keys of ana come in the order of their fingerprints.
    let table = sandbox.run("ledger keys list").succeeds().stdout;
    let table: String =
        table.lines().filter(|line| !line.starts_with("ana ")).map(|line| format!("{line}\n")).collect();
    assert_shown!(table, @r"
    PRINCIPAL  KEY                  STATE   RIGHTS (PRESETS)               TARGETS  LAST USED
    chloe      [key]  active  approver, in release-managers  prod     -
    authority version 1 · 1 of 1 roots decide: ana
    ");
    let list = sandbox.run("ledger keys list --format json").succeeds().json();
    assert_eq!(list[2]["principal"], "chloe");
    assert_eq!(list[2]["rights"][0]["targets"], json!(["prod"]));
    assert_eq!(list[2]["groups"], json!(["release-managers"]));
    assert_eq!(events(&sandbox), 2);
}

#[test]
fn what_is_wrong_changes_nothing() {
    let sandbox = team();
    let request = sandbox.run("ledger keys request --name chloe").succeeds().stdout;
    sandbox.write("project/other-name.json", request.replace("chloe", "ana"));
    let id = sandbox.run("ledger head -q").succeeds().stdout;
    assert!(!id.is_empty());
    sandbox.write("project/not.json", "{");
    sandbox.write("project/soak.yaml", "soak: soon\n");
    sandbox.write("project/rules.yaml", "approvals: [{count: 1, groups: []}]\n");
    sandbox.write("project/good.yaml", "built: true\n");
    let authority = sandbox.run("ledger propose --print").succeeds().stdout;
    let mut json: Value = sandbox.run("ledger propose --print --format json").succeeds().json();
    json["roots"]["threshold"] = 3.into();
    sandbox.write("project/threshold.json", json.to_string());
    json["roots"]["threshold"] = 1.into();
    json["principals"].as_object_mut().expect("names").remove("ben");
    sandbox.write("project/dropped.json", json.to_string());
    sandbox.write("project/same.yaml", &authority);
    let before = events(&sandbox);
    for (who, line, code, word, says) in [
        ("ana", "ledger keys add none.json --yes", 2, "usage", "none.json"),
        ("ana", "ledger keys add not.json --yes", 2, "usage", "no request"),
        ("ana", "ledger keys add other-name.json --yes", 2, "usage", "does not prove"),
        ("ana", "ledger keys add --name dora --preset approver --yes", 2, "not-found", "`dora` is no principal"),
        ("ana", "ledger keys add --name ben --preset king --yes", 2, "usage", "there is no such preset"),
        ("ana", "ledger keys add --name ben --right all --yes", 2, "usage", "is not a right"),
        ("ana", "ledger keys end nobody --because lost --yes", 2, "not-found", "there are"),
        ("ana", "ledger keys end SHA256:nobody --because lost --yes", 2, "not-found", "no key begins so"),
        ("ana", "ledger keys end ben --because bored --yes", 2, "usage", "rotated, lost, left, compromised"),
        ("ana", "ledger keys end ana --because left --yes", 4, "event-refused", "the last root"),
        ("ana", "ledger keys end ana --because rotated --yes", 2, "key-in-use", "less than 24 hours ago"),
        ("ana", "ledger keys end ben --because lost --since abcdef --yes", 2, "not-found", "abcdef"),
        ("ana", "ledger keys suspend ben --yes", 2, "needs-answer", "--reason"),
        ("ben", "ledger keys add --name ben --preset approver --yes", 4, "right-missing", "ben is no root"),
        ("ben", "ledger keys suspend ana --reason x --yes", 4, "right-missing", "key.suspended"),
        ("ben", "ledger keys end ana --because lost --yes", 4, "event-refused", "the last root"),
        ("ben", "ledger policy set good.yaml --target prod --yes", 4, "right-missing", "roots      ana"),
        ("nobody", "ledger keys suspend ben --reason x --yes", 2, "key-not-found", "there is no key `nobody`"),
        ("chloe", "ledger keys suspend ben --reason x --yes", 2, "key-not-enrolled", "keys request"),
        ("ana", "ledger policy set none.yaml --target prod --yes", 2, "usage", "none.yaml"),
        ("ana", "ledger policy set soak.yaml --target prod --yes", 2, "usage", "`soak: soon` is no duration"),
        ("ana", "ledger policy set rules.yaml --target prod --yes", 2, "usage", "empty"),
        ("ana", "ledger policy set good.yaml --target 'p*d' --yes", 2, "usage", "is not a pattern"),
        ("ana", "ledger policy set good.yaml --target prod", 2, "needs-answer", "Sign it?"),
        ("ana", "ledger policy set --target prod --remove --yes", 2, "not-found", "no policy is set"),
        ("ana", "ledger propose good.yaml --reason x --yes", 2, "usage", "built"),
        ("ana", "ledger propose threshold.json --reason x --yes", 4, "event-refused", "strict majority"),
        ("ana", "ledger propose dropped.json --reason x --yes", 4, "event-refused", "without ending it"),
        ("ana", "ledger endorse --yes", 2, "not-found", "no proposal is open"),
        ("ana", "ledger endorse abcdef012345 --yes", 2, "not-found", "abcdef012345"),
        ("ana", "ledger keys list --ledger ../elsewhere", 2, "ledger-not-found", "elsewhere"),
    ] {
        let sandbox = &sandbox;
        let finished = sandbox.run_as(who, line);
        finished.fails(code, word).says(says);
    }
    sandbox.run("ledger propose same.yaml --reason same --yes").succeeds().says("changes nothing");
    assert_eq!(events(&sandbox), before);
    sandbox.write("project/sealog.yaml", "ledger: [\n");
    sandbox.run("ledger keys list").fails(2, "invalid-yaml").says("sealog.yaml");
}

#[test]
fn two_roots_agree_before_anything_changes() {
    let sandbox = two_roots();
    sandbox.write("project/prod.yaml", "approvals: [{count: 1, groups: [on-call]}]\nsoak: 1h\nfrom: [staging]\n");
    assert_shown!(sandbox.run("ledger policy set prod.yaml --target prod --yes").succeeds().stdout, @r"
    ○ Version 3 waits for endorsements · [id]: set the policy of every deployment on prod
      ○ agree    1 of 2 roots of version 2: ana; still asked: ben
      ○ agree    1 of 2 roots of version 3: ana; still asked: ben
    ");
    sandbox.run("ledger policy show").succeeds().says("no policy is set");
    sandbox.run("ledger endorse --yes").succeeds().says("you stand behind");
    assert_shown!(sandbox.run_as("ben", "ledger endorse --dry-run").succeeds().stdout, @r"
    Version 3 of the authority, proposed by ana · [id]: set the policy of every deployment on prod
      + policy   every deployment on prod
                   succeeded on staging and stayed there for 1h
                   1 approval by on-call
      ! with two roots each alone can block for ever: ana, ben may be lost or leave; a third root helps, its key in a safe
      ✓ agree    2 of 2 roots of version 2: ana, ben
      ✓ agree    2 of 2 roots of version 3: ana, ben
    ");
    sandbox.run_as("ben", "ledger endorse --yes").succeeds().says("is in force");
    sandbox.run_as("ben", "ledger endorse --yes").fails(2, "not-found").says("no proposal is open");
    assert_shown!(sandbox.run("ledger policy show --target prod").succeeds().stdout, @r"
    policy of shop on prod sha256:[id], unchanged since authority version 3 (11:12, ana)
        succeeded on staging and stayed there for 1h
        1 approval by on-call
    ");
    let shown = sandbox.run("ledger policy show shop --target prod --format json").succeeds().json();
    assert_eq!(shown["rules"][0]["soak_ms"], 3_600_000);
    assert_eq!(shown["since"]["version"], 3);
}

#[test]
fn who_endorses_an_end_sees_what_it_cuts() {
    let sandbox = two_roots();
    let request = sandbox.run("ledger keys request --name tom").succeeds().stdout;
    sandbox.write("project/tom.json", request);
    sandbox.run("ledger keys add tom.json --preset reviewer --yes").succeeds();
    sandbox.run_as("ben", "ledger endorse --yes").succeeds();
    sandbox.run("ledger keys end tom --because compromised --yes").succeeds().says("waits for endorsements");
    sandbox.run_as("tom", "ledger keys suspend ben --reason revenge --yes").succeeds();
    assert_shown!(sandbox.run_as("ben", "ledger endorse --dry-run").succeeds().stdout, @r"
    Version 4 of the authority, proposed by ana · [id]: tom: compromised
      - key      tom [key]
      - rights   tom reviewer everywhere
      - end      tom, for ever: compromised
      ! cuts     1 event would count no more: [id] key.suspended by tom
      ! with two roots each alone can block for ever: ana, ben may be lost or leave; a third root helps, its key in a safe
      ✓ agree    2 of 2 roots of version 3: ana, ben
      ✓ agree    2 of 2 roots of version 4: ana, ben
    ");
    sandbox.run_as("ben", "ledger endorse --yes").succeeds();
    sandbox.run_as("tom", "ledger keys suspend ben --reason again --yes").fails(2, "key-ended").says("compromised");
    let list = sandbox.run("ledger keys list").succeeds();
    list.says("compromised, ended by authority version 4").says(", which cut 1 event");
}

#[test]
fn a_key_is_rotated_in_two_steps() {
    let mut sandbox = Sandbox::shop();
    let old = sandbox.run("ledger keys list --format json").succeeds().json();
    let used = old.as_array().expect("rows").iter().find(|row| row["last_used"].is_string()).expect("the key in use");
    let used = used["key"].as_str().expect("a fingerprint").to_owned();
    sandbox.run("ledger keys rotate --yes").succeeds().says("is in force");
    assert!(sandbox.path("home/sealog/keys/ana-2.pem").exists());
    let end = format!("ledger keys end {used} --because rotated --yes");
    sandbox.run_as("ana-2", &end).fails(2, "key-in-use");
    sandbox.set_clock("2026-11-22T11:12:30Z");
    sandbox.run_as("ana-2", &end).succeeds().says("is in force");
    sandbox.run_as("ana", "ledger keys suspend ana --reason x --yes").fails(2, "key-ended").says("rotated");
    sandbox.run("verify").succeeds();
}

#[test]
fn who_could_do_what_is_asked_of_the_past() {
    let mut sandbox = Sandbox::shop();
    sandbox.set_clock("2026-11-20T11:20:30Z");
    sandbox.write("project/rules.yaml", "built: true\n");
    sandbox.run("ledger policy set rules.yaml --target prod --yes").succeeds();
    let sandbox = sandbox.enrolling("ben", "--preset deployer --target staging");
    let names = |line: &str| {
        let rows = sandbox.run(line).succeeds().json();
        let rows =
            rows.as_array().expect("rows").iter().map(|row| row["principal"].as_str().expect("a name").to_owned());
        rows.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(names("ledger keys list --format json"), 2);
    assert_eq!(names("ledger keys list --format json --at 11:12"), 1);
    let rules = |line: &str| sandbox.run(line).succeeds().json()["policies"].as_array().expect("policies").len();
    assert_eq!(rules("ledger policy show --format json"), 1);
    assert_eq!(rules("ledger policy show --format json --at 11:12"), 0);
    sandbox.run("ledger head --at 11:12").succeeds();
    sandbox.run("ledger head --at 11:11").fails(2, "not-found");
    sandbox.run("status --at 11:12").succeeds().says("as it was at 11:12 (7m ago)");
}

#[test]
fn a_rotated_key_signs_without_being_named() {
    let mut sandbox = Sandbox::shop().without("SEALOG_KEY_NAME");
    sandbox.run("ledger keys rotate --reason y --yes").succeeds().says("is in force");
    sandbox.run("hold place --target dev --reason x --yes").succeeds();
    let rows = sandbox.run("ledger keys list --format json").succeeds().json();
    let used = rows.as_array().expect("rows").iter().filter(|row| row["last_used"].is_string()).count();
    assert_eq!(used, 2, "the old key signed the change, the new one the hold");
    let log = sandbox.run("ledger log --format json").succeeds().json();
    let old = sandbox.run(&format!("ledger show {} --format json", log[1]["event"].as_str().expect("an id")));
    let old = old.succeeds().json()["key"].as_str().expect("a fingerprint").to_owned();
    sandbox.set_clock("2026-11-22T11:12:30Z");
    sandbox.run(&format!("ledger keys end {old} --because rotated --yes")).succeeds().says("is in force");
    sandbox.run("hold place --target dev --reason y --yes").succeeds();
}

#[test]
fn a_rotation_that_fails_leaves_no_key() {
    let sandbox = Sandbox::new().with_project("shop").with("SEALOG_KEY_PASSPHRASE", "right").with_ledger();
    let sandbox = sandbox.without("SEALOG_KEY_NAME").with("SEALOG_KEY_PASSPHRASE", "wrong");
    let keys = || std::fs::read_dir(sandbox.path("home/sealog/keys")).expect("keys").count();
    let before = keys();
    sandbox.run("ledger keys rotate --yes").fails(2, "key-locked");
    sandbox.run("ledger keys rotate").fails(2, "needs-answer");
    sandbox.run("ledger keys rotate --yes --reason ''").exits(2);
    assert_eq!(keys(), before);
}

#[test]
fn keys_of_several_people_are_a_question() {
    let sandbox = team().without("SEALOG_KEY_NAME");
    let hold = "hold place --target dev --reason x --yes";
    sandbox.run(hold).fails(2, "keys-several").says("ana, ben");
    sandbox.add_key("stranger", "openssl-ed25519.pem");
    sandbox.run(hold).fails(2, "keys-several").says("which: ana, ben\n");
    sandbox.run_as("ana", "ledger keys suspend ben --reason x --yes").succeeds();
    sandbox.run(hold).succeeds();
}

#[test]
fn who_is_no_root_asks_for_a_new_key() {
    let sandbox = team();
    let printed = sandbox.run_as("ben", "ledger keys rotate --yes").succeeds().stdout;
    let request: Value = serde_json::from_str(&printed).expect("a request");
    assert_eq!(request["principal"], "ben");
    sandbox.write("project/ben-2.json", printed);
    sandbox.run("ledger keys add ben-2.json --yes").succeeds();
    let list = sandbox.run("ledger keys list --format json").succeeds().json();
    let keys = list.as_array().expect("rows").iter().filter(|row| row["principal"] == "ben").count();
    assert_eq!(keys, 2);
}

#[test]
fn a_suspended_key_says_so_until_it_is_lifted() {
    let sandbox = team();
    let event = sandbox.run("ledger keys suspend ben --reason 'laptop stolen' --yes --format json").succeeds().json();
    let state = |sandbox: &Sandbox| {
        let list = sandbox.run("ledger keys list --format json").succeeds().json();
        let row = list.as_array().expect("rows").iter().find(|row| row["principal"] == "ben").expect("ben").clone();
        row["state"].as_str().expect("a state").to_owned()
    };
    assert_eq!(state(&sandbox), "suspended");
    let mut json: Value = sandbox.run("ledger propose --print --format json").succeeds().json();
    json["lifted"] = json!([event["event"]]);
    sandbox.write("project/lift.json", json.to_string());
    sandbox.run("ledger propose lift.json --reason 'found again' --yes").succeeds().says("+ lift");
    assert_eq!(state(&sandbox), "active");
}

#[test]
fn a_wrong_passphrase_signs_nothing() {
    let sandbox = Sandbox::new().with_project("shop").with("SEALOG_KEY_PASSPHRASE", "right").with_ledger();
    sandbox.write("project/rules.yaml", "built: true\n");
    let set = "ledger policy set rules.yaml --target prod --yes";
    let sandbox = sandbox.with("SEALOG_KEY_PASSPHRASE", "wrong");
    let wrong = sandbox.run(set).fails(2, "key-locked").says("this passphrase does not open ana.pem");
    wrong.says("Nothing was signed, nothing recorded.");
    let sandbox = sandbox.without("SEALOG_KEY_PASSPHRASE");
    sandbox.run(set).fails(2, "key-locked").says("SEALOG_KEY_PASSPHRASE");
    assert_eq!(events(&sandbox), 1);
    sandbox.with("SEALOG_KEY_PASSPHRASE", "right").run(set).succeeds();
}

#[test]
fn what_a_change_costs_is_said_before_it_is_signed() {
    let team = Team::new();
    team.releases("ci", 1, "v1.5.0");
    team.run("ben", "approve shop v1.5.0 --target prod --yes").succeeds();
    team.run("chloe", "approve shop v1.5.0 --target prod --yes").succeeds();
    team.sandbox.write("project/dev.yaml", "built: true\n");
    for (line, approvals) in [
        ("ledger policy set dev.yaml --target prod", json!(["ben", "chloe"])),
        ("ledger policy set dev.yaml --target dev", json!([])),
        ("ledger policy set --target prod --remove", json!(["ben", "chloe"])),
        ("ledger keys end chloe --because left", json!(["chloe"])),
        ("ledger keys end tom --because left", json!([])),
    ] {
        let plan = team.run("ana", &format!("{line} --dry-run --format json")).succeeds().json();
        let lost: Vec<Value> =
            plan["approvals"].as_array().expect("a list").iter().map(|lost| lost["principal"].clone()).collect();
        assert_eq!(Value::from(lost), approvals, "{line}");
    }
    let mut weaker = team.answers("ana", "ledger propose --print");
    weaker["principals"]["ben"]["rights"][0]["targets"] = json!(["staging"]);
    team.sandbox.write("project/weaker.json", weaker.to_string());
    let plan = team.answers("ana", "ledger propose weaker.json --reason x --dry-run");
    assert_eq!(plan["approvals"][0]["principal"], "ben");
    let plan = team.run("ana", "ledger keys end chloe --because left --dry-run").succeeds();
    plan.says("! approvals  1 approval would not count for a start any more");
}

#[test]
fn a_ledger_that_cannot_be_written_stays_as_it_is() {
    let sandbox = Sandbox::shop();
    sandbox.write("project/rules.yaml", "built: true\n");
    let scratch = sandbox.path("project/.sealog/ledger/sealog/tmp");
    std::fs::remove_dir_all(&scratch).expect("a folder");
    std::fs::write(&scratch, "").expect("a file in its place");
    sandbox.run("ledger policy set rules.yaml --target prod --yes").fails(6, "store-unreachable").says("sealog/tmp");
    std::fs::remove_file(&scratch).expect("it goes");
    assert_eq!(events(&sandbox), 1);
    sandbox.run("verify").succeeds();
}

/// A field is never renamed or removed within a major version.
#[test]
fn programs_read_the_same_fields() {
    let sandbox = team();
    sandbox.write("project/rules.yaml", "built: true\n");
    let proposal = "approvals asked by changes cuts endorsed_before proposal reason replaces state version";
    for (line, pointer, fields) in [
        ("init", "", "address created founder ignored_in ledger pinned_in"),
        ("ledger keys list", "/0", "ended groups key last_used principal rights root state suspended_by targets"),
        ("ledger keys request --name ben", "", "key ledger principal proof public"),
        ("ledger policy set rules.yaml --target prod --dry-run", "", proposal),
        ("ledger policy set rules.yaml --target prod --dry-run", "/asked/0", "endorsed_by roots threshold version"),
        ("ledger policy set rules.yaml --target prod --dry-run", "/changes/0", "details how says what"),
        ("ledger policy set rules.yaml --target prod --yes", "", proposal),
        ("ledger policy show", "", "authority policies"),
        ("ledger policy show", "/policies/0", "deployments rules targets"),
        ("ledger policy show --target prod", "", "deployment digest rules since target"),
        ("ledger policy show --target prod", "/since", "event proposed_by time version"),
        ("ledger keys suspend ben --reason x --yes", "", "event keys"),
        ("ledger keys end ben --because lost --yes", "", proposal),
        ("ledger keys list", "/2/ended", "cut event reason time version"),
        ("ledger propose --print", "", "home level policies principals roots"),
    ] {
        let json = sandbox.run(&format!("{line} --format json")).succeeds().json();
        let object = json.pointer(pointer).and_then(Value::as_object).unwrap_or_else(|| panic!("{line}: {json}"));
        let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), fields, "{line} {pointer}");
    }
}

/// Two roots of one each changed the authority without seeing the other: whoever remembers neither sees both.
#[test]
fn a_dispute_is_settled_by_a_version_that_replaces_both_sides() {
    let sandbox = Sandbox::shop();
    for name in ["ben", "tom"] {
        let request = sandbox.run(&format!("ledger keys request --name {name}")).succeeds().stdout;
        sandbox.write(&format!("project/{name}.json"), request);
    }
    let key = sandbox.path("home/sealog/keys/ana.pem").display().to_string();
    let sandbox = sandbox.without("SEALOG_KEY_NAME").with("SEALOG_KEY_FILE", &key);
    copy(&sandbox.path("project/.sealog/ledger"), &sandbox.path("project/copy"));
    sandbox.run("ledger keys add ben.json --preset approver --yes").succeeds();
    let machine = |name: &str| sandbox.path(name).display().to_string();
    let (second, third) = (machine("second"), machine("third"));
    let sandbox = sandbox.with("SEALOG_HOME", &second);
    sandbox.run("ledger keys add tom.json --preset deployer --ledger copy --yes").succeeds();
    copy(&sandbox.path("project/copy/sealog/tail"), &sandbox.path("project/.sealog/ledger/sealog/tail"));
    let sandbox = sandbox.with("SEALOG_HOME", &third);
    sandbox.run("verify").fails(3, "authority-forked");
    let settled = sandbox.run("ledger keys add --name ben --preset reviewer --yes --format json").succeeds().json();
    assert_eq!(settled["replaces"].as_array().map(Vec::len), Some(2));
    sandbox.run("verify").succeeds();
    let list = sandbox.run("ledger keys list --format json").succeeds().json();
    let names: Vec<&str> = list.as_array().expect("rows").iter().filter_map(|row| row["principal"].as_str()).collect();
    assert_eq!(names, ["ana", "ana", "ben", "tom"], "nobody was dropped");
}
