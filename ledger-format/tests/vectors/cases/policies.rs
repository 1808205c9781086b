//! What a policy asks, found or not in the own past of a start.

use crate::Case;
use crate::book::Book;
use crate::cases::kinds::approved;
use crate::cases::own_past::{permitted, unpermitted};
use crate::story::{and, image, release};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    policies()
}

fn with_app(b: &mut Book, build: Value) {
    let build = and(
        json!({"deployment": "shop", "component": "files/app", "image": image("app"),
        "builder": {"name": "files"}}),
        build,
    );
    let build = b.say("ci", "build.recorded", build);
    let artifacts = json!({"files/app": {"image": image("app"), "build": build}});
    b.released(and(release("config", artifacts), json!({"target": "prod"})));
}

fn policies() -> Vec<Case> {
    fn plain(b: &mut Book) -> String {
        b.release_for("prod");
        b.start("dave", "prod", "r1", json!({}))
    }
    let test = json!({"evidence": [{"type": "test", "on": "release"}]});
    let scan = json!({"evidence": [{"type": "scan", "on": "release", "limits": {"high": 2}, "max_age_ms": 600_000}]});
    let dev = json!({"from": ["dev"], "soak_ms": 600_000});
    let soaked = |soak: i64| {
        move |b: &mut Book| {
            b.release_for("dev");
            b.roll("dave", "dev", "r1", json!({}));
            b.step = soak;
            let promotion = b.say("dave", "promotion.recorded", b.place("prod", json!({"policy": b.policy("prod")})));
            b.step = 60_000;
            b.start("dave", "prod", "r2", json!({"promotion": promotion}))
        }
    };
    let scanned = |counts: Value, wait: i64| {
        move |b: &mut Book| {
            b.release_for("prod");
            b.evidence(json!({"type": "scan", "verdict": null, "counts": counts}));
            b.step = wait;
            b.start("dave", "prod", "r1", json!({}))
        }
    };
    let by = |authors: Value, approver: &'static str| {
        move |b: &mut Book| {
            let git = json!({"commit": "0123456789012345678901234567890123456789", "authors": authors});
            b.released(and(release("config", json!({})), json!({"target": "prod", "git": git})));
            let approval = b.approve(approver, json!({}));
            b.start("dave", "prod", "r1", json!({"spends": [approval]}))
        }
    };
    let distinct = json!({"approvals": [{"count": 1, "groups": ["managers"]}], "distinct": [["approver", "author"]]});
    vec![
        unpermitted(approved(), "policy-approvals", "policy-approvals", "Nobody approved.", plain),
        unpermitted(
            Book::ruled(json!({"built": true})),
            "policy-built",
            "policy-built",
            "A build that was not published.",
            |b| {
                with_app(b, json!({}));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        unpermitted(
            Book::ruled(json!({"clean": true})),
            "policy-clean",
            "policy-clean",
            "A build of changed files.",
            |b| {
                with_app(b, json!({"git": {"commit": "0123456789012345678901234567890123456789", "dirty": true}}));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        unpermitted(
            Book::ruled(json!({"clean": true})),
            "policy-clean-of-no-commit",
            "policy-clean",
            "A build that names no commit.",
            |b| {
                with_app(b, json!({}));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        permitted(
            Book::ruled(json!({"built": true, "clean": true})),
            "built-and-clean",
            "A published build of a commit; another build of a changed tree gave the same bytes.",
            |b| {
                let dirty = json!({"commit": "0123456789012345678901234567890123456789", "dirty": true});
                b.say(
                    "ci",
                    "build.recorded",
                    json!({"deployment": "shop", "component": "files/app",
                    "image": image("app"), "builder": {"name": "files"}, "git": dirty}),
                );
                with_app(b, json!({"published": true, "git": {"commit": "0123456789012345678901234567890123456789"}}));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        unpermitted(Book::ruled(test.clone()), "policy-evidence", "policy-evidence", "No test of the release.", plain),
        unpermitted(Book::ruled(test.clone()), "evidence-failed", "evidence-failed", "The newest test failed.", |b| {
            b.release_for("prod");
            b.evidence(json!({}));
            b.evidence(json!({"verdict": "failed"}));
            b.start("dave", "prod", "r1", json!({}))
        }),
        permitted(
            Book::ruled(test),
            "evidence-superseded",
            "A failed test that a later one of the same name superseded.",
            |b| {
                b.release_for("prod");
                b.evidence(json!({"verdict": "failed"}));
                b.evidence(json!({}));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        permitted(
            Book::ruled(scan.clone()),
            "evidence-in-limits",
            "A fresh scan within its limits.",
            scanned(json!({"high": 2}), 60_000),
        ),
        unpermitted(
            Book::ruled(scan.clone()),
            "evidence-over-limit",
            "evidence-failed",
            "A scan above its limit.",
            scanned(json!({"high": 3}), 60_000),
        ),
        unpermitted(
            Book::ruled(scan.clone()),
            "evidence-without-count",
            "policy-evidence",
            "A scan that did not count.",
            scanned(json!({"low": 3}), 60_000),
        ),
        unpermitted(
            Book::ruled(scan),
            "evidence-too-old",
            "policy-evidence",
            "A scan that is too old.",
            scanned(json!({"high": 0}), 400_000),
        ),
        permitted(Book::ruled(dev.clone()), "soaked", "A release that stood long enough on dev.", soaked(600_000)),
        unpermitted(
            Book::ruled(dev.clone()),
            "policy-soak",
            "policy-soak",
            "A release that did not stand there long.",
            soaked(120_000),
        ),
        unpermitted(Book::ruled(dev), "policy-from", "policy-from", "A release that never stood there.", plain),
        unpermitted(
            Book::ruled(json!({"windows": [{"days": [6, 7], "from_min": 0, "to_min": 1440}]})),
            "policy-windows",
            "policy-windows",
            "A Monday, where the window is the weekend.",
            plain,
        ),
        permitted(
            Book::ruled(json!({"windows": [{"days": [1], "from_min": 600, "to_min": 604}]})),
            "in-the-window",
            "A Monday at three minutes past ten, UTC.",
            plain,
        ),
        unpermitted(
            Book::ruled(distinct.clone()),
            "policy-distinct",
            "policy-distinct",
            "Nobody knows who wrote it.",
            |b| {
                b.release_for("prod");
                let approval = b.approve("alice", json!({}));
                b.start("dave", "prod", "r1", json!({"spends": [approval]}))
            },
        ),
        permitted(
            Book::ruled(distinct.clone()),
            "approved-by-another",
            "An author, and an approver who is not.",
            by(json!(["mia"]), "alice"),
        ),
        unpermitted(
            Book::ruled(distinct.clone()),
            "approved-by-the-author",
            "policy-approvals",
            "The author approved.",
            by(json!(["alice"]), "alice"),
        ),
        unpermitted(
            Book::ruled(json!({"distinct": [["deployer", "releaser"]]})),
            "released-by-the-deployer",
            "policy-distinct",
            "The release was made on behalf of who starts it.",
            |b| {
                b.released(and(release("config", json!({})), json!({"target": "prod", "on_behalf_of": "dave"})));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        permitted(
            Book::ruled(json!({"approvals": [{"count": 1, "groups": ["managers"]}], "rollback": {}})),
            "rollback-rules",
            "A rollback needs what the policy asks of rollbacks alone: here nothing.",
            |b| {
                b.release_for("prod");
                let first = b.release.clone();
                let approval = b.approve("alice", json!({}));
                let (_, back) = b.roll("dave", "prod", "r1", json!({"spends": [approval]}));
                b.released(and(release("other", json!({})), json!({"target": "prod"})));
                let approval = b.approve("alice", json!({}));
                let (start, _) = b.roll("dave", "prod", "r2", json!({"spends": [approval]}));
                b.release = first;
                b.start(
                    "dave",
                    "prod",
                    "r3",
                    json!({"rollback": {"undoes": [start], "returns_to": back, "reason": "errors"}}),
                )
            },
        ),
    ]
}
