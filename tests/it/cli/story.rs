//! The running example of the design, read through the commands.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{Finished, Sandbox, Story, words};

fn told() -> (Sandbox, Story) {
    let sandbox = Sandbox::new();
    let story = Story::write(&sandbox.project().join(".sealog/ledger"));
    let trust = story.scribe.ledger().id();
    sandbox.write("project/sealog.yaml", format!("trust: {trust}\n"));
    sandbox.run("verify -q").succeeds();
    (sandbox, story)
}

fn drawn(sandbox: &Sandbox, line: &str) -> String {
    sandbox.run(line).succeeds().stdout
}

#[test]
fn the_story_is_read_at_any_point() {
    let (sandbox, _) = told();
    assert_snapshot!(drawn(&sandbox, "status payment-service"), @r#"
    TARGET   RELEASE          STATE          SINCE (UTC)     BY      HEALTH
    dev      v1.5.0 → v1.5.1  ⠸ rolling out  2m ago   11:10  ci      1 of 4 components
    staging  v1.5.0           ! disputed     2h ago   09:08  ana     unknown
    prod     v1.4.0           ! drifted      23m ago  10:49  dmitri  healthy, 23m ago
    ! staging  ecs-watch saw ecs/service-api sha256:9db3ab146fd0 at 11:05, the release has api sha256:1f0de819eb89, worker sha256:e90de819eb89
    ! prod     database differs from v1.4.0 since 11:02
    · prod     rolled back from v1.5.0: "5xx on /charge, INC-812"
    120 events verified, 0 ms · head 9ce20f782e81, listed 11:12:30
    "#);
    assert_snapshot!(drawn(&sandbox, "status payment-service --target prod --at 10:13"), @r"
    payment-service on prod at 10:13 (58m ago): v1.4.0, active; 1 release waits
      live       v1.4.0 · 19f216236d92 · since 11-18 16:43 by dmitri
      images     api sha256:77556338d863 · worker sha256:b3556338d863
      waiting    v1.5.0 · b0c0fb7acfb3 · 7 of 8 rules met; approvals 1 of 2: ben
    91 events verified, 0 ms · head 19f154e2cefa, as it was at 10:13 (58m ago)
    ");
    assert_snapshot!(drawn(&sandbox, "history payment-service --target prod"), @r"
    WHEN (UTC)      RELEASE  WHAT                     BY        TOOK  WHY
    23m ago  10:49  v1.4.0   rolled back from v1.5.0  dmitri   3m 8s  5xx on /charge, INC-812
    48m ago  10:24  v1.5.0   rolled out               dmitri  3m 12s  approved by ben, chloe
    51m ago  10:21  v1.5.0   promoted                 dmitri       -  approved by ben, chloe
    2d ago   11-18  v1.4.0   rolled out               dmitri   3m 4s  approved by ben, farid
    2d ago   11-18  v1.4.0   promoted                 dmitri       -  approved by ben, farid
    6d ago   11-14  v1.3.8   ! rolled out, override   dmitri  3m 20s  break-glass, INC-797; reviewed
    ");
    assert_snapshot!(drawn(&sandbox, "releases payment-service"), @r"
    RELEASE  ID            MADE (UTC)      BY  COMMIT   RUNS ON
    v1.5.1   cd967c42b5a2  4m ago   11:08  ci  c40a9d7  -
    v1.5.0   b0c0fb7acfb3  2h ago   08:34  ci  8d3e6f1  dev, staging; rolled back on prod
    v1.4.0   19f216236d92  3d ago   11-17  ci  5be01f2  prod
    v1.3.8   36633f310edf  7d ago   11-13  ci  0fd29c4  -
    ");
    assert_snapshot!(drawn(&sandbox, "releases show v1.5.0"), @r"
    payment-service v1.5.0 · b0c0fb7acfb3
      made       08:34 by ci
      from       8d3e6f1 on main, clean; built by ci
      images     api sha256:1f0de819eb89 · worker sha256:e90de819eb89
      evidence   211 tests passed, 2 skipped
      values     dev sha256:040a71943a8a · prod sha256:705485914f09 · staging sha256:5823dd93fc98
      notes      pr=#482
      runs on    dev, staging; rolled back on prod
      event      bb94d3e5b455
    ");
}

#[test]
fn two_releases_and_two_points_differ() {
    let (sandbox, _) = told();
    assert_snapshot!(drawn(&sandbox, "diff payment-service v1.4.0 v1.5.0"), @r"
    payment-service v1.4.0 → v1.5.0: 2 images, 2 values, 1 component version
      image      api                                            77556338d863 → 1f0de819eb89
      image      worker                                         b3556338d863 → e90de819eb89
      value      ecs/service-api   vars.desired_count           4 → 6  prod
      value      ecs/taskdef-api   vars.CHARGE_TIMEOUT_MS       3000 → 1500  dev, prod, staging
      version    ecs/service-api   github.com/acme/ecs-service  1.8.2 → 1.9.0  tree 5b890e16822b → 5b17cbf90c63
      commits    5be01f2..8d3e6f1
    ");
    assert_snapshot!(drawn(&sandbox, "diff v1.5.0 v1.5.1 --target prod"), @r"
    payment-service v1.5.0 → v1.5.1: 2 images
      image      api               1f0de819eb89 → d210c6aebbf7
      image      worker            e90de819eb89 → 4b10c6aebbf7
      commits    8d3e6f1..c40a9d7
    ");
    assert_snapshot!(drawn(&sandbox, "diff --from '11-18 16:43' --to 10:30"), @r"
    7442809ca471 → d5f3d5fba276: 33 events
      payment-service/dev      v1.4.0 → v1.5.0
      payment-service/prod     v1.4.0 → v1.5.0
      payment-service/staging  v1.4.0 → v1.5.0
      released                 payment-service/v1.5.0
    ");
    assert_snapshot!(drawn(&sandbox, "diff --from 11-11"), @r"
    8c22b94e0532 → 9ce20f782e81: 119 events
      payment-service/dev      - → v1.5.0
      payment-service/prod     - → v1.4.0
      payment-service/staging  - → v1.5.0
      released                 payment-service/v1.4.0, payment-service/v1.3.8, payment-service/v1.5.0, payment-service/v1.5.1
      authority                8c22b94e0532 → 8a28d5a6a317
    ");
}

#[test]
fn the_ledger_itself_is_read() {
    let (sandbox, story) = told();
    assert_snapshot!(drawn(&sandbox, "ledger log --limit 3"), @r"
    GEN  EVENT         TIME UTC  KIND               SAYS                                      BY
    118  9ce20f782e81  11:10:19  component.applied  dev v1.5.1 database: no change            ci
    117  af6dacad9347  11:10:05  rollout.started    dev v1.5.1, plan 778846a7af91: permitted  ci
    116  c202e7239bad  11:10:05  rollout.claimed    dev v1.5.1, all components                ci
    3 of 120 shown: --limit 120
    ");
    assert_snapshot!(drawn(&sandbox, &format!("ledger show {}", story.approval.short())), @r"
    approval.granted 985c40c234ba: admitted, spent
      says       chloe approves payment-service v1.5.0 (b0c0fb7acfb3) for prod, until 11-21 10:14
      binds      policy b61a2f534756 · no evidence · one rollout
      effect     2 of 2 from release-managers: ben, chloe; spent by rollout.started 6c111d1b8200
      named by   promotion.recorded 04904281b9de by dmitri · rollout.started 6c111d1b8200 by dmitri
      parents    19f154e2cefa (approval.granted by ben)
      signed     ✓ chloe SHA256:zbv/nU7iZdO0, Ed25519
      claimed    2026-11-20T10:14:51.000Z, generation 90
      stored     tag e-0000000090-985c40c234ba6bdcf96775480987de9fe2ecec91f2075f0ebd70d8ad5e4a42b4
    ");
    assert_snapshot!(drawn(&sandbox, &format!("ledger show {}", story.cut.short())), @r"
    noted 963dad6d7acd: cut
      says       free words
      because    8a28d5a6a317 (authority.proposed by ana) took away what it stands on
      parents    8c22b94e0532 (ledger.created by ana)
      signed     ✓ tom SHA256:RFGPmv0HqTEF, Ed25519
      claimed    2026-11-12T09:00:00.000Z, generation 1
      stored     tag e-0000000001-963dad6d7acdf8eef097d2dfa37455f7d6ca089361d2972509c8944482f574fe
    ");
    assert_snapshot!(drawn(&sandbox, "ledger head"), @r"
    ledger     sha256:8c22b94e0532a1c6186d87896cf3a01e03064d949c324f7511d1795f1a300e24
    head       sha256:9ce20f782e811398802ffde15c59abe69715913cc7e00305954343001b5d5aa6
               generation 118, 11:10, component.applied by ci: dev v1.5.1 database: no change
    120 events verified, 0 ms · head 9ce20f782e81, listed 11:12:30
    ");
    assert_snapshot!(drawn(&sandbox, "verify"), @r"
    ✓ ledger      8c22b94e0532, as pinned in sealog.yaml
    ✓ bytes       120 events: each id is the hash of its bytes
    ✓ signatures  120: one each, by 8 keys of 8 principals
    ✓ order       no parent missing; 1 fork, all joined; 1 head
    ✓ authority   version 1, no dispute; every key had its right, for that target, in its own past
    ✓ policy      16 starts and promotions judged: 15 permitted, 1 by break-glass; all reviewed
    ✓ fresh       nothing missing that this machine saw before (120 events, now)
    ✓ blobs       9 blobs: each has the digest that an event names
    · ignored     0 junk, 1 cut, 0 refused, 0 pending
    · not asked   the images and their attestations; no seal, no witness
    ✓ Verified 120 events in 0 ms · head 9ce20f782e81, as listed at 11:12:30
    ");
}

#[test]
fn an_export_is_verified_and_imported_without_its_ledger() {
    let (sandbox, story) = told();
    sandbox.run("ledger export all.sealog").succeeds();
    let id = story.scribe.ledger().id();
    sandbox.write("elsewhere/all.sealog", std::fs::read(sandbox.project().join("all.sealog")).unwrap());
    let stranger = Sandbox::new();
    stranger.write("project/all.sealog", std::fs::read(sandbox.project().join("all.sealog")).unwrap());
    assert_eq!(stranger.run("verify --file all.sealog --format json").succeeds().json()["ledger"], id.to_string());
    stranger.run("ledger import all.sealog --dry-run").succeeds();
    stranger.run("status").fails(2, "no-project");
    let piped = sandbox.run("ledger export -").succeeds().stdout;
    assert_eq!(piped.as_bytes(), std::fs::read(sandbox.project().join("all.sealog")).unwrap());
    sandbox.run("ledger export all.sealog").succeeds().says("Wrote");
    stranger.run("ledger import all.sealog").succeeds().says("Added");
    stranger.run("ledger import all.sealog").succeeds().says("Nothing to add");
    let same = |line: &str| assert_eq!(stranger.run(line).stdout, sandbox.run(line).stdout, "{line}");
    same("history --format json");
    same("releases --format json");
    same("ledger log --limit 200 --format json");
}

/// Everything that a reading command is asked wrongly, and how it ends.
#[test]
fn wrong_questions_are_told_apart() {
    let (sandbox, _) = told();
    let file = sandbox.project().join("all.sealog");
    sandbox.run("ledger export all.sealog").succeeds();
    let whole = std::fs::read(&file).unwrap();
    sandbox.write("project/cut.sealog", &whole[..whole.len() / 2]);
    let line_end = whole.iter().rposition(|byte| *byte == b'\n').unwrap();
    let lines_end = whole[..line_end].iter().rposition(|byte| *byte == b'\n').unwrap();
    sandbox.write("project/short.sealog", &whole[..=lines_end]);
    sandbox.write("project/other.sealog", "{}\n");
    for (line, code, word) in [
        ("status payment-servic", 2, "not-found"),
        ("status payment-service --target pod", 2, "not-found"),
        ("ledger keys list --at yesterday", 2, "usage"),
        ("ledger policy show --at 2026-11-01", 2, "not-found"),
        ("status --at yesterday", 2, "usage"),
        ("status --at 25:00", 2, "usage"),
        ("status --at 2026-11-01", 2, "not-found"),
        ("status --at 00000000", 2, "not-found"),
        ("history nothing", 2, "not-found"),
        ("releases show v9", 2, "not-found"),
        ("diff v1.4.0", 2, "usage"),
        ("diff v1.4.0 v9", 2, "not-found"),
        ("diff --from yesterday", 2, "usage"),
        ("diff --from v1.4.0", 2, "usage"),
        ("diff v1.4.0 v1.5.0 --target pod", 2, "not-found"),
        ("ledger show 000000", 2, "not-found"),
        ("ledger show abc", 2, "usage"),
        ("ledger show zzzzzz", 2, "usage"),
        ("ledger log --kind nonsense", 2, "usage"),
        ("ledger log --ledger nowhere", 2, "ledger-not-found"),
        ("verify --ledger nowhere", 2, "ledger-not-found"),
        ("verify --file nowhere", 2, "file-unusable"),
        ("verify --file other.sealog", 2, "not-an-export"),
        ("verify --file sealog.yaml", 2, "not-an-export"),
        ("verify --file cut.sealog", 3, "export-damaged"),
        ("verify --file short.sealog", 3, "export-damaged"),
        ("ledger import cut.sealog --ledger new", 3, "export-damaged"),
        ("ledger import other.sealog --ledger new", 2, "not-an-export"),
        ("ledger export nowhere/all.sealog", 2, "file-unusable"),
        ("ledger export sealog.yaml", 2, "file-unusable"),
        ("ledger export .sealog/ledger/index.json", 2, "file-unusable"),
        ("ledger export .sealog", 2, "file-unusable"),
        ("hold place --reason x --key .", 2, "key-unusable"),
        ("status --at 9999-12-31T23:59:59-23:59", 2, "usage"),
        (
            "verify --expect-head sha256:1111111111111111111111111111111111111111111111111111111111111111",
            3,
            "ledger-behind",
        ),
        ("verify --trust sha256:1111111111111111111111111111111111111111111111111111111111111111", 3, "pin-not-met"),
    ] {
        sandbox.run(line).fails(code, word);
    }
    assert!(!sandbox.project().join("new").exists(), "nothing is half made");
}

/// Reading needs no right to write: neither to the ledger nor to what this machine remembers.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_read() {
    let (sandbox, _) = told();
    let read_only = |on: bool| {
        let mode = if on { "a-w" } else { "u+w" };
        let path = sandbox.project().join(".sealog");
        std::process::Command::new("chmod").args(["-R", mode]).arg(path).stdout(Stdio::null()).status().unwrap();
    };
    read_only(true);
    let lines = ["status", "history", "releases", "verify", "ledger log", "ledger head"];
    let ended: Vec<Finished> = lines.iter().map(|line| sandbox.run_with(&words(line), "")).collect();
    read_only(false);
    for finished in ended {
        finished.succeeds();
    }
}
