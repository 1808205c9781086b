//! The next authority: what is newest in force, changed.

use ledger_format::authority::Document;
use ledger_format::authority::document::{Authority, End, Ended, Key, Principal, Roots};
use ledger_format::authority::force::{Number, What};
use ledger_format::authority::lineage::BadSuccessor;
use ledger_format::dag::Past;
use ledger_format::event::Data;
use ledger_format::field::{Int, Map, Set};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Fingerprint, Name};
use ledger_format::right::Grant;

/// An authority that is to replace what is newest in force.
#[derive(Debug, Clone)]
pub struct Successor {
    /// Of several in a dispute: the one of the highest version.
    pub old: Authority,
    pub new: Authority,
}

/// Why an authority cannot be changed like that.
#[derive(Debug, thiserror::Error)]
pub enum SuccessionError {
    #[error("the ledger has no authority in force")]
    NoAuthority,
    #[error("`{0}` is no principal of this ledger")]
    UnknownPrincipal(Name),
    #[error("no principal of this ledger has the key {0}")]
    UnknownKey(Fingerprint),
    #[error("`{0}` is the last root: somebody else has to become one first")]
    LastRoot(Name),
    #[error("the key {key} belongs to `{whose}`")]
    KeyOfAnother { key: Fingerprint, whose: Name },
    #[error("`{0}` would have neither a key nor a right nor a group")]
    Empty(Name),
}

/// What somebody is to have in addition.
#[derive(Debug, Clone, Default)]
pub struct Gains {
    pub key: Option<(Fingerprint, Key)>,
    pub grants: Vec<Grant>,
    pub groups: Vec<Name>,
}

impl Successor {
    /// The same authority once more, in the next version.
    pub fn of(ledger: &Ledger, set: &ClosedSet) -> Result<Self, SuccessionError> {
        let documents: Vec<&Document> = ledger.documents(set).collect();
        let newest = documents.iter().map(|document| document.authority()).max_by_key(|document| document.version);
        let old = newest.ok_or(SuccessionError::NoAuthority)?.clone();
        let new = Authority {
            version: Int::new(old.version.get() + 1).unwrap_or(old.version),
            replaces: Set::new(ledger.newest_authorities(set)),
            ended: None,
            lifted: None,
            excluded: None,
            ..old.clone()
        };
        let mut successor = Self { old, new };
        if documents.len() > 1 {
            successor.join(&documents)?;
        }
        Ok(successor)
    }

    /// In a dispute nobody is dropped: who and what any side lists is listed, but for what a side has ended.
    fn join(&mut self, sides: &[&Document]) -> Result<(), SuccessionError> {
        for side in sides {
            for (name, principal) in side.authority().principals.iter() {
                let keys = principal
                    .keys
                    .iter()
                    .flat_map(|keys| keys.iter())
                    .map(|(key, entry)| Some((key.clone(), entry.clone())));
                for key in keys.chain([None]) {
                    let grants = principal.rights.iter().flatten().cloned().collect();
                    let groups = principal.groups.iter().flatten().cloned().collect();
                    self.give(name, Gains { key, grants, groups })?;
                }
            }
        }
        let listed: Vec<(Name, Fingerprint)> =
            self.new.keys().map(|(name, key, _)| (name.clone(), key.clone())).collect();
        for (name, key) in listed {
            if sides.iter().any(|side| side.ended_key(&key).is_some()) {
                self.drop_key(&name, &key);
            }
        }
        Ok(())
    }

    fn drop_key(&mut self, name: &Name, key: &Fingerprint) {
        let Some(mut principal) = self.new.principals.get(name).cloned() else { return };
        principal.keys = without(&principal, key);
        self.set_principal(name.clone(), principal);
    }

    /// The rule that the document breaks, if it does.
    pub fn check(&self, ledger: &Ledger, set: &ClosedSet) -> Result<(), BadSuccessor> {
        let replaced: Vec<&Document> = ledger.documents(set).collect();
        let in_past = |id: EventId| ledger.index(id).is_some_and(|index| set.contains(index));
        Document::successor(self.new.clone(), &replaced, ledger.id().0, &in_past).map(drop)
    }

    /// Makes or enlarges a principal.
    pub fn give(&mut self, name: &Name, gains: Gains) -> Result<(), SuccessionError> {
        let mut principal = match self.new.principals.get(name) {
            Some(principal) => principal.clone(),
            None => Principal { groups: None, rights: None, keys: None },
        };
        if let Some((key, entry)) = gains.key {
            if let Some(whose) = self.new.principal_of(&key).filter(|whose| *whose != name) {
                return Err(SuccessionError::KeyOfAnother { key, whose: whose.clone() });
            }
            let keys =
                principal.keys.iter().flat_map(|keys| keys.iter()).map(|(key, entry)| (key.clone(), entry.clone()));
            // A key that is there keeps the proof that it has.
            let known = principal.keys.as_ref().is_some_and(|keys| keys.contains_key(&key));
            principal.keys = Map::new(keys.chain((!known).then_some((key, entry))));
        }
        principal.rights = Set::new(principal.rights.iter().flatten().cloned().chain(gains.grants));
        principal.groups = Set::new(principal.groups.iter().flatten().cloned().chain(gains.groups));
        if principal == (Principal { groups: None, rights: None, keys: None }) {
            return Err(SuccessionError::Empty(name.clone()));
        }
        self.set_principal(name.clone(), principal);
        Ok(())
    }

    /// Makes somebody a root; without a threshold the smallest strict majority is taken.
    pub fn make_root(&mut self, name: &Name) {
        let principals = self.new.roots.principals.iter().cloned().chain([name.clone()]);
        self.set_roots(Set::new(principals));
    }

    /// Whoever of the roots has to agree from now on.
    pub fn set_threshold(&mut self, threshold: Int) {
        self.new.roots.threshold = threshold;
    }

    /// Ends a key; who would have nothing left ends with it.
    pub fn end_key(&mut self, key: &Fingerprint, end: End) -> Result<(), SuccessionError> {
        let name = self.new.principal_of(key).ok_or_else(|| SuccessionError::UnknownKey(key.clone()))?.clone();
        let Some(mut principal) = self.new.principals.get(&name).cloned() else {
            return Err(SuccessionError::UnknownPrincipal(name));
        };
        principal.keys = without(&principal, key);
        if matches!(principal, Principal { groups: None, rights: None, keys: None }) {
            return self.end_principal(&name, end);
        }
        self.set_principal(name, principal);
        self.add_end(|ended| {
            let keys = ended.keys.iter().flat_map(|keys| keys.iter()).map(|(key, end)| (key.clone(), end.clone()));
            ended.keys = Map::new(keys.chain([(key.clone(), end)]));
        });
        Ok(())
    }

    /// Ends somebody with all keys.
    pub fn end_principal(&mut self, name: &Name, end: End) -> Result<(), SuccessionError> {
        if !self.new.principals.contains_key(name) {
            return Err(SuccessionError::UnknownPrincipal(name.clone()));
        }
        if self.new.is_root(name) {
            let others = self.new.roots.principals.iter().filter(|root| *root != name).cloned();
            let others = Set::new(others).ok_or_else(|| SuccessionError::LastRoot(name.clone()))?;
            self.set_roots(Some(others));
        }
        let others = self.new.principals.iter().filter(|(other, _)| *other != name);
        let others: Vec<_> = others.map(|(name, principal)| (name.clone(), principal.clone())).collect();
        self.new.principals = Map::new(others).ok_or_else(|| SuccessionError::LastRoot(name.clone()))?;
        self.add_end(|ended| {
            let all = ended.principals.iter().flat_map(|all| all.iter()).map(|(name, end)| (name.clone(), end.clone()));
            ended.principals = Map::new(all.chain([(name.clone(), end)]));
        });
        Ok(())
    }

    fn set_principal(&mut self, name: Name, principal: Principal) {
        let all = self.new.principals.iter().map(|(name, principal)| (name.clone(), principal.clone()));
        // A later entry of the same name stands.
        let all: Vec<_> = all.chain([(name, principal)]).collect();
        if let Some(all) = Map::new(all) {
            self.new.principals = all;
        }
    }

    fn set_roots(&mut self, principals: Option<Set<Name>>) {
        if let Some(principals) = principals {
            let majority = u32::try_from(principals.len() / 2 + 1).unwrap_or(u32::MAX);
            self.new.roots = Roots { principals, threshold: Int::from(majority) };
        }
    }

    fn add_end(&mut self, add: impl FnOnce(&mut Ended)) {
        let mut ended = self.new.ended.take().unwrap_or(Ended { keys: None, principals: None });
        add(&mut ended);
        self.new.ended = Some(ended);
    }
}

/// The keys of a principal but for one.
fn without(principal: &Principal, key: &Fingerprint) -> Option<Map<Fingerprint, Key>> {
    let others = principal.keys.iter().flat_map(|keys| keys.iter()).filter(|(other, _)| *other != key);
    Map::new(others.map(|(key, entry)| (key.clone(), entry.clone())))
}

/// A proposal that could still come in force.
#[derive(Debug, Clone, Copy)]
pub struct OpenProposal {
    pub id: EventId,
    pub number: Number,
}

/// The proposals of a set that replace what is newest there, and are not in force.
pub fn open_proposals(ledger: &Ledger, set: &ClosedSet) -> Vec<OpenProposal> {
    let newest = ledger.newest_authorities(set);
    let authorities = ledger.authorities();
    let mut open = Vec::new();
    for (number, step) in (0..).zip(authorities.steps()) {
        let What::Document { replaces, .. } = &step.what else { continue };
        let mut base: Vec<EventId> = replaces.iter().map(|number| authorities.step(*number).id).collect();
        base.sort_unstable();
        if step.valid && set.contains(step.event) && !base.is_empty() && base == newest {
            open.push(OpenProposal { id: step.id, number });
        }
    }
    open
}

/// The open proposals that a principal stands behind, but for one.
pub fn stands_behind(ledger: &Ledger, set: &ClosedSet, principal: &Name, but: Option<EventId>) -> Vec<EventId> {
    let steps = all_steps(ledger);
    let stands = |open: &OpenProposal| ledger.authorities().endorsers(open.number, &steps).contains(principal);
    let others = open_proposals(ledger, set).into_iter().filter(|open| Some(open.id) != but);
    others.filter(stands).map(|open| open.id).collect()
}

/// Every authority event of the ledger.
pub fn all_steps(ledger: &Ledger) -> Past {
    Past::first(Number::try_from(ledger.authorities().steps().len()).unwrap_or(Number::MAX))
}

/// Why a key that is still used must not be called rotated: it signed a short time ago, or holds a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    Signed(ledger_format::time::Time),
    HoldsClaim(EventId),
}

/// A key that signed in the last 24 hours, or holds a claim.
pub fn in_use(ledger: &Ledger, set: &ClosedSet, key: &Fingerprint, now: ledger_format::time::Time) -> Option<InUse> {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let own = || ledger.in_order(set).into_iter().rev().filter(|index| ledger.entry(*index).event.header.key == *key);
    let held = own().find(|index| {
        matches!(ledger.data(*index), Some(Data::RolloutClaimed(_))) && ledger.claim_end(*index, set).is_none()
    });
    if let Some(held) = held {
        return Some(InUse::HoldsClaim(ledger.entry(held).event.id));
    }
    let last = own().next().map(|index| ledger.entry(index).event.header.time)?;
    (now.ms_since(last) < DAY_MS).then_some(InUse::Signed(last))
}
