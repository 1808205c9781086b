//! `sealog build`: images, what is recorded of them, and every way in which it does not come to that.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Sandbox, tool, words};

const ORDERS: &str = "project/services/api/etc/orders.conf";

fn states(builds: &Value) -> Vec<(&str, &str)> {
    let text = |image: &'_ Value, key: &str| image[key].as_str().unwrap().to_owned().leak() as &str;
    builds.as_array().unwrap().iter().map(|image| (text(image, "component"), text(image, "state"))).collect()
}

#[test]
fn images_are_there_for_other_tools() {
    let sandbox = Sandbox::shop();
    let built = sandbox.run("build shop --target dev --format json").succeeds().json();
    assert_eq!(states(&built), [("api", "built"), ("web", "built")]);
    let layout = sandbox.path("project/.sealog/images");
    for image in built.as_array().unwrap() {
        let name = image["reference"].as_str().unwrap().strip_prefix("layout/").unwrap();
        let inspected = tool("skopeo", &["inspect", &format!("oci:{}:{name}", layout.display())]);
        let inspected: Value = serde_json::from_str(&inspected).unwrap();
        assert_eq!(inspected["Digest"], image["digest"]);
    }
    let log = sandbox.run("ledger log --format json").succeeds().stdout;
    assert_eq!(log.matches("build.recorded").count(), 2, "{log}");
}

#[test]
fn only_what_changed_is_built_again() {
    let sandbox = Sandbox::shop();
    let first = sandbox.run("build -q").succeeds().stdout;
    let again = sandbox.run("build").succeeds().says("nothing built (--rebuild to insist)");
    assert_eq!(again.stderr, "");
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    let changed = sandbox.run("build --format json").succeeds().json();
    assert_eq!(states(&changed), [("api", "built"), ("web", "kept")]);
    sandbox.write(ORDERS, "[prices]\nvat_percent = 19\n");
    assert_eq!(sandbox.run("build -q").succeeds().stdout, first, "the same input is the same image");
    let insisted = sandbox.run("build --component api --rebuild --format json").succeeds().json();
    assert_eq!(states(&insisted), [("api", "built")]);
    std::fs::remove_dir_all(sandbox.path("project/.sealog/images")).unwrap();
    assert_eq!(sandbox.run("build -q").succeeds().stdout, first, "what is recorded but gone is built again");
}

#[test]
fn a_clean_build_stands_for_a_dirty_one_of_the_same_bytes() {
    let sandbox = Sandbox::shop();
    sandbox.write("clean.yaml", "clean: true\n");
    sandbox.run("ledger policy set ../clean.yaml --target dev --yes").succeeds();
    sandbox.git(&["init", "-q", "-b", "main"]);
    let images = sandbox.run("build -q").succeeds().stdout;
    sandbox.run("release shop --id v1").succeeds();
    let refused = sandbox.run("rollout shop --target dev --yes").fails(4, "policy-not-met");
    refused.says("0 of 2 images have a build of a commit without other changes");
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-qm", "Begin"]);
    let built = sandbox.run("build --format json").succeeds().json();
    assert_eq!(states(&built), [("api", "built"), ("web", "built")]);
    assert_eq!(sandbox.run("build -q").succeeds().stdout, images, "the same bytes, of a commit now");
    sandbox.run("build").succeeds().says("nothing built");
    sandbox.run("rollout shop --target dev --yes").succeeds();
}

#[test]
fn a_plan_builds_nothing() {
    let sandbox = Sandbox::shop();
    sandbox.run("build --dry-run").succeeds().says("api, web   to be built");
    assert!(!sandbox.path("project/.sealog/images").exists());
}

#[test]
fn progress_is_told_beside_the_answer() {
    let sandbox = Sandbox::shop();
    let built = sandbox.run("build --component web").succeeds();
    assert!(built.stdout.starts_with("✓ Built 1 of 1 component of shop for dev in 0 ms · "), "{}", built.stdout);
    for line in ["11:12:30 build web: started, files, linux/amd64", "11:12:30 build web: done in 0 ms, sha256:"] {
        assert!(built.stderr.contains(line), "{}", built.stderr);
    }
}

#[test]
fn wrong_on_purpose() {
    let deployment = "project/deployments/shop.yaml";
    for (file, text, line, code, word, says) in [
        (deployment, "deployment:\n  name: [\n", "build", 2, "invalid-yaml", "deployments/shop.yaml:"),
        ("", "", "build blog", 2, "not-found", "there is no deployment `blog`"),
        ("", "", "build --target mars", 2, "not-found", "its targets are: dev, prod, staging"),
        ("", "", "build --component backend", 2, "not-found", "is no image component"),
        ("", "", "build --component nothing", 2, "not-found", "has no component `nothing`"),
        ("", "", "build --ledger ../elsewhere", 2, "ledger-not-found", "elsewhere"),
        ("", "", "build --key ../nobody.pem", 2, "key-not-found", "nobody.pem"),
        ("project/.sealog/images", "in the way", "build", 1, "build-failed", "0 of 2 built and recorded."),
    ] {
        let sandbox = Sandbox::shop();
        if !file.is_empty() {
            sandbox.write(file, text);
        }
        sandbox.run(line).fails(code, word).says(says);
        assert_eq!(sandbox.run("ledger log --format jsonl").succeeds().stdout.lines().count(), 1, "{line}");
    }
}

#[test]
fn one_image_that_fails_does_not_stop_the_others() {
    let sandbox = Sandbox::shop();
    std::fs::remove_file(sandbox.path(ORDERS)).unwrap();
    std::fs::remove_dir(sandbox.path("project/services/api/etc")).unwrap();
    sandbox.run("build").fails(1, "build-failed").says("services/api/etc").says("nothing recorded");
    sandbox.run("build --component web").succeeds();
}

#[test]
fn a_key_without_the_right_records_nothing() {
    let sandbox = Sandbox::shop().enrolling("ben", "--preset approver").acting_as("ben");
    sandbox.run("build").fails(4, "right-missing").says("build.recorded").says("0 of 2 built and recorded.");
    let sandbox = sandbox.acting_as("ana");
    sandbox.run("build").succeeds().says("Built 2 of 2 components");
    sandbox.run("verify").succeeds();
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let sandbox = Sandbox::shop();
    let script = "mkdir small; mount -t tmpfs -o size=512k tmpfs small; cp -a project/. small; cd small
        cat /dev/zero > fill 2> /dev/null || true
        if \"$SEALOG\" build; then exit 99; else echo \"ended with $?\"; fi
        rm fill; \"$SEALOG\" build; \"$SEALOG\" verify";
    let Some(done) = sandbox.run_in_namespace(script) else { return };
    let done = done.succeeds().says("error[build-failed]").says("ended with 1").says("No space left on device");
    assert!(done.stdout.contains("✓ Built 2 of 2"), "{}", done.stdout);
}

#[test]
fn a_folder_that_is_read_only_is_named() {
    let sandbox = Sandbox::shop();
    let script = "mkdir still; mount -t tmpfs -o size=4m tmpfs still; cp -a project/. still; mount -o remount,ro still
        cd still; \"$SEALOG\" build || echo \"ended with $?\"";
    let Some(done) = sandbox.run_in_namespace(script) else { return };
    done.says("ended with 1").says("still/.sealog/images").says("Read-only file system");
}

#[test]
fn a_build_that_was_killed_is_done_again() {
    let sandbox = Sandbox::shop();
    for (round, moment) in ["api: started", "api: done", "web: started", "web: done"].into_iter().enumerate() {
        sandbox.write(ORDERS, format!("[prices]\nvat_percent = {round}\n"));
        let mut child =
            sandbox.command(&words("build --rebuild")).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains(moment)), "no line `{moment}`");
        child.kill().unwrap();
        child.wait().unwrap();
        let built = sandbox.run("build --format json").succeeds().json();
        assert!(built.as_array().unwrap().iter().all(|image| image["reference"].is_string()), "{moment}");
        sandbox.run("verify").succeeds();
    }
}
