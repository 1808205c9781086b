//! Admission: what becomes of an event by its own past alone. It never changes (`SPEC.md`, section 6).

mod rules;

use crate::authority::Document;
use crate::authority::force::ViewId;
use crate::authority::lineage::BadSuccessor;
use crate::dag::Past;
use crate::digest::Digest;
use crate::event::{Breach, Data, Event, Kind};
use crate::ledger::{ClosedSet, Entry, Ledger};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::Ask;

/// What became of an object that was added to a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    Admitted,
    Refused(Refusal),
    Junk(Junk),
    Pending { missing: Vec<EventId> },
}

/// Whether an event of the graph has an effect, as far as its own past says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Admitted,
    Refused(Refusal),
}

/// Why an event is junk: ignored and counted, for ever.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Junk {
    #[error("signed by a key that no authority names")]
    Stranger,
    #[error("its parent {0} is junk")]
    Parent(EventId),
    #[error("signed by a key that was not enrolled in its own past")]
    NotEnrolled,
    #[error("generation {is}, where its parents give {expected}")]
    Generation { is: u64, expected: u64 },
    #[error("earlier than its parent {parent}")]
    Time { parent: EventId },
    #[error("data without the form of a kind of this level")]
    Data,
}

/// Why an event is refused: no effect, a finding, a parent like any other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the authorities in its own past give its key to several principals")]
    PrincipalDisputed,
    #[error("its principal had no right to it")]
    NoRight(Box<Ask>),
    #[error("`{field}` names {id}, which is not of the right kind in its own past")]
    BadReference { field: &'static str, id: EventId },
    #[error(transparent)]
    Breach(Box<Breach>),
    #[error("its principal is no root of what it replaces")]
    NotRoot,
    #[error("it does not replace what was newest in force in its own past")]
    StaleBase,
    #[error("the authority breaks a rule: {0}")]
    Document(Box<BadSuccessor>),
    #[error("the build {0} is not of that deployment, component and digest")]
    Build(EventId),
    #[error("the alias `{0}` belongs to another release")]
    Alias(Name),
    #[error("the release was withdrawn")]
    Withdrawn(ReleaseId),
    #[error("{0} is not of that release")]
    NotOfRelease(EventId),
    #[error("no release of that deployment in its own past carries the target")]
    Release,
    #[error("the release does not have the component {0} for that target")]
    ReleaseComponent(Component),
    #[error("the policy of its own past is {expected}")]
    Policy { expected: Digest },
    #[error("the images are not those of the release")]
    Images,
    #[error("a denial is withdrawn by who gave it alone")]
    DenialOfOther(EventId),
    #[error("claimed for another store than the home `{home}` of its own past")]
    Store { home: String },
    #[error("{0} is of another key or run")]
    OtherWriter(EventId),
    #[error("the start does not have the component {0}")]
    StartComponent(Component),
    #[error("succeeded, but {0} was not applied, or failed last")]
    NotApplied(Component),
    #[error("abandoned, but something was applied")]
    AppliedAnyway,
    #[error("the start was finished before by {0}")]
    FinishedTwice(EventId),
    #[error("its principal signed {0} and is not alone with the right to review it")]
    OwnReview(EventId),
    #[error("no unended claim of the seal by the same key and run")]
    SealClaim,
    #[error("heads that are refused, or ancestors of each other, or without all of the seal before")]
    SealHeads,
    #[error("seals {size} events, where its heads have {found}")]
    SealSize { size: u64, found: u64 },
}

impl Refusal {
    /// The word by which reports and vectors know it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PrincipalDisputed => "principal-disputed",
            Self::NoRight(_) => "no-right",
            Self::BadReference { .. } => "bad-reference",
            Self::Breach(breach) => breach_code(breach),
            Self::NotRoot => "not-root",
            Self::StaleBase => "stale-base",
            Self::Document(broken) => broken.code(),
            Self::Build(_) => "release-build",
            Self::Alias(_) => "alias-taken",
            Self::Withdrawn(_) => "release-withdrawn",
            Self::NotOfRelease(_) => "withdrawn-other",
            Self::Release => "no-release",
            Self::ReleaseComponent(_) => "no-component",
            Self::Policy { .. } => "approval-policy",
            Self::Images => "approval-images",
            Self::DenialOfOther(_) => "denial-of-another",
            Self::Store { .. } => "claim-store",
            Self::OtherWriter(_) => "not-own",
            Self::StartComponent(_) => "not-of-start",
            Self::NotApplied(_) | Self::AppliedAnyway => "outcome",
            Self::FinishedTwice(_) => "finished-twice",
            Self::OwnReview(_) => "self-review",
            Self::SealClaim => "seal-claim",
            Self::SealHeads => "seal-heads",
            Self::SealSize { .. } => "seal-size",
        }
    }
}

fn breach_code(breach: &Breach) -> &'static str {
    match breach {
        // LF-52: a proposal's document is checked whole, after its base.
        Breach::Document(_) => "document",
        Breach::ApprovalPast { .. } => "approval-past",
        Breach::ApprovalImages => "approval-images",
        Breach::ReleaseDigest { .. } => "release-digest",
        Breach::ReleaseTarget(_) => "release-target",
        Breach::NotOfWhole(_) => "rule-whole",
        Breach::MergeOfOne => "merge-of-one",
        Breach::SegmentGap { .. } | Breach::SegmentSize { .. } => "seal-segments",
    }
}

impl Ledger {
    /// Whom the authority in the own past gives the key; of several that disagree the first, which is refused later.
    pub(crate) fn principal(&self, event: &Event, past: &Past, view: ViewId) -> Result<Name, Junk> {
        let key = &event.header.key;
        let newest = &self.authorities().view(view).newest;
        let given = newest.iter().find_map(|number| self.authorities().document(*number).principal_of(key));
        if let Some(principal) = given {
            return Ok(principal.clone());
        }
        // A root that only the proposal enrols may endorse it.
        if let Some(Data::Endorsed(endorsed)) = event.data()
            && let Some(Data::AuthorityProposed(proposed)) = self.data_in(past, endorsed.proposal)
            && let Some(principal) = proposed.authority.principal_of(key)
        {
            return Ok(principal.clone());
        }
        Err(Junk::NotEnrolled)
    }

    /// Whether an event is refused by its own past.
    pub(crate) fn status_of(&self, entry: &Entry) -> Status {
        match self.check(entry) {
            Ok(()) => Status::Admitted,
            Err(refusal) => Status::Refused(refusal),
        }
    }

    fn check(&self, entry: &Entry) -> Result<(), Refusal> {
        let Some(data) = entry.event.data() else { return Ok(()) };
        let key = &entry.event.header.key;
        let newest = || self.authorities().view(entry.view).newest.iter();
        let documents = || newest().map(|number| self.authorities().document(*number));
        if documents().filter_map(|document| document.principal_of(key)).any(|other| *other != entry.principal) {
            return Err(Refusal::PrincipalDisputed);
        }
        for document in documents() {
            self.check_right(document, entry)?;
        }
        self.check_place(entry, data)?;
        if is_judged(data.kind()) {
            return Ok(());
        }
        self.check_names(entry, data)?;
        let of_document = matches!(data, Data::AuthorityProposed(_));
        if let Some(breach) = data.breach(&entry.event.header).filter(|_| !of_document) {
            return Err(Refusal::Breach(Box::new(breach)));
        }
        self.check_rules(entry, data)
    }

    /// Every id that it names lies in its own past and is of the kind that its row says.
    pub(crate) fn check_names(&self, entry: &Entry, data: &Data) -> Result<(), Refusal> {
        for named in data.names() {
            let kind = self.data_in(&entry.past, named.id).map(Data::kind);
            if !kind.is_some_and(|kind| named.kinds.contains(&kind)) {
                return Err(Refusal::BadReference { field: named.field, id: named.id });
            }
        }
        Ok(())
    }

    /// Whether a document lists the key under its principal and gives that all that the event asks.
    pub(crate) fn entitles(&self, document: &Document, entry: &Entry) -> bool {
        document.principal_of(&entry.event.header.key) == Some(&entry.principal) && self.permits(document, entry)
    }

    /// Whether a document gives the principal of an event every right that the event asks (LF-126).
    pub(crate) fn permits(&self, document: &Document, entry: &Entry) -> bool {
        self.check_right(document, entry).is_ok()
    }

    fn check_right(&self, document: &Document, entry: &Entry) -> Result<(), Refusal> {
        let Some(data) = entry.event.data() else { return Ok(()) };
        self.check_signer(document, &entry.principal, &entry.past, data)
    }

    /// The right that a principal lacks for what it is about to sign on top of a set.
    pub fn missing_right(&self, principal: &Name, data: &Data, set: &ClosedSet) -> Option<Ask> {
        self.documents(set).find_map(|document| match self.check_signer(document, principal, &set.past, data) {
            Err(Refusal::NoRight(ask)) => Some(*ask),
            Ok(()) | Err(_) => None,
        })
    }

    fn check_signer(&self, document: &Document, principal: &Name, past: &Past, data: &Data) -> Result<(), Refusal> {
        match data {
            // Places among the roots are rules of these kinds; any enrolled key may merge.
            Data::LedgerCreated(_) | Data::AuthorityProposed(_) | Data::Endorsed(_) | Data::Merged(_) => Ok(()),
            Data::KeySuspended(suspended) => {
                let own = |key| document.principal_of(key) == Some(principal);
                if document.authority().is_root(principal) || suspended.keys.iter().all(own) {
                    return Ok(());
                }
                self.check_asks(document, principal, past, data)
            }
            _ => self.check_asks(document, principal, past, data),
        }
    }

    fn check_asks(&self, document: &Document, principal: &Name, past: &Past, data: &Data) -> Result<(), Refusal> {
        let asks = data.asks(&|id| self.data_in(past, id));
        for ask in asks {
            if self.is_own(principal, past, data, &ask) || document.gives(principal, &ask) {
                continue;
            }
            return Err(Refusal::NoRight(Box::new(ask)));
        }
        Ok(())
    }

    /// Who gave an approval or denial always withdraws it.
    fn is_own(&self, principal: &Name, past: &Past, data: &Data, ask: &Ask) -> bool {
        let Data::ApprovalWithdrawn(_) = data else { return false };
        let about = ask.about.and_then(|id| self.find(past, id));
        about.is_some_and(|index| self.entry(index).is_by(principal))
    }
}

/// Starts and promotions: facts that are judged, and refused only without the right.
pub(crate) fn is_judged(kind: Kind) -> bool {
    matches!(kind, Kind::RolloutStarted | Kind::PromotionRecorded)
}
