//! Where to look: admitted events by what rules and views ask for. Nothing here decides anything.

use std::collections::HashMap;

use crate::dag::{Index, Past};
use crate::digest::Digest;
use crate::event::{Data, Object, RolloutClaimed, RolloutStarted};
use crate::field::Set;
use crate::ledger::Entry;
use crate::name::{Component, EventId, Fingerprint, Name, ReleaseId};

/// A deployment on a target.
pub(crate) type Place = (Name, Name);

/// One rollout, in however many processes: all of this is the same for each of its starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RolloutKey {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseId,
    pub rollout: Name,
    pub principal: Name,
    pub whole: Vec<Component>,
}

impl RolloutKey {
    pub fn of(start: &RolloutStarted, principal: &Name) -> Self {
        Self {
            deployment: start.deployment.clone(),
            target: start.target.clone(),
            release: start.release,
            rollout: start.rollout.clone(),
            principal: principal.clone(),
            whole: start.whole.iter().cloned().collect(),
        }
    }
}

/// Lists of admitted events, each in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    pub starts: HashMap<Place, Vec<Index>>,
    /// Of each place the starts that had not seen every earlier one, with the first that each of them, or any later
    /// one, had not seen: both rise.
    unseeing: HashMap<Place, Vec<(Index, Index)>>,
    pub promotions: HashMap<Place, Vec<Index>>,
    pub rollouts: HashMap<RolloutKey, Vec<Index>>,
    pub claims: HashMap<Place, Vec<Index>>,
    pub observations: HashMap<Place, Vec<Index>>,
    pub requests: HashMap<Place, Vec<Index>>,
    pub holds: Vec<Index>,
    pub denials: HashMap<Place, Vec<Index>>,
    pub approvals: HashMap<Place, Vec<Index>>,
    pub withdrawn_releases: HashMap<ReleaseId, Vec<Index>>,
    pub suspensions: HashMap<Fingerprint, Vec<Index>>,
    pub releases: HashMap<ReleaseId, Vec<Index>>,
    pub deployments: HashMap<Name, Vec<Index>>,
    pub builds: HashMap<Digest, Vec<Index>>,
    pub evidence: HashMap<(Name, Digest), Vec<Index>>,
    pub seals: Vec<Index>,
    pub reviews: Vec<Index>,
    /// Events by what they name: finishes, applications, lifts, withdrawals, reviews, spendings, resumptions.
    pub naming: HashMap<Index, Vec<Index>>,
}

impl Indexes {
    pub fn add(&mut self, index: Index, entry: &Entry, numbers: &HashMap<EventId, Index>) {
        let Some(data) = entry.event.data() else { return };
        let place = |deployment: &Name, target: &Name| (deployment.clone(), target.clone());
        match data {
            Data::RolloutStarted(start) => {
                self.see(place(&start.deployment, &start.target), index, &entry.past);
                push(&mut self.starts, place(&start.deployment, &start.target), index);
                push(&mut self.rollouts, RolloutKey::of(start, &entry.principal), index);
            }
            Data::PromotionRecorded(promotion) => {
                push(&mut self.promotions, place(&promotion.deployment, &promotion.target), index);
            }
            Data::RolloutClaimed(claim) => {
                if let RolloutClaimed::Target(claim) = &**claim {
                    push(&mut self.claims, place(&claim.deployment, &claim.target), index);
                }
            }
            Data::ObservationRecorded(seen) => {
                push(&mut self.observations, place(&seen.deployment, &seen.target), index);
            }
            Data::ApprovalRequested(asked) => push(&mut self.requests, place(&asked.deployment, &asked.target), index),
            Data::ApprovalDenied(denial) => push(&mut self.denials, place(&denial.deployment, &denial.target), index),
            Data::ApprovalGranted(given) => push(&mut self.approvals, place(&given.deployment, &given.target), index),
            Data::HoldPlaced(_) => self.holds.push(index),
            Data::ReleaseWithdrawn(withdrawn) => push(&mut self.withdrawn_releases, withdrawn.release, index),
            Data::KeySuspended(suspended) => {
                for key in &suspended.keys {
                    push(&mut self.suspensions, key.clone(), index);
                }
            }
            Data::ReleaseCreated(created) => {
                push(&mut self.releases, created.release, index);
                push(&mut self.deployments, created.deployment.clone(), index);
            }
            Data::BuildRecorded(build) => push(&mut self.builds, build.image.digest, index),
            Data::EvidenceRecorded(evidence) => {
                for object in objects(evidence.object()) {
                    push(&mut self.evidence, (evidence.deployment.clone(), object), index);
                }
            }
            Data::LedgerSealed(_) => self.seals.push(index),
            Data::Reviewed(_) => self.reviews.push(index),
            Data::ApprovalWithdrawn(_)
            | Data::AuthorityProposed(_)
            | Data::ClaimEnded(_)
            | Data::ComponentApplied(_)
            | Data::Endorsed(_)
            | Data::HoldLifted(_)
            | Data::LedgerCreated(_)
            | Data::Merged(_)
            | Data::Noted(_)
            | Data::RolloutFinished(_) => {}
        }
        for named in data.names() {
            // What does not lie in its own past is named by nothing, in whatever order both arrived.
            if let Some(named) = numbers.get(&named.id).filter(|named| entry.past.contains(**named)) {
                push(&mut self.naming, *named, index);
            }
        }
    }

    /// Notes which earlier start of its place a new one has not seen.
    fn see(&mut self, place: Place, index: Index, past: &Past) {
        let earlier = self.starts.get(&place).map_or(&[][..], Vec::as_slice);
        let unseen = past.gaps(index).into_iter().find_map(|gap| within(earlier, gap).first().copied());
        let Some(unseen) = unseen else { return };
        let unseeing = self.unseeing.entry(place).or_default();
        while unseeing.last().is_some_and(|(_, before)| *before >= unseen) {
            unseeing.pop();
        }
        unseeing.push((index, unseen));
    }

    /// The starts of a place that may be neither in the past of one of them nor after it.
    pub fn starts_beside(&self, place: &Place, start: Index, past: &Past) -> Vec<Index> {
        let all = self.starts.get(place).map_or(&[][..], Vec::as_slice);
        let earlier = past.gaps(start).into_iter().flat_map(|gap| within(all, gap));
        let unseeing = self.unseeing.get(place).map_or(&[][..], Vec::as_slice);
        // Whoever comes after the last that has not seen it, or one before it, has seen it.
        let last = unseeing.partition_point(|(_, unseen)| *unseen <= start).checked_sub(1).map(|at| unseeing[at].0);
        let later = last.map_or(&[][..], |last| within(all, (start + 1, last + 1)));
        earlier.chain(later).copied().collect()
    }

    /// The events that name this one.
    pub fn naming(&self, index: Index) -> impl Iterator<Item = Index> + '_ {
        self.naming.get(&index).into_iter().flatten().copied()
    }
}

/// The digests that evidence is about; a start is named by its id.
pub(crate) fn objects(object: Option<Object>) -> Vec<Digest> {
    match object {
        Some(Object::Images(images)) => digests(images),
        Some(Object::Release(release)) => vec![release.0],
        Some(Object::Start(start)) => vec![start.0],
        Some(Object::Config(config)) => vec![config],
        None => Vec::new(),
    }
}

fn digests(images: &Set<crate::field::Image>) -> Vec<Digest> {
    let mut digests: Vec<Digest> = images.iter().map(|image| image.digest).collect();
    digests.dedup();
    digests
}

fn push<K: std::hash::Hash + Eq>(lists: &mut HashMap<K, Vec<Index>>, key: K, index: Index) {
    lists.entry(key).or_default().push(index);
}

/// Those of rising numbers that lie in an interval.
fn within(rising: &[Index], (from, to): (Index, Index)) -> &[Index] {
    let at = |bound: Index| rising.partition_point(|index| *index < bound);
    &rising[at(from)..at(to).max(at(from))]
}
