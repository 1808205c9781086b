//! Writes a ledger into a folder with keys, runs and nonces that are the same each time, so that its ids are too; on
//! any parents and at any time, as an attacker with a key would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ledger_format::admission::Admission;
use ledger_format::authority::document::Authority;
use ledger_format::digest::Digest;
use ledger_format::envelope::{Envelope, PAYLOAD_TYPE, pae};
use ledger_format::event::{Data, Header, LedgerCreated, payload};
use ledger_format::field::{Int, Run, Str};
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use ledger_format::policy::Policy;
use ledger_format::received::{Keyring, Received};
use sealog::ledger::describe::describe;
use sealog::ledger::founding::proven;
use sealog::ledger::open::{Opened, Trust, open};
use sealog::signers::Signer as _;
use sealog::signers::local_key::LocalKey;
use sealog::store::{Blob, LedgerStore as _, OciLayout, StoredName};
use serde_json::{Value, json};

/// One who holds everybody's key.
pub struct Scribe {
    pub folder: PathBuf,
    pub store: OciLayout,
    people: BTreeMap<String, LocalKey>,
    ledger: Option<Ledger>,
    keyring: Keyring,
    written: u32,
}

impl Scribe {
    /// A ledger whose first event the first of these people signs; `authority` lacks their keys and the home.
    pub fn begin(folder: &Path, people_in_order: &[&str], at: &str, mut authority: Value) -> Self {
        drop(OciLayout::create(folder, describe).unwrap());
        std::fs::write(folder.join("sealog/id"), format!("{}\n", "5ea109".repeat(6).split_at(32).0)).unwrap();
        let store = OciLayout::open(folder, describe).unwrap();
        let keys = people_in_order.iter().zip(1..).map(|(name, seed)| ((*name).to_owned(), key(seed)));
        let people: BTreeMap<String, LocalKey> = keys.collect();
        authority["home"] = json!(store.identity().unwrap().as_str());
        for (name, key) in &people {
            authority["principals"][name]["keys"] =
                json!({key.public().fingerprint().as_str(): {"public": key.public().to_base64(), "proof": "AAEC"}});
        }
        let document: Authority = serde_json::from_value(authority.clone()).unwrap();
        let unproven = LedgerCreated { authority: document, continues: None }.unproven();
        for (name, key) in &people {
            let proof = proven(unproven, &Name::new(name).unwrap(), key).unwrap();
            authority["principals"][name]["keys"][key.public().fingerprint().as_str()] =
                serde_json::to_value(proof).unwrap();
        }
        let data = Data::parse("ledger.created".parse().unwrap(), &json!({"authority": authority})).unwrap();
        let mut scribe =
            Self { folder: folder.to_owned(), store, people, ledger: None, keyring: Keyring::default(), written: 0 };
        let first = people_in_order[0];
        let header = scribe.header(first, at, Vec::new(), 0, None);
        let received = scribe.sign(first, &header, &data);
        scribe.put(&received);
        scribe.reopen();
        scribe
    }

    /// Reads the folder again.
    pub fn reopen(&mut self) {
        let Opened { ledger, keyring, .. } = open(&self.store, &Trust::default()).unwrap();
        (self.ledger, self.keyring) = (Some(ledger), keyring);
    }

    pub fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().unwrap()
    }

    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub fn heads(&self) -> Vec<EventId> {
        let ledger = self.ledger();
        ledger.heads(&ledger.everything()).into_iter().map(|head| ledger.entry(head).event.id).collect()
    }

    /// Somebody writes an event on top of everything; what does not count panics.
    pub fn says(&mut self, who: &str, at: &str, kind: &str, data: &Value) -> EventId {
        let (id, admission) = self.says_on(&self.heads(), who, at, kind, data);
        assert_eq!(admission, Admission::Admitted, "{who} at {at}: {kind}");
        id
    }

    /// Somebody writes an event on these parents alone.
    pub fn says_on(
        &mut self,
        parents: &[EventId],
        who: &str,
        at: &str,
        kind: &str,
        data: &Value,
    ) -> (EventId, Admission) {
        let data = Data::parse(kind.parse().unwrap(), data).unwrap_or_else(|error| panic!("{error}: {data}"));
        let of = |id: &EventId| self.ledger().get(*id).unwrap().event.header.generation.get();
        let generation = parents.iter().map(of).max().unwrap() + 1;
        let mut parents = parents.to_vec();
        parents.sort_unstable();
        let header = self.header(who, at, parents, generation, Some(self.ledger().id()));
        let received = self.sign(who, &header, &data);
        self.put(&received);
        let id = received.id();
        let checked = self.keyring.check(received).unwrap();
        let (ledger, admission) = self.ledger.take().unwrap().with(checked);
        self.ledger = Some(ledger);
        (id, admission)
    }

    pub fn keep(&self, of: &EventId, blobs: &[Blob]) {
        self.store.put_blobs(of, blobs).unwrap();
    }

    pub fn header(
        &mut self,
        who: &str,
        at: &str,
        parents: Vec<EventId>,
        generation: u64,
        ledger: Option<EventId>,
    ) -> Header {
        self.written += 1;
        Header {
            ledger,
            generation: Int::new(generation).unwrap(),
            parents,
            key: self.key(who).public().fingerprint(),
            time: moment(at).parse().unwrap(),
            run: Run::from_bytes([u8::try_from(who.len()).unwrap(); 16]),
            nonce: Str::new(&self.written.to_string()).unwrap(),
        }
    }

    pub fn sign(&self, who: &str, header: &Header, data: &Data) -> Received {
        let payload = payload(header, data).unwrap();
        let signature = self.key(who).sign(&pae(PAYLOAD_TYPE, &payload)).unwrap();
        Received::of(Envelope::new(payload, signature, header.key.clone())).unwrap()
    }

    pub fn put(&self, received: &Received) -> StoredName {
        let name = StoredName::new(received.event().header.generation.get(), received.id()).unwrap();
        // As another tool would copy it: nobody here waits for a disk.
        std::fs::write(self.folder.join("sealog/tail").join(name.to_string()), received.envelope().to_bundle())
            .unwrap();
        name
    }

    pub fn key(&self, who: &str) -> &LocalKey {
        &self.people[who]
    }

    /// From now on there is a key by this name.
    pub fn gains(&mut self, name: &str, key: LocalKey) {
        self.people.insert(name.to_owned(), key);
    }

    /// The entry of a key in an authority, which it proves as this principal's.
    pub fn entry(&self, key: &str, principal: &str) -> Value {
        let key = self.key(key);
        json!({key.public().fingerprint().as_str():
            proven(self.ledger().id().0, &Name::new(principal).unwrap(), key).unwrap()})
    }

    /// The newest authority as JSON, to be changed and proposed.
    pub fn authority(&self) -> (EventId, Value) {
        let ledger = self.ledger();
        let everything = ledger.everything();
        let id = ledger.newest_authorities(&everything)[0];
        let document = ledger.documents(&everything).next().unwrap();
        (id, serde_json::to_value(document.authority()).unwrap())
    }

    /// An authority by its version.
    pub fn authority_at(&self, version: u64) -> (EventId, Value) {
        let authorities = self.ledger().authorities();
        let is_it = |step: &&ledger_format::authority::force::Step| {
            let number = authorities.number(step.id).unwrap();
            matches!(step.what, ledger_format::authority::force::What::Document { .. })
                && authorities.document(number).version() == version
        };
        let step = authorities.steps().iter().find(is_it).unwrap();
        let document = authorities.document(authorities.number(step.id).unwrap());
        (step.id, serde_json::to_value(document.authority()).unwrap())
    }

    /// The bundle of a payload of somebody else's, signed by another.
    pub fn forge(&self, who: &str, header: &Header, data: &Data) -> Vec<u8> {
        let payload = payload(header, data).unwrap();
        let signature = self.key(who).sign(&pae(PAYLOAD_TYPE, &payload)).unwrap();
        Envelope::new(payload, signature, header.key.clone()).to_bundle()
    }

    /// An event of a key that no authority of that ledger knows.
    pub fn as_stranger(&mut self, ledger: EventId, parents: &[EventId]) -> Received {
        self.gains("stranger", key(200));
        let header = self.header("stranger", "11-20 11:11", parents.to_vec(), 500, Some(ledger));
        let data = Data::parse("noted".parse().unwrap(), &json!({"body": 1})).unwrap();
        self.sign("stranger", &header, &data)
    }

    pub fn policy(&self, deployment: &str, target: &str) -> Digest {
        let ledger = self.ledger();
        let everything = ledger.everything();
        let document = ledger.documents(&everything).next().unwrap();
        let (deployment, target) = (Name::new(deployment).unwrap(), Name::new(target).unwrap());
        Policy::resolve(document.authority(), &deployment, &target).digest()
    }

    /// The file of an event.
    pub fn file(&self, id: &EventId) -> PathBuf {
        let entry = self.ledger().get(*id).unwrap();
        let name = StoredName::new(entry.event.header.generation.get(), *id).unwrap();
        self.folder.join("sealog/tail").join(name.to_string())
    }
}

/// An Ed25519 key whose secret is this number over and over.
pub fn key(seed: u8) -> LocalKey {
    use base64::Engine as _;
    let mut der = ledger_format::digest::from_hex("302e020100300506032b657004220420").unwrap();
    der.extend([seed; 32]);
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    LocalKey::from_pem(&format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"), None).unwrap()
}

/// `11-20 10:49` of the year of the running example, with seconds where they are said.
pub fn moment(at: &str) -> String {
    let (day, clock) = at.split_once(' ').unwrap();
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    format!("2026-{day}T{clock}{seconds}.000Z")
}
