//! `sealog record`: what happened elsewhere.

use serde_json::json;

use crate::support::Sandbox;

const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn built() -> Sandbox {
    let sandbox = Sandbox::shop();
    sandbox.run("build").succeeds();
    sandbox
}

#[test]
fn tests_are_about_the_images_that_were_built() {
    let sandbox = built();
    let api = sandbox.run("build --component api -q").succeeds().stdout;
    let line = "record test shop --component api --name unit --result services/api/junit.xml --format json";
    let recorded = sandbox.run(line).succeeds().json();
    assert_eq!(recorded["verdict"], "passed");
    assert_eq!(recorded["counts"], json!({"failed": 0, "passed": 4, "skipped": 1}));
    assert_eq!(recorded["about"], json!([api.trim()]));
    let all = sandbox.run("record test --result services/api/junit.xml --format json").succeeds().json();
    assert_eq!(all["about"].as_array().unwrap().len(), 2, "without a component it is about all images");
    sandbox.run("verify").succeeds();
}

#[test]
fn a_failure_is_evidence_too() {
    let sandbox = built();
    let report = "<testsuite><testcase classname='Charge' name='retries'><failure message='want 1 retry, got 0'/>\
        </testcase><testcase name='b'/></testsuite>";
    sandbox.write("project/out.xml", report);
    let recorded = sandbox.run("record test --component api --result out.xml").succeeds();
    assert!(recorded.stdout.starts_with("✗ Recorded test of api: 1 failed, 1 passed · "), "{}", recorded.stdout);
    recorded.says("Charge/retries   want 1 retry, got 0");
    sandbox.run("release").succeeds().says("1 report failed");
}

#[test]
fn evidence_of_any_type_about_images_and_releases() {
    let sandbox = built();
    sandbox.run("release --id v1").succeeds();
    let line = "record evidence --type scan --component api --verdict passed --count critical=0 --count high=2 \
        --report services/api/junit.xml --tool trivy@0.66.0 --database 2026-11-20T08:00:00.000Z --format json";
    let scan = sandbox.run(line).succeeds().json();
    assert_eq!((&scan["what"], &scan["counts"]), (&"scan".into(), &json!({"critical": 0, "high": 2})));
    let release = "record evidence --type check --release v1 --verdict failed --note 'p99 of 2s'";
    sandbox.run(release).succeeds().says("✗ Recorded check: failed").says("about      release ");
    sandbox.run("verify").succeeds();
}

#[test]
fn an_image_of_another_pipeline_is_released() {
    let sandbox = built();
    sandbox.write("project/manifest.json", "{}");
    let image = format!("--image registry.acme.dev/shop/web:v1@{DIGEST} --builder kaniko@1.24");
    sandbox.run(&format!("record build --component web {image} --manifest manifest.json")).succeeds();
    let released = sandbox.run("release --format json").succeeds().json();
    assert_eq!(released["artifacts"][1]["reference"], format!("registry.acme.dev/shop/web@{DIGEST}"));
    sandbox.run("verify").succeeds();
}

#[test]
fn wrong_on_purpose() {
    let sandbox = built();
    sandbox.write("project/other.json", "{\"x\": 1}");
    sandbox.write("project/half.xml", "<testsuite>\n<testcase name='x'>\n");
    let image = format!("--image registry.acme.dev/web@{DIGEST} --builder kaniko");
    let web = format!("record build --component web {image}");
    for (line, code, word, says) in [
        ("record test --result nowhere.xml", 2, "report-unreadable", "nowhere.xml"),
        ("record test --result half.xml", 2, "report-unreadable", "line 3: it ends inside of <testcase>"),
        ("record test --result other.json", 2, "report-unreadable", "it holds no test case"),
        ("record test", 2, "usage", "--result"),
        ("record test blog --result services/api/junit.xml", 2, "not-found", "no deployment `blog`"),
        ("record test --component db --result services/api/junit.xml", 2, "not-found", "no component `db`"),
        ("record evidence --type scan --verdict maybe", 2, "usage", "a verdict is `passed` or `failed`"),
        ("record evidence --type scan --count critical=many", 2, "usage", "a whole number"),
        ("record evidence --type check --release v9 --verdict passed", 2, "not-found", "no release `v9`"),
        (&format!("record build {image} --size 7"), 2, "ambiguous", "several image components"),
        (&web, 2, "usage", "--manifest <file>, --layout <folder>, or --size <bytes>"),
        (&format!("{web} --manifest other.json"), 2, "report-unreadable", "another manifest"),
        (&format!("{web} --layout .sealog/images"), 2, "report-unreadable", "has no image"),
        ("record build --component web --image acme.dev/x:v1 --builder k --size 7", 2, "usage", "`@sha256:`"),
        ("record build --component backend --image acme.dev/x:v1 --builder k", 2, "not-found", "no image component"),
    ] {
        sandbox.run(line).fails(code, word).says(says);
    }
    assert_eq!(sandbox.run("ledger log --format jsonl").succeeds().stdout.lines().count(), 3, "nothing was recorded");
}

#[test]
fn a_plan_records_nothing_and_a_key_without_the_right_neither() {
    let sandbox = built().enrolling("ben", "--preset releaser");
    let line = "record test --component api --result services/api/junit.xml";
    sandbox.run(&format!("{line} --dry-run")).succeeds().says("To be recorded: test of api: 4 passed, 1 skipped");
    let sandbox = sandbox.acting_as("ben");
    sandbox.run(line).fails(4, "right-missing").says("evidence.recorded:test").says("Nothing was recorded.");
}
