//! Events: the list of their kinds (the only one), and what each kind says.
//!
//! A new kind is a file below `event/`, its `mod` line and its line in `kinds!`.

mod approval_denied;
mod approval_granted;
mod approval_requested;
mod approval_withdrawn;
mod authority_proposed;
mod build_recorded;
mod claim_ended;
mod component_applied;
mod content;
mod endorsed;
mod evidence_recorded;
mod hold_lifted;
mod hold_placed;
mod key_suspended;
mod ledger_created;
mod ledger_sealed;
mod merged;
mod noted;
mod observation_recorded;
mod promotion_recorded;
mod release_created;
mod release_withdrawn;
mod reviewed;
mod rollout_claimed;
mod rollout_finished;
mod rollout_started;
mod statement;

pub use approval_denied::ApprovalDenied;
pub use approval_granted::ApprovalGranted;
pub use approval_requested::ApprovalRequested;
pub use approval_withdrawn::ApprovalWithdrawn;
pub use authority_proposed::AuthorityProposed;
pub use build_recorded::BuildRecorded;
pub use claim_ended::ClaimEnded;
pub use component_applied::{Compared, ComponentApplied, Outcome};
pub use content::{Breach, Naming};
pub use endorsed::Endorsed;
pub use evidence_recorded::{EvidenceRecorded, Object, Verdict};
pub use hold_lifted::HoldLifted;
pub use hold_placed::HoldPlaced;
pub use key_suspended::KeySuspended;
pub use ledger_created::{Continues, LedgerCreated};
pub use ledger_sealed::{Checkpoint, LedgerSealed, Segment};
pub use merged::Merged;
pub use noted::Noted;
pub use observation_recorded::{Drift, Health, ObservationRecorded, Observed};
pub use promotion_recorded::{Copied, PromotionRecorded};
pub use release_created::{Artifact, ReleaseContent, ReleaseCreated, Vendored};
pub use release_withdrawn::ReleaseWithdrawn;
pub use reviewed::{Review, Reviewed};
pub use rollout_claimed::{ClaimedComponents, RolloutClaimed, SealClaim, TargetClaim};
pub use rollout_finished::{End, RolloutFinished};
pub use rollout_started::{Reason, Rollback, RolloutStarted};
pub use statement::{Body, Event, Header, MAX_PARENTS, MAX_SUBJECTS, NotAStatement, Subject, payload};

use std::fmt;
use std::str::FromStr;

use content::Content;
use serde::Deserialize as _;
use serde_json::Value;

use crate::authority::document::Authority;
use crate::field::{Image, Note};
use crate::name::LedgerId;
use crate::right::{Ask, Lookup, Scope};

/// What the predicate type of every event begins with.
pub const BASE: &str = "https://sealog.dev/ledger";

/// The predicate type of a kind: `<base>/<kind>/v1`.
pub fn predicate_type(kind: Kind) -> String {
    format!("{BASE}/{kind}/v1")
}

macro_rules! kinds {
    ($($kind:ident = $text:literal,)+) => {
        /// A kind of event of level 1.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($kind,)+ }

        /// What an event of each kind says.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Data { $($kind(Box<$kind>),)+ }

        impl Kind {
            /// In the order of their texts.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// `release.created`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $text,)+ }
            }
        }

        impl Data {
            /// Reads the data of an event of this kind; what does not have its exact form makes the event junk.
            pub fn parse(kind: Kind, data: &Value) -> Result<Self, BadData> {
                let read = match kind {
                    $(Kind::$kind => $kind::deserialize(data).map(Self::from),)+
                };
                let read = read.map_err(|error| BadData { kind, reason: error.to_string() })?;
                // serde also reads objects from lists, and words from objects.
                if read.to_value() == *data { Ok(read) } else { Err(BadData { kind, reason: BadData::FORM.to_owned() }) }
            }

            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)+ }
            }

            /// The data as JSON.
            ///
            /// # Panics
            /// Never: every key of these types is a text.
            pub fn to_value(&self) -> Value {
                let value = match self { $(Self::$kind(data) => serde_json::to_value(data),)+ };
                value.expect("the data of every kind is JSON")
            }

            fn content(&self) -> &dyn Content {
                match self { $(Self::$kind(data) => &**data,)+ }
            }
        }

        $(impl From<$kind> for Data {
            fn from(data: $kind) -> Self {
                Self::$kind(Box::new(data))
            }
        })+
    };
}

kinds! {
    ApprovalDenied = "approval.denied",
    ApprovalGranted = "approval.granted",
    ApprovalRequested = "approval.requested",
    ApprovalWithdrawn = "approval.withdrawn",
    AuthorityProposed = "authority.proposed",
    BuildRecorded = "build.recorded",
    ClaimEnded = "claim.ended",
    ComponentApplied = "component.applied",
    Endorsed = "endorsed",
    EvidenceRecorded = "evidence.recorded",
    HoldLifted = "hold.lifted",
    HoldPlaced = "hold.placed",
    KeySuspended = "key.suspended",
    LedgerCreated = "ledger.created",
    LedgerSealed = "ledger.sealed",
    Merged = "merged",
    Noted = "noted",
    ObservationRecorded = "observation.recorded",
    PromotionRecorded = "promotion.recorded",
    ReleaseCreated = "release.created",
    ReleaseWithdrawn = "release.withdrawn",
    Reviewed = "reviewed",
    RolloutClaimed = "rollout.claimed",
    RolloutFinished = "rollout.finished",
    RolloutStarted = "rollout.started",
}

impl Kind {
    /// Whether it acts on events by their ids alone, so that its scope is theirs.
    pub const fn acts_by_id(self) -> bool {
        match self {
            Self::ApprovalWithdrawn
            | Self::ClaimEnded
            | Self::ComponentApplied
            | Self::HoldLifted
            | Self::ReleaseWithdrawn
            | Self::Reviewed
            | Self::RolloutFinished => true,
            Self::ApprovalDenied
            | Self::ApprovalGranted
            | Self::ApprovalRequested
            | Self::AuthorityProposed
            | Self::BuildRecorded
            | Self::Endorsed
            | Self::EvidenceRecorded
            | Self::HoldPlaced
            | Self::KeySuspended
            | Self::LedgerCreated
            | Self::LedgerSealed
            | Self::Merged
            | Self::Noted
            | Self::ObservationRecorded
            | Self::PromotionRecorded
            | Self::ReleaseCreated
            | Self::RolloutClaimed
            | Self::RolloutStarted => false,
        }
    }
}

/// Data that does not have the form of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the data of a `{kind}`: {reason}")]
pub struct BadData {
    pub kind: Kind,
    pub reason: String,
}

impl BadData {
    const FORM: &str = "a list where an object is, or an object where a word is";
}

/// A text that names no kind of event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of event of level 1")]
pub struct UnknownKind(String);

impl Data {
    /// The authority that an event begins with or proposes.
    pub fn authority(&self) -> Option<&Authority> {
        match self {
            Self::LedgerCreated(created) => Some(&created.authority),
            Self::AuthorityProposed(proposed) => Some(&proposed.authority),
            _ => None,
        }
    }

    /// The images that it speaks of, as it names them.
    pub fn images(&self) -> Vec<&Image> {
        self.content().images()
    }

    /// The texts in it that may lie outside of the event, and be erased.
    pub fn notes(&self) -> Vec<&Note> {
        self.content().notes()
    }

    /// The subjects of its statement, a function of the data alone: the images, or else the ledger.
    /// `ledger` is `None` in the first event alone, whose ledger has no id yet: there the data's own digest stands.
    pub fn subjects(&self, ledger: Option<LedgerId>) -> Vec<Subject> {
        let images = if self.content().says_no() { Vec::new() } else { self.images() };
        if images.is_empty() {
            let digest = ledger.map_or_else(|| crate::canonical::digest_of(&self.to_value()), |ledger| ledger.0);
            return vec![Subject::ledger(digest)];
        }
        let mut subjects: Vec<Subject> = images.into_iter().map(Subject::image).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }

    /// The rights that it asks its principal for, all of them. Nothing is asked of: `ledger.created`,
    /// `authority.proposed` and `endorsed`, which roots write; and `merged`, which any enrolled key may.
    /// A `key.suspended` needs none for the principal's own keys, nor by a root;
    /// an `approval.withdrawn` none for what its principal gave (`Ask::about` names the event).
    pub fn asks(&self, past: Lookup) -> Vec<Ask> {
        self.content().asks(past)
    }

    /// Where it acts: what `asks` asks for, and what is asked of whoever acts on it by its id alone.
    pub fn scopes(&self, past: Lookup) -> Vec<Scope> {
        self.content().scopes(past)
    }

    /// The events that it names by id, and which kinds they must be of; each lies in its own past.
    pub fn names(&self) -> Vec<Naming> {
        self.content().names()
    }

    /// The rule of its kind that it breaks by itself, whatever else the ledger holds.
    pub fn breach(&self, header: &Header) -> Option<Breach> {
        self.content().breach(header)
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
