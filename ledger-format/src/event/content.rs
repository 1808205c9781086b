//! What every kind's data says about itself.

use crate::authority::document::BadDocument;
use crate::event::{Header, Kind};
use crate::field::{Image, Note};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Lookup, Scope};
use crate::time::Time;

/// The data of one kind.
pub(super) trait Content {
    /// Every image in it.
    fn images(&self) -> Vec<&Image> {
        Vec::new()
    }

    /// Every text in it that may lie outside of the event.
    fn notes(&self) -> Vec<&Note> {
        Vec::new()
    }

    /// Whether it speaks against its images: then they are no subjects.
    fn says_no(&self) -> bool {
        false
    }

    /// Where it acts: at least one scope, unless it acts on events that are not there.
    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        vec![Scope::default()]
    }

    /// The rights that it needs, all of them.
    fn asks(&self, past: Lookup) -> Vec<Ask>;

    /// The events that it names.
    fn names(&self) -> Vec<Naming> {
        Vec::new()
    }

    /// The rule of the kind that it breaks by itself.
    fn breach(&self, _header: &Header) -> Option<Breach> {
        None
    }
}

/// An event that another one names by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// Where: `rollback.undoes`.
    pub field: &'static str,
    pub id: EventId,
    /// The kinds that it may be of.
    pub kinds: &'static [Kind],
}

impl Naming {
    /// Each of these ids under one field.
    pub(super) fn all<'a>(
        field: &'static str,
        kinds: &'static [Kind],
        ids: impl IntoIterator<Item = &'a EventId>,
    ) -> impl Iterator<Item = Self> {
        ids.into_iter().map(move |id| Self { field, id: *id, kinds })
    }
}

/// A rule of a kind that its data breaks by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    #[error("the authority breaks a rule of the document")]
    Document(#[from] BadDocument),
    #[error("an approval until {until}, made at {time}")]
    ApprovalPast { until: Time, time: Time },
    #[error("an approval of some components that names images")]
    ApprovalImages,
    #[error("the release is {is}, not {said}")]
    ReleaseDigest { said: ReleaseId, is: ReleaseId },
    #[error("`{0}` is a target of only one of `config` and `components`")]
    ReleaseTarget(Name),
    #[error("the component {0} is not among `whole`")]
    NotOfWhole(Component),
    #[error("a merge of fewer than two parents")]
    MergeOfOne,
    #[error("the segment of the events from {first} on begins at {is}")]
    SegmentGap { first: u64, is: u64 },
    #[error("segments of {segments} events in a seal of {size}")]
    SegmentSize { segments: u64, size: u64 },
}
