//! Each kind of event, used as it is meant.

use serde_json::json;

use crate::book::Book;
use crate::people::{HOME, hash};
use crate::story::{and, image, release};
use crate::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("every-kind", "Every kind of event, each as it is meant.", Book::new(), every_kind),
        case("first-event", "A ledger that has nothing but its first event.", Book::new(), |b| {
            let ledger = b.ledger.clone();
            b.expect(&ledger, "admitted");
            b.expect("*", "exit 0");
        }),
        case("promotion", "A release made for dev goes to prod by a promotion from where it ran.", Book::new(), |b| {
            b.release_for("dev");
            let (_, finish) = b.roll("dave", "dev", "r1", json!({}));
            let data = json!({"policy": b.policy("prod"), "from": finish});
            let promotion = b.say("dave", "promotion.recorded", b.place("prod", data));
            let (start, _) = b.roll("dave", "prod", "r2", json!({"promotion": promotion}));
            b.expect(&promotion, "permitted");
            b.expect(&start, "permitted");
            b.expect("*", "exit 0");
        }),
        case("rollback", "Back to the release before, by a start that says what it undoes.", Book::new(), |b| {
            let (start, back, _) = rolled_twice(b);
            let more = json!({"rollback": {"undoes": [start], "returns_to": back, "reason": "errors"}});
            let again = b.start("dave", "prod", "r3", more);
            b.expect(&again, "permitted");
            b.expect("*", "exit 0");
        }),
        case(
            "resumed",
            "A rollout that failed half way is resumed by its own principal in another process.",
            Book::new(),
            |b| {
                b.release_for("prod");
                let first = b.start("dave", "prod", "r1", json!({}));
                b.apply("dave", &first, "manifest/a", "failed");
                b.finish("dave", &first, "failed");
                let (second, _) = b.roll("dave#2", "prod", "r1", json!({"resumes": [first]}));
                b.expect(&first, "permitted");
                b.expect(&second, "permitted");
                b.expect("*", "exit 0");
            },
        ),
        case(
            "break-glass",
            "A start that nobody approved, by override: it is overridden, and a finding.",
            approved(),
            |b| {
                b.release_for("prod");
                let start = b.start("dave", "prod", "r1", json!({"override": {"reason": "the site is down"}}));
                b.expect(&start, "v1 overridden");
                b.expect(&start, "open overridden");
                b.expect("*", "exit 7");
            },
        ),
        case("break-glass-reviewed", "The same, accepted by a reviewer: the finding is closed.", approved(), |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({"override": {"reason": "the site is down"}}));
            b.review("ana", "accept", &[&start]);
            b.expect(&start, "closed overridden");
            b.expect("*", "exit 0");
        }),
        case(
            "approved",
            "Two persons approve; the start spends both.",
            Book::ruled(json!({"approvals": [{"count": 2, "groups": ["managers"]}]})),
            |b| {
                b.release_for("prod");
                let (one, two) = (b.approve("alice", json!({})), b.approve("bob", json!({})));
                let mut both = [one, two];
                both.sort();
                let (start, _) = b.roll("dave", "prod", "r1", json!({"spends": both}));
                b.expect(&start, "permitted");
                b.expect("*", "exit 0");
            },
        ),
        case("p-256", "An event that a P-256 key signed.", Book::new(), |b| {
            let note = b.say("ci", "noted", json!({"body": {"free": [null, "\u{7f}", 0]}}));
            b.expect(&note, "admitted");
        }),
    ]
}

pub fn approved() -> Book {
    Book::ruled(json!({"approvals": [{"count": 1, "groups": ["managers"]}]}))
}

/// Two releases on prod, one after the other: the start of the second, the finish of the first, and its release.
pub fn rolled_twice(b: &mut Book) -> (String, String, String) {
    b.release_for("prod");
    let first = b.release.clone();
    let (_, back) = b.roll("dave", "prod", "r1", json!({}));
    b.released(and(release("other", json!({})), json!({"target": "prod"})));
    let (start, _) = b.roll("dave", "prod", "r2", json!({}));
    b.release = first.clone();
    (start, back, first)
}

fn every_kind(b: &mut Book) {
    let app = image("app");
    let build = b.say(
        "ci",
        "build.recorded",
        json!({"deployment": "shop", "component": "files/app", "image": app,
        "published": true, "platforms": ["linux/amd64"], "builder": {"name": "files", "version": "1"},
        "git": {"commit": "0123456789012345678901234567890123456789", "authors": ["mia"]}, "duration_ms": 1200}),
    );
    let test = b.say(
        "obs",
        "evidence.recorded",
        json!({"deployment": "shop", "type": "test", "verdict": "passed",
        "images": [app], "counts": {"passed": 12}, "format": "junit", "note": "all of them"}),
    );
    let artifacts = json!({"files/app": {"image": app, "build": build}});
    let data = and(release("config", artifacts), json!({"target": "prod", "alias": "v1", "evidence": [test]}));
    let created = b.released(data);
    let policy = json!({"policy": b.policy("prod"), "until": "2026-02-01T00:00:00.000Z"});
    let requested = b.say("alice", "approval.requested", b.place("prod", and(policy, json!({"groups": ["managers"]}))));
    let granted = b.approve("bob", json!({"request": requested, "images": [app]}));
    let denied = b.say("alice", "approval.denied", b.place("prod", json!({"reason": "not on Fridays"})));
    b.say("alice", "approval.withdrawn", json!({"approvals": [denied], "reason": "it is Monday"}));
    let hold = b.say("holly", "hold.placed", json!({"target": "prod", "reason": "freeze"}));
    b.say("holly", "hold.lifted", json!({"holds": [hold], "reason": "thaw"}));
    let (start, finish) = b.roll("dave", "prod", "r1", json!({"spends": [granted]}));
    b.say(
        "obs",
        "observation.recorded",
        json!({"deployment": "shop", "target": "prod",
        "components": {"manifest/a": {"health": "healthy", "images": [app["digest"]]}}}),
    );
    let data = json!({"policy": b.policy("dev"), "from": finish, "images": [{"component": "files/app", "from": "layout/shop", "image": app}]});
    let promoted = b.say("dan", "promotion.recorded", b.place("dev", data));
    let claim = b.claim("dan", "dev", "r2");
    b.say("dan", "claim.ended", json!({"claims": [claim]}));
    b.say("ana", "reviewed", json!({"events": [start], "verdict": "accept", "reason": "looked at"}));
    let proposal = b.propose("ana", |document| document["principals"]["mia"]["groups"] = json!(["managers"]));
    b.endorse("ben", &proposal);
    let left = b.say("ci", "noted", json!({"body": null, "about": [proposal]}));
    let other = b.say_on(&[&proposal], "ci", "noted", json!({"body": "beside"}));
    b.say_on(&[&left, &other], "ci", "merged", json!({}));
    b.suspend("mia", "mia");
    b.say("holly", "release.withdrawn", json!({"release": b.release, "created": [created], "reason": "leaks"}));
    let seal = b.say("dave", "rollout.claimed", json!({"resource": "seal", "store": HOME}));
    let size = b.lines.len();
    b.say(
        "dave",
        "ledger.sealed",
        json!({"size": size, "root": hash(b"root"), "heads": [seal],
        "segments": [{"blob": {"digest": hash(b"segment"), "mediaType": "application/zstd", "size": 9},
                      "unpacked": hash(b"unpacked"), "first": 0, "count": size}]}),
    );
    b.expect(&start, "permitted");
    b.expect(&promoted, "permitted");
    b.expect(&proposal, "newest");
    b.expect("*", "exit 0");
}
