//! What V2 finds: starts that missed what others wrote beside them, and reviews of that.

use serde_json::{Value, json};

use crate::book::Book;
use crate::cases::kinds::approved;
use crate::story::and;
use crate::{Case, case};

/// The start, and the tip of what is beside it; both are parents of what follows.
pub fn beside_a_start(b: &mut Book, more: fn(&mut Book) -> Value, beside: fn(&mut Book)) -> (String, String) {
    b.release_for("prod");
    let more = more(b);
    let claim = b.claim("dave", "prod", "r1");
    let before = b.tip.clone();
    let start = b.started("dave", "prod", "r1", and(json!({"claim": claim}), more));
    b.tip = before;
    beside(b);
    let other = b.tip[0].clone();
    b.tip.push(start.clone());
    (start, other)
}

pub fn plain(_: &mut Book) -> Value {
    json!({})
}

pub fn hold(b: &mut Book) {
    b.say("holly", "hold.placed", json!({"deployment": "shop", "reason": "freeze"}));
}

/// A start that was fine by its own past, and something written beside it, from the same past.
fn raced(
    book: Book,
    name: &'static str,
    code: &'static str,
    why: &'static str,
    more: fn(&mut Book) -> Value,
    beside: fn(&mut Book),
) -> Case {
    case(name, why, book, |b| {
        let (start, _) = beside_a_start(b, more, beside);
        b.expect(&start, "v1 permitted");
        b.expect(&start, "raced");
        b.expect(&start, &format!("cause {code}"));
        b.expect(&start, "open raced");
        b.expect("*", "exit 7");
    })
}

fn with_approval(b: &mut Book) -> Value {
    let approval = b.approve("alice", json!({}));
    json!({"spends": [approval]})
}

pub fn cases() -> Vec<Case> {
    let mut all = restrictions();
    all.extend(authorities());
    all
}

fn restrictions() -> Vec<Case> {
    vec![
        raced(Book::new(), "raced-hold", "hold", "A hold that the start had not seen.", plain, hold),
        raced(Book::new(), "raced-denial", "denied", "A denial that it had not seen.", plain, |b| {
            let data = b.place("prod", json!({"reason": "no"}));
            b.say("alice", "approval.denied", data);
        }),
        raced(Book::new(), "raced-withdrawal", "release-withdrawn", "A withdrawal of its release.", plain, |b| {
            let created = b.creation();
            b.say("holly", "release.withdrawn", json!({"release": b.release, "created": [created], "reason": "leaks"}));
        }),
        raced(Book::new(), "raced-suspension", "suspended", "A suspension of its key.", plain, |b| {
            drop(b.suspend("holly", "dave"))
        }),
        raced(
            Book::ruled(json!({"evidence": [{"type": "test", "on": "release"}]})),
            "raced-evidence",
            "evidence-failed",
            "A test that failed beside it.",
            |b| {
                b.evidence(json!({}));
                json!({})
            },
            |b| drop(b.evidence(json!({"verdict": "failed"}))),
        ),
        raced(
            approved(),
            "raced-approval-withdrawn",
            "approval-withdrawn",
            "Its approval was withdrawn.",
            with_approval,
            |b| {
                let approval = b.approval();
                b.say("alice", "approval.withdrawn", json!({"approvals": [approval], "reason": "wait"}));
            },
        ),
        raced(
            approved(),
            "raced-approval-suspended",
            "approval-suspended",
            "The key of its approver was suspended.",
            with_approval,
            |b| drop(b.suspend("holly", "alice")),
        ),
        raced(
            approved(),
            "raced-approval-spent",
            "approval-spent",
            "Two starts spend one approval, neither seeing the other.",
            with_approval,
            |b| {
                let approval = b.approval();
                b.started("dan", "prod", "r2", json!({"no_lock": {"reason": "careless"}, "spends": [approval]}));
            },
        ),
        raced(
            Book::new(),
            "raced-start",
            "closed",
            "Two rollouts start beside each other: each closes the other.",
            plain,
            |b| {
                b.started("dan", "prod", "r2", json!({"no_lock": {"reason": "careless"}}));
            },
        ),
        raced(
            Book::new(),
            "raced-done",
            "done",
            "Another process of the rollout did its components already.",
            plain,
            |b| {
                b.roll("dave#2", "prod", "r1", json!({}));
            },
        ),
        raced(
            Book::ruled(json!({"max_stale_ms": 600_000})),
            "policy-stale",
            "policy-stale",
            "What others wrote long after the start says that it saw too little.",
            plain,
            |b| {
                b.step = 700_000;
                b.say("ci", "noted", json!({"body": "much later"}));
                b.step = 60_000;
            },
        ),
        case("overridden-later", "An override passes over a hold that it had not seen.", Book::new(), |b| {
            let over = |_: &mut Book| json!({"override": {"reason": "the site is down"}});
            let (start, _) = beside_a_start(b, over, hold);
            b.expect(&start, "v1 permitted");
            b.expect(&start, "overridden");
            b.expect(&start, "cause hold");
        }),
        case("hold-after", "A hold that has the start in its past does not restrict it.", Book::new(), |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            hold(b);
            b.expect(&start, "permitted");
            b.expect("*", "exit 0");
        }),
        case("approval-beside", "An approval beside the start does not come too late: it is none.", approved(), |b| {
            let (start, _) = beside_a_start(b, plain, |b| drop(b.approve("alice", json!({}))));
            b.expect(&start, "v1 unpermitted");
            b.expect(&start, "cause policy-approvals");
        }),
    ]
}

fn authorities() -> Vec<Case> {
    vec![
        raced(Book::new(), "raced-policy", "policy-approvals", "A stricter policy that it had not seen.", plain, |b| {
            b.decide(|document| {
                document["policies"] = json!([{"deployments": ["*"], "targets": ["prod"],
                    "rules": {"approvals": [{"count": 1, "groups": ["managers"]}]}}]);
            });
        }),
        raced(Book::new(), "raced-home", "home-moved", "The locks moved to another store.", plain, |b| {
            b.decide(|document| document["home"] = json!("oci://registry.example/ledger"));
        }),
        case("cut-start", "The right was taken away beside it: the start is cut.", Book::new(), |b| {
            let (start, _) = beside_a_start(b, plain, |b| {
                b.decide(|document| document["principals"]["dave"]["rights"][0]["may"] = json!(["takeover"]));
            });
            b.expect(&start, "cut");
            b.expect("*", "exit 0");
        }),
        case(
            "cut-half-a-right",
            "The right to one of its components was taken away beside it: the start is cut.",
            Book::new(),
            |b| {
                b.release_for("prod");
                let claim = b.claim("dave", "prod", "r1");
                let before = b.tip.clone();
                let start = b.started("dave", "prod", "r1", json!({"claim": claim}));
                b.tip = before;
                b.decide(|document| document["principals"]["dave"]["rights"][0]["components"] = json!(["manifest/a"]));
                b.tip.push(start.clone());
                b.expect(&start, "cut");
            },
        ),
        case("raced-dispute", "An authority that it had not seen is in dispute.", Book::new(), |b| {
            let (start, _) = beside_a_start(b, plain, |b| {
                let (tip, base) = (b.tip.clone(), b.base.clone());
                b.decide(|document| document["principals"]["mia"]["groups"] = json!(["managers"]));
                let left = b.tip.clone();
                (b.tip, b.base) = (tip, base);
                b.decide(|document| document["principals"]["mia"]["groups"] = json!(["others"]));
                b.tip.extend(left);
            });
            b.expect(&start, "cause dispute");
            b.expect("*", "exit 3");
        }),
        case(
            "weakened-policy",
            "The policy was weakened for a moment: the start in that moment is judged by the strict one too.",
            approved(),
            |b| {
                b.release_for("prod");
                let strict = b.document()["policies"].clone();
                b.decide(|document| drop(document.as_object_mut().unwrap().remove("policies")));
                let weak = b.tip.clone();
                let claim = b.claim("dave", "prod", "r1");
                let start = b.started("dave", "prod", "r1", json!({"claim": claim}));
                b.tip = weak;
                b.decide(|document| document["policies"] = strict);
                b.tip.push(start.clone());
                b.expect(&start, "v1 permitted");
                b.expect(&start, "raced");
                b.expect(&start, "cause policy-approvals");
            },
        ),
        case(
            "cut-approval",
            "The approver ended beside the approval: the start that spent it is raced.",
            approved(),
            |b| {
                b.release_for("prod");
                let before = b.tip.clone();
                let approval = b.approve("alice", json!({}));
                let start = b.start("dave", "prod", "r1", json!({"spends": [approval]}));
                b.tip = before;
                b.decide(|document| {
                    document["principals"].as_object_mut().unwrap().remove("alice");
                    document["ended"] = json!({"principals": {"alice": {"reason": "compromised"}}});
                });
                b.tip.push(start.clone());
                b.expect(&approval, "cut");
                b.expect(&start, "v1 permitted");
                b.expect(&start, "raced");
            },
        ),
    ]
}
