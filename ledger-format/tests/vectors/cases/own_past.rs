//! Each cause that V1 finds in the own past of a start or promotion, alone where it can be alone.

use serde_json::{Value, json};

use crate::book::Book;
use crate::cases::kinds::{approved, rolled_twice};
use crate::people::hash;
use crate::story::{and, image, release};
use crate::{Case, case};

/// A case whose last start has this cause, and is not permitted for it.
fn unpermitted(
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
fn permitted(book: Book, name: &'static str, why: &'static str, tell: impl FnOnce(&mut Book) -> String) -> Case {
    case(name, why, book, |b| {
        let start = tell(b);
        b.expect(&start, "permitted");
    })
}

pub fn cases() -> Vec<Case> {
    let mut all = rules();
    all.extend(bad_references());
    all.extend(resuming());
    all.extend(restrictions());
    all.extend(policies());
    all.extend(spending());
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

impl Case {
    /// Another exit than the case's form expects.
    fn exit(mut self, words: &str) -> Self {
        self.book.expected.retain(|(event, _)| event != "*");
        self.book.expect("*", words);
        self
    }
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
        permitted(
            Book::ruled(json!({"built": true, "clean": true})),
            "built-and-clean",
            "A published build of a commit.",
            |b| {
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
