//! Views of the running example, at 100 columns and a fixed clock.

use insta::{assert_json_snapshot, assert_snapshot};
use ledger_format::digest::Digest;
use ledger_format::field::Base64;
use ledger_format::name::{Component, EventId, Fingerprint, Name, ReleaseId};
use ledger_format::time::Time;
use serde_json::json;

use super::as_of::{AsOf, Source};
use super::event_log::{Admission, Entry, Log, Shown, Signature};
use super::history::{Asked, Change, History, Outcome};
use super::release_name::ReleaseName;
use super::releases::{Artifact, Git, OnTarget, Release, Releases, TargetState, Tests};
use super::status::{
    Drifted, Health, HealthState, InFlight, OneTarget, Overridden, Pending, RolledBack, RunningImage, State, Status,
    TargetStatus, Verdict,
};
use super::verification::{Check, CheckName, CheckResult, Found, Ignored, Overall, Verification};
use crate::cli::ui::look::{Look, Width, test_look};
use crate::cli::ui::page::{Page, View};

fn drawn(view: &impl View, width: usize) -> String {
    let look = Look { width: Width::Columns(width), ..test_look() };
    let mut page = Page::new(&look);
    view.draw(&mut page);
    page.render()
}

/// A digest that begins with these 12 digits.
fn digest(short: &str) -> Digest {
    format!("sha256:{short}{}", "0".repeat(52)).parse().unwrap()
}

fn event(short: &str) -> EventId {
    EventId(digest(short))
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn release(alias: &str) -> ReleaseName {
    let short = match alias {
        "v1.3.8" => "0fd29c4e7b11",
        "v1.4.0" => "9c41d7e05ab2",
        "v1.5.0" => "b7e2c94d10f8",
        _ => "6d05a8f3b1c7",
    };
    ReleaseName::new(ReleaseId(digest(short)), Some(name(alias)))
}

fn as_of() -> AsOf {
    AsOf {
        heads: vec![event("f19a6d3e8b07")],
        events: 214,
        fresh: true,
        from: Source::Listing,
        listed_at: Some(time("2026-11-20T11:12:30.000Z")),
        asked: None,
        authority: Some(4),
        new: 1,
        verified_in_ms: 18,
    }
}

fn target(target: &str, live: &str, since: &str, by: &str, at: &str) -> TargetStatus {
    TargetStatus {
        deployment: name("payment-service"),
        target: name(target),
        state: State::Active,
        release: Some(release(live)),
        event: Some(event(at)),
        since: Some(time(since)),
        principal: Some(name(by)),
        rollback: None,
        health: Health { state: HealthState::Unknown, checked_at: None },
        drift: None,
        verdict: Some(Verdict::Permitted),
        findings: Vec::new(),
        dispute: None,
        overlaps: Vec::new(),
        in_flight: None,
        pending: Vec::new(),
        overridden: None,
        holds: Vec::new(),
        withdrawn: vec![],
        missing: vec![],
        components: Vec::new(),
        images: Vec::new(),
        as_of: as_of(),
    }
}

fn dev() -> TargetStatus {
    let in_flight = InFlight {
        release: release("v1.5.1"),
        start: event("b20f9c3e7d54"),
        since: time("2026-11-20T11:10:05.000Z"),
        principal: name("ci"),
        done: 1,
        components: 4,
    };
    TargetStatus {
        state: State::InFlight,
        in_flight: Some(in_flight),
        ..target("dev", "v1.5.0", "2026-11-20T11:10:05.000Z", "ci", "b20f9c3e7d54")
    }
}

fn prod() -> TargetStatus {
    let checked = time("2026-11-20T10:49:20.000Z");
    TargetStatus {
        rollback: Some(RolledBack { from: Some(release("v1.5.0")), reason: "5xx on /charge, INC-812".into() }),
        health: Health { state: HealthState::Healthy, checked_at: Some(checked) },
        drift: Some(Drifted {
            components: vec![Component::new("terraform/database").unwrap()],
            event: event("e7719ac0d52b"),
            since: time("2026-11-20T11:02:00.000Z"),
        }),
        images: vec![RunningImage {
            component: Component::new("nixpack/api").unwrap(),
            reference: "registry.acme.dev/payments/api@sha256:77aa02c19e63".into(),
            digest: digest("77aa02c19e63"),
        }],
        ..target("prod", "v1.4.0", "2026-11-20T10:49:20.000Z", "dmitri", "0ab7d94e36c8")
    }
}

#[test]
fn status_of_all_targets() {
    let status =
        Status(vec![dev(), target("staging", "v1.5.0", "2026-11-20T09:08:00.000Z", "ana", "d3057fa8c6b1"), prod()]);
    assert_snapshot!(drawn(&status, 100), @r#"
    TARGET   RELEASE          STATE          SINCE (UTC)     BY      HEALTH
    dev      v1.5.0 → v1.5.1  ⠸ rolling out  2m ago   11:10  ci      1 of 4 components
    staging  v1.5.0           active         2h ago   09:08  ana     unknown
    prod     v1.4.0           ! drifted      23m ago  10:49  dmitri  healthy, 23m ago
    ! prod     database differs from v1.4.0 since 11:02
    · prod     rolled back from v1.5.0: "5xx on /charge, INC-812"
    214 events verified, 1 new, 18 ms · head f19a6d3e8b07, listed 11:12:30
    "#);
    assert_snapshot!(drawn(&status, 70), @r#"
    TARGET   RELEASE          STATE          HEALTH
    dev      v1.5.0 → v1.5.1  ⠸ rolling out  1 of 4 components
    staging  v1.5.0           active         unknown
    prod     v1.4.0           ! drifted      healthy, 23m ago
    ! prod     database differs from v1.4.0 since 11:02
    · prod     rolled back from v1.5.0: "5xx on /charge, INC-812"
    214 events verified, 1 new, 18 ms · head f19a6d3e8b07, listed 11:12:30
    "#);
}

#[test]
fn status_of_one_target() {
    let waiting = Pending {
        release: release("v1.5.1"),
        rules_met: 5,
        rules: 6,
        approvals: 1,
        approvals_needed: 2,
        approved_by: vec![name("ben")],
    };
    assert_snapshot!(drawn(&OneTarget([TargetStatus { pending: vec![waiting], ..prod() }]), 100), @r#"
    payment-service on prod: v1.4.0, drifted, healthy; 1 release waits
      live       v1.4.0 · 9c41d7e05ab2 · since 10:49 by dmitri
      images     api sha256:77aa02c19e63
      waiting    v1.5.1 · 6d05a8f3b1c7 · 5 of 6 rules met; approvals 1 of 2: ben
      health     healthy, 23m ago
    ! prod     database differs from v1.4.0 since 11:02
    · prod     rolled back from v1.5.0: "5xx on /charge, INC-812"
    214 events verified, 1 new, 18 ms · head f19a6d3e8b07, listed 11:12:30
    "#);
}

#[test]
fn status_as_json() {
    assert_json_snapshot!(Status(vec![prod()]), @r#"
    [
      {
        "deployment": "payment-service",
        "target": "prod",
        "state": "active",
        "release": {
          "id": "9c41d7e05ab2",
          "digest": "sha256:9c41d7e05ab20000000000000000000000000000000000000000000000000000",
          "alias": "v1.4.0"
        },
        "event": "sha256:0ab7d94e36c80000000000000000000000000000000000000000000000000000",
        "since": "2026-11-20T10:49:20.000Z",
        "principal": "dmitri",
        "rollback": {
          "from": {
            "id": "b7e2c94d10f8",
            "digest": "sha256:b7e2c94d10f80000000000000000000000000000000000000000000000000000",
            "alias": "v1.5.0"
          },
          "reason": "5xx on /charge, INC-812"
        },
        "health": {
          "state": "healthy",
          "checked_at": "2026-11-20T10:49:20.000Z"
        },
        "drift": {
          "components": [
            "terraform/database"
          ],
          "event": "sha256:e7719ac0d52b0000000000000000000000000000000000000000000000000000",
          "since": "2026-11-20T11:02:00.000Z"
        },
        "verdict": "permitted",
        "findings": [],
        "dispute": null,
        "overlaps": [],
        "in_flight": null,
        "pending": [],
        "override": null,
        "holds": [],
        "withdrawn": [],
        "components": [],
        "missing": [],
        "images": [
          {
            "component": "nixpack/api",
            "reference": "registry.acme.dev/payments/api@sha256:77aa02c19e63"
          }
        ],
        "as_of": {
          "heads": [
            "sha256:f19a6d3e8b070000000000000000000000000000000000000000000000000000"
          ],
          "events": 214,
          "fresh": true,
          "from": "listing",
          "listed_at": "2026-11-20T11:12:30.000Z",
          "authority": 4,
          "new": 1,
          "verified_in_ms": 18
        }
      }
    ]
    "#);
}

fn change(alias: &str, at: &str, by: &str, id: &str, ms: u64) -> Change {
    Change {
        event: event(id),
        generation: 195,
        parents: vec![event("3a90d1c76e5b")],
        kind: "rollout.finished".into(),
        time: time(at),
        principal: name(by),
        deployment: name("payment-service"),
        target: name("prod"),
        outcome: Some(Outcome::Succeeded),
        release: release(alias),
        approved_by: Vec::new(),
        verdict: Some(Verdict::Permitted),
        duration_ms: Some(ms),
        rollback: None,
        overridden: None,
    }
}

fn history() -> History {
    let back = RolledBack { from: Some(release("v1.5.0")), reason: "5xx on /charge, INC-812".into() };
    let over = Overridden { reason: "INC-797".into(), reviewed_by: Some(name("ben")), self_reviewed: false };
    let approved = |people: [&str; 2]| people.map(name).to_vec();
    let changes = vec![
        Change {
            rollback: Some(back),
            ..change("v1.4.0", "2026-11-20T10:49:20.000Z", "dmitri", "0ab7d94e36c8", 188_000)
        },
        Change {
            approved_by: approved(["ben", "chloe"]),
            ..change("v1.5.0", "2026-11-20T10:24:17.000Z", "dmitri", "70bd8ea9152f", 192_000)
        },
        Change {
            approved_by: approved(["ben", "farid"]),
            ..change("v1.4.0", "2026-11-18T16:43:00.000Z", "dmitri", "19e7b4a05c3d", 184_000)
        },
        Change {
            overridden: Some(over),
            verdict: Some(Verdict::Overridden),
            ..change("v1.3.8", "2026-11-14T02:17:00.000Z", "dmitri", "f80c2d6a15e9", 200_000)
        },
    ];
    History { changes, of: 12, asked: Asked::OneTarget }
}

#[test]
fn history_of_one_target() {
    assert_snapshot!(drawn(&history(), 100), @r"
    WHEN (UTC)      RELEASE  WHAT                     BY        TOOK  WHY
    23m ago  10:49  v1.4.0   rolled back from v1.5.0  dmitri   3m 8s  5xx on /charge, INC-812
    48m ago  10:24  v1.5.0   rolled out               dmitri  3m 12s  approved by ben, chloe
    2d ago   11-18  v1.4.0   rolled out               dmitri   3m 4s  approved by ben, farid
    6d ago   11-14  v1.3.8   ! rolled out, override   dmitri  3m 20s  break-glass, INC-797; reviewed
    4 of 12 shown: --limit 12
    ");
    assert_snapshot!(drawn(&history(), 80), @r"
    WHEN (UTC)  RELEASE  WHAT                     BY        TOOK  WHY
    23m ago     v1.4.0   rolled back from v1.5.0  dmitri   3m 8s  5xx on /charge, I…
    48m ago     v1.5.0   rolled out               dmitri  3m 12s  approved by ben, …
    2d ago      v1.4.0   rolled out               dmitri   3m 4s  approved by ben, …
    6d ago      v1.3.8   ! rolled out, override   dmitri  3m 20s  break-glass, INC-…
    4 of 12 shown: --limit 12
    ");
}

#[test]
fn history_as_json() {
    let history = History { changes: history().changes.split_off(1)[..1].to_vec(), of: 1, asked: Asked::OneTarget };
    assert_json_snapshot!(history, @r#"
    [
      {
        "event": "sha256:70bd8ea9152f0000000000000000000000000000000000000000000000000000",
        "generation": 195,
        "parents": [
          "sha256:3a90d1c76e5b0000000000000000000000000000000000000000000000000000"
        ],
        "kind": "rollout.finished",
        "time": "2026-11-20T10:24:17.000Z",
        "principal": "dmitri",
        "deployment": "payment-service",
        "target": "prod",
        "outcome": "succeeded",
        "release": {
          "id": "b7e2c94d10f8",
          "digest": "sha256:b7e2c94d10f80000000000000000000000000000000000000000000000000000",
          "alias": "v1.5.0"
        },
        "approved_by": [
          "ben",
          "chloe"
        ],
        "verdict": "permitted",
        "duration_ms": 192000,
        "rollback": null,
        "override": null
      }
    ]
    "#);
}

fn made() -> Release {
    Release {
        name: release("v1.5.0"),
        deployment: name("payment-service"),
        event: event("c2b89f50d7a3"),
        created_at: time("2026-11-20T08:34:10.000Z"),
        created_by: name("ci"),
        git: Some(Git {
            sha: "8d3e6f1c07b25a9e41d60f83bb21c9470ae5d36f".into(),
            branch: Some("main".into()),
            tag: None,
            dirty: false,
        }),
        ci: Some(serde_json::from_value(json!({"provider": "github-actions", "run": "3188"})).unwrap()),
        artifacts: vec![Artifact {
            component: "api".into(),
            kind: "nixpack".into(),
            reference: "registry.acme.dev/payments/api@sha256:1f6b".into(),
            digest: digest("1f6b3c88d2a4"),
        }],
        configuration: [(name("prod"), digest("c574cfee81f8"))].into(),
        tests: Some(Tests { passed: 211, failed: 0, skipped: 2 }),
        annotations: [(name("pr"), "#482".to_owned())].into(),
        targets: vec![
            OnTarget { target: name("staging"), status: TargetState::Active },
            OnTarget { target: name("prod"), status: TargetState::RolledBack },
        ],
        withdrawn: None,
        builders: ["ci, run 3188".to_owned()].into(),
    }
}

#[test]
fn releases() {
    assert_snapshot!(drawn(&Releases { releases: vec![made()], of: 4, several: false }, 100), @r"
    RELEASE  ID            MADE (UTC)      BY  COMMIT   RUNS ON
    v1.5.0   b7e2c94d10f8  2h ago   08:34  ci  8d3e6f1  staging; rolled back on prod
    1 of 4 shown: --limit 4
    ");
    assert_snapshot!(drawn(&made(), 100), @r"
    payment-service v1.5.0 · b7e2c94d10f8
      made       08:34 by ci, run 3188
      from       8d3e6f1 on main, clean; built by ci, run 3188
      images     api sha256:1f6b3c88d2a4
      evidence   211 tests passed, 2 skipped
      values     prod sha256:c574cfee81f8
      notes      pr=#482
      runs on    staging; rolled back on prod
      event      c2b89f50d7a3
    ");
    assert_json_snapshot!(made(), @r##"
    {
      "id": "b7e2c94d10f8",
      "digest": "sha256:b7e2c94d10f80000000000000000000000000000000000000000000000000000",
      "alias": "v1.5.0",
      "deployment": "payment-service",
      "event": "sha256:c2b89f50d7a30000000000000000000000000000000000000000000000000000",
      "created_at": "2026-11-20T08:34:10.000Z",
      "created_by": "ci",
      "git": {
        "sha": "8d3e6f1c07b25a9e41d60f83bb21c9470ae5d36f",
        "branch": "main",
        "tag": null,
        "dirty": false
      },
      "ci": {
        "provider": "github-actions",
        "run": "3188"
      },
      "artifacts": [
        {
          "component": "api",
          "type": "nixpack",
          "reference": "registry.acme.dev/payments/api@sha256:1f6b",
          "digest": "sha256:1f6b3c88d2a40000000000000000000000000000000000000000000000000000"
        }
      ],
      "configuration": {
        "prod": "sha256:c574cfee81f80000000000000000000000000000000000000000000000000000"
      },
      "tests": {
        "passed": 211,
        "failed": 0,
        "skipped": 2
      },
      "annotations": {
        "pr": "#482"
      },
      "targets": [
        {
          "target": "staging",
          "status": "active"
        },
        {
          "target": "prod",
          "status": "rolled_back"
        }
      ],
      "withdrawn": null
    }
    "##);
}

fn entry(generation: u64, id: &str, at: &str, kind: &str, says: &str, by: &str) -> Entry {
    Entry {
        event: event(id),
        generation,
        parents: vec![event("0ab7d94e36c8")],
        kind: kind.into(),
        time: time(at),
        principal: Some(name(by)),
        key: Fingerprint::from_digest(&Digest::of(b"a key")),
        admission: Admission::Admitted,
        verdict: None,
        words_at: says.len(),
        says: says.into(),
    }
}

#[test]
fn log() {
    let started = entry(
        209,
        "b20f9c3e7d54",
        "2026-11-20T11:10:05.000Z",
        "rollout.started",
        "dev v1.5.1, plan 77c1e05b93da",
        "ci",
    );
    let cut = entry(101, "4c0e7d92a1b8", "2026-11-20T11:01:00.000Z", "release.created", "v1.3.6: 2 images", "tom");
    let facts = "dev v1.5.1, plan 77c1e05b93da";
    let says = format!("{facts}, override: the payments of a whole region fail, INC-812");
    let passed_over = entry(104, "93be07f1d2c6", "2026-11-20T11:02:00.000Z", "rollout.started", &says, "dmitri");
    let entries = vec![
        entry(
            210,
            "f19a6d3e8b07",
            "2026-11-20T11:10:19.000Z",
            "component.applied",
            "dev v1.5.1 database: no change",
            "ci",
        ),
        Entry { verdict: Some(Verdict::Permitted), ..started },
        Entry { verdict: Some(Verdict::Overridden), words_at: facts.len(), ..passed_over },
        Entry { admission: Admission::Cut, ..cut },
    ];
    assert_snapshot!(drawn(&Log { entries, of: 214 }, 100), @r"
    GEN  EVENT         TIME UTC  KIND               SAYS                                          BY
    210  f19a6d3e8b07  11:10:19  component.applied  dev v1.5.1 database: no change                ci
    209  b20f9c3e7d54  11:10:05  rollout.started    dev v1.5.1, plan 77c1e05b93da: permitted      ci
    104  93be07f1d2c6  11:02:00  rollout.started    dev v1.5.1, plan 77c1e05b93da: overridden, …  dmitri
    101  4c0e7d92a1b8  11:01:00  release.created    ! cut: v1.3.6: 2 images                       tom
    4 of 214 shown: --limit 214
    ");
}

#[test]
fn one_event() {
    let says = "chloe approves payment-service v1.5.0 for prod, until 11-21 10:14";
    let shown = Shown {
        entry: entry(188, "8b5e30f7d2c4", "2026-11-20T10:14:51.204Z", "approval.granted", says, "chloe"),
        data: json!({}),
        subjects: json!([]),
        signature: Signature { algorithm: Some("Ed25519"), signature: Base64::new(b"signature") },
        approval: None,
        because: Vec::new(),
        children: Vec::new(),
        run: "35ea51baf1fe7f0142ad5f950855dde0".into(),
        stored: vec!["tag e-0000000188-8b5e30f7d2c4".into()],
        parents_say: vec![(event("f80c2d6a15e9"), "ben approves".into()), (event("19e7b4a05c3d"), "ci scans".into())],
        facts: vec![("effect", "2 of 2; spent by rollout.started 3a90d1c76e5b".into())],
    };
    assert_snapshot!(drawn(&shown, 100), @r"
    approval.granted 8b5e30f7d2c4: admitted
      says       chloe approves payment-service v1.5.0 for prod, until 11-21 10:14
      effect     2 of 2; spent by rollout.started 3a90d1c76e5b
      parents    f80c2d6a15e9 (ben approves) · 19e7b4a05c3d (ci scans): this event joins them
      signed     ✓ chloe SHA256:j6Oqsvqpt54K, Ed25519
      claimed    2026-11-20T10:14:51.204Z, generation 188
      stored     tag e-0000000188-8b5e30f7d2c4
    ");
}

fn check(name: CheckName, examined: usize, says: &str) -> Check {
    Check { name, result: CheckResult::Passed, examined, says: says.into(), findings: Vec::new() }
}

fn verification() -> Verification {
    Verification {
        verdict: Overall::Passed,
        exit_code: 0,
        ledger: event("4f1c9a7be2d0"),
        heads: vec![event("f19a6d3e8b07")],
        events: 214,
        ignored: Ignored { junk: 0, cut: 1, pending: 0, refused: 0, foreign: 0 },
        checks: vec![
            check(CheckName::Ledger, 1, "4f1c9a7be2d0, as pinned in sealog.yaml"),
            check(CheckName::Bytes, 214, "214 events: each id is the hash of its bytes"),
            check(CheckName::Signatures, 214, "214: one each, by 8 keys of 8 principals"),
            check(CheckName::Fresh, 214, "nothing missing that this machine saw before (214 events, 2m ago)"),
        ],
        not_asked: vec!["the images and their attestations".into()],
        took_ms: 41,
        origin: "as listed at 11:12:30".into(),
    }
}

#[test]
fn verification_passed() {
    assert_snapshot!(drawn(&verification(), 100), @r"
    ✓ ledger      4f1c9a7be2d0, as pinned in sealog.yaml
    ✓ bytes       214 events: each id is the hash of its bytes
    ✓ signatures  214: one each, by 8 keys of 8 principals
    ✓ fresh       nothing missing that this machine saw before (214 events, 2m ago)
    · ignored     0 junk, 1 cut, 0 refused, 0 pending
    · not asked   the images and their attestations
    ✓ Verified 214 events in 41 ms · head f19a6d3e8b07, as listed at 11:12:30
    ");
}

#[test]
fn verification_failed() {
    let mut failed = verification();
    failed.verdict = Overall::Failed;
    failed.exit_code = 3;
    failed.checks[1] = Check {
        name: CheckName::Bytes,
        result: CheckResult::Failed,
        examined: 214,
        says: "1 of 214 events does not match its id".into(),
        findings: vec![Found {
            code: "event-tampered".into(),
            event: Some(event("4c0e7d92a1b8")),
            kind: Some("release.created".into()),
            found: Some(digest("b1770c2fd945")),
            says: "release.created v1.3.6, generation 101, claimed 2026-11-09 by ci".into(),
            facts: vec![("found", "sha256:b1770c2fd945, of the same length, under the event's tag".into())],
        }],
    };
    failed.checks[2].result = CheckResult::NotJudged;
    assert_snapshot!(drawn(&failed, 100), @r"
    ✗ bytes    1 of 214 events does not match its id
        4c0e7d92a1b8   release.created v1.3.6, generation 101, claimed 2026-11-09 by ci
        found      sha256:b1770c2fd945, of the same length, under the event's tag
    ✓ ledger      4f1c9a7be2d0, as pinned in sealog.yaml
    · signatures  214: one each, by 8 keys of 8 principals
    ✓ fresh       nothing missing that this machine saw before (214 events, 2m ago)
    · ignored     0 junk, 1 cut, 0 refused, 0 pending
    · not asked   the images and their attestations
    ");
    assert_json_snapshot!(failed, @r#"
    {
      "verdict": "failed",
      "exit_code": 3,
      "ledger": "sha256:4f1c9a7be2d00000000000000000000000000000000000000000000000000000",
      "heads": [
        "sha256:f19a6d3e8b070000000000000000000000000000000000000000000000000000"
      ],
      "events": 214,
      "ignored": {
        "junk": 0,
        "cut": 1,
        "pending": 0,
        "refused": 0,
        "foreign": 0
      },
      "checks": [
        {
          "name": "ledger",
          "result": "passed",
          "examined": 1,
          "says": "4f1c9a7be2d0, as pinned in sealog.yaml",
          "findings": []
        },
        {
          "name": "bytes",
          "result": "failed",
          "examined": 214,
          "says": "1 of 214 events does not match its id",
          "findings": [
            {
              "code": "event-tampered",
              "event": "sha256:4c0e7d92a1b80000000000000000000000000000000000000000000000000000",
              "kind": "release.created",
              "found": "sha256:b1770c2fd9450000000000000000000000000000000000000000000000000000",
              "says": "release.created v1.3.6, generation 101, claimed 2026-11-09 by ci"
            }
          ]
        },
        {
          "name": "signatures",
          "result": "not_judged",
          "examined": 214,
          "says": "214: one each, by 8 keys of 8 principals",
          "findings": []
        },
        {
          "name": "fresh",
          "result": "passed",
          "examined": 214,
          "says": "nothing missing that this machine saw before (214 events, 2m ago)",
          "findings": []
        }
      ],
      "not_asked": [
        "the images and their attestations"
      ],
      "took_ms": 41,
      "origin": "as listed at 11:12:30"
    }
    "#);
}
