//! Releases of a ledger by what people call them: alias, id or the beginning of one, `<deployment>/<release>`.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{Data, ReleaseCreated};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Name, ReleaseId};

use crate::config::suggest;

/// The fewest digits of an id that stand for the whole.
pub const FEWEST_DIGITS: usize = 6;

/// A release that somebody named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub deployment: Name,
    pub release: ReleaseId,
    /// The newest of its aliases.
    pub alias: Option<Name>,
}

/// Why a text names no release, or more than one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRelease {
    #[error("there is no release `{text}`{}", of(.deployment))]
    Unknown { text: String, deployment: Option<Name>, near: Option<String> },
    #[error("`{text}` is too short for the id of a release: {FEWEST_DIGITS} digits are the least")]
    TooShort { text: String },
    #[error("`{text}` could be any of {} releases", .releases.len())]
    Ambiguous { text: String, releases: Vec<Found> },
}

fn of(deployment: &Option<Name>) -> String {
    deployment.as_ref().map(|deployment| format!(" of {deployment}")).unwrap_or_default()
}

/// Every `release.created` that counts in a set, in the order in which events are shown.
pub fn created<'a>(ledger: &'a Ledger, set: &ClosedSet) -> Vec<(Index, &'a ReleaseCreated)> {
    let of_entry = |(index, entry): (Index, &'a ledger_format::ledger::Entry)| match entry.event.data() {
        Some(Data::ReleaseCreated(created)) if ledger.is_effective(index, set) => Some((index, &**created)),
        Some(_) | None => None,
    };
    let mut found: Vec<_> = ledger.entries().filter_map(of_entry).collect();
    found.sort_by_key(|(index, _)| ledger.order(*index));
    found
}

/// The release that a text names: an alias, an id, the beginning of an id, in this order; before it may stand its
/// deployment and a `/`. `deployment` leaves out all others.
pub fn find(ledger: &Ledger, set: &ClosedSet, deployment: Option<&Name>, text: &str) -> Result<Found, NoRelease> {
    let all = created(ledger, set);
    let deployments: BTreeSet<&Name> = all.iter().map(|(_, created)| &created.deployment).collect();
    let prefixed = deployments.iter().copied().filter(|name| deployment.is_none_or(|wanted| wanted == *name));
    let prefixed = prefixed.filter_map(|name| Some((name, after(name, text)?)));
    let search = |deployment, text| Search { ledger, set, all: &all, deployment, text };
    for (name, rest) in prefixed {
        if let Some(found) = search(Some(name), rest).matches()? {
            return Ok(found);
        }
    }
    let search = search(deployment, text);
    search.matches()?.ok_or_else(|| search.unknown())
}

/// Whether a text begins with a deployment that has releases, and a `/`.
pub fn names_deployment(ledger: &Ledger, set: &ClosedSet, text: &str) -> bool {
    created(ledger, set).iter().any(|(_, created)| after(&created.deployment, text).is_some())
}

fn after<'a>(deployment: &Name, text: &'a str) -> Option<&'a str> {
    text.strip_prefix(deployment.as_str())?.strip_prefix('/')
}

struct Search<'a> {
    ledger: &'a Ledger,
    set: &'a ClosedSet,
    all: &'a [(Index, &'a ReleaseCreated)],
    deployment: Option<&'a Name>,
    text: &'a str,
}

impl Search<'_> {
    fn matches(&self) -> Result<Option<Found>, NoRelease> {
        let digits = self.text.strip_prefix("sha256:").unwrap_or(self.text);
        for found in [self.named(Withdrawn::LeftOut), self.named(Withdrawn::Too), self.with_digits(digits)] {
            let releases: Vec<Found> = found.into_iter().collect();
            match releases.as_slice() {
                [] => {}
                [one] => return Ok(Some(one.clone())),
                _ => return Err(NoRelease::Ambiguous { text: self.text.to_owned(), releases }),
            }
        }
        Ok(None)
    }

    /// Those whose alias it is. What was withdrawn has given its alias away, but is still known by it.
    fn named(&self, withdrawn: Withdrawn) -> BTreeSet<Found> {
        let Ok(alias) = Name::new(self.text) else { return BTreeSet::new() };
        let called = self.of_deployment().filter(|created| created.alias.as_ref() == Some(&alias));
        let holds = |created: &&ReleaseCreated| match withdrawn {
            Withdrawn::Too => true,
            Withdrawn::LeftOut => {
                self.ledger.alias_holders(&created.deployment, &alias, self.set).contains(&created.release)
            }
        };
        called.filter(holds).map(|created| self.found(created)).collect()
    }

    fn with_digits(&self, digits: &str) -> BTreeSet<Found> {
        if digits.len() < FEWEST_DIGITS {
            return BTreeSet::new();
        }
        let begins = |created: &&ReleaseCreated| created.release.0.hex().starts_with(digits);
        self.of_deployment().filter(begins).map(|created| self.found(created)).collect()
    }

    fn of_deployment(&self) -> impl Iterator<Item = &ReleaseCreated> {
        let wanted = |created: &&ReleaseCreated| self.deployment.is_none_or(|wanted| created.deployment == *wanted);
        self.all.iter().map(|(_, created)| *created).filter(wanted)
    }

    fn found(&self, created: &ReleaseCreated) -> Found {
        let (deployment, release) = (created.deployment.clone(), created.release);
        Found { alias: newest_alias(self.all, release), deployment, release }
    }

    fn unknown(&self) -> NoRelease {
        let text = self.text.to_owned();
        let is_hex = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hex && text.len() < FEWEST_DIGITS {
            return NoRelease::TooShort { text };
        }
        let aliases = self.of_deployment().filter_map(|created| created.alias.as_ref()).map(Name::as_str);
        let near = suggest::closest(&text, aliases).map(str::to_owned);
        NoRelease::Unknown { near, text, deployment: self.deployment.cloned() }
    }
}

#[derive(Clone, Copy)]
enum Withdrawn {
    LeftOut,
    Too,
}

/// What a release was called last.
pub fn newest_alias(all: &[(Index, &ReleaseCreated)], release: ReleaseId) -> Option<Name> {
    all.iter().rev().filter(|(_, created)| created.release == release).find_map(|(_, created)| created.alias.clone())
}

/// Whether an alias could be taken for the beginning of a release's id.
pub fn looks_like_id(alias: &Name, id: &Digest) -> bool {
    id.hex().starts_with(alias.as_str())
}
