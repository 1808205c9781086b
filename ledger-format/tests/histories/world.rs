//! A history that grows: each event is made from what its writer admits to have seen.

use std::collections::BTreeSet;

use ledger_format::admission::Admission;
use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{Data, Kind};
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;
use ledger_format::received::{Checked, Keyring};
use ledger_format::time::Time;
use serde_json::{Value, json};

use crate::people;
use crate::signed::{header, sign};

pub const HOME: &str = "oci-layout:00112233445566778899aabbccddeeff";

pub struct World {
    pub keyring: Keyring,
    /// Everything written, in the order of writing.
    pub objects: Vec<Checked>,
    /// The same as bundles.
    pub bundles: Vec<Vec<u8>>,
    pub ledger: Ledger,
    pub release: String,
    nonce: u64,
}

impl World {
    /// The first event, a build, and a release with one component on dev and prod, made with prod.
    pub fn new() -> Self {
        let data = Data::from(people::created());
        let header = header(None, 0, Vec::new(), 0, Time::from_unix_ms(1_790_000_000_000).unwrap(), 0);
        let received = sign(&header, &data, 0);
        let mut keyring = Keyring::default();
        keyring.gather(received.event());
        let bundles = vec![received.envelope().to_bundle()];
        let first = keyring.check(received).unwrap();
        let ledger = Ledger::begin(first.clone(), None).unwrap();
        let mut world = Self { keyring, objects: vec![first], bundles, ledger, release: String::new(), nonce: 0 };
        let blob = json!({"digest": Digest::of(b"config").to_string(), "size": 6, "mediaType": "application/json"});
        let content = json!({"artifacts": {}, "components": {"prod": ["manifest/a", "manifest/b"]},
            "config": {"prod": Digest::of(b"config").to_string()}, "deployment": "shop"});
        world.release = Digest::of(content.to_string().as_bytes()).to_string();
        let release = json!({"release": world.release, "deployment": "shop", "target": "prod",
            "config": {"prod": blob}, "components": {"prod": ["manifest/a", "manifest/b"]}});
        let heads = world.heads();
        let id = world.write("ci", "release.created", &release, &heads).expect("a release");
        assert_eq!(world.ledger.admission(id), Some(Admission::Admitted), "the release");
        world
    }

    pub fn heads(&self) -> Vec<Index> {
        self.ledger.heads(&self.ledger.everything())
    }

    /// The heads of a careless view: all that some of the events have in their pasts.
    pub fn heads_of(&self, seen: &BTreeSet<Index>) -> Vec<Index> {
        let some: Vec<Index> = seen.iter().copied().collect();
        self.ledger.heads(&self.ledger.at_events(&some))
    }

    /// Writes an event whatever becomes of it; `None` where the data has no form.
    pub fn write(&mut self, who: &str, kind: &str, data: &Value, parents: &[Index]) -> Option<EventId> {
        let person = if who == "stranger" { people::PEOPLE.len() } else { people::number(who) };
        self.write_as(person, kind, data, parents)
    }

    pub fn write_as(&mut self, person: usize, kind: &str, data: &Value, parents: &[Index]) -> Option<EventId> {
        let kind: Kind = kind.parse().unwrap();
        let data = Data::parse(kind, data).ok()?;
        let of = |index: &Index| &self.ledger.entry(*index).event;
        let generation = parents.iter().map(|parent| of(parent).header.generation.get() + 1).max()?;
        let time = parents.iter().map(|parent| of(parent).header.time).max()?.plus_ms(60_000);
        let mut ids: Vec<EventId> = parents.iter().map(|parent| of(parent).id).collect();
        ids.sort_unstable();
        self.nonce += 1;
        let header = header(Some(self.ledger.id()), generation, ids, person, time, self.nonce);
        let received = sign(&header, &data, person);
        self.bundles.push(received.envelope().to_bundle());
        let checked = self.keyring.check(received).unwrap();
        let id = checked.id();
        self.objects.push(checked.clone());
        let ledger = std::mem::replace(&mut self.ledger, again(&self.objects[..1]));
        (self.ledger, _) = ledger.with(checked);
        Some(id)
    }

    pub fn of_kind(&self, kind: Kind, view: &[Index]) -> Vec<EventId> {
        let set = self.ledger.at_events(view);
        let indices = self.ledger.in_order(&set).into_iter();
        let events = indices.map(|index| &self.ledger.entry(index).event);
        events.filter(|event| event.kind() == Some(kind)).map(|event| event.id).collect()
    }
}

/// The same objects folded in this order; the first one is the first event.
pub fn again(objects: &[Checked]) -> Ledger {
    let (first, rest) = objects.split_first().unwrap();
    let mut ledger = Ledger::begin(first.clone(), None).unwrap();
    for object in rest {
        (ledger, _) = ledger.with(object.clone());
    }
    ledger
}
