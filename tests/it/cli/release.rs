//! `sealog release`: content with a name, once; and every way in which it does not come to that.

use insta::assert_snapshot;

use crate::support::{Sandbox, without_ids};

const ORDERS: &str = "project/services/api/etc/orders.conf";

fn built() -> Sandbox {
    let sandbox = Sandbox::shop();
    sandbox.run("build").succeeds();
    sandbox
}

#[test]
fn a_release_says_what_it_is_made_of() {
    let sandbox = built();
    sandbox.run("record test --component api --result services/api/junit.xml").succeeds();
    let released = sandbox.run("release shop --target dev --id v1.5.0 --annotate 'pr=#482'").succeeds();
    assert_snapshot!(without_ids(&released.stdout), @r"
    ✓ Released shop v1.5.0 · <id>
      from       built by ana
      images     api sha256:<id> · web sha256:<id>
      targets    dev, prod, staging
      evidence   test: 4 passed, 1 skipped
      pr         #482
    ");
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("build -q").succeeds();
    sandbox.run("release --id v1.6.0").succeeds().says("since      v1.5.0: 1 image\n");
}

/// Two releases share an image, each with a report on all of its images.
#[test]
fn a_report_on_two_images_is_counted_once() {
    let sandbox = built();
    let old = std::fs::read(sandbox.path(ORDERS)).unwrap();
    let reported = |alias: &str| {
        sandbox.run("record test --result services/api/junit.xml").succeeds();
        sandbox.run(&format!("release --id {alias}")).succeeds().says("evidence   test: 4 passed, 1 skipped\n");
    };
    reported("v1");
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("build").succeeds();
    reported("v2");
    for alias in ["v1", "v2"] {
        let shown = sandbox.run(&format!("releases show {alias}")).succeeds();
        shown.says("evidence   4 tests passed, 1 skipped\n");
        let approved = sandbox.run(&format!("approve shop {alias} --target prod --dry-run")).succeeds();
        approved.says("evidence   4 tests passed, 1 skipped\n");
    }
    sandbox.write(ORDERS, old);
    sandbox.run("build").succeeds();
    sandbox.run("release --id v1-final").succeeds().says("evidence   test: 4 passed, 1 skipped\n");
}

#[test]
fn the_run_that_built_and_released_is_shown() {
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ci/github-push.env");
    let variables = std::fs::read_to_string(fixture).unwrap();
    let variables = variables.lines().filter_map(|line| line.split_once('='));
    let sandbox = variables.fold(Sandbox::shop(), |sandbox, (name, value)| sandbox.with(name, value));
    sandbox.run("build").succeeds();
    sandbox.run("release --id v1").succeeds().says("from       built by ana, run 3188\n");
    let shown = sandbox.run("releases show v1").succeeds();
    shown.says("made       11:12 by ana, run 3188\n").says("from       built by ana, run 3188\n");
    let released = sandbox.run("release --format json").succeeds().json();
    let shown = sandbox.run("releases show v1 --format json").succeeds().json();
    for answer in [&released, &shown] {
        assert_eq!((&answer["ci"]["provider"], &answer["ci"]["run"]), (&"github-actions".into(), &"3188".into()));
    }
    let event = shown["event"].as_str().unwrap();
    let run = "ci         github-actions: acme/shop, ship, run 3188, attempt 1, job build · \
        https://github.com/acme/shop/actions/runs/3188\n";
    sandbox.run(&format!("ledger show {event}")).succeeds().says(run);
}

#[test]
fn the_same_content_is_the_same_release() {
    let sandbox = built();
    let first = sandbox.run("release --id v1 --format json").succeeds().json();
    let again = sandbox.run("release --format json").succeeds().json();
    assert_eq!((&again["state"], &again["digest"]), (&"there".into(), &first["digest"]));
    assert_eq!(again["event"], first["event"]);
    let called = sandbox.run("release --id v1-final --format json").succeeds().json();
    assert_eq!((&called["state"], &called["digest"]), (&"made".into(), &first["digest"]), "another name is an event");
    sandbox.run("release --id v1").succeeds().says("The same content, nothing recorded.");
}

#[test]
fn a_commit_that_changes_no_content_changes_no_release() {
    let sandbox = Sandbox::shop();
    sandbox.git(&["init", "-q", "-b", "main"]);
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-qm", "Begin"]);
    sandbox.run("build").succeeds();
    let first = sandbox.run("release --id v1 --format json").succeeds().json();
    assert_eq!((&first["git"]["branch"], &first["git"]["dirty"]), (&"main".into(), &false.into()));
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    sandbox.run("build").succeeds().says("nothing built");
    sandbox.run("release").succeeds().says("Already released: v1");
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("build").succeeds().says("recorded as dirty");
    assert_eq!(sandbox.run("release --format json").succeeds().json()["git"]["dirty"], true);
}

#[test]
fn what_was_not_built_is_told() {
    let sandbox = Sandbox::shop();
    sandbox
        .run("release")
        .fails(2, "not-built")
        .says("nixpack/api was not built for dev")
        .says("nixpack/web was not built for dev")
        .says("hint: sealog build --target dev --component web");
    sandbox.run("build").succeeds();
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("release --dry-run").succeeds().says("! api: what is here was not built");
}

#[test]
fn going_back_to_old_sources_takes_the_old_image() {
    let sandbox = built();
    let first = sandbox.run("release -q").succeeds().stdout;
    assert!(first.starts_with("sha256:") && first.trim().len() == 71, "a whole id, as every -q prints: {first}");
    let old = std::fs::read(sandbox.path(ORDERS)).unwrap();
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("build").succeeds();
    let second = sandbox.run("release -q").succeeds().stdout;
    assert_ne!(second, first);
    sandbox.write(ORDERS, old);
    sandbox.run("build").succeeds().says("nothing built");
    assert_eq!(sandbox.run("release -q").succeeds().stdout, first);
}

#[test]
fn what_needs_no_image_is_released_before_any_is_built() {
    let sandbox = Sandbox::new();
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/configs/valid/before-any-build");
    for file in ["deployments/platform.yaml", "k8s/api/sub/deployment.yaml", "k8s/registry/registry.yaml"] {
        sandbox.write(&format!("project/{file}"), std::fs::read(fixture.join(file)).unwrap());
    }
    let sandbox = sandbox.with_ledger();
    sandbox.run("release").fails(2, "not-built");
    let released = sandbox.run("release --without-images --format json").succeeds().json();
    assert_eq!(released["artifacts"], serde_json::json!([]));
    let log = sandbox.run("ledger show --format json").stdout + &sandbox.run("ledger log --format json").stdout;
    assert!(log.contains("release.created"), "{log}");
    sandbox.run("verify").succeeds();
}

#[test]
fn an_image_is_named_by_its_digest() {
    let sandbox = built();
    let images = sandbox.run("build --format json").succeeds().json();
    let api = images[0]["digest"].as_str().unwrap().to_owned();
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("build").succeeds();
    let released = sandbox.run(&format!("release --digest api={api} --format json")).succeeds().json();
    assert_eq!(released["artifacts"][0]["digest"], api);
    let unknown = format!("sha256:{:064}", 1);
    for (line, code, word, says) in [
        (format!("release --digest {api}"), 2, "ambiguous", "several image components: api, web"),
        (format!("release --digest api={unknown}"), 2, "not-found", "no build of it is recorded"),
        ("release --digest api=sha256:12".to_owned(), 2, "usage", "64 lower-case hex digits"),
    ] {
        sandbox.run(&line).fails(code, word).says(says);
    }
}

#[test]
fn names_that_are_taken_are_refused() {
    let sandbox = built();
    let id = sandbox.run("release --id v1 --format json").succeeds().json()["id"].as_str().unwrap().to_owned();
    let line = format!("release --id {}", &id[..8]);
    sandbox.run(&line).fails(2, "alias-taken").says("the beginning of the id").says("nothing recorded");
    sandbox.write(ORDERS, "[prices]\nvat_percent = 7\n");
    sandbox.run("build").succeeds();
    sandbox.run("release --id v1").fails(2, "alias-taken").says(&format!("the name of shop {id} already"));
    sandbox.run("release --id '-x'").fails(2, "usage");
    sandbox.run("release --annotate pr").fails(2, "usage").says("`name=text` belongs here");
}

#[test]
fn what_was_withdrawn_is_not_made_again() {
    let sandbox = built();
    sandbox.run("release --id v1").succeeds();
    sandbox.run("withdraw release shop v1 --reason 'drops a column' --yes").succeeds();
    sandbox.run("release").fails(4, "release-withdrawn").says("drops a column");
}

#[test]
fn a_key_without_the_right_records_nothing() {
    let sandbox = built().enrolling("ben", "--preset builder").acting_as("ben");
    let log = |sandbox: &Sandbox| sandbox.run("ledger log --format jsonl").succeeds().stdout.lines().count();
    let before = log(&sandbox);
    sandbox.run("release").fails(4, "right-missing").says("release.created").says("Nothing was recorded.");
    assert_eq!(log(&sandbox), before);
    sandbox.run("verify").succeeds();
}

#[test]
fn a_mistake_in_the_configuration_is_drawn() {
    let sandbox = built();
    let path = "project/deployments/shop.yaml";
    let text = std::fs::read_to_string(sandbox.path(path)).unwrap();
    sandbox.write(path, text.replace("- manifest/backend", "- manifest/bakend"));
    sandbox.run("release").fails(2, "unknown-dependency").says("deployments/shop.yaml:").says("manifest/backend");
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let sandbox = built();
    let script = "mkdir small; mount -t tmpfs -o size=600k tmpfs small; cp -a project/. small; cd small
        cat /dev/zero > fill 2> /dev/null || true
        for command in 'release --id v1' 'record test --result services/api/junit.xml'; do
            if \"$SEALOG\" $command; then exit 99; else echo \"ended with $?\"; fi
        done
        rm fill; \"$SEALOG\" verify; \"$SEALOG\" record test --result services/api/junit.xml
        \"$SEALOG\" release --id v1; \"$SEALOG\" verify";
    let Some(done) = sandbox.run_in_namespace(script) else { return };
    let done = done.succeeds().says("error[store-unreachable]").says("No space left on device");
    assert_eq!(done.stdout.matches("ended with 6").count(), 2, "{}", done.stdout);
    assert!(done.stdout.contains("✓ Released shop v1"), "{}", done.stdout);
}

#[test]
fn the_words_of_the_seeds_are_understood() {
    for line in [
        "deployment build shop --target dev",
        "deployments build shop --target dev --component api",
        "deployment release shop --target dev --annotation 'sha=5be01f2' --alias v1",
        "release shop --target dev --annotate 'jira=PAY-7 # two words' --auto-approve",
        "record test shop --target dev --component api --result services/api/junit.xml --yes",
        "deployment record evidence shop --type benchmark --component web --count rps=2000",
    ] {
        let sandbox = built();
        sandbox.run(line).succeeds();
    }
}
