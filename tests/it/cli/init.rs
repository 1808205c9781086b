//! `sealog init`: a ledger, keys, a pin; and every way in which it does not come to that.

use crate::support::Sandbox;

const PIN: &str = "trust: sha256:4f1c9a7be2d0a4c123b1612dd272d1371c17149d439536b3216fdaeeb975729f\n";

fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn a_ledger_a_key_a_spare_and_a_pin() {
    let sandbox = Sandbox::new().with_project("shop");
    let made = sandbox.run("init --name ana --yes --format json").succeeds().json();
    let id = made["ledger"].as_str().expect("an id");
    assert_eq!((&made["created"], &made["pinned_in"]), (&true.into(), &"sealog.yaml".into()));
    assert_eq!(made["founder"]["principal"], "ana");
    for key in ["home/sealog/keys/ana.pem", "home/sealog/ana-spare.pem"] {
        assert_eq!(mode(&sandbox.path(key)), 0o600, "{key}");
    }
    let yaml = std::fs::read_to_string(sandbox.path("project/sealog.yaml")).expect("sealog.yaml");
    assert!(yaml.starts_with("# The ledger of this project.") && yaml.ends_with(&format!("\ntrust: {id}\n")), "{yaml}");
}

#[test]
fn a_second_run_changes_nothing() {
    let sandbox = Sandbox::new().with_project("shop");
    let first = sandbox.run("init --name ana --yes -q").succeeds().stdout;
    let yaml = std::fs::read(sandbox.path("project/sealog.yaml")).expect("sealog.yaml");
    assert_eq!(sandbox.run("init --name ben --yes -q").succeeds().stdout, first);
    sandbox.run("init").succeeds().says("Already there: ledger");
    assert_eq!(std::fs::read(sandbox.path("project/sealog.yaml")).expect("sealog.yaml"), yaml);
    assert!(!sandbox.path("home/sealog/keys/ben.pem").exists());
}

#[test]
fn a_run_that_was_stopped_before_the_pin_is_completed() {
    let sandbox = Sandbox::new();
    sandbox.run("init --name ana --yes").succeeds();
    let pin = std::fs::read_to_string(sandbox.path("project/sealog.yaml")).expect("sealog.yaml");
    std::fs::remove_file(sandbox.path("project/sealog.yaml")).expect("it goes");
    sandbox.run("init").succeeds().says("pinned in sealog.yaml");
    assert_eq!(std::fs::read_to_string(sandbox.path("project/sealog.yaml")).expect("sealog.yaml"), pin);
}

#[test]
fn the_address_and_the_key_that_are_given_are_used() {
    let sandbox = Sandbox::new();
    sandbox.add_key("ana", "openssl-ed25519.pem");
    let made = sandbox.run("init ledgers/shop --yes --format json").succeeds().json();
    assert_eq!((&made["founder"]["principal"], &made["founder"]["key_made"]), (&"ana".into(), &false.into()));
    let yaml = std::fs::read_to_string(sandbox.path("project/sealog.yaml")).expect("sealog.yaml");
    assert!(yaml.starts_with("ledger: \"ledgers/shop\"\ntrust: sha256:"), "{yaml}");
    assert!(sandbox.path("project/ledgers/shop/oci-layout").exists());
}

/// Asks git itself what it would add.
fn committed(sandbox: &Sandbox) -> String {
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let output = command.args(arguments).current_dir(sandbox.project()).output().expect("git runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    git(&["add", "--all", "--dry-run"])
}

#[test]
fn git_is_told_to_leave_the_ledger_out() {
    for (rules, says, after) in [
        (None, true, Some("/.sealog/\n")),
        (Some("target"), true, Some("target\n/.sealog/\n")),
        (Some("# ours\n.sealog\n"), false, Some("# ours\n.sealog\n")),
    ] {
        let sandbox = Sandbox::new();
        let made = std::process::Command::new("git").args(["init", "-q"]).current_dir(sandbox.project()).status();
        assert!(made.expect("git runs").success());
        if let Some(rules) = rules {
            sandbox.write("project/.gitignore", rules);
        }
        let plan = sandbox.run("init --name ana --dry-run").succeeds().stdout;
        assert_eq!(plan.contains("/.sealog/ is added to .gitignore"), says, "{plan}");
        assert_eq!(sandbox.run("init --name ana --yes").succeeds().stdout.contains("commit .gitignore too"), says);
        assert_eq!(std::fs::read_to_string(sandbox.path("project/.gitignore")).ok().as_deref(), after);
        let added = committed(&sandbox);
        assert!(!added.contains(".sealog") && added.contains("sealog.yaml"), "{added}");
    }
    let sandbox = Sandbox::new();
    sandbox.run("init --name ana --yes").succeeds();
    assert!(!sandbox.path("project/.gitignore").exists(), "there is no repository");
}

/// The project as a colleague clones it: its files, without the ledger.
fn cloned(sandbox: &Sandbox) -> Sandbox {
    let clone = Sandbox::new();
    clone.write("project/sealog.yaml", std::fs::read(sandbox.path("project/sealog.yaml")).expect("sealog.yaml"));
    clone
}

#[test]
fn a_colleague_is_told_to_get_the_ledger_and_joins() {
    let founder = Sandbox::shop();
    let colleague = cloned(&founder);
    let advice = "`sealog ledger export <file>` there, `sealog ledger import <file>` here";
    for line in ["ledger keys request --name ben", "status", "verify", "releases"] {
        colleague.run(line).fails(2, "ledger-not-found").says(advice);
    }
    colleague.run("init --name ben --yes").fails(3, "pin-not-met").says(advice);

    founder.run("ledger export shop.sealog").succeeds();
    let other = Sandbox::new().with_ledger();
    other.run("ledger export other.sealog").succeeds();
    for (from, name) in [(&founder, "shop.sealog"), (&other, "other.sealog")] {
        colleague.write(&format!("project/{name}"), std::fs::read(from.project().join(name)).expect("an export"));
    }
    colleague.run("ledger import other.sealog").fails(3, "pin-not-met");
    assert!(!colleague.path("project/.sealog").exists());
    colleague.run("ledger import shop.sealog").succeeds().says("Added 1 event");
    let request = colleague.run("ledger keys request --name ben").succeeds().stdout;
    founder.write("project/ben.json", request);
    founder.run("ledger keys add ben.json --preset approver --target prod --yes").succeeds();
    founder.run("ledger export shop.sealog").succeeds();
    colleague.write("project/shop.sealog", std::fs::read(founder.project().join("shop.sealog")).expect("an export"));
    colleague.run("ledger import shop.sealog").succeeds().says("Added");
    colleague.run("ledger keys list").succeeds().says("ben");
}

#[test]
fn a_folder_that_is_shared_needs_no_copy() {
    let founder = Sandbox::shop();
    let colleague = cloned(&founder);
    let folder = founder.path("project/.sealog/ledger").display().to_string();
    colleague.run(&format!("ledger keys request --name ben --ledger {folder}")).succeeds();
    colleague.with("SEALOG_LEDGER", &folder).run("ledger keys list").succeeds().says("ana");
}

#[test]
fn outside_of_a_project_the_project_is_what_is_missing() {
    let sandbox = Sandbox::new();
    for line in ["status", "verify", "ledger keys request --name ben", "history shop", "ledger log"] {
        sandbox.run(line).fails(2, "no-project").says("neither sealog.yaml nor atmos.yaml").says("--ledger <folder>");
    }
}

#[test]
fn a_plan_makes_nothing() {
    let sandbox = Sandbox::new();
    let plan = sandbox.run("init --name ana --dry-run").succeeds();
    assert!(plan.stdout.starts_with("This creates a ledger."), "{}", plan.stdout);
    sandbox.run("init --name ana").fails(2, "needs-answer").says("--yes");
    assert!(!sandbox.path("project/.sealog").exists() && !sandbox.path("home/sealog/keys").exists());
}

#[test]
fn wrong_on_purpose() {
    for (file, text, line, code, word, says) in [
        (None, "", "init --yes", 2, "usage", "hint: say it: --name <you>"),
        (None, "", "init --name - --yes", 2, "usage", "`-` is not a name"),
        (None, "", "init oci://registry.acme.dev/x --name ana --yes", 2, "usage", "not yet in registries"),
        (None, "", "init https://acme.dev --name ana --yes", 2, "usage", "is not how a ledger's address begins"),
        (Some("project/.sealog"), "", "init --name ana --yes", 6, "store-unreachable", ".sealog"),
        (Some("project/.sealog/ledger/other.txt"), "", "init --name ana --yes", 2, "usage", "there are other files"),
        (Some("project/sealog.yaml"), PIN, "init --name ana --yes", 3, "pin-not-met", "pins a ledger already"),
        (Some("project/sealog.yaml"), "trust: [", "init --name ana --yes", 2, "invalid-yaml", "unclosed bracket"),
        (Some("project/sealog.yaml"), "ledger: one", "init two --name ana --yes", 2, "usage", "that the ledger is"),
        (Some("project/.git/HEAD"), "", "init --yes --key ana.pem", 2, "key-in-repository", "into a repository"),
        (Some("project/spare"), "", "init --name ana --yes --spare spare", 2, "key-exists", "never written over"),
        (Some("home/sealog/keys/ana.pem"), "", "init --yes", 2, "key-exposed", "can be read by others"),
    ] {
        let sandbox = Sandbox::new();
        if let Some(file) = file {
            sandbox.write(file, text);
        }
        sandbox.run(line).fails(code, word).says(says);
        assert!(!sandbox.path("home/sealog/state/ledgers").exists(), "{line}: a ledger is remembered");
        assert!(!sandbox.path("project/.sealog/ledger/sealog").exists(), "{line}: a ledger was begun");
        assert!(!sandbox.path("home/sealog/keys/ana.pub").exists(), "{line}: a key was made");
    }
}

#[test]
fn a_passphrase_protects_both_keys() {
    let sandbox = Sandbox::new().with("SEALOG_KEY_PASSPHRASE", "four words are enough");
    sandbox.run("init --name ana --yes").succeeds().says("(new, encrypted)");
    for key in ["home/sealog/keys/ana.pem", "home/sealog/ana-spare.pem"] {
        let pem = std::fs::read_to_string(sandbox.path(key)).expect("a key");
        assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "{key}");
    }
    sandbox.run("init ../another").fails(3, "pin-not-met");
}
