//! `ledger.sealed`: a closed set of events under a Merkle root.

use crate::digest::Digest;
use crate::event::content::{Breach, Content, Naming};
use crate::event::{Header, Kind};
use crate::field::{Blob, Int, List, NotText, Set, record, text_form};
use crate::name::EventId;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// Written under a claim of the resource `seal`.
    pub struct LedgerSealed {
        previous?: EventId,
        /// How many events it seals, those of `previous` included.
        size: Int,
        /// The Merkle root of RFC 6962.
        root: Digest,
        /// Closed, admitted, and together with all of `previous`.
        heads: Set<EventId>,
        /// In order, from 0 to `size` without a gap.
        segments: List<Segment>,
        /// A C2SP signed note, with its newlines.
        checkpoint?: Checkpoint,
    }
}

record! {
    /// A run of events in canonical order.
    pub struct Segment {
        blob: Blob,
        /// The digest of its bytes before compression.
        unpacked: Digest,
        /// The place of its first event.
        first: Int,
        count: Int,
    }
}

/// 1 to 4,096 bytes of UTF-8: a C2SP note.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checkpoint(Box<str>);

impl Checkpoint {
    /// The longest, in bytes.
    pub const MAX: usize = 4096;

    pub fn new(text: &str) -> Result<Self, NotText> {
        match text.len() {
            0 => Err(NotText::Empty),
            length if length > Self::MAX => Err(NotText::TooLong { length, limit: Self::MAX }),
            _ => Ok(Self(text.into())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(Checkpoint, NotText);

impl Content for LedgerSealed {
    fn asks(&self, _past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::LedgerSealed), vec![Scope::default()])
    }

    fn names(&self) -> Vec<Naming> {
        let previous = Naming::all("previous", &[Kind::LedgerSealed], &self.previous);
        previous.chain(Naming::all("heads", Kind::ALL, &self.heads)).collect()
    }

    fn breach(&self, _header: &Header) -> Option<Breach> {
        let mut next = 0u64;
        for segment in &self.segments {
            if segment.first.get() != next {
                return Some(Breach::SegmentGap { first: next, is: segment.first.get() });
            }
            next = next.saturating_add(segment.count.get());
        }
        let size = self.size.get();
        (next != size).then_some(Breach::SegmentSize { segments: next, size })
    }
}
