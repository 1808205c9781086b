//! Objects that are no events, strangers' objects and junk: whatever bytes somebody puts beside a ledger.

use ledger_format::envelope::PAYLOAD_TYPE;
use serde_json::{Value, json};

use crate::book::{Book, bundle, bundle_of};
use crate::people::{Key, canonical, hash};
use crate::{Case, case};

pub fn cases() -> Vec<Case> {
    let mut all = bundles();
    all.extend(payloads());
    all.extend(signatures());
    all.extend(headers());
    all.extend(firsts());
    all
}

fn noted() -> Value {
    json!({"body": "hello"})
}

/// One more object, which is no event.
fn nothing(name: &'static str, why: &'static str, make: impl FnOnce(&mut Book) -> Vec<u8>) -> Case {
    case(name, why, Book::new(), |b| {
        let line = make(b);
        b.lines.push(line);
        b.expect("*", "not_events 1");
        b.expect("*", "exit 0");
    })
}

/// A good bundle, before and after a change of its text.
fn changed(name: &'static str, why: &'static str, from: &'static str, to: &'static str) -> Case {
    nothing(name, why, |b| {
        let text = String::from_utf8(bundle("ci", &canonical(&b.statement("ci", "noted", noted())))).unwrap();
        assert!(text.contains(from), "{text}");
        text.replacen(from, to, 1).into_bytes()
    })
}

fn bundles() -> Vec<Case> {
    let key = |name: &str| Key::of(name).fingerprint();
    vec![
        nothing("no-json", "Not even JSON.", |_| b"hello".to_vec()),
        changed("bundle-white-space", "A space more.", "{\"dsse", "{ \"dsse"),
        changed("bundle-member", "A member more.", "\"payload\":", "\"more\":1,\"payload\":"),
        changed("bundle-member-twice", "A member twice.", "\"payload\":", "\"payload\":\"\",\"payload\":"),
        changed("bundle-order", "Members in another order.", "{\"dsseEnvelope\":{", "{\"dsseEnvelope\": {"),
        changed("bundle-media-type", "Another version of bundles.", "v0.3+json", "v0.2+json"),
        changed("bundle-payload-type", "Another payload type.", "application/vnd.in-toto+json", "application/json"),
        changed("bundle-escape", "A character escaped that need not be.", "\"dsseEnvelope\"", "\"\\u0064sseEnvelope\""),
        nothing("bundle-two-signatures", "Two signatures.", |b| {
            let payload = canonical(&b.statement("ci", "noted", noted()));
            let mut value: Value = serde_json::from_slice(&bundle("ci", &payload)).unwrap();
            let signature = value["dsseEnvelope"]["signatures"][0].clone();
            value["dsseEnvelope"]["signatures"].as_array_mut().unwrap().push(signature);
            canonical(&value)
        }),
        nothing("bundle-base64", "Base64 with other spare bits.", |b| {
            let text = String::from_utf8(bundle("ana", &canonical(&b.statement("ana", "noted", noted())))).unwrap();
            // 64 bytes of signature end in one of four characters and `==`.
            let at = text.find("==\"}]}").unwrap();
            let spare = match &text[at - 1..at] {
                "A" => "B",
                "Q" => "R",
                "g" => "h",
                _ => "x",
            };
            format!("{}{spare}{}", &text[..at - 1], &text[at..]).into_bytes()
        }),
        nothing("bundle-too-large", "An object above the limit.", |_| vec![b'['; 393_217]),
        nothing("payload-too-large", "A payload above the limit.", |b| {
            let body: Vec<String> = (0..300).map(|_| "x".repeat(1000)).collect();
            bundle("ci", &canonical(&b.statement("ci", "noted", json!({"body": body}))))
        }),
        nothing("keyid-of-another", "The keyid of another key, and its hint.", |b| {
            let payload = canonical(&b.statement("ci", "noted", noted()));
            bundle_of(&key("dave"), &payload, &Key::of("dave").sign(PAYLOAD_TYPE, &payload))
        }),
        nothing("hint-of-another", "The hint of another key.", |b| {
            let payload = canonical(&b.statement("ci", "noted", noted()));
            let mut value: Value = serde_json::from_slice(&bundle("ci", &payload)).unwrap();
            value["verificationMaterial"]["publicKey"]["hint"] = json!(key("dave"));
            canonical(&value)
        }),
    ]
}

/// A payload whose text was changed before it was signed.
fn payload(name: &'static str, why: &'static str, from: &'static str, to: &'static str) -> Case {
    nothing(name, why, |b| {
        let text = String::from_utf8(canonical(&b.statement("ci", "noted", noted()))).unwrap();
        assert!(text.contains(from), "{text}");
        bundle("ci", text.replacen(from, to, 1).as_bytes())
    })
}

fn payloads() -> Vec<Case> {
    vec![
        payload("payload-white-space", "A space in the payload.", ":\"hello\"", ": \"hello\""),
        payload("payload-member-twice", "A member twice.", "\"nonce\":\"1\"", "\"nonce\":\"1\",\"nonce\":\"1\""),
        payload("payload-float", "A number with a fraction.", ":\"hello\"", ":1.5"),
        payload("payload-exponent", "A number with an exponent.", ":\"hello\"", ":1e2"),
        payload("payload-minus", "A negative number.", ":\"hello\"", ":-1"),
        payload("payload-large-number", "A number above 2^53 - 1.", ":\"hello\"", ":9007199254740992"),
        payload("payload-key-not-ascii", "A key that is not ASCII.", ":\"hello\"", ":{\"\u{e9}\":1}"),
        payload("payload-surrogate", "Half a character.", ":\"hello\"", ":\"\\ud800\""),
        payload("payload-upper-case-escape", "An escape in upper case.", ":\"hello\"", ":\"\\u001F\""),
        payload("payload-deep", "Deeper than 16.", ":\"hello\"", ":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"),
        payload("payload-trailing", "Something behind the value.", "}", "}}"),
        nothing("payload-byte-order-mark", "A byte order mark.", |b| {
            let mut bytes = b"\xef\xbb\xbf".to_vec();
            bytes.extend(canonical(&b.statement("ci", "noted", noted())));
            bundle("ci", &bytes)
        }),
        nothing("payload-not-utf-8", "Bytes that are no UTF-8.", |b| {
            let mut bytes = canonical(&b.statement("ci", "noted", noted()));
            let at = bytes.windows(5).position(|window| window == b"hello").unwrap();
            bytes[at] = 0xff;
            bundle("ci", &bytes)
        }),
        case(
            "payload-as-deep-as-may-be",
            "Depth 16, and every character that need not be escaped.",
            Book::new(),
            |b| {
                let mut body = json!(["\u{7f}\u{80}\u{2028}\u{1f600}\u{1f}\"\\/", 9_007_199_254_740_991_u64]);
                for _ in 0..12 {
                    body = json!([body]);
                }
                let note = b.say("ci", "noted", json!({"body": body}));
                b.expect(&note, "admitted");
            },
        ),
        payload("header-no-nonce", "A header without a nonce.", ",\"nonce\":\"1\"", ""),
        payload("header-member", "A header with a member more.", "\"nonce\":\"1\"", "\"more\":1,\"nonce\":\"1\""),
        payload("header-null", "A field that is null.", "\"nonce\":\"1\"", "\"nonce\":null"),
        payload("header-time", "The 30th of February.", "2026-01-05T", "2026-02-30T"),
        payload("header-time-leap-second", "A leap second.", ":00.000Z", ":60.000Z"),
        payload("statement-type", "Another type of statement.", "in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1"),
        payload(
            "predicate-type",
            "A predicate of somebody else.",
            "https://sealog.dev/ledger/noted",
            "https://slsa.dev/provenance",
        ),
        payload(
            "subject-of-another",
            "A subject that its data does not give.",
            "\"name\":\"ledger\"",
            "\"name\":\"other\"",
        ),
        nothing("parents-unsorted", "Parents out of order.", |b| {
            let one = b.say("ci", "noted", noted());
            let two = b.say_on(&[&b.ledger.clone()], "ci", "noted", json!({"body": 2}));
            let mut statement = b.statement("ci", "noted", json!({"body": 3}));
            let mut parents = [one, two];
            parents.sort_by(|a, b| b.cmp(a));
            statement["predicate"]["parents"] = json!(parents);
            bundle("ci", &canonical(&statement))
        }),
        nothing("parents-none", "No parents.", |b| {
            let mut statement = b.statement("ci", "noted", noted());
            statement["predicate"]["parents"] = json!([]);
            bundle("ci", &canonical(&statement))
        }),
        nothing("parents-too-many", "257 parents.", |b| {
            let mut statement = b.statement("ci", "noted", noted());
            let mut parents: Vec<String> = (0..257).map(|at| hash(format!("{at}").as_bytes())).collect();
            parents.sort();
            statement["predicate"]["parents"] = json!(parents);
            bundle("ci", &canonical(&statement))
        }),
        nothing("another-ledger", "An event of another ledger.", |b| {
            let mut statement = b.statement("ci", "noted", noted());
            statement["predicate"]["ledger"] = json!(hash(b"another"));
            statement["subject"][0]["digest"]["sha256"] = json!(hash(b"another")[7..]);
            bundle("ci", &canonical(&statement))
        }),
    ]
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
