//! Signatures that are none, headers that make junk, first events that begin nothing.

use crate::book::{Book, bundle_of};
use crate::cases::bytes::{noted, nothing};
use crate::people::{Key, canonical, hash};
use crate::{Case, case};
use ledger_format::envelope::PAYLOAD_TYPE;
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut all = signatures();
    all.extend(headers());
    all.extend(firsts());
    all
}

fn signatures() -> Vec<Case> {
    /// An event of a key whose signature was changed.
    fn signed(name: &'static str, why: &'static str, key: &'static str, change: fn(&[u8], Vec<u8>) -> Vec<u8>) -> Case {
        nothing(name, why, move |b| {
            let payload = canonical(&b.statement(key, "noted", noted()));
            let signature = Key::of(key).sign(PAYLOAD_TYPE, &payload);
            bundle_of(&Key::of(key).fingerprint(), &payload, &change(&payload, signature))
        })
    }
    vec![
        signed("signature-flipped", "A flipped bit.", "ana", |_, mut signature| {
            signature[3] ^= 1;
            signature
        }),
        signed("signature-of-other-bytes", "A signature over other bytes.", "ana", |_, _| {
            Key::of("ana").sign(PAYLOAD_TYPE, b"{}")
        }),
        signed("signature-of-another-type", "A signature over another payload type.", "ana", |payload, _| {
            Key::of("ana").sign("application/json", payload)
        }),
        signed("signature-by-another", "A signature by another key.", "ana", |payload, _| {
            Key::of("ben").sign(PAYLOAD_TYPE, payload)
        }),
        signed("signature-empty", "No signature.", "ana", |_, _| Vec::new()),
        signed("signature-longer", "A byte more.", "ana", |_, mut signature| {
            signature.push(0);
            signature
        }),
        signed(
            "ed25519-s-above-the-order",
            "S plus the order of the group: the same point, another signature.",
            "ana",
            |_, mut signature| {
                let order: [u8; 32] = [
                    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
                ];
                let mut carry = 0;
                for (byte, add) in signature[32..].iter_mut().zip(order) {
                    let sum = u16::from(*byte) + u16::from(add) + carry;
                    (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
                }
                signature
            },
        ),
        signed("ed25519-r-of-small-order", "R of small order.", "ana", |_, mut signature| {
            signature[..32].fill(0);
            signature[0] = 1;
            signature
        }),
        signed("p-256-high-s", "The other of the two signatures with this r.", "ci", |_, signature| {
            let low = p256::ecdsa::Signature::from_der(&signature).unwrap();
            p256::ecdsa::Signature::from_scalars(low.r(), -*low.s()).unwrap().to_der().as_bytes().to_vec()
        }),
        signed("p-256-raw", "r and s without DER.", "ci", |_, signature| {
            p256::ecdsa::Signature::from_der(&signature).unwrap().to_bytes().to_vec()
        }),
        signed("p-256-trailing", "A byte behind the DER.", "ci", |_, mut signature| {
            signature.push(0);
            signature
        }),
        signed("p-256-padded", "An integer with a leading zero that it does not need.", "ci", |_, signature| {
            let parsed = p256::ecdsa::Signature::from_der(&signature).unwrap();
            let (r, s) = parsed.split_bytes();
            let integer = |bytes: &[u8]| [&[2, 34, 0, 0], bytes].concat();
            [vec![0x30, 72], integer(&r), integer(&s)].concat()
        }),
        case("stranger", "A well-formed event of a key that nobody enrolled.", Book::new(), |b| {
            b.say("p256-dora", "noted", noted());
            let on_it = b.say("ci", "noted", json!({"body": "on it"}));
            b.expect("*", "strangers 1");
            b.expect(&on_it, "junk");
            b.expect("*", "exit 0");
        }),
    ]
}

fn headers() -> Vec<Case> {
    let junk = |name: &'static str, why: &'static str, kind: &'static str, data: Value, change: fn(&mut Value)| {
        case(name, why, Book::new(), move |b| {
            let bad = b.edited("ci", kind, data, change);
            let on_it = b.say("ci", "noted", json!({"body": "on it"}));
            b.expect(&bad, "junk");
            b.expect(&on_it, "junk");
            b.expect("*", "exit 0");
        })
    };
    vec![
        junk("unknown-kind", "A kind that this level does not have.", "sang", noted(), |_| ()),
        junk("unknown-version", "A later version of a kind.", "noted", noted(), |statement| {
            statement["predicateType"] = json!("https://sealog.dev/ledger/noted/v2");
        }),
        junk("unknown-field", "A field that the kind does not have.", "noted", json!({"body": 1, "more": 2}), |_| ()),
        junk("missing-field", "Without a field that the kind has.", "noted", json!({"about": [hash(b"x")]}), |_| ()),
        junk("empty-list", "A set of nothing.", "noted", json!({"body": 1, "about": []}), |_| ()),
        junk(
            "unsorted-set",
            "A set out of order.",
            "noted",
            json!({"body": 1, "about": [hash(b"b"), hash(b"a"), hash(b"c")]}),
            |_| (),
        ),
        junk(
            "control-character",
            "A control character in a text.",
            "hold.placed",
            json!({"reason": "a\u{9b}b"}),
            |_| (),
        ),
        junk(
            "name-with-dots",
            "A name with two dots.",
            "hold.placed",
            json!({"reason": "x", "target": "a..b"}),
            |_| (),
        ),
        junk(
            "false",
            "What would be false is absent.",
            "rollout.claimed",
            json!({"deployment": "shop", "target": "prod",
            "release": hash(b"r"), "rollout": "r1", "store": "s", "hold": false}),
            |_| (),
        ),
        junk("data-no-object", "Data that is no object.", "noted", json!("hello"), |_| ()),
        junk("data-null", "A field that is null.", "hold.placed", json!({"reason": "x", "target": null}), |_| ()),
        junk(
            "evidence-of-two-things",
            "Evidence of a release and of a configuration.",
            "evidence.recorded",
            json!({"deployment": "shop", "type": "test", "release": hash(b"r"), "config": hash(b"c")}),
            |_| (),
        ),
        junk("generation-too-large", "A generation that leaves one out.", "noted", noted(), |statement| {
            statement["predicate"]["generation"] = json!(2);
        }),
        junk("generation-low", "A low generation, to look old.", "noted", noted(), |statement| {
            statement["predicate"]["generation"] = json!(0);
        }),
        junk("earlier-than-its-parent", "A time before that of its parent.", "noted", noted(), |statement| {
            statement["predicate"]["time"] = json!("2026-01-05T09:59:59.999Z");
        }),
    ]
}

fn firsts() -> Vec<Case> {
    let stops = |name: &'static str, why: &'static str, book: Book| {
        case(name, why, book, |b| {
            b.expect("*", "exit 3");
            b.expect("*", "ledger null");
        })
    };
    let first = |change: fn(&mut Value)| Book::with(change);
    vec![
        stops("no-first-event", "No first event.", {
            let mut b = Book::new();
            b.lines.clear();
            b.lines.push(b"{}".to_vec());
            b
        }),
        stops(
            "first-by-no-root",
            "A first event whose signer is no root of it.",
            first(|document| document["roots"] = json!({"principals": ["ben"], "threshold": 1})),
        ),
        stops("first-of-level-0", "Level 0.", first(|document| document["level"] = json!(0))),
        stops(
            "first-with-few-roots",
            "One of three roots decides.",
            first(|document| {
                document["roots"]["threshold"] = json!(1);
            }),
        ),
        stops(
            "first-without-proof",
            "A key without its proof.",
            first(|document| {
                let key = Key::of("ben").fingerprint();
                document["principals"]["ben"]["keys"][key]["proof"] = json!("AAEC");
            }),
        ),
        stops(
            "first-with-an-end",
            "A first event that ends a key.",
            first(|document| {
                document["ended"] = json!({"principals": {"zoe": {"reason": "left"}}});
            }),
        ),
        stops(
            "first-with-a-weak-key",
            "A key of small order.",
            first(|document| {
                let weak = [&[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0, 1][..], &[0; 31]].concat();
                let key = Key::of("mia").fingerprint();
                document["principals"]["mia"]["keys"][key]["public"] = json!(crate::people::base64(&weak));
            }),
        ),
        case("two-first-events", "Two valid first events and no pin: the reader stops.", Book::new(), |b| {
            let mut data = json!({"authority": crate::people::authority()});
            data["continues"] = json!({"ledger": b.ledger, "heads": [b.ledger]});
            let bare = crate::people::created_of(data);
            b.another_first(bare);
            b.expect("*", "exit 3");
            b.expect("*", "ledger null");
        }),
        case(
            "first-that-is-not-valid-beside",
            "A first event that is not valid counts for nothing.",
            Book::new(),
            |b| {
                let mut document = crate::people::authority();
                document["level"] = json!(0);
                b.another_first(crate::people::created(document));
                b.expect("*", "exit 0");
                b.expect("*", "not_events 1");
            },
        ),
    ]
}
