//! Objects that are no events, strangers' objects and junk: whatever bytes somebody puts beside a ledger.

use ledger_format::envelope::PAYLOAD_TYPE;
use serde_json::{Value, json};

use crate::book::{Book, bundle, bundle_of};
use crate::people::{Key, canonical, hash};
use crate::{Case, case};

pub fn noted() -> Value {
    json!({"body": "hello"})
}

/// One more object, which is no event.
pub fn nothing(name: &'static str, why: &'static str, make: impl FnOnce(&mut Book) -> Vec<u8>) -> Case {
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

/// A payload whose text was changed before it was signed.
fn payload(name: &'static str, why: &'static str, from: &'static str, to: &'static str) -> Case {
    nothing(name, why, |b| {
        let text = String::from_utf8(canonical(&b.statement("ci", "noted", noted()))).unwrap();
        assert!(text.contains(from), "{text}");
        bundle("ci", text.replacen(from, to, 1).as_bytes())
    })
}

pub fn cases() -> Vec<Case> {
    let mut all = bundles();
    all.extend(payloads());
    all
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
