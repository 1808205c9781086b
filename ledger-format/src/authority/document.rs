//! The authority document: who may what, by which keys, and the policies; whole in every version.

use std::collections::BTreeMap;

use crate::canonical;
use crate::field::{Base64, Int, List, Map, Set, Str, record, text_form, words};
use crate::keys::{NotAKey, PublicKey};
use crate::name::{EventId, Fingerprint, Name, Pattern};
use crate::policy::Rules;
use crate::right::{Ask, Grant};

/// The largest document, in bytes of its RFC 8785 form.
pub const MAX_DOCUMENT: usize = 192 * 1024;

record! {
    /// An authority: roots, principals with their keys and rights, policies, and what this version ends.
    pub struct Authority {
        /// 0 in the first event, else 1 + the largest of `replaces`.
        version: Int,
        /// Which kinds, fields and rules hold; it never falls.
        level: Int,
        /// The one that this replaces; several only to settle a dispute.
        replaces?: Set<EventId>,
        /// The store of all locks.
        home: Home,
        roots: Roots,
        principals: Map<Name, Principal>,
        /// In the order written: every entry that matches applies.
        policies?: List<PolicyEntry>,
        /// What this version ends; what earlier ones ended stays ended.
        ended?: Ended,
        /// Suspensions that this version lifts.
        lifted?: Set<EventId>,
        /// Events that this version excludes; they need not be there.
        excluded?: Set<EventId>,
    }
}

record! {
    /// Who endorses authorities, and how many of them it takes.
    pub struct Roots {
        principals: Set<Name>,
        /// A strict majority.
        threshold: Int,
    }
}

record! {
    /// A person or a machine.
    pub struct Principal {
        groups?: Set<Name>,
        rights?: Set<Grant>,
        /// None: it awaits a new one.
        keys?: Map<Fingerprint, Key>,
    } where says_something
}

record! {
    /// An enrolled key.
    pub struct Key {
        /// SubjectPublicKeyInfo, DER.
        public: Base64,
        /// The key's own signature over ledger, principal and key.
        proof: Base64,
    }
}

record! {
    /// Rules for the deployments and targets that match.
    pub struct PolicyEntry {
        deployments: Set<Pattern>,
        targets: Set<Pattern>,
        rules: Rules,
    }
}

record! {
    /// The keys and principals that a version ends: for ever, and all that is not in the proposal's past.
    pub struct Ended {
        keys?: Map<Fingerprint, End>,
        principals?: Map<Name, End>,
    } where says_something
}

record! {
    /// Why a key or principal ended.
    pub struct End {
        reason: EndReason,
        /// The last event to be trusted: what came after it becomes a finding.
        since?: EventId,
    }
}

words! {
    /// Why a key or principal ended.
    pub enum EndReason {
        Rotated = "rotated",
        Lost = "lost",
        Left = "left",
        Compromised = "compromised",
    }
}

/// The store of all locks: `oci://host/repository`, or `oci-layout:<32 hex>`, the id that a layout carries in itself.
/// Compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Home(Str);

/// A text that is no home.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a home of a ledger: `oci://host/repository` or `oci-layout:` and 32 lower-case hex digits are")]
pub struct NotAHome(String);

/// A rule of the document that it breaks by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDocument {
    #[error("the root `{0}` is not among the principals")]
    RootUnknown(Name),
    #[error("a threshold of {threshold} for {roots} roots: a strict majority of them, and no more than all, is needed")]
    Threshold { threshold: u64, roots: usize },
    #[error("the key {key} stands under `{first}` and under `{second}`")]
    KeyTwice { key: Fingerprint, first: Name, second: Name },
    #[error("the key under {key} has the fingerprint {is}")]
    KeyMisnamed { key: Fingerprint, is: Fingerprint },
    #[error("the key {key} of `{principal}` is no public key of a ledger")]
    Key { key: Fingerprint, principal: Name, source: NotAKey },
    #[error("the key {0} is ended and listed in one document")]
    EndedKeyListed(Fingerprint),
    #[error("the principal `{0}` is ended and listed in one document")]
    EndedPrincipalListed(Name),
    #[error("{0} bytes in canonical form, where {MAX_DOCUMENT} are allowed")]
    TooLarge(usize),
}

impl Authority {
    /// The rules that need no other event and no signature.
    pub fn check(&self) -> Result<(), BadDocument> {
        self.check_size()?;
        self.check_roots()?;
        self.check_keys()?;
        self.check_ended()
    }

    pub(super) fn check_size(&self) -> Result<(), BadDocument> {
        match canonical::to_vec(self).len() {
            size if size > MAX_DOCUMENT => Err(BadDocument::TooLarge(size)),
            _ => Ok(()),
        }
    }

    pub(super) fn check_roots(&self) -> Result<(), BadDocument> {
        let Roots { principals, threshold } = &self.roots;
        if let Some(stranger) = principals.iter().find(|root| !self.principals.contains_key(*root)) {
            return Err(BadDocument::RootUnknown(stranger.clone()));
        }
        let (roots, threshold) = (principals.len(), threshold.get());
        let count = roots as u64;
        if threshold <= count && 2 * threshold > count {
            Ok(())
        } else {
            Err(BadDocument::Threshold { threshold, roots })
        }
    }

    pub(super) fn check_keys(&self) -> Result<(), BadDocument> {
        let mut seen = BTreeMap::new();
        for (principal, fingerprint, key) in self.keys() {
            if let Some(first) = seen.insert(fingerprint, principal) {
                let (first, second) = (first.clone(), principal.clone());
                return Err(BadDocument::KeyTwice { key: fingerprint.clone(), first, second });
            }
            let public = key.public_key().map_err(|source| BadDocument::Key {
                key: fingerprint.clone(),
                principal: principal.clone(),
                source,
            })?;
            let is = public.fingerprint();
            if is != *fingerprint {
                return Err(BadDocument::KeyMisnamed { key: fingerprint.clone(), is });
            }
        }
        Ok(())
    }

    pub(super) fn check_ended(&self) -> Result<(), BadDocument> {
        let Some(Ended { keys, principals }) = &self.ended else { return Ok(()) };
        let listed = |key: &Fingerprint| self.keys().any(|(_, fingerprint, _)| fingerprint == key);
        if let Some(key) = keys.iter().flat_map(|keys| keys.keys()).find(|key| listed(key)) {
            return Err(BadDocument::EndedKeyListed(key.clone()));
        }
        match principals.iter().flat_map(|ended| ended.keys()).find(|name| self.principals.contains_key(*name)) {
            Some(name) => Err(BadDocument::EndedPrincipalListed(name.clone())),
            None => Ok(()),
        }
    }

    /// Every enrolled key with its principal.
    pub fn keys(&self) -> impl Iterator<Item = (&Name, &Fingerprint, &Key)> {
        self.principals.iter().flat_map(|(name, principal)| {
            principal.keys.iter().flat_map(|keys| keys.iter()).map(move |(fingerprint, key)| (name, fingerprint, key))
        })
    }

    /// Whose key this is.
    pub fn principal_of(&self, key: &Fingerprint) -> Option<&Name> {
        self.keys().find(|(_, fingerprint, _)| *fingerprint == key).map(|(name, _, _)| name)
    }

    pub fn is_root(&self, principal: &Name) -> bool {
        self.roots.principals.contains(principal)
    }

    /// Whether one grant of this principal gives what is asked.
    pub fn gives(&self, principal: &Name, ask: &Ask) -> bool {
        self.principals.get(principal).is_some_and(|principal| principal.may(ask))
    }
}

impl Principal {
    /// Whether one of its grants gives what is asked.
    pub fn may(&self, ask: &Ask) -> bool {
        self.rights.iter().flatten().any(|grant| grant.gives(ask))
    }

    fn says_something(&self) -> Result<(), &'static str> {
        match self {
            Self { groups: None, rights: None, keys: None } => Err("an empty principal"),
            Self { .. } => Ok(()),
        }
    }
}

impl Ended {
    fn says_something(&self) -> Result<(), &'static str> {
        match self {
            Self { keys: None, principals: None } => Err("an empty `ended`"),
            Self { .. } => Ok(()),
        }
    }
}

impl Key {
    pub fn public_key(&self) -> Result<PublicKey, NotAKey> {
        PublicKey::from_spki_der(self.public.as_bytes())
    }
}

impl Home {
    pub fn new(text: &str) -> Result<Self, NotAHome> {
        let wrong = || NotAHome(text.to_owned());
        let str = Str::new(text).map_err(|_| wrong())?;
        let right = match (text.strip_prefix("oci://"), text.strip_prefix("oci-layout:")) {
            (Some(place), _) => place.split_once('/').is_some_and(|(host, path)| !host.is_empty() && !path.is_empty()),
            (None, Some(id)) => crate::digest::from_hex(id).is_some_and(|id| id.len() == 16),
            (None, None) => false,
        };
        if right { Ok(Self(str)) } else { Err(wrong()) }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

text_form!(Home, NotAHome);

#[cfg(test)]
mod tests;
