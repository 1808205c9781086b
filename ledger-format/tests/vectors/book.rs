//! A history in the making: signs what it is told, however wrong, and remembers what a reader must say of it.

use std::collections::BTreeMap;

use ledger_format::envelope::{BUNDLE_TYPE, PAYLOAD_TYPE};
use ledger_format::event::{Data, Kind};
use ledger_format::report::GivenPin;
use ledger_format::time::Time;
use serde_json::{Value, json};

use crate::people::{Key, authority, base64, canonical, created, hash};

/// 2026-01-05T10:00:00.000Z, a Monday.
const BEGINNING: i64 = 1_767_607_200_000;

pub struct Book {
    /// The objects, in the order of writing.
    pub lines: Vec<Vec<u8>>,
    pub ledger: String,
    pub pin: Option<GivenPin>,
    /// What the next event names as its parents.
    pub tip: Vec<String>,
    /// The documents that the next proposal replaces.
    pub base: Vec<String>,
    /// The release of the next claims, starts and approvals.
    pub release: String,
    /// What is asserted of the report: an event, and the words that it must show.
    pub expected: Vec<(String, String)>,
    written: BTreeMap<String, (u64, i64)>,
    documents: BTreeMap<String, Value>,
    /// How much later than its newest parent the next event claims to be.
    pub step: i64,
}

impl Book {
    /// A ledger with the authority of `people`.
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same, changed.
    pub fn with(change: impl FnOnce(&mut Value)) -> Self {
        let mut document = authority();
        change(&mut document);
        Self::of(created(document), |_| ())
    }

    /// With these rules for prod.
    pub fn ruled(rules: Value) -> Self {
        Self::with(|document| {
            document["policies"] = json!([{"deployments": ["*"], "targets": ["prod"], "rules": rules}]);
        })
    }

    /// A ledger with a first event of this data, its statement changed.
    pub fn of(data: Value, change: impl FnOnce(&mut Value)) -> Self {
        let mut book = Self {
            lines: Vec::new(),
            ledger: String::new(),
            pin: None,
            tip: Vec::new(),
            base: Vec::new(),
            release: String::new(),
            expected: Vec::new(),
            written: BTreeMap::new(),
            documents: BTreeMap::new(),
            step: 60_000,
        };
        book.ledger = book.edited("ana", "ledger.created", data, change);
        book.base = vec![book.ledger.clone()];
        book
    }

    /// Another first event in the same objects.
    pub fn another_first(&mut self, data: Value) -> String {
        let (ledger, tip) = (std::mem::take(&mut self.ledger), std::mem::take(&mut self.tip));
        let id = self.say("ana", "ledger.created", data);
        (self.ledger, self.tip) = (ledger, tip);
        id
    }

    /// Writes on top of the tip, and is the new tip. `who` is the name of a key; behind a `#` stands another run.
    pub fn say(&mut self, who: &str, kind: &str, data: Value) -> String {
        self.edited(who, kind, data, |_| ())
    }

    /// The same on other parents.
    pub fn say_on(&mut self, parents: &[&str], who: &str, kind: &str, data: Value) -> String {
        self.tip = parents.iter().map(|parent| (*parent).to_owned()).collect();
        self.say(who, kind, data)
    }

    /// Signs a statement that was changed.
    pub fn edited(&mut self, who: &str, kind: &str, data: Value, change: impl FnOnce(&mut Value)) -> String {
        let mut statement = self.statement(who, kind, data);
        change(&mut statement);
        self.sign(who.split('#').next().unwrap(), &canonical(&statement))
    }

    /// Signs a payload, and adds the bundle.
    pub fn sign(&mut self, key: &str, payload: &[u8]) -> String {
        let line = bundle(key, payload);
        self.lines.push(line);
        let id = hash(payload);
        if let Ok(Value::Object(statement)) = serde_json::from_slice::<Value>(payload) {
            let predicate = &statement["predicate"];
            let time = predicate["time"].as_str().and_then(|time| time.parse::<Time>().ok());
            let at = (predicate["generation"].as_u64().unwrap_or(0), time.map_or(BEGINNING, Time::unix_ms));
            self.written.insert(id.clone(), at);
            if let Some(document) = predicate["data"].get("authority") {
                self.documents.insert(id.clone(), document.clone());
            }
        }
        self.tip = vec![id.clone()];
        id
    }

    pub fn statement(&self, who: &str, kind: &str, data: Value) -> Value {
        let key = who.split('#').next().unwrap();
        let mut parents = self.tip.clone();
        parents.sort_unstable();
        let of = |parent: &String| self.written.get(parent).copied().unwrap_or((0, BEGINNING));
        let generation = parents.iter().map(|parent| of(parent).0 + 1).max().unwrap_or(0);
        let time = parents.iter().map(|parent| of(parent).1 + self.step).max().unwrap_or(BEGINNING);
        let ledger = (kind != "ledger.created").then(|| self.ledger.parse().unwrap());
        let parsed = kind.parse::<Kind>().ok().and_then(|kind| Data::parse(kind, &data).ok());
        let subject = match parsed {
            Some(data) => serde_json::to_value(data.subjects(ledger)).unwrap(),
            None if self.ledger.is_empty() => {
                json!([{"name": "ledger", "digest": {"sha256": hash(&canonical(&data))[7..]}}])
            }
            None => json!([{"name": "ledger", "digest": {"sha256": self.ledger[7..]}}]),
        };
        let mut predicate = json!({"generation": generation, "parents": parents, "key": Key::of(key).fingerprint(),
            "time": Time::from_unix_ms(time).unwrap().to_string(), "run": hash(who.as_bytes())[7..39],
            "nonce": format!("{}", self.lines.len()), "data": data});
        if let Some(ledger) = ledger {
            predicate["ledger"] = json!(ledger);
        }
        json!({"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicate": predicate,
               "predicateType": format!("https://sealog.dev/ledger/{kind}/v1")})
    }

    /// A reader must show these words of an event: its status, a reason, a verdict, a cause or a finding.
    pub fn expect(&mut self, event: &str, words: &str) {
        self.expected.push((event.to_owned(), words.to_owned()));
    }

    /// The digest of the policy of a target, by the first document of the base.
    pub fn policy(&self, target: &str) -> String {
        let entries = self.documents[&self.base[0]]["policies"].as_array().cloned().unwrap_or_default();
        let applies = |entry: &&Value| entry["targets"] == json!([target]) || entry["targets"] == json!(["*"]);
        let rules: Vec<Value> = entries.iter().filter(applies).map(|entry| entry["rules"].clone()).collect();
        hash(&canonical(&json!(rules)))
    }

    /// The document that the next proposal changes.
    pub fn document(&self) -> Value {
        self.documents[&self.base[0]].clone()
    }

    /// A proposal that changes the base; not yet in force.
    pub fn propose(&mut self, who: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut document = self.documents[&self.base[0]].clone();
        let version = self.base.iter().filter_map(|base| self.documents[base]["version"].as_u64()).max();
        document["version"] = json!(version.unwrap() + 1);
        let mut replaces = self.base.clone();
        replaces.sort_unstable();
        document["replaces"] = json!(replaces);
        for once in ["ended", "lifted", "excluded"] {
            document.as_object_mut().unwrap().remove(once);
        }
        change(&mut document);
        self.say(who, "authority.proposed", json!({"authority": document, "reason": "change"}))
    }

    pub fn endorse(&mut self, who: &str, proposal: &str) -> String {
        self.say(who, "endorsed", json!({"proposal": proposal}))
    }

    /// A proposal of ana that ben endorses: in force behind it.
    pub fn decide(&mut self, change: impl FnOnce(&mut Value)) -> String {
        let proposal = self.propose("ana", change);
        self.endorse("ben", &proposal);
        self.base = vec![proposal.clone()];
        proposal
    }
}

/// A bundle as it ought to be.
pub fn bundle(key: &str, payload: &[u8]) -> Vec<u8> {
    let key = Key::of(key);
    bundle_of(&key.fingerprint(), payload, &key.sign(PAYLOAD_TYPE, payload))
}

pub fn bundle_of(fingerprint: &str, payload: &[u8], signature: &[u8]) -> Vec<u8> {
    canonical(&json!({"mediaType": BUNDLE_TYPE, "verificationMaterial": {"publicKey": {"hint": fingerprint}},
        "dsseEnvelope": {"payload": base64(payload), "payloadType": PAYLOAD_TYPE,
                         "signatures": [{"keyid": fingerprint, "sig": base64(signature)}]}}))
}
