//! Releases: what was named, by whom, and what became of it on each target.

use std::collections::{BTreeMap, HashMap};

use super::target::Fate;
use crate::dag::Index;
use crate::event::{Data, Object, ReleaseCreated};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Name, ReleaseId};

/// One release of a set, in however many `release.created`.
#[derive(Debug, Clone)]
pub struct Release<'a> {
    pub deployment: &'a Name,
    pub release: ReleaseId,
    /// The newest event that made it, as events are shown: who, when, of which commit.
    pub newest: (Index, &'a ReleaseCreated),
    /// The newest name that it was given.
    pub alias: Option<&'a Name>,
    pub withdrawn: Option<Index>,
    /// On the targets where it ever was.
    pub targets: BTreeMap<Name, Fate>,
}

impl Ledger {
    /// The releases of a set, the newest first.
    pub fn releases(&self, deployment: Option<&Name>, set: &ClosedSet) -> Vec<Release<'_>> {
        let mut found: HashMap<(&Name, ReleaseId), Release<'_>> = HashMap::new();
        for (index, created) in self.created_releases(deployment, set) {
            let release = found.entry((&created.deployment, created.release)).or_insert_with(|| Release {
                deployment: &created.deployment,
                release: created.release,
                newest: (index, created),
                alias: None,
                withdrawn: self.withdrawal(created.release, set),
                targets: BTreeMap::new(),
            });
            release.newest = (index, created);
            release.alias = created.alias.as_ref().or(release.alias);
        }
        let mut releases: Vec<Release<'_>> = found.into_values().collect();
        for (deployment, target) in self.places(set) {
            let fates = self.target(&deployment, &target, set).fates(self);
            for release in releases.iter_mut().filter(|release| *release.deployment == deployment) {
                let fate = fates.get(&release.release).map(|fate| (target.clone(), *fate));
                release.targets.extend(fate);
            }
        }
        releases.sort_by_key(|release| std::cmp::Reverse(self.order(release.newest.0)));
        releases
    }

    /// The `release.created` of a set in the order in which events are shown.
    fn created_releases(&self, deployment: Option<&Name>, set: &ClosedSet) -> Vec<(Index, &ReleaseCreated)> {
        let lists = self.indexes.deployments.iter().filter(|(name, _)| deployment.is_none_or(|wanted| wanted == *name));
        let created = |index: Index| match self.data(index) {
            Some(Data::ReleaseCreated(created)) if self.is_effective(index, set) => Some((index, &**created)),
            Some(_) | None => None,
        };
        let mut all: Vec<_> = lists.flat_map(|(_, list)| list.iter().copied()).filter_map(created).collect();
        all.sort_by_key(|(index, _)| self.order(*index));
        all
    }

    /// The sums of the counts of the tests that are on the images of a release, or on it, and that count now.
    pub fn test_counts(&self, created: &ReleaseCreated, set: &ClosedSet) -> BTreeMap<Name, u64> {
        let images = created.artifacts.iter().flatten().map(|(_, artifact)| artifact.image.digest);
        let objects: Vec<_> = images.chain([created.release.0]).collect();
        let mut sums = BTreeMap::new();
        let newest = self.newest_evidence(&created.deployment, &objects, set);
        for (_, evidence) in self.summed_evidence(&newest, &objects) {
            let on = matches!(evidence.object(), Some(Object::Images(_) | Object::Release(_)));
            if evidence.r#type.as_str() == "test" && on {
                for (name, number) in evidence.counts.iter().flat_map(|counts| counts.iter()) {
                    *sums.entry(name.clone()).or_insert(0) += number.get();
                }
            }
        }
        sums
    }
}
