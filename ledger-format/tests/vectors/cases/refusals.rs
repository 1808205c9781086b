//! Each rule of admission broken once (SPEC, section 7): refused with its code, and nothing else is touched.

use serde_json::{Value, json};

use crate::book::Book;
use crate::cases::kinds::approved;
use crate::people::{HOME, hash};
use crate::story::{and, blob, image, release};
use crate::{Case, case};

/// A case whose last event is refused with a code.
fn refused(name: &'static str, code: &'static str, why: &'static str, tell: impl FnOnce(&mut Book) -> String) -> Case {
    refused_in(Book::new(), name, code, why, tell)
}

fn refused_in(
    book: Book,
    name: &'static str,
    code: &'static str,
    why: &'static str,
    tell: impl FnOnce(&mut Book) -> String,
) -> Case {
    case(name, why, book, |b| {
        let event = tell(b);
        b.expect(&event, &format!("refused {code}"));
        b.expect(&event, &format!("open {code}"));
        b.expect("*", "exit 7");
    })
}

pub fn cases() -> Vec<Case> {
    let mut all = anywhere();
    all.extend(releases());
    all.extend(approvals());
    all.extend(rollouts());
    all.extend(seals());
    all
}

fn anywhere() -> Vec<Case> {
    vec![
        refused("no-right", "no-right", "Who may deploy records no build.", |b| {
            b.say("dave", "noted", json!({"body": "me too"}))
        }),
        refused("no-right-of-an-evidence-type", "no-right", "Nobody gave dave any type of evidence.", |b| {
            let data = json!({"deployment": "shop", "type": "test", "release": hash(b"r"), "verdict": "passed"});
            b.say("dave", "evidence.recorded", data)
        }),
        refused_in(
            Book::with(|document| document["principals"]["ci"]["rights"][0]["deployments"] = json!(["shop-*"])),
            "no-right-there",
            "no-right",
            "A right for the deployments `shop-*` is none for `shop`.",
            |b| b.released(release("config", json!({}))),
        ),
        refused_in(
            Book::with(|document| {
                document["principals"]["dave"]["rights"][0]["components"] = json!(["manifest/a", "manifest/b"]);
            }),
            "no-right-for-all",
            "no-right",
            "What is asked for all components is given by `*` alone, not by a list of all there are.",
            |b| {
                b.release_for("prod");
                b.claim("dave", "prod", "r1")
            },
        ),
        refused_in(
            Book::with(|document| {
                document["principals"]["dan"]["rights"] = json!([
                    {"may": ["rollout.started"], "deployments": ["none"], "targets": ["*"], "components": ["*"]},
                    {"may": ["rollout.started"], "deployments": ["shop"], "targets": ["*"], "components": ["none/x"]}]);
            }),
            "no-right-in-halves",
            "no-right",
            "Two grants, each of which gives one half of what is asked, give nothing.",
            |b| {
                b.release_for("prod");
                b.claim("dan", "prod", "r1")
            },
        ),
        refused("bad-reference", "bad-reference", "A hold is no approval.", |b| {
            let hold = b.say("holly", "hold.placed", json!({"deployment": "shop", "reason": "freeze"}));
            b.release_for("prod");
            b.approve("alice", json!({"request": hold}))
        }),
        refused("bad-reference-beside", "bad-reference", "An event that does not lie in the own past is none.", |b| {
            b.release_for("prod");
            let before = b.tip.clone();
            let request = json!({"policy": b.policy("prod"), "until": "2026-02-01T00:00:00.000Z"});
            let beside = b.say("alice", "approval.requested", b.place("prod", request));
            b.tip = before;
            b.approve("bob", json!({"request": beside}))
        }),
        refused("self-review", "self-review", "Nobody accepts what they did themselves where others could.", |b| {
            let mine = b.review("ana", "accept", &[&b.ledger.clone()]);
            b.review("ana", "accept", &[&mine])
        }),
        refused("merge-of-one", "merge-of-one", "A merge of one parent joins nothing.", |b| {
            b.say("ci", "merged", json!({}))
        }),
        case(
            "self-review-alone",
            "Who alone may review may review even that.",
            Book::with(|document| {
                document["principals"]["ben"].as_object_mut().unwrap().remove("rights");
            }),
            |b| {
                let review = b.review("ana", "accept", &[&b.ledger.clone()]);
                let again = b.review("ana", "accept", &[&review]);
                b.expect(&again, "admitted");
            },
        ),
    ]
}

fn releases() -> Vec<Case> {
    let app = |build: Option<&str>| match build {
        Some(build) => json!({"files/app": {"image": image("app"), "build": build}}),
        None => json!({"files/app": {"image": image("app")}}),
    };
    vec![
        refused("release-target", "release-target", "A target with configuration and without components.", |b| {
            b.released(and(release("config", json!({})), json!({"config": {"dev": blob("config")}})))
        }),
        refused("release-digest", "release-digest", "A release under the digest of another one.", |b| {
            b.released(and(release("config", json!({})), json!({"release": hash(b"another")})))
        }),
        refused("release-build", "release-build", "A build of another image under the release's.", |b| {
            let build = b.say(
                "ci",
                "build.recorded",
                json!({"deployment": "shop", "component": "files/app",
                "image": image("other"), "builder": {"name": "files"}}),
            );
            b.released(release("config", app(Some(&build))))
        }),
        refused("release-build-of-another-component", "release-build", "A build of another component.", |b| {
            let build = b.say(
                "ci",
                "build.recorded",
                json!({"deployment": "shop", "component": "files/web",
                "image": image("app"), "builder": {"name": "files"}}),
            );
            b.released(release("config", app(Some(&build))))
        }),
        refused("alias-taken", "alias-taken", "An alias that another release of the deployment has.", |b| {
            b.released(and(release("config", app(None)), json!({"alias": "v1"})));
            b.released(and(release("other", app(None)), json!({"alias": "v1"})))
        }),
        refused("release-withdrawn", "release-withdrawn", "A withdrawn release does not come back.", |b| {
            let created = b.release_for("prod");
            b.say("holly", "release.withdrawn", json!({"release": b.release, "created": [created], "reason": "leaks"}));
            b.release_for("dev")
        }),
        refused(
            "withdrawn-other",
            "withdrawn-other",
            "A withdrawal that names the creation of another release.",
            |b| {
                let created = b.release_for("prod");
                b.say(
                    "holly",
                    "release.withdrawn",
                    json!({"release": hash(b"r"), "created": [created], "reason": "no"}),
                )
            },
        ),
        case("alias-of-a-withdrawn-release", "The alias of a withdrawn release is free.", Book::new(), |b| {
            let created = b.released(and(release("config", json!({})), json!({"alias": "v1"})));
            b.say("holly", "release.withdrawn", json!({"release": b.release, "created": [created], "reason": "leaks"}));
            let next = b.released(and(release("other", json!({})), json!({"alias": "v1"})));
            b.expect(&next, "admitted");
        }),
    ]
}

fn approvals() -> Vec<Case> {
    let granted = |name, code, why, more: fn(&Book) -> Value| {
        refused_in(approved(), name, code, why, move |b| {
            b.released(and(
                release("config", json!({"files/app": {"image": image("app")}})),
                json!({"target": "prod"}),
            ));
            let more = and(json!({"images": [image("app")]}), more(b));
            b.approve("alice", more)
        })
    };
    vec![
        granted(
            "approval-past",
            "approval-past",
            "An approval that ended before it was given.",
            |_| json!({"until": "2026-01-01T00:00:00.000Z"}),
        ),
        granted(
            "approval-images-of-parts",
            "approval-images",
            "Images beside components.",
            |_| json!({"components": ["manifest/a"]}),
        ),
        granted(
            "approval-images",
            "approval-images",
            "Other images than the release's.",
            |_| json!({"images": [image("other")]}),
        ),
        granted(
            "approval-without-images",
            "approval-images",
            "No images, of a release that has some.",
            |_| json!({"images": null}),
        ),
        granted(
            "approval-of-no-release",
            "no-release",
            "A release that nobody created.",
            |_| json!({"release": hash(b"none")}),
        ),
        granted(
            "approval-of-no-target",
            "no-release",
            "A target that the release does not have.",
            |_| json!({"target": "staging"}),
        ),
        granted(
            "approval-of-no-component",
            "no-component",
            "A component that the release has not there.",
            |_| json!({"components": ["manifest/c"], "images": null}),
        ),
        granted(
            "approval-policy",
            "approval-policy",
            "Another policy than the one in force.",
            |_| json!({"policy": hash(b"[]")}),
        ),
        refused("denial-of-another", "denial-of-another", "A denial is withdrawn by who gave it alone.", |b| {
            b.release_for("prod");
            let denied = b.say("alice", "approval.denied", b.place("prod", json!({"reason": "no"})));
            b.say("bob", "approval.withdrawn", json!({"approvals": [denied], "reason": "yes"}))
        }),
    ]
}

fn rollouts() -> Vec<Case> {
    vec![
        refused("claim-store", "claim-store", "A claim in another store than home.", |b| {
            b.release_for("prod");
            let data = json!({"rollout": "r1", "store": "oci://registry.example/elsewhere"});
            b.say("dave", "rollout.claimed", b.place("prod", data))
        }),
        refused("claim-of-no-release", "no-release", "A claim for a release that nobody created.", |b| {
            b.release = hash(b"none");
            b.claim("dave", "prod", "r1")
        }),
        refused("applied-by-another", "not-own", "Another process applies a component of the start.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave#2", &start, "manifest/a", "changed")
        }),
        refused("not-of-start", "not-of-start", "A component that the start does not have.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/c", "changed")
        }),
        refused("finished-by-another", "not-own", "Another principal finishes the start.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.finish("dan", &start, "failed")
        }),
        refused("finished-twice", "finished-twice", "A start ends once.", |b| {
            b.release_for("prod");
            let (start, _) = b.roll("dave", "prod", "r1", json!({}));
            b.finish("dave", &start, "failed")
        }),
        refused("succeeded-without-all", "outcome", "Success without one of the components.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/a", "changed");
            b.finish("dave", &start, "succeeded")
        }),
        refused("succeeded-over-a-failure", "outcome", "Success although a component failed last.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/a", "changed");
            b.apply("dave", &start, "manifest/b", "failed");
            b.finish("dave", &start, "succeeded")
        }),
        refused("abandoned-after-all", "outcome", "Abandoned although something was applied.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/a", "failed");
            b.finish("dave", &start, "abandoned")
        }),
        refused("claim-ended-by-another", "not-own", "The claim of another ends by a take-over alone.", |b| {
            b.release_for("prod");
            let claim = b.claim("dave", "prod", "r1");
            b.say("dan", "claim.ended", json!({"claims": [claim]}))
        }),
        case("take-over", "By the right `takeover` the claim of another ends.", Book::new(), |b| {
            b.release_for("prod");
            let claim = b.claim("dan", "prod", "r1");
            let end = b.say("dave", "claim.ended", json!({"claims": [claim], "takeover": {"reason": "crashed"}}));
            let (start, _) = b.roll("dave", "prod", "r2", json!({}));
            b.expect(&end, "admitted");
            b.expect(&start, "permitted");
            b.expect("*", "exit 0");
        }),
        refused("take-over-without-right", "no-right", "Who may not take over does not.", |b| {
            b.release_for("prod");
            let claim = b.claim("dave", "prod", "r1");
            b.say("dan", "claim.ended", json!({"claims": [claim], "takeover": {"reason": "mine"}}))
        }),
        case(
            "applied-after-the-end",
            "Applied after the claim was taken over and the start finished.",
            Book::new(),
            |b| {
                b.release_for("prod");
                let start = b.start("dave", "prod", "r1", json!({}));
                b.finish("dave", &start, "failed");
                let late = b.apply("dave", &start, "manifest/a", "changed");
                b.expect(&late, "open applied-after-end");
                b.expect("*", "exit 7");
            },
        ),
    ]
}

fn seals() -> Vec<Case> {
    fn sealed(b: &mut Book, more: Value) -> String {
        let claim = b.say("dave", "rollout.claimed", json!({"resource": "seal", "store": HOME}));
        let size = b.lines.len();
        b.say("dave", "ledger.sealed", and(seal(&claim, size), more))
    }
    fn seal(head: &str, size: usize) -> Value {
        json!({"size": size, "root": hash(b"root"), "heads": [head], "segments": [segment(0, size)]})
    }
    fn segment(first: usize, count: usize) -> Value {
        let blob = json!({"digest": hash(b"segment"), "mediaType": "application/zstd", "size": 9});
        json!({"blob": blob, "unpacked": hash(b"unpacked"), "first": first, "count": count})
    }
    vec![
        refused("seal-segments", "seal-segments", "A gap between two segments.", |b| {
            sealed(b, json!({"segments": [segment(0, 1), segment(2, 0)]}))
        }),
        refused("seal-claim", "seal-claim", "A seal without a claim of the seal.", |b| {
            let head = b.tip[0].clone();
            b.say("dave", "ledger.sealed", seal(&head, 1))
        }),
        refused("seal-heads", "seal-heads", "A head that is an ancestor of another one.", |b| {
            let mut heads = [b.ledger.clone(), b.say("ci", "noted", json!({"body": 1}))];
            heads.sort();
            sealed(b, json!({"heads": heads, "size": 2, "segments": [segment(0, 2)]}))
        }),
        refused("seal-size", "seal-size", "More events than the heads have.", |b| {
            sealed(b, json!({"size": 9, "segments": [segment(0, 9)]}))
        }),
        case("seal-fork", "Two seals that follow the same one.", Book::new(), |b| {
            let one = sealed(b, json!({}));
            let heads = b.tip.clone();
            b.tip = vec![b.ledger.clone()];
            let claim = b.say("dave#2", "rollout.claimed", json!({"resource": "seal", "store": HOME}));
            let two = b.say("dave#2", "ledger.sealed", seal(&claim, 2));
            b.tip = heads;
            b.expect(&one, "open seal-fork");
            b.expect(&two, "open seal-fork");
        }),
    ]
}
