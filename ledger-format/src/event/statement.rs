//! The header of an event, and the in-toto statement that carries header and data.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::canonical;
use crate::digest::Digest;
use crate::event::{BASE, Data, Kind, predicate_type};
use crate::field::{Image, Int, Run, Str, record};
use crate::name::{EventId, Fingerprint, LedgerId};
use crate::time::Time;

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The most parents that an event names.
pub const MAX_PARENTS: usize = 256;

/// The most subjects of a statement.
pub const MAX_SUBJECTS: usize = 1024;

/// What every event says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The id of the first event; absent in that one alone.
    pub ledger: Option<LedgerId>,
    /// 1 + the largest of its parents; 0 for the first.
    pub generation: Int,
    /// Sorted, unique; 1 to 256, in the first event none.
    pub parents: Vec<EventId>,
    /// Of the signing key.
    pub key: Fingerprint,
    /// Claimed; not earlier than any parent's.
    pub time: Time,
    /// The writing process.
    pub run: Run,
    /// So that saying the same twice is two events where that is meant.
    pub nonce: Str,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Known(Data),
    /// Of no kind of this level, or data without the form of its kind: the event is junk.
    Unknown {
        predicate_type: Str,
        reason: String,
    },
}

/// An event as read from its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The SHA-256 of the payload.
    pub id: EventId,
    pub header: Header,
    pub body: Body,
}

/// What an event speaks of, as in-toto tools see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The repository of an image, or `ledger`.
    pub name: Str,
    pub digest: SubjectDigest,
}

/// A digest as in-toto writes it: `{"sha256": "<64 hex digits>"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectDigest(pub Digest);

/// Why JSON is no statement of an event; such a thing is not an event at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAStatement {
    #[error("not the form of a statement: {0}")]
    Form(String),
    #[error("the statement type `{0}`, where `{STATEMENT_TYPE}` is the only one")]
    Type(Str),
    #[error("the predicate type `{0}`, which does not begin with `{BASE}/`")]
    Predicate(Str),
    #[error("{0} parents, where 1 to {MAX_PARENTS} are allowed")]
    ParentCount(usize),
    #[error("the parents are not sorted, or not unique")]
    ParentOrder,
    #[error("a first event that names a ledger or parents")]
    FirstOfSome,
    #[error("an event that names no ledger, and is no first one")]
    NoLedger,
    #[error("{0} subjects, where 1 to {MAX_SUBJECTS} are allowed")]
    SubjectCount(usize),
    #[error("other subjects than its data gives")]
    Subjects,
}

record! {
    /// The statement as JSON.
    struct Form {
        _type: Str,
        subject: Vec<Subject>,
        #[serde(rename = "predicateType")]
        predicate_type: Str,
        predicate: Predicate,
    }
}

record! {
    /// Header and data as JSON.
    struct Predicate {
        ledger?: LedgerId,
        generation: Int,
        parents: Vec<EventId>,
        key: Fingerprint,
        time: Time,
        run: Run,
        nonce: Str,
        data: Value,
    }
}

/// The payload of an event: the RFC 8785 form of its statement.
pub fn payload(header: &Header, data: &Data) -> Result<Vec<u8>, NotAStatement> {
    header.check(Some(data.kind()))?;
    let subject = data.subjects(header.ledger);
    check_count(subject.len())?;
    let text = |text: &str| Str::new(text).map_err(|error| NotAStatement::Form(error.to_string()));
    let header = header.clone();
    Ok(canonical::to_vec(&Form {
        _type: text(STATEMENT_TYPE)?,
        subject,
        predicate_type: text(&predicate_type(data.kind()))?,
        predicate: Predicate {
            ledger: header.ledger,
            generation: header.generation,
            parents: header.parents,
            key: header.key,
            time: header.time,
            run: header.run,
            nonce: header.nonce,
            data: data.to_value(),
        },
    }))
}

impl Event {
    /// Reads the statement of the payload with this id. Data that cannot be read make it junk, which is an event.
    pub fn read(id: EventId, statement: Value) -> Result<Self, NotAStatement> {
        if !is_of_objects(&statement) {
            return Err(NotAStatement::Form("a list where an object is".to_owned()));
        }
        let form: Form = serde_json::from_value(statement).map_err(|error| NotAStatement::Form(error.to_string()))?;
        if form._type.as_str() != STATEMENT_TYPE {
            return Err(NotAStatement::Type(form._type));
        }
        let (kind, predicate_type) = kind_of(form.predicate_type)?;
        let Predicate { ledger, generation, parents, key, time, run, nonce, data } = form.predicate;
        let header = Header { ledger, generation, parents, key, time, run, nonce };
        header.check(kind)?;
        check_count(form.subject.len())?;
        let body = match kind.map(|kind| Data::parse(kind, &data)) {
            Some(Ok(data)) if data.subjects(ledger) != form.subject => return Err(NotAStatement::Subjects),
            Some(Ok(data)) => Body::Known(data),
            Some(Err(bad)) => Body::Unknown { predicate_type, reason: bad.to_string() },
            None => Body::Unknown { predicate_type, reason: "no kind of event of level 1".to_owned() },
        };
        Ok(Self { id, header, body })
    }

    /// The ledger that it belongs to.
    pub fn ledger(&self) -> LedgerId {
        self.header.ledger.unwrap_or(self.id)
    }

    /// `None` of junk.
    pub fn data(&self) -> Option<&Data> {
        match &self.body {
            Body::Known(data) => Some(data),
            Body::Unknown { .. } => None,
        }
    }

    /// `None` of junk.
    pub fn kind(&self) -> Option<Kind> {
        self.data().map(Data::kind)
    }
}

/// Whether objects stand where they must: serde reads them from lists too.
fn is_of_objects(statement: &Value) -> bool {
    let subjects = statement.get("subject").and_then(Value::as_array);
    statement.is_object()
        && statement.get("predicate").is_some_and(Value::is_object)
        && subjects
            .is_some_and(|subjects| subjects.iter().all(|subject| subject.is_object() && !subject["digest"].is_array()))
}

/// The kind that a predicate type names, if it is one of this level.
fn kind_of(predicate_type: Str) -> Result<(Option<Kind>, Str), NotAStatement> {
    let Some(rest) = predicate_type.as_str().strip_prefix(BASE).and_then(|rest| rest.strip_prefix('/')) else {
        return Err(NotAStatement::Predicate(predicate_type));
    };
    let kind = rest.strip_suffix("/v1").and_then(|kind| kind.parse().ok());
    Ok((kind, predicate_type))
}

fn check_count(subjects: usize) -> Result<(), NotAStatement> {
    if (1..=MAX_SUBJECTS).contains(&subjects) { Ok(()) } else { Err(NotAStatement::SubjectCount(subjects)) }
}

impl Header {
    fn check(&self, kind: Option<Kind>) -> Result<(), NotAStatement> {
        if kind == Some(Kind::LedgerCreated) {
            let first = self.ledger.is_none() && self.parents.is_empty();
            return if first { Ok(()) } else { Err(NotAStatement::FirstOfSome) };
        }
        if self.ledger.is_none() {
            return Err(NotAStatement::NoLedger);
        }
        if !(1..=MAX_PARENTS).contains(&self.parents.len()) {
            return Err(NotAStatement::ParentCount(self.parents.len()));
        }
        if self.parents.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(NotAStatement::ParentOrder) }
    }
}

impl Subject {
    pub(super) fn image(image: &Image) -> Self {
        Self { name: image.repository.as_text().clone(), digest: SubjectDigest(image.digest) }
    }

    /// # Panics
    /// Never: `ledger` is a text.
    pub(super) fn ledger(digest: Digest) -> Self {
        Self { name: Str::new("ledger").expect("a short text"), digest: SubjectDigest(digest) }
    }
}

impl PartialOrd for Subject {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Subject {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.digest, &self.name).cmp(&(other.digest, &other.name))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sha256 {
    sha256: String,
}

impl Serialize for SubjectDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Sha256 { sha256: self.0.hex() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SubjectDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Sha256 { sha256 } = Sha256::deserialize(deserializer)?;
        Digest::from_hex(&sha256).map(Self).map_err(D::Error::custom)
    }
}
