//! Each cause that V1 finds in the own past of a start or promotion, alone where it can be alone.

use serde_json::{Value, json};

use crate::book::Book;
use crate::cases::kinds::rolled_twice;
use crate::people::hash;
use crate::story::{and, image, release};
use crate::{Case, case};

/// A case whose last start has this cause, and is not permitted for it.
pub fn unpermitted(
    book: Book,
    name: &'static str,
    code: &'static str,
    why: &'static str,
    tell: impl FnOnce(&mut Book) -> String,
) -> Case {
    case(name, why, book, |b| {
        let start = tell(b);
        b.expect(&start, "v1 unpermitted");
        b.expect(&start, &format!("cause {code}"));
        b.expect(&start, "open unpermitted");
        b.expect("*", "exit 7");
    })
}

/// A case whose last start is permitted.
pub fn permitted(book: Book, name: &'static str, why: &'static str, tell: impl FnOnce(&mut Book) -> String) -> Case {
    case(name, why, book, |b| {
        let start = tell(b);
        b.expect(&start, "permitted");
    })
}

pub fn cases() -> Vec<Case> {
    let mut all = rules();
    all.extend(bad_references());
    all.extend(resuming());
    all
}

fn rules() -> Vec<Case> {
    let started = |name, code, why, more: fn(&mut Book) -> Value| {
        unpermitted(Book::new(), name, code, why, move |b| {
            b.release_for("prod");
            let more = more(b);
            b.start("dave", "prod", "r1", more)
        })
    };
    vec![
        started(
            "rule-bad-reference",
            "rule-bad-reference",
            "A start that spends what is no approval.",
            |b| json!({"spends": [b.tip[0]]}),
        ),
        started(
            "rule-release",
            "rule-release",
            "A release that nobody created.",
            |_| json!({"release": hash(b"none")}),
        ),
        started("rule-whole", "rule-whole", "More components than the whole.", |_| json!({"whole": ["manifest/a"]})),
        started(
            "rule-whole-of-release",
            "rule-whole",
            "A whole that is more than the release has there.",
            |_| json!({"whole": ["manifest/a", "manifest/b", "manifest/c"]}),
        ),
        started(
            "rule-policy-digest",
            "rule-policy-digest",
            "Another policy than the one in force.",
            |_| json!({"policy": hash(b"none")}),
        ),
        started("rule-claim", "rule-claim", "The claim is for another rollout.", |_| json!({"rollout": "r2"})),
        started(
            "rule-claim-and-no-lock",
            "rule-claim",
            "A claim, and without a lock.",
            |_| json!({"no_lock": {"reason": "why not both"}}),
        ),
        unpermitted(Book::new(), "rule-claim-of-another", "rule-claim", "The claim of another process.", |b| {
            b.release_for("prod");
            let claim = b.claim("dave", "prod", "r1");
            b.started("dave#2", "prod", "r1", json!({"claim": claim}))
        }),
        unpermitted(Book::new(), "rule-claim-ended", "rule-claim", "A claim that ended.", |b| {
            b.release_for("prod");
            let claim = b.claim("dave", "prod", "r1");
            b.say("dave", "claim.ended", json!({"claims": [claim]}));
            b.started("dave", "prod", "r1", json!({"claim": claim}))
        }),
        unpermitted(
            Book::new(),
            "rule-claim-of-parts",
            "rule-claim",
            "A claim of one component, a start of two.",
            |b| {
                b.release_for("prod");
                let data = json!({"rollout": "r1", "store": crate::people::HOME, "components": ["manifest/a"]});
                let claim = b.say("dave", "rollout.claimed", b.place("prod", data));
                b.started("dave", "prod", "r1", json!({"claim": claim}))
            },
        ),
        permitted(Book::new(), "no-lock", "A start that says why it has no lock.", |b| {
            b.release_for("prod");
            b.started("dave", "prod", "r1", json!({"no_lock": {"reason": "the store lists late"}}))
        }),
        unpermitted(Book::new(), "no-promotion", "no-promotion", "A release for dev that nobody promoted.", |b| {
            b.release_for("dev");
            b.start("dave", "prod", "r1", json!({}))
        }),
        unpermitted(Book::new(), "rule-promotion", "rule-promotion", "A promotion of another target.", |b| {
            b.release_for("prod");
            let promotion = b.say("dave", "promotion.recorded", b.place("dev", json!({"policy": b.policy("dev")})));
            b.start("dave", "prod", "r1", json!({"promotion": promotion}))
        }),
        unpermitted(Book::new(), "rule-promotion-images", "rule-promotion", "A promotion of another image.", |b| {
            let artifacts = json!({"files/app": {"image": image("app")}});
            b.released(and(release("config", artifacts), json!({"target": "dev"})));
            let images = json!([{"component": "files/app", "from": "layout/shop", "image": image("other")}]);
            b.say("dave", "promotion.recorded", b.place("prod", json!({"policy": b.policy("prod"), "images": images})))
        }),
        unpermitted(
            Book::new(),
            "rule-promotion-from-itself",
            "rule-promotion",
            "A promotion from its own target.",
            |b| {
                b.release_for("prod");
                let (_, finish) = b.roll("dave", "prod", "r1", json!({}));
                b.say(
                    "dave",
                    "promotion.recorded",
                    b.place("prod", json!({"policy": b.policy("prod"), "from": finish})),
                )
            },
        ),
        unpermitted(Book::new(), "promotion-not-good", "no-promotion", "A promotion that was not permitted.", |b| {
            b.release_for("dev");
            let data = json!({"policy": hash(b"none")});
            let promotion = b.say("dave", "promotion.recorded", b.place("prod", data));
            b.start("dave", "prod", "r1", json!({"promotion": promotion}))
        }),
        unpermitted(Book::new(), "rule-rollback", "rule-rollback", "Back to what never succeeded.", |b| {
            let (start, _, _) = rolled_twice(b);
            b.released(and(release("third", json!({})), json!({"target": "prod"})));
            let failed = b.start("dave", "prod", "r3", json!({}));
            b.apply("dave", &failed, "manifest/a", "failed");
            let finish = b.finish("dave", &failed, "failed");
            b.start(
                "dave",
                "prod",
                "r4",
                json!({"rollback": {"undoes": [start], "returns_to": finish, "reason": "no"}}),
            )
        }),
        unpermitted(Book::new(), "rule-rollback-not-running", "rule-rollback", "It undoes what does not run.", |b| {
            let (_, back, _) = rolled_twice(b);
            let first = b.first_start();
            b.start("dave", "prod", "r3", json!({"rollback": {"undoes": [first], "returns_to": back, "reason": "no"}}))
        }),
        unpermitted(Book::new(), "rule-rollback-undone", "rule-rollback", "Back to what a rollback undid.", |b| {
            let (start, back, first) = rolled_twice(b);
            let finish = b.finish_of(&start);
            let (again, _) = b.roll(
                "dave",
                "prod",
                "r3",
                json!({"rollback": {"undoes": [start], "returns_to": back, "reason": "no"}}),
            );
            b.release = b.other_release(&first);
            b.start(
                "dave",
                "prod",
                "r4",
                json!({"rollback": {"undoes": [again], "returns_to": finish, "reason": "no"}}),
            )
        }),
    ]
}

/// What a bad id names is absent for every other rule (LF-150).
fn bad_references() -> Vec<Case> {
    let start = |name, why, more: fn(&mut Book) -> Value| {
        unpermitted(Book::new(), name, "rule-bad-reference", why, move |b| {
            b.release_for("prod");
            let more = more(b);
            b.start("dave", "prod", "r1", more)
        })
    };
    vec![
        start("bad-claim", "A claim that is not there.", |_| json!({"claim": hash(b"none")})),
        start(
            "bad-claim-and-no-lock",
            "A claim that is not there, and without a lock.",
            |_| json!({"claim": hash(b"none"), "no_lock": {"reason": "why not"}}),
        ),
        start("bad-promotion", "A release where a promotion is.", |b| json!({"promotion": b.tip[0]})),
        start("bad-resumes", "A release where a start is.", |b| json!({"resumes": [b.tip[0]]})),
        start("bad-undoes", "Back to what ran, undoing a release.", |b| {
            let created = b.tip[0].clone();
            let (_, back) = b.roll("dave", "prod", "r0", json!({}));
            json!({"rollback": {"undoes": [created], "returns_to": back, "reason": "no"}})
        }),
        start("bad-returns-to", "Back to a start.", |b| {
            let (start, _) = b.roll("dave", "prod", "r0", json!({}));
            json!({"rollback": {"undoes": [start], "returns_to": start, "reason": "no"}})
        }),
        unpermitted(Book::new(), "bad-from", "rule-bad-reference", "A promotion from a start.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "dev", "r1", json!({}));
            b.say("dave", "promotion.recorded", b.place("prod", json!({"policy": b.policy("prod"), "from": start})))
        }),
        unpermitted(
            Book::new(),
            "bad-resumes-beside",
            "rule-bad-reference",
            "It resumes a start that it has not seen.",
            |b| {
                b.release_for("prod");
                let before = b.tip.clone();
                let beside = b.start("dave", "prod", "r1", json!({}));
                b.tip = before;
                b.start("dave#2", "prod", "r1", json!({"resumes": [beside]}))
            },
        ),
    ]
}

fn resuming() -> Vec<Case> {
    fn failed(b: &mut Book) -> String {
        b.release_for("prod");
        let first = b.start("dave", "prod", "r1", json!({}));
        b.apply("dave", &first, "manifest/a", "failed");
        b.finish("dave", &first, "failed");
        first
    }
    vec![
        unpermitted(Book::new(), "rule-resumes-succeeded", "rule-resumes", "It resumes what succeeded.", |b| {
            b.release_for("prod");
            let (first, _) = b.roll("dave", "prod", "r1", json!({}));
            b.start("dave#2", "prod", "r2", json!({"resumes": [first]}))
        }),
        unpermitted(
            Book::new(),
            "rule-resumes-closed",
            "rule-resumes",
            "It resumes what another rollout closed.",
            |b| {
                let first = failed(b);
                b.start("dan", "prod", "r2", json!({}));
                b.start("dave#2", "prod", "r1", json!({"resumes": [first]}))
            },
        ),
        unpermitted(Book::new(), "rule-resumes-open", "rule-resumes", "It resumes what may still be at work.", |b| {
            b.release_for("prod");
            let first = b.start("dave", "prod", "r1", json!({}));
            b.start("dave#2", "prod", "r1", json!({"resumes": [first]}))
        }),
        unpermitted(
            Book::new(),
            "rule-resumes-twice",
            "rule-resumes",
            "It resumes what another rollout resumed.",
            |b| {
                let first = failed(b);
                let before = b.tip.clone();
                b.start("dan", "prod", "r2", json!({"resumes": [first]}));
                let beside = b.tip.clone();
                b.tip = before;
                b.claim("dave#2", "prod", "r1");
                let claim = b.tip[0].clone();
                b.tip.extend(beside);
                b.started("dave#2", "prod", "r1", json!({"claim": claim, "resumes": [first]}))
            },
        ),
        unpermitted(Book::new(), "done", "done", "A component that is done in this rollout.", |b| {
            b.release_for("prod");
            b.roll("dave", "prod", "r1", json!({}));
            b.start("dave#2", "prod", "r1", json!({}))
        }),
        unpermitted(Book::new(), "closed", "closed", "A rollout goes on that another one closed.", |b| {
            b.release_for("prod");
            let first = b.start("dave", "prod", "r1", json!({}));
            b.finish("dave", &first, "abandoned");
            let second = b.start("dan", "prod", "r2", json!({}));
            b.finish("dan", &second, "abandoned");
            b.start("dave#2", "prod", "r1", json!({}))
        }),
    ]
}
