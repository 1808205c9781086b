//! What lies between two points of a ledger, and between two releases.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::Digest;
use crate::event::{ReleaseCreated, Vendored};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::policy::Policy;

/// What differs between two closed sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub places: Vec<PlaceChange>,
    /// Made between them.
    pub releases: Vec<(Name, ReleaseId)>,
    /// The newest authorities of both.
    pub authorities: (Vec<EventId>, Vec<EventId>),
    /// Events of the second that the first does not have.
    pub events: usize,
}

/// A target that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceChange {
    pub deployment: Name,
    pub target: Name,
    pub live: (Option<ReleaseId>, Option<ReleaseId>),
    pub policy_changed: bool,
}

/// What differs between two releases of a deployment, but for the values of their configurations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReleaseDifference {
    pub images: Vec<(Component, Option<Digest>, Option<Digest>)>,
    pub vendored: Vec<(Component, Option<Vendored>, Option<Vendored>)>,
    /// By target: components that only one of them has there.
    pub components: BTreeMap<Name, (BTreeSet<Component>, BTreeSet<Component>)>,
}

impl Ledger {
    pub fn difference(&self, from: &ClosedSet, to: &ClosedSet) -> Difference {
        let places: BTreeSet<(Name, Name)> = self.places(from).into_iter().chain(self.places(to)).collect();
        let live = |place: &(Name, Name), set: &ClosedSet| {
            self.target(&place.0, &place.1, set).live().map(|live| live.key.release)
        };
        let policies = |place: &(Name, Name), set: &ClosedSet| -> BTreeSet<Digest> {
            let of_each = self.documents(set).map(|one| Policy::resolve(one.authority(), &place.0, &place.1).digest());
            of_each.collect()
        };
        let change = |place: (Name, Name)| PlaceChange {
            live: (live(&place, from), live(&place, to)),
            policy_changed: policies(&place, from) != policies(&place, to),
            deployment: place.0,
            target: place.1,
        };
        let names = |set: &ClosedSet| -> BTreeSet<(Name, ReleaseId)> {
            self.releases(None, set).into_iter().map(|release| (release.deployment.clone(), release.release)).collect()
        };
        let differs = |change: &PlaceChange| change.policy_changed || change.live.0 != change.live.1;
        Difference {
            places: places.into_iter().map(change).filter(differs).collect(),
            releases: names(to).difference(&names(from)).cloned().collect(),
            authorities: (self.newest_authorities(from), self.newest_authorities(to)),
            events: to.past.iter().filter(|index| !from.contains(*index)).count(),
        }
    }
}

impl ReleaseDifference {
    pub fn between(from: &ReleaseCreated, to: &ReleaseCreated) -> Self {
        let images = |created: &ReleaseCreated| -> BTreeMap<Component, Digest> {
            let artifacts = created.artifacts.iter().flatten();
            artifacts.map(|(component, artifact)| (component.clone(), artifact.image.digest)).collect()
        };
        let vendored = |created: &ReleaseCreated| -> BTreeMap<Component, Vendored> {
            created.vendored.iter().flatten().map(|one| (one.component.clone(), one.clone())).collect()
        };
        let targets: BTreeSet<&Name> = from.components.keys().chain(to.components.keys()).collect();
        let on = |created: &ReleaseCreated, target: &Name| -> BTreeSet<Component> {
            created.components.get(target).into_iter().flatten().cloned().collect()
        };
        let sides = |target: &Name| {
            let (before, after) = (on(from, target), on(to, target));
            (before.difference(&after).cloned().collect(), after.difference(&before).cloned().collect())
        };
        let both = targets.into_iter().map(|target| (target.clone(), sides(target)));
        Self {
            images: changed(images(from), images(to)),
            vendored: changed(vendored(from), vendored(to)),
            components: both
                .filter(|(_, (gone, new)): &(_, (BTreeSet<_>, BTreeSet<_>))| !gone.is_empty() || !new.is_empty())
                .collect(),
        }
    }
}

/// What two maps have not in common.
fn changed<T: PartialEq>(
    mut from: BTreeMap<Component, T>,
    mut to: BTreeMap<Component, T>,
) -> Vec<(Component, Option<T>, Option<T>)> {
    let keys: BTreeSet<Component> = from.keys().chain(to.keys()).cloned().collect();
    let sides = keys.into_iter().map(|key| {
        let (before, after) = (from.remove(&key), to.remove(&key));
        (key, before, after)
    });
    sides.filter(|(_, before, after)| before != after).collect()
}
