//! Each rule of admission broken once (SPEC, section 7): refused with its code, and nothing else is touched.

use serde_json::{Value, json};

use crate::book::Book;
use crate::cases::kinds::approved;
use crate::people::hash;
use crate::story::{and, blob, image, release};
use crate::{Case, case};

/// A case whose last event is refused with a code.
pub fn refused(
    name: &'static str,
    code: &'static str,
    why: &'static str,
    tell: impl FnOnce(&mut Book) -> String,
) -> Case {
    refused_in(Book::new(), name, code, why, tell)
}

pub fn refused_in(
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
