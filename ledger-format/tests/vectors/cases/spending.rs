//! What restricts a start in its own past, and which approvals it may spend.

use crate::Case;
use crate::book::Book;
use crate::cases::kinds::approved;
use crate::cases::own_past::{permitted, unpermitted};
use crate::people::hash;
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut all = restrictions();
    all.extend(spending());
    all
}

impl Case {
    /// Another exit than the case's form expects.
    fn exit(mut self, words: &str) -> Self {
        self.book.expected.retain(|(event, _)| event != "*");
        self.book.expect("*", words);
        self
    }
}

fn restrictions() -> Vec<Case> {
    let against = |name, code, why, restrict: fn(&mut Book)| {
        unpermitted(Book::new(), name, code, why, move |b| {
            b.release_for("prod");
            restrict(b);
            b.start("dave", "prod", "r1", json!({}))
        })
    };
    vec![
        against("hold", "hold", "A hold of the deployment.", |b| {
            b.say("holly", "hold.placed", json!({"deployment": "shop", "reason": "freeze"}));
        }),
        permitted(
            Book::new(),
            "hold-elsewhere",
            "A hold of another target, one that ended, one that was lifted.",
            |b| {
                b.release_for("prod");
                b.say("holly", "hold.placed", json!({"target": "dev", "reason": "freeze"}));
                b.say("holly", "hold.placed", json!({"until": "2026-01-05T10:02:00.000Z", "reason": "lunch"}));
                let hold = b.say("holly", "hold.placed", json!({"reason": "freeze"}));
                b.say("holly", "hold.lifted", json!({"holds": [hold], "reason": "thaw"}));
                b.start("dave", "prod", "r1", json!({}))
            },
        ),
        against("denied", "denied", "Somebody said no.", |b| {
            let data = b.place("prod", json!({"reason": "no", "components": ["manifest/b"]}));
            b.say("alice", "approval.denied", data);
        }),
        against("withdrawn", "release-withdrawn", "The release was withdrawn.", |b| {
            let created = b.tip[0].clone();
            b.say("holly", "release.withdrawn", json!({"release": b.release, "created": [created], "reason": "leaks"}));
        }),
        against("suspended", "suspended", "The key of the starter is suspended.", |b| drop(b.suspend("holly", "dave"))),
        permitted(Book::new(), "suspension-lifted", "A suspension that the authority lifted.", |b| {
            b.release_for("prod");
            let suspension = b.suspend("holly", "dave");
            b.decide(|document| document["lifted"] = json!([suspension]));
            b.start("dave", "prod", "r1", json!({}))
        }),
        against("overridden-suspension", "suspended", "No override lifts a suspension.", |b| {
            b.suspend("dave", "dave");
        }),
        unpermitted(Book::new(), "dispute", "dispute", "A start in a dispute that it sees.", |b| {
            b.release_for("prod");
            let (tip, base) = (b.tip.clone(), b.base.clone());
            b.decide(|document| document["principals"]["mia"]["groups"] = json!(["managers"]));
            let left = b.tip.clone();
            (b.tip, b.base) = (tip, base);
            b.decide(|document| document["principals"]["mia"]["groups"] = json!(["others"]));
            b.tip.extend(left);
            b.start("dave", "prod", "r1", json!({}))
        })
        .exit("exit 3"),
    ]
}

fn spending() -> Vec<Case> {
    let approval = |name, why, more: fn(&mut Book) -> Value| {
        unpermitted(approved(), name, "policy-approvals", why, move |b| {
            b.release_for("prod");
            let more = more(b);
            let approval = b.approve("alice", more);
            b.start("dave", "prod", "r1", json!({"spends": [approval]}))
        })
    };
    vec![
        unpermitted(approved(), "approval-spent", "approval-spent", "An approval that another rollout spent.", |b| {
            b.release_for("prod");
            let approval = b.approve("alice", json!({}));
            b.roll("dave", "prod", "r1", json!({"spends": [approval]}));
            b.start("dan", "prod", "r2", json!({"spends": [approval]}))
        }),
        permitted(approved(), "approval-resumed", "The resumption of a rollout needs no new approval.", |b| {
            b.release_for("prod");
            let approval = b.approve("alice", json!({}));
            let first = b.start("dave", "prod", "r1", json!({"spends": [approval]}));
            b.apply("dave", &first, "manifest/a", "failed");
            b.finish("dave", &first, "failed");
            b.start("dave#2", "prod", "r1", json!({"resumes": [first]}))
        }),
        unpermitted(approved(), "approval-withdrawn", "approval-withdrawn", "An approval that was withdrawn.", |b| {
            b.release_for("prod");
            let approval = b.approve("alice", json!({}));
            b.say("alice", "approval.withdrawn", json!({"approvals": [approval], "reason": "wait"}));
            b.start("dave", "prod", "r1", json!({"spends": [approval]}))
        }),
        unpermitted(
            approved(),
            "approval-suspended",
            "approval-suspended",
            "The key of the approver is suspended.",
            |b| {
                b.release_for("prod");
                let approval = b.approve("alice", json!({}));
                b.suspend("holly", "alice");
                b.start("dave", "prod", "r1", json!({"spends": [approval]}))
            },
        ),
        approval(
            "approval-ended",
            "An approval that ended before the start.",
            |_| json!({"until": "2026-01-05T10:03:00.000Z"}),
        ),
        approval(
            "approval-of-one-component",
            "An approval of one component, a start of two.",
            |_| json!({"components": ["manifest/a"]}),
        ),
        approval("approval-of-a-plan", "An approval of another plan.", |_| json!({"plan": hash(b"plan")})),
        approval(
            "approval-for-another-target",
            "An approval for dev.",
            |b| json!({"target": "dev", "policy": b.policy("dev")}),
        ),
        unpermitted(
            Book::ruled(json!({"approvals": [{"count": 2, "groups": ["managers"]}]})),
            "approved-twice-by-one",
            "policy-approvals",
            "Two approvals of one person are one.",
            |b| {
                b.release_for("prod");
                let mut both = [b.approve("alice", json!({})), b.approve("alice", json!({}))];
                both.sort();
                b.start("dave", "prod", "r1", json!({"spends": both}))
            },
        ),
        unpermitted(
            Book::ruled(json!({"approvals": [{"count": 2, "groups": ["managers"]}]})),
            "approved-on-behalf",
            "policy-approvals",
            "Who approves on behalf of another is one person with them.",
            |b| {
                b.release_for("prod");
                let mut both = [b.approve("alice", json!({})), b.approve("bob", json!({"on_behalf_of": "alice"}))];
                both.sort();
                b.start("dave", "prod", "r1", json!({"spends": both}))
            },
        ),
        unpermitted(
            Book::ruled(json!({"approvals": [{"count": 1, "groups": ["managers"], "valid_ms": 60_000}]})),
            "approval-too-old",
            "policy-approvals",
            "An approval that is older than the policy allows.",
            |b| {
                b.release_for("prod");
                let approval = b.approve("alice", json!({}));
                b.start("dave", "prod", "r1", json!({"spends": [approval]}))
            },
        ),
    ]
}
