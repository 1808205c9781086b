//! A document together with what it inherits from those that it builds on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::authority::document::{Authority, BadDocument, EndReason, Ended};
use crate::authority::proof::Claim;
use crate::digest::Digest;
use crate::name::{EventId, Fingerprint, Name};
use crate::right::Ask;

/// An authority, and the ends and lifts of all that it builds on (`SPEC.md`, LF-51).
#[derive(Debug)]
pub struct Document {
    authority: Authority,
    keys: HashMap<Fingerprint, Name>,
    /// Every fingerprint that ever stood in a document below, and under whom.
    ever: HashMap<Fingerprint, Name>,
    ended_keys: BTreeMap<Fingerprint, EndReason>,
    ended_principals: BTreeMap<Name, EndReason>,
    lifted: BTreeSet<EventId>,
    excluded: BTreeSet<EventId>,
}

/// A rule of a proposal's document that it breaks against the ones that it replaces (`SPEC.md`, LF-52).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSuccessor {
    #[error(transparent)]
    Document(#[from] BadDocument),
    #[error("the version is {is}, where {expected} follows")]
    Version { is: u64, expected: u64 },
    #[error("the level falls from {from} to {to}")]
    Level { from: u64, to: u64 },
    #[error("the key {key} stood under `{before}` and is now under `{now}`")]
    Moved { key: Fingerprint, before: Name, now: Name },
    #[error("the key {0} was ended before")]
    KeyEnded(Fingerprint),
    #[error("the principal `{0}` was ended before")]
    PrincipalEnded(Name),
    #[error("ends the key {0}, which no replaced document has")]
    EndsUnknownKey(Fingerprint),
    #[error("ends the principal `{0}`, which no replaced document has")]
    EndsUnknownPrincipal(Name),
    #[error("drops the key {0} without ending it")]
    DroppedKey(Fingerprint),
    #[error("drops the principal `{0}` without ending it")]
    DroppedPrincipal(Name),
    #[error("excludes {0}, which lies in its own past")]
    ExcludesPast(EventId),
    #[error("a first document that ends, lifts or excludes")]
    FirstEnds,
    #[error("the key {0} does not prove that it belongs to its principal in this ledger")]
    Proof(Fingerprint),
}

impl BadSuccessor {
    /// The word by which reports and vectors know it (LF-52).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Document(BadDocument::TooLarge(_)) => "document-size",
            Self::Version { .. } => "document-version",
            Self::Level { .. } => "document-level",
            Self::Document(BadDocument::RootUnknown(_) | BadDocument::Threshold { .. }) => "document-roots",
            Self::Document(
                BadDocument::KeyTwice { .. } | BadDocument::KeyMisnamed { .. } | BadDocument::Key { .. },
            ) => "document-key",
            Self::Moved { .. } => "document-moved",
            Self::Document(BadDocument::EndedKeyListed(_) | BadDocument::EndedPrincipalListed(_))
            | Self::KeyEnded(_)
            | Self::PrincipalEnded(_)
            | Self::EndsUnknownKey(_)
            | Self::EndsUnknownPrincipal(_)
            | Self::FirstEnds => "document-ended",
            Self::DroppedKey(_) | Self::DroppedPrincipal(_) => "document-dropped",
            Self::ExcludesPast(_) => "document-excluded",
            Self::Proof(_) => "document-proof",
        }
    }
}

impl Document {
    /// The document of a first event; what its proofs bind is `unproven`.
    pub fn first(authority: Authority, unproven: Digest) -> Result<Self, BadSuccessor> {
        authority.check()?;
        let document = Self::inherit(authority, &[]);
        if document.version() != 0 {
            return Err(BadSuccessor::Version { is: document.version(), expected: 0 });
        }
        if document.level() < 1 {
            return Err(BadSuccessor::Level { from: 1, to: document.level() });
        }
        let Authority { ended, lifted, excluded, .. } = &document.authority;
        if ended.is_some() || lifted.is_some() || excluded.is_some() {
            return Err(BadSuccessor::FirstEnds);
        }
        document.check_proofs(&[], unproven)?;
        Ok(document)
    }

    /// A document without any check, for a proposal that is refused for another reason.
    pub fn unchecked(authority: Authority, replaced: &[&Self]) -> Self {
        Self::inherit(authority, replaced)
    }

    /// The document of a proposal that replaces these; `in_past` says what lies in the proposal's own past.
    pub fn successor(
        authority: Authority,
        replaced: &[&Self],
        ledger: Digest,
        in_past: &dyn Fn(EventId) -> bool,
    ) -> Result<Self, BadSuccessor> {
        authority.check_size()?;
        let document = Self::inherit(authority, replaced);
        document.check_numbers(replaced)?;
        document.authority.check_roots()?;
        document.authority.check_keys()?;
        document.check_moved()?;
        document.authority.check_ended()?;
        document.check_ends(replaced)?;
        document.check_kept(replaced)?;
        if let Some(id) = document.excluded.iter().find(|id| in_past(**id)) {
            return Err(BadSuccessor::ExcludesPast(*id));
        }
        document.check_proofs(replaced, ledger)?;
        Ok(document)
    }

    fn inherit(authority: Authority, replaced: &[&Self]) -> Self {
        let keys: HashMap<_, _> = authority.keys().map(|(name, key, _)| (key.clone(), name.clone())).collect();
        let mut ever: HashMap<_, _> = replaced.iter().flat_map(|base| base.ever.clone()).collect();
        for (key, name) in &keys {
            ever.entry(key.clone()).or_insert_with(|| name.clone());
        }
        let mut document = Self {
            ever,
            ended_keys: replaced.iter().flat_map(|base| base.ended_keys.clone()).collect(),
            ended_principals: replaced.iter().flat_map(|base| base.ended_principals.clone()).collect(),
            lifted: replaced.iter().flat_map(|base| base.lifted.iter().copied()).collect(),
            excluded: authority.excluded.iter().flatten().copied().collect(),
            keys,
            authority,
        };
        document.lifted.extend(document.authority.lifted.iter().flatten().copied());
        if let Some(Ended { keys, principals }) = document.authority.ended.clone() {
            for (name, end) in principals.iter().flatten() {
                let of_name = replaced.iter().flat_map(|base| &base.keys).filter(|(_, principal)| *principal == name);
                document.ended_keys.extend(of_name.map(|(key, _)| (key.clone(), end.reason)));
                document.ended_principals.insert(name.clone(), end.reason);
            }
            document.ended_keys.extend(keys.iter().flatten().map(|(key, end)| (key.clone(), end.reason)));
        }
        document
    }

    fn check_numbers(&self, replaced: &[&Self]) -> Result<(), BadSuccessor> {
        let expected = replaced.iter().map(|base| base.version()).max().map_or(0, |version| version + 1);
        if self.version() != expected {
            return Err(BadSuccessor::Version { is: self.version(), expected });
        }
        match replaced.iter().map(|base| base.level()).max() {
            Some(from) if self.level() < from => Err(BadSuccessor::Level { from, to: self.level() }),
            Some(_) | None => Ok(()),
        }
    }

    fn check_moved(&self) -> Result<(), BadSuccessor> {
        for (key, name) in &self.keys {
            if let Some(before) = self.ever.get(key).filter(|before| *before != name) {
                return Err(BadSuccessor::Moved { key: key.clone(), before: before.clone(), now: name.clone() });
            }
        }
        Ok(())
    }

    fn check_ends(&self, replaced: &[&Self]) -> Result<(), BadSuccessor> {
        let ended = self.authority.ended.as_ref();
        for key in ended.iter().filter_map(|ended| ended.keys.as_ref()).flat_map(|keys| keys.keys()) {
            if replaced.iter().any(|base| base.ended_keys.contains_key(key)) {
                return Err(BadSuccessor::KeyEnded(key.clone()));
            }
            if !replaced.iter().any(|base| base.keys.contains_key(key)) {
                return Err(BadSuccessor::EndsUnknownKey(key.clone()));
            }
        }
        for name in ended.iter().filter_map(|ended| ended.principals.as_ref()).flat_map(|names| names.keys()) {
            if replaced.iter().any(|base| base.ended_principals.contains_key(name)) {
                return Err(BadSuccessor::PrincipalEnded(name.clone()));
            }
            if !replaced.iter().any(|base| base.authority.principals.contains_key(name)) {
                return Err(BadSuccessor::EndsUnknownPrincipal(name.clone()));
            }
        }
        if let Some(key) = self.keys.keys().find(|key| self.ended_keys.contains_key(*key)) {
            return Err(BadSuccessor::KeyEnded(key.clone()));
        }
        let principals = &self.authority.principals;
        if let Some(name) = principals.keys().find(|name| self.ended_principals.contains_key(*name)) {
            return Err(BadSuccessor::PrincipalEnded(name.clone()));
        }
        Ok(())
    }

    fn check_kept(&self, replaced: &[&Self]) -> Result<(), BadSuccessor> {
        let principals = &self.authority.principals;
        for base in replaced {
            let kept = |name: &&Name| principals.contains_key(*name) || self.ended_principals.contains_key(*name);
            if let Some(name) = base.authority.principals.keys().find(|name| !kept(name)) {
                return Err(BadSuccessor::DroppedPrincipal(name.clone()));
            }
            let kept = |key: &&Fingerprint| self.keys.contains_key(*key) || self.ended_keys.contains_key(*key);
            if let Some(key) = base.keys.keys().find(|key| !kept(key)) {
                return Err(BadSuccessor::DroppedKey(key.clone()));
            }
        }
        Ok(())
    }

    /// An entry that stands unchanged in a replaced document was proven there.
    fn check_proofs(&self, replaced: &[&Self], ledger: Digest) -> Result<(), BadSuccessor> {
        for (principal, key, entry) in self.authority.keys() {
            let before = |base: &&Self| {
                base.authority.keys().any(|(name, same, old)| name == principal && same == key && old == entry)
            };
            if !replaced.iter().any(before) {
                let claim = Claim { ledger, principal, key };
                claim.is_proven_by(entry).map_err(|_| BadSuccessor::Proof(key.clone()))?;
            }
        }
        Ok(())
    }

    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    pub fn version(&self) -> u64 {
        self.authority.version.get()
    }

    pub fn level(&self) -> u64 {
        self.authority.level.get()
    }

    pub fn threshold(&self) -> u64 {
        self.authority.roots.threshold.get()
    }

    /// Whose key this is.
    pub fn principal_of(&self, key: &Fingerprint) -> Option<&Name> {
        self.keys.get(key)
    }

    pub fn lists(&self, key: &Fingerprint) -> bool {
        self.keys.contains_key(key)
    }

    /// The root whose key this is.
    pub fn root_of(&self, key: &Fingerprint) -> Option<&Name> {
        self.principal_of(key).filter(|name| self.authority.is_root(name))
    }

    pub fn gives(&self, principal: &Name, ask: &Ask) -> bool {
        self.authority.gives(principal, ask)
    }

    pub fn is_in_group(&self, principal: &Name, group: &Name) -> bool {
        let groups = self.authority.principals.get(principal).and_then(|principal| principal.groups.as_ref());
        groups.is_some_and(|groups| groups.contains(group))
    }

    /// Whether this or one that it builds on lifts the suspension.
    pub fn lifts(&self, suspension: EventId) -> bool {
        self.lifted.contains(&suspension)
    }

    /// What this version excludes, not what earlier ones did.
    pub fn excludes(&self) -> &BTreeSet<EventId> {
        &self.excluded
    }

    /// Why a key ended, by this or one that it builds on.
    pub fn ended_key(&self, key: &Fingerprint) -> Option<EndReason> {
        self.ended_keys.get(key).copied()
    }

    /// Under whom a key stands or stood.
    pub fn ever(&self, key: &Fingerprint) -> Option<&Name> {
        self.ever.get(key)
    }
}
