//! A ledger in memory whose only root, ana, has every right everywhere.

use std::sync::Arc;

use ledger_format::authority::document::{Authority, Key, Principal};
use ledger_format::authority::proof::Claim;
use ledger_format::event::{Data, LedgerCreated};
use ledger_format::field::{Base64, Map};
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use ledger_format::received::Keyring;
use sealog::clock::Clock;
use sealog::ledger::append::{Writer, new_run};
use sealog::ledger::open::{Opened, Trust, open};
use sealog::signers::Signer as _;
use sealog::signers::local_key::LocalKey;
use sealog::store::{LedgerStore, Memory};
use serde_json::{Value, json};

/// What one writer sees of a ledger, and appends to.
pub struct TestLedger {
    store: Arc<Memory>,
    key: Arc<LocalKey>,
    /// Absent only while an append has it.
    ledger: Option<Ledger>,
    keyring: Keyring,
}

impl TestLedger {
    pub fn new() -> Self {
        let store = Memory::new([1; 16]);
        let key = LocalKey::generate().unwrap();
        writer(&store, &key).begin(created(&store, &key)).unwrap();
        Self::reads(Arc::new(store), Arc::new(key))
    }

    /// Another writer, who sees everything that there is now and then nothing of what this one appends.
    pub fn another(&self) -> Self {
        Self::reads(Arc::clone(&self.store), Arc::clone(&self.key))
    }

    fn reads(store: Arc<Memory>, key: Arc<LocalKey>) -> Self {
        let Opened { ledger, keyring, .. } = open(&*store, &Trust::default()).unwrap();
        Self { store, key, ledger: Some(ledger), keyring }
    }

    pub fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().unwrap()
    }

    pub fn store(&self) -> &Memory {
        &self.store
    }

    /// Appends an event of this kind; what would be refused panics.
    pub fn append(&mut self, kind: &str, data: &Value) -> EventId {
        self.append_data(Data::parse(kind.parse().unwrap(), data).unwrap())
    }

    pub fn append_data(&mut self, data: Data) -> EventId {
        let writer = writer(&self.store, &self.key);
        let (ledger, id) = writer.append(self.ledger.take().unwrap(), &self.keyring, data).unwrap();
        self.ledger = Some(ledger);
        id
    }
}

fn writer<'a>(store: &'a Memory, signer: &'a LocalKey) -> Writer<'a> {
    Writer { store, signer, clock: Clock::System, run: new_run().unwrap() }
}

/// The first event of a ledger whose only root, ana, has every right.
pub fn created(store: &dyn LedgerStore, key: &LocalKey) -> LedgerCreated {
    let home = store.identity().unwrap();
    let fingerprint = key.public().fingerprint();
    let everywhere = json!({"may": [
        "approval.granted", "build.recorded", "evidence.recorded:*", "hold.lifted", "hold.placed", "noted",
        "promotion.recorded", "release.created", "release.withdrawn", "reviewed", "rollout.started",
    ], "deployments": ["*"], "components": ["*"], "targets": ["*"]});
    let authority: Authority = serde_json::from_value(json!({
        "version": 0, "level": 1, "home": home.as_str(),
        "roots": {"principals": ["ana"], "threshold": 1},
        "principals": {"ana": {"rights": [everywhere], "keys": {fingerprint.as_str(): {
            "public": key.public().to_base64(), "proof": "AAEC"}}}},
    }))
    .unwrap();
    let mut created = LedgerCreated { authority, continues: None };
    let ana = Name::new("ana").unwrap();
    let claim = Claim { ledger: created.unproven(), principal: &ana, key: &fingerprint };
    let entry = Key {
        public: Base64::new(&key.public().to_spki_der()).unwrap(),
        proof: Base64::new(&key.sign(&claim.message()).unwrap()).unwrap(),
    };
    let rights = created.authority.principals.get(&ana).and_then(|ana| ana.rights.clone());
    let principal = Principal { groups: None, rights, keys: Map::new([(fingerprint, entry)]) };
    created.authority.principals = Map::new([(ana, principal)]).unwrap();
    created
}
