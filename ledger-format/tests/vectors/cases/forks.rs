//! Forks of the authority and what settles them; cuts, ended keys, what was withheld.

use crate::book::Book;
use crate::cases::authority::end;
use crate::people::{hash, key_entry};
use crate::{Case, case};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut all = forks();
    all.extend(cuts());
    all
}

/// Two decisions of the same base, neither of which has seen the other.
fn forked(b: &mut Book) -> (String, String) {
    let (tip, base) = (b.tip.clone(), b.base.clone());
    let one = b.decide(|document| document["principals"]["mia"]["groups"] = json!(["managers"]));
    let left = b.tip.clone();
    (b.tip, b.base) = (tip, base);
    let two = b.decide(|document| document["principals"]["mia"]["groups"] = json!(["others"]));
    b.tip.extend(left);
    (one, two)
}

fn forks() -> Vec<Case> {
    vec![
        case("fork", "Two authorities replace the same one: exit 3 until it is settled.", Book::new(), |b| {
            let (one, two) = forked(b);
            b.expect(&one, "newest");
            b.expect(&two, "newest");
            b.expect("*", "forked true");
            b.expect("*", "exit 3");
        }),
        case("fork-settled", "A proposal that replaces both settles it.", Book::new(), |b| {
            let (one, two) = forked(b);
            b.base = vec![one, two];
            let settled = b.decide(|document| document["principals"]["mia"]["groups"] = json!(["managers", "others"]));
            b.expect(&settled, "newest");
            b.expect("*", "forked false");
            b.expect("*", "exit 0");
        }),
        case("fork-pinned", "A reader that was given one of them reads on.", Book::new(), |b| {
            let (one, two) = forked(b);
            b.pin = Some(serde_json::from_value(json!({"ledger": b.ledger, "authority": one})).unwrap());
            b.expect(&one, "newest");
            b.expect(&two, "not newest");
            b.expect("*", "exit 0");
        }),
        case(
            "fork-of-principals",
            "A key that two authorities give to two principals signs for nobody.",
            Book::new(),
            |b| {
                let (tip, base, ledger) = (b.tip.clone(), b.base.clone(), b.ledger.clone());
                let enrolled = |document: &mut Value, principal: &str| {
                    let (fingerprint, entry) = key_entry("dora", principal, &ledger);
                    document["principals"][principal] =
                        json!({"keys": {fingerprint: entry}, "rights": [{"may": ["noted"]}]});
                };
                b.decide(|document| enrolled(document, "dora"));
                let left = b.tip.clone();
                (b.tip, b.base) = (tip, base);
                b.decide(|document| enrolled(document, "dorothy"));
                b.tip.extend(left);
                let note = b.say("dora", "noted", json!({"body": "who am I"}));
                b.expect(&note, "refused principal-disputed");
            },
        ),
        case("pin-unmet", "The authority that the reader was given is not there.", Book::new(), |b| {
            b.pin = Some(serde_json::from_value(json!({"ledger": b.ledger, "authority": hash(b"gone")})).unwrap());
            b.expect("*", "exit 3");
        }),
        case("pin-of-another-ledger", "The pinned ledger is not there: the reader stops.", Book::new(), |b| {
            b.pin = Some(serde_json::from_value(json!({"ledger": hash(b"another")})).unwrap());
            b.expect("*", "exit 3");
        }),
        case("pinned", "The pinned ledger among the objects of two.", Book::new(), |b| {
            let mut data = json!({"authority": crate::people::authority()});
            data["continues"] = json!({"ledger": b.ledger, "heads": [b.ledger]});
            b.another_first(crate::people::created_of(data));
            b.pin = Some(serde_json::from_value(json!({"ledger": b.ledger})).unwrap());
            b.expect("*", "exit 0");
            b.expect("*", "not_events 1");
        }),
    ]
}

fn cuts() -> Vec<Case> {
    let beside = |name, why, ending: fn(&mut Value), expected: &'static str| {
        case(name, why, Book::new(), move |b| {
            let tip = b.tip.clone();
            b.decide(ending);
            b.tip = tip;
            let note = b.say("ci", "noted", json!({"body": "late, or backdated"}));
            b.expect(&note, expected);
            b.expect("*", "exit 0");
        })
    };
    vec![
        beside(
            "cut-ended",
            "What a key signed beside its end has no effect.",
            |document| end(document, "ci", json!({})),
            "cut",
        ),
        beside(
            "cut-right",
            "What a right was for, beside the end of the right.",
            |document| {
                document["principals"]["ci"]["rights"][0]["may"] = json!(["build.recorded", "release.created"]);
            },
            "cut",
        ),
        beside(
            "kept",
            "An authority that takes nothing from it leaves it be.",
            |document| {
                document["principals"]["mia"]["groups"] = json!(["managers"]);
            },
            "admitted",
        ),
        case("cut-excluded", "An event beside is excluded, and what was built on it goes with it.", Book::new(), |b| {
            let tip = b.tip.clone();
            let note = b.say("ci", "noted", json!({"body": "noise"}));
            let next = b.say(
                "obs",
                "observation.recorded",
                json!({"deployment": "shop", "target": "prod",
                "components": {"manifest/a": {"health": "healthy"}}}),
            );
            b.tip = tip;
            b.decide(|document| document["excluded"] = json!([note]));
            b.expect(&note, "cut");
            b.expect(&next, "cut");
            b.expect("*", "exit 0");
        }),
        case("cut-not-before-the-end", "What the ending authority has seen stays.", Book::new(), |b| {
            let note = b.say("ci", "noted", json!({"body": "in time"}));
            b.decide(|document| end(document, "ci", json!({})));
            b.expect(&note, "admitted");
            b.expect("*", "exit 0");
        }),
        case("junk-after-the-end", "An ended key that has seen its end writes junk.", Book::new(), |b| {
            b.decide(|document| end(document, "ci", json!({})));
            let note = b.say("ci", "noted", json!({"body": "still here"}));
            b.expect(&note, "junk");
            b.expect("*", "exit 0");
        }),
        case(
            "since",
            "A key ended since an event: what it signed after that is a finding, and what names it.",
            Book::new(),
            |b| {
                let good = b.say("ci", "noted", json!({"body": "good"}));
                let bad = b.say("ci", "noted", json!({"body": "whose?"}));
                let created = b.release_for("prod");
                b.decide(|document| end(document, "ci", json!({"reason": "compromised", "since": good})));
                b.expect(&good, "not open since");
                b.expect(&bad, "open since");
                b.expect(&created, "open since");
                b.expect("*", "exit 7");
            },
        ),
        case("since-by-another", "Who names what a stolen key signed is looked at too.", Book::new(), |b| {
            let test = b.evidence(json!({"release": hash(b"r")}));
            let build = b.say(
                "ci",
                "build.recorded",
                json!({"deployment": "shop", "component": "files/app",
                "image": crate::story::image("app"), "builder": {"name": "files"}}),
            );
            let artifacts = json!({"files/app": {"image": crate::story::image("app"), "build": build}});
            let data =
                crate::story::and(crate::story::release("c", artifacts), json!({"target": "prod", "evidence": [test]}));
            let created = b.released(data);
            let (start, _) = b.roll("dave", "prod", "r1", json!({}));
            let first = b.ledger.clone();
            b.decide(|document| end(document, "obs", json!({"reason": "compromised", "since": first})));
            b.expect(&test, "open since");
            b.expect(&created, "open since");
            b.expect(&start, "not open since");
        }),
        case("since-at-two-removes", "What names what names what a stolen key signed.", Book::new(), |b| {
            let test = b.evidence(json!({"release": hash(b"r")}));
            b.release_for("prod");
            let approval = b.approve("alice", json!({"evidence": [test]}));
            let start = b.start("dave", "prod", "r1", json!({"spends": [approval]}));
            let first = b.ledger.clone();
            b.decide(|document| end(document, "obs", json!({"reason": "compromised", "since": first})));
            b.expect(&approval, "open since");
            b.expect(&start, "open since");
        }),
        case("since-reviewed", "A review by somebody else closes such a finding.", Book::new(), |b| {
            let first = b.ledger.clone();
            let bad = b.say("ci", "noted", json!({"body": "whose?"}));
            b.decide(|document| end(document, "ci", json!({"reason": "compromised", "since": first})));
            b.review("ana", "accept", &[&bad]);
            b.expect(&bad, "closed since");
            b.expect("*", "exit 0");
        }),
        case("pending", "A parent is missing: of a living key that is exit 3.", Book::new(), |b| {
            let gone = b.say("ci", "noted", json!({"body": "withheld"}));
            let note = b.say(
                "obs",
                "observation.recorded",
                json!({"deployment": "shop", "target": "prod",
                "components": {"manifest/a": {"health": "healthy"}}}),
            );
            b.lines.remove(1);
            b.expect(&note, "pending");
            b.expect(&gone, "not admitted");
            b.expect("*", "exit 3");
        }),
        case("pending-excluded", "A withheld parent that an authority excludes holds up nobody.", Book::new(), |b| {
            let tip = b.tip.clone();
            let gone = b.say("ci", "noted", json!({"body": "withheld"}));
            let note = b.say("ci", "noted", json!({"body": "on it"}));
            b.lines.remove(1);
            b.tip = tip;
            b.decide(|document| document["excluded"] = json!([gone]));
            b.expect(&note, "pending");
            b.expect("*", "exit 0");
        }),
        case(
            "pending-on-what-is-excluded",
            "What waits for a withheld parent and is built, further down, on what is excluded holds up nobody either.",
            Book::new(),
            |b| {
                let tip = b.tip.clone();
                let noise = b.say("ci", "noted", json!({"body": "noise"}));
                let on_it = b.say("ci", "noted", json!({"body": "on it"}));
                let gone = b.say_on(&[&b.ledger.clone()], "ci", "noted", json!({"body": "withheld"}));
                b.lines.pop();
                let both = b.say_on(&[&on_it, &gone], "ci", "merged", json!({}));
                b.tip = tip;
                b.decide(|document| document["excluded"] = json!([noise]));
                b.expect(&both, "pending");
                b.expect("*", "exit 0");
            },
        ),
        case("pending-of-an-ended-key", "Nor one of a key that ended.", Book::new(), |b| {
            let tip = b.tip.clone();
            b.say("ci", "noted", json!({"body": "withheld"}));
            let note = b.say("ci", "noted", json!({"body": "on it"}));
            b.lines.remove(1);
            b.tip = tip;
            b.decide(|document| end(document, "ci", json!({})));
            b.expect(&note, "pending");
            b.expect("*", "exit 0");
        }),
    ]
}
