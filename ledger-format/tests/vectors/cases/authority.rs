//! Authority: each rule of a document, endorsements, forks, pins, cuts, ended keys.

use serde_json::{Value, json};

use crate::book::Book;
use crate::people::{Key, key_entry};
use crate::{Case, case};

pub fn end(document: &mut Value, principal: &str, more: Value) {
    let mut said = json!({"reason": "left"});
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document["principals"].as_object_mut().unwrap().remove(principal);
    document["ended"] = json!({"principals": {principal: said}});
}

pub fn cases() -> Vec<Case> {
    let mut all = documents();
    all.extend(endorsements());
    all
}

fn documents() -> Vec<Case> {
    let breach = |name: &'static str, why: &'static str, change: fn(&Book, &mut Value)| {
        case(name, why, Book::new(), move |b| {
            let mut ledger = Book::new();
            ledger.ledger = b.ledger.clone();
            let proposal = b.propose("ana", |document| change(&ledger, document));
            b.endorse("ben", &proposal);
            b.expect(&proposal, &format!("refused {name}"));
            b.expect(&proposal, &format!("open {name}"));
            b.expect(&b.ledger.clone(), "newest");
            b.expect("*", "exit 7");
        })
    };
    vec![
        breach("document-size", "A document of more than 196,608 bytes.", |_, document| {
            let rules = json!({"evidence": [{"type": "t".repeat(128), "name": "n".repeat(128), "on": "release"}]});
            document["policies"] =
                (0..600).map(|_| json!({"deployments": ["*"], "targets": ["*"], "rules": rules})).collect();
        }),
        breach("document-version", "A version that leaves one out.", |_, document| document["version"] = json!(2)),
        breach("document-level", "The level falls.", |_, document| document["level"] = json!(0)),
        breach("document-roots", "One of four roots decides: two could decide apart.", |_, document| {
            document["roots"]["threshold"] = json!(1);
        }),
        breach("document-key", "A key under the fingerprint of another.", |_, document| {
            let (_, entry) = key_entry("dora", "mia", "");
            document["principals"]["mia"]["keys"][Key::of("ana-2").fingerprint()] = entry;
        }),
        breach("document-moved", "A key moves to another principal.", |book, document| {
            let fingerprint = Key::of("dan").fingerprint();
            document["principals"]["dan"].as_object_mut().unwrap().remove("keys");
            let (_, entry) = key_entry("dan", "mia", &book.ledger);
            document["principals"]["mia"]["keys"][fingerprint] = entry;
        }),
        breach("document-ended", "Ended, and still there.", |_, document| {
            document["ended"] = json!({"principals": {"mia": {"reason": "left"}}});
        }),
        breach("document-dropped", "Gone without an end.", |_, document| {
            document["principals"].as_object_mut().unwrap().remove("mia");
        }),
        breach("document-excluded", "Excluded, although seen.", |book, document| {
            document["excluded"] = json!([book.ledger]);
        }),
        breach("document-proof", "The key of another, whose proof is for another principal.", |book, document| {
            let (fingerprint, entry) = key_entry("dora", "dan", &book.ledger);
            document["principals"]["mia"]["keys"][fingerprint] = entry;
        }),
        case("key-comes-back", "What ended never stands again.", Book::new(), |b| {
            let entry = b.document()["principals"]["mia"].clone();
            b.decide(|document| end(document, "mia", json!({})));
            let proposal = b.propose("ana", |document| document["principals"]["mia"] = entry);
            b.expect(&proposal, "refused document-ended");
        }),
        case("new-key", "A new key and its principal, enrolled and used.", Book::new(), |b| {
            let (fingerprint, entry) = key_entry("p256-dora", "dora", &b.ledger);
            b.decide(|document| {
                document["principals"]["dora"] = json!({"keys": {fingerprint: entry}, "rights": [{"may": ["noted"]}]});
            });
            let note = b.say("p256-dora", "noted", json!({"body": "hello"}));
            b.expect(&note, "admitted");
            b.expect("*", "exit 0");
        }),
    ]
}

fn endorsements() -> Vec<Case> {
    vec![
        case("not-root", "Who is no root proposes nothing.", Book::new(), |b| {
            let proposal = b.propose("dave", |document| document["principals"]["dave"]["groups"] = json!(["managers"]));
            b.expect(&proposal, "refused not-root");
        }),
        case("endorsed-by-no-root", "Nor endorses.", Book::new(), |b| {
            let proposal = b.propose("ana", |document| document["principals"]["mia"]["groups"] = json!(["managers"]));
            let endorsement = b.endorse("dave", &proposal);
            b.expect(&endorsement, "refused not-root");
            b.expect(&b.ledger.clone(), "newest");
        }),
        case("endorsed-too-little", "One of three roots is not enough.", Book::new(), |b| {
            let proposal = b.propose("ana", |document| document["principals"]["mia"]["groups"] = json!(["managers"]));
            b.expect(&proposal, "admitted");
            b.expect(&proposal, "not newest");
        }),
        case(
            "endorsed-twice-by-one",
            "Two keys of one root are one root.",
            Book::with(|document| {
                let public = json!({"public": Key::of("ana-2").public().to_base64()});
                document["principals"]["ana"]["keys"][Key::of("ana-2").fingerprint()] = public;
            }),
            |b| {
                let proposal =
                    b.propose("ana", |document| document["principals"]["mia"]["groups"] = json!(["managers"]));
                b.endorse("ana-2", &proposal);
                b.expect(&proposal, "not newest");
            },
        ),
        case(
            "endorsed-by-the-new-root",
            "A root that only the proposal names endorses it; the old ones are needed too.",
            Book::new(),
            |b| {
                let (fingerprint, entry) = key_entry("dora", "dora", &b.ledger);
                let proposal = b.propose("ana", |document| {
                    document["principals"]["dora"] = json!({"keys": {fingerprint: entry}});
                    document["roots"] = json!({"principals": ["ana", "ben", "cleo", "dora"], "threshold": 3});
                });
                let by_new = b.endorse("dora", &proposal);
                b.expect(&by_new, "admitted");
                let tip = b.tip.clone();
                b.endorse("cleo", &proposal);
                b.expect(&proposal, "newest");
                b.tip = tip;
            },
        ),
        case("stale-base", "A proposal on what is no longer the newest.", Book::new(), |b| {
            let old = b.base.clone();
            b.decide(|document| document["principals"]["mia"]["groups"] = json!(["managers"]));
            b.base = old;
            let proposal = b.propose("ana", |document| document["principals"]["mia"]["groups"] = json!(["others"]));
            b.expect(&proposal, "refused stale-base");
        }),
        case("endorsed-too-late", "An endorsement by who knows that another proposal is in force.", Book::new(), |b| {
            let old = b.propose("cleo", |document| document["principals"]["mia"]["groups"] = json!(["others"]));
            b.decide(|document| document["principals"]["mia"]["groups"] = json!(["managers"]));
            let endorsement = b.endorse("ben", &old);
            b.expect(&endorsement, "refused stale-base");
        }),
        case("level-unknown", "A level that this reader does not know: it stops.", Book::new(), |b| {
            b.decide(|document| document["level"] = json!(2));
            b.expect("*", "exit 3");
        }),
    ]
}
