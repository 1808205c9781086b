//! The rules of each kind that need other events of its own past.

use std::collections::BTreeSet;

use crate::admission::Refusal;
use crate::authority::Document;
use crate::dag::Index;
use crate::digest::Digest;
use crate::event::{
    ApprovalGranted, AuthorityProposed, ClaimEnded, ClaimedComponents, ComponentApplied, Data, End, Endorsed, Kind,
    LedgerSealed, Outcome, ReleaseCreated, Reviewed, RolloutClaimed, RolloutFinished,
};
use crate::field::Set;
use crate::ledger::{ClosedSet, Entry, Ledger};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::policy::Policy;
use crate::right::{Ask, Need};

impl Ledger {
    pub(super) fn check_rules(&self, entry: &Entry, data: &Data) -> Result<(), Refusal> {
        match data {
            Data::AuthorityProposed(proposed) => self.check_proposed(entry, proposed),
            Data::Endorsed(endorsed) => self.check_endorsed(entry, endorsed),
            Data::ReleaseCreated(created) => self.check_release(entry, created),
            Data::ReleaseWithdrawn(withdrawn) => {
                let of_release = |id: &&EventId| match self.data_in(&entry.past, **id) {
                    Some(Data::ReleaseCreated(created)) => created.release == withdrawn.release,
                    Some(_) | None => false,
                };
                withdrawn.created.iter().find(|id| !of_release(id)).map_or(Ok(()), |id| Err(Refusal::NotOfRelease(*id)))
            }
            Data::ApprovalRequested(asked) => {
                self.check_scope(entry, &asked.deployment, asked.release, &asked.target, asked.components.as_ref())?;
                self.check_policy(entry, &asked.deployment, &asked.target, asked.policy)
            }
            Data::ApprovalGranted(given) => self.check_granted(entry, given),
            Data::ApprovalDenied(denied) => {
                self.check_scope(entry, &denied.deployment, denied.release, &denied.target, denied.components.as_ref())
            }
            Data::ApprovalWithdrawn(withdrawn) => {
                let of_other = |id: &&EventId| {
                    self.find(&entry.past, **id).map(|index| self.entry(index)).is_some_and(|named| {
                        named.event.kind() == Some(Kind::ApprovalDenied) && !named.is_by(&entry.principal)
                    })
                };
                withdrawn.approvals.iter().find(of_other).map_or(Ok(()), |id| Err(Refusal::DenialOfOther(*id)))
            }
            Data::RolloutClaimed(claim) => self.check_claim(entry, claim),
            Data::ComponentApplied(applied) => self.check_applied(entry, applied),
            Data::RolloutFinished(finished) => self.check_finished(entry, finished),
            Data::ClaimEnded(ended) => self.check_claim_ended(entry, ended),
            Data::Reviewed(reviewed) => self.check_reviewed(entry, reviewed),
            Data::LedgerSealed(seal) => self.check_sealed(entry, seal),
            Data::BuildRecorded(_)
            | Data::EvidenceRecorded(_)
            | Data::HoldLifted(_)
            | Data::HoldPlaced(_)
            | Data::KeySuspended(_)
            | Data::LedgerCreated(_)
            | Data::Merged(_)
            | Data::Noted(_)
            | Data::ObservationRecorded(_)
            | Data::PromotionRecorded(_)
            | Data::RolloutStarted(_) => Ok(()),
        }
    }

    fn check_proposed(&self, entry: &Entry, proposed: &AuthorityProposed) -> Result<(), Refusal> {
        let replaced = self.replaced_numbers(&proposed.authority);
        let newest = &self.authorities().view(entry.view).newest;
        if replaced.len() != newest.len() || !newest.iter().all(|number| replaced.contains(number)) {
            return Err(Refusal::StaleBase);
        }
        let bases: Vec<&Document> = replaced.iter().map(|number| self.authorities().document(*number)).collect();
        let in_past = |id| self.find(&entry.past, id).is_some();
        match Document::successor(proposed.authority.clone(), &bases, self.id().0, &in_past) {
            Ok(_) => Ok(()),
            Err(broken) => Err(Refusal::Document(Box::new(broken))),
        }
    }

    /// The place among the roots that proposals and endorsements ask instead of a right (LF-54, LF-56).
    pub(super) fn check_place(&self, entry: &Entry, data: &Data) -> Result<(), Refusal> {
        let authorities = self.authorities();
        let is_root = |number: &u32| authorities.document(*number).authority().is_root(&entry.principal);
        let has_place = match data {
            Data::AuthorityProposed(proposed) => self.replaced_numbers(&proposed.authority).iter().all(is_root),
            Data::Endorsed(endorsed) => match self.data_in(&entry.past, endorsed.proposal) {
                Some(Data::AuthorityProposed(_)) => authorities
                    .number(endorsed.proposal)
                    .is_some_and(|number| is_root(&number) || authorities.replaces(number).iter().any(is_root)),
                Some(_) | None => false,
            },
            _ => true,
        };
        if has_place { Ok(()) } else { Err(Refusal::NotRoot) }
    }

    fn check_endorsed(&self, entry: &Entry, endorsed: &Endorsed) -> Result<(), Refusal> {
        let bad = Refusal::BadReference { field: "proposal", id: endorsed.proposal };
        let number = self.authorities().number(endorsed.proposal).ok_or(bad)?;
        let authorities = self.authorities();
        let replaced = authorities.replaces(number);
        // The proposal itself is left aside: it may already be in force in this past.
        let members = authorities.view(entry.view).members.iter().filter(|member| *member != number);
        let without = crate::dag::Past::from_sorted(members);
        let newest = authorities.newest(&authorities.in_force(&without, authorities.pin()));
        let same = newest.len() == replaced.len() && newest.iter().all(|number| replaced.contains(number));
        if same { Ok(()) } else { Err(Refusal::StaleBase) }
    }

    fn check_release(&self, entry: &Entry, created: &ReleaseCreated) -> Result<(), Refusal> {
        for (component, artifact) in created.artifacts.iter().flatten() {
            let Some(id) = artifact.build else { continue };
            let built = match self.data_in(&entry.past, id) {
                Some(Data::BuildRecorded(build)) => {
                    build.deployment == created.deployment
                        && build.component == *component
                        && build.image.digest == artifact.image.digest
                }
                Some(_) | None => false,
            };
            if !built {
                return Err(Refusal::Build(id));
            }
        }
        let own = self.own_past(entry);
        if self.withdrawal(created.release, &own).is_some() {
            return Err(Refusal::Withdrawn(created.release));
        }
        match &created.alias {
            Some(alias)
                if self.alias_holders(&created.deployment, alias, &own).iter().any(|r| *r != created.release) =>
            {
                Err(Refusal::Alias(alias.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The releases of a deployment that an alias names in a set: not withdrawn, and by an event that no review disregards.
    pub fn alias_holders(&self, deployment: &Name, alias: &Name, set: &ClosedSet) -> Vec<ReleaseId> {
        let mut holders = Vec::new();
        for index in self.indexes.deployments.get(deployment).into_iter().flatten().copied() {
            if let Some(Data::ReleaseCreated(created)) = self.data(index)
                && created.alias.as_ref() == Some(alias)
                && self.is_effective(index, set)
                && !self.is_disregarded(index, None, set)
                && self.withdrawal(created.release, set).is_none()
                && !holders.contains(&created.release)
            {
                holders.push(created.release);
            }
        }
        holders
    }

    /// The event of a set that withdrew a release.
    pub fn withdrawal(&self, release: ReleaseId, set: &ClosedSet) -> Option<Index> {
        let withdrawals = self.indexes.withdrawn_releases.get(&release).into_iter().flatten().copied();
        withdrawals.into_iter().find(|index| self.is_effective(*index, set))
    }

    /// A release of that deployment in a set that carries the target.
    pub(crate) fn release_in<'a>(
        &'a self,
        set: &'a ClosedSet,
        deployment: &'a Name,
        release: ReleaseId,
        target: &'a Name,
    ) -> impl Iterator<Item = (Index, &'a ReleaseCreated)> {
        self.indexes.releases.get(&release).into_iter().flatten().copied().filter_map(move |index| {
            match self.data(index) {
                Some(Data::ReleaseCreated(created))
                    if created.deployment == *deployment
                        && created.carries(target)
                        && self.is_effective(index, set) =>
                {
                    Some((index, &**created))
                }
                Some(_) | None => None,
            }
        })
    }

    /// What a release has on a target (LF-84).
    pub(crate) fn parts<'a>(
        &'a self,
        release: ReleaseId,
        target: &Name,
        set: &ClosedSet,
    ) -> Option<&'a crate::field::Set<Component>> {
        let created = self.indexes.releases.get(&release).into_iter().flatten().copied();
        created.filter(|index| self.is_effective(*index, set)).find_map(|index| match self.data(index) {
            Some(Data::ReleaseCreated(created)) => created.components.get(target),
            Some(_) | None => None,
        })
    }

    fn check_scope(
        &self,
        entry: &Entry,
        deployment: &Name,
        release: ReleaseId,
        target: &Name,
        components: Option<&Set<Component>>,
    ) -> Result<(), Refusal> {
        let own = self.own_past(entry);
        let (_, created) = self.release_in(&own, deployment, release, target).next().ok_or(Refusal::Release)?;
        let of_target = created.components.get(target);
        let missing = |component: &&Component| !of_target.is_some_and(|all| all.contains(component));
        match components.into_iter().flatten().find(missing) {
            Some(component) => Err(Refusal::ReleaseComponent(component.clone())),
            None => Ok(()),
        }
    }

    fn check_policy(&self, entry: &Entry, deployment: &Name, target: &Name, said: Digest) -> Result<(), Refusal> {
        match self.policies_of_past(entry, deployment, target).find(|expected| *expected != said) {
            Some(expected) => Err(Refusal::Policy { expected }),
            None => Ok(()),
        }
    }

    /// The digest of a target's resolved policy in the own past of an event: one, or several in a dispute.
    pub(crate) fn policies_of_past(
        &self,
        entry: &Entry,
        deployment: &Name,
        target: &Name,
    ) -> impl Iterator<Item = Digest> {
        let newest = self.authorities().view(entry.view).newest.iter();
        newest.map(|number| {
            Policy::resolve(self.authorities().document(*number).authority(), deployment, target).digest()
        })
    }

    fn check_granted(&self, entry: &Entry, given: &ApprovalGranted) -> Result<(), Refusal> {
        self.check_scope(entry, &given.deployment, given.release, &given.target, given.components.as_ref())?;
        self.check_policy(entry, &given.deployment, &given.target, given.policy)?;
        if given.components.is_some() {
            return Ok(());
        }
        let own = self.own_past(entry);
        let place = |image: &crate::field::Image| (image.digest, image.repository.as_str().to_owned());
        let said: BTreeSet<_> = given.images.iter().flatten().map(place).collect();
        let of = |created: &ReleaseCreated| -> BTreeSet<_> {
            created.artifacts.iter().flatten().map(|(_, artifact)| place(&artifact.image)).collect()
        };
        let mut releases = self.release_in(&own, &given.deployment, given.release, &given.target);
        if releases.any(|(_, created)| of(created) == said) { Ok(()) } else { Err(Refusal::Images) }
    }

    fn check_claim(&self, entry: &Entry, claim: &RolloutClaimed) -> Result<(), Refusal> {
        for number in &self.authorities().view(entry.view).newest {
            let home = &self.authorities().document(*number).authority().home;
            if home.as_str() != claim.store().as_str() {
                return Err(Refusal::Store { home: home.as_str().to_owned() });
            }
        }
        let RolloutClaimed::Target(claim) = claim else { return Ok(()) };
        let components = match claim.claimed() {
            ClaimedComponents::Some(components) => Some(components),
            ClaimedComponents::All | ClaimedComponents::None => None,
        };
        self.check_scope(entry, &claim.deployment, claim.release, &claim.target, components)
    }

    fn check_writer(&self, entry: &Entry, named: EventId) -> Result<&Entry, Refusal> {
        let other = self.find(&entry.past, named).map(|index| self.entry(index));
        let same = |other: &&Entry| {
            other.event.header.key == entry.event.header.key && other.event.header.run == entry.event.header.run
        };
        other.filter(same).ok_or(Refusal::OtherWriter(named))
    }

    fn check_applied(&self, entry: &Entry, applied: &ComponentApplied) -> Result<(), Refusal> {
        let start = self.check_writer(entry, applied.start)?;
        match start.event.data() {
            Some(Data::RolloutStarted(start)) if start.components.contains(&applied.component) => Ok(()),
            Some(_) | None => Err(Refusal::StartComponent(applied.component.clone())),
        }
    }

    fn check_finished(&self, entry: &Entry, finished: &RolloutFinished) -> Result<(), Refusal> {
        let start = self.check_writer(entry, finished.start)?;
        let own = self.own_past(entry);
        let Some(index) = self.index(start.event.id) else { return Ok(()) };
        let before = self.indexes.naming(index).filter(|other| self.is_effective(*other, &own));
        let mut applied: Vec<(Index, &ComponentApplied)> = Vec::new();
        for other in before {
            match self.data(other) {
                Some(Data::RolloutFinished(_)) => return Err(Refusal::FinishedTwice(self.entry(other).event.id)),
                Some(Data::ComponentApplied(of_start)) => applied.push((other, of_start)),
                Some(_) | None => {}
            }
        }
        match (finished.outcome, start.event.data()) {
            (End::Abandoned, _) if !applied.is_empty() => Err(Refusal::AppliedAnyway),
            (End::Succeeded, Some(Data::RolloutStarted(start))) => {
                let missing = start.components.iter().find(|component| !self.is_applied(component, &applied));
                missing.map_or(Ok(()), |component| Err(Refusal::NotApplied(component.clone())))
            }
            (End::Succeeded | End::Failed | End::Abandoned, _) => Ok(()),
        }
    }

    /// Whether what applied a component last did not fail.
    fn is_applied(&self, component: &Component, applied: &[(Index, &ComponentApplied)]) -> bool {
        let of_component = || applied.iter().filter(|(_, applied)| applied.component == *component);
        let followed = |index: Index| of_component().any(|(other, _)| self.entry(*other).past.contains(index));
        let mut last = of_component().filter(|(index, _)| !followed(*index)).peekable();
        last.peek().is_some() && last.all(|(_, applied)| applied.outcome != Outcome::Failed)
    }

    fn check_claim_ended(&self, entry: &Entry, ended: &ClaimEnded) -> Result<(), Refusal> {
        if ended.takeover.is_some() {
            return Ok(());
        }
        ended.claims.iter().try_for_each(|claim| self.check_writer(entry, *claim).map(|_| ()))
    }

    /// LF review: who signed an event reviews it only when nobody else with a key could.
    fn check_reviewed(&self, entry: &Entry, reviewed: &Reviewed) -> Result<(), Refusal> {
        for id in &reviewed.events {
            let Some(index) = self.find(&entry.past, *id) else { continue };
            let own = self.entry(index).is_by(&entry.principal);
            let newest = &self.authorities().view(entry.view).newest;
            if own && newest.iter().any(|number| self.has_other_reviewer(*number, entry, *id)) {
                return Err(Refusal::OwnReview(*id));
            }
        }
        Ok(())
    }

    /// Whether a document gives another principal, one with a key, the right to review an event.
    pub(crate) fn has_other_reviewer(&self, number: u32, entry: &Entry, id: EventId) -> bool {
        let document = self.authorities().document(number);
        let scopes = match self.data_in(&entry.past, id) {
            Some(Data::Reviewed(_)) | None => vec![Default::default()],
            Some(data) => data.scopes(&|id| self.data_in(&entry.past, id)),
        };
        let asks = Ask::each(&Need::Kind(Kind::Reviewed), scopes);
        document.authority().principals.iter().any(|(name, principal)| {
            *name != entry.principal && principal.keys.is_some() && asks.iter().all(|ask| principal.may(ask))
        })
    }

    fn check_sealed(&self, entry: &Entry, seal: &LedgerSealed) -> Result<(), Refusal> {
        if !self.is_seal_claimed(entry) {
            return Err(Refusal::SealClaim);
        }
        let heads: Vec<Index> = seal.heads.iter().filter_map(|id| self.index(*id)).collect();
        let sealed = self.at_events(&heads);
        let ancestor = |head: &Index| heads.iter().any(|other| self.entry(*other).past.contains(*head));
        let before = match seal.previous.and_then(|id| self.data_in(&entry.past, id)) {
            Some(Data::LedgerSealed(before)) => Some(before),
            Some(_) | None => None,
        };
        let mut earlier = before.into_iter().flat_map(|before| before.heads.iter()).filter_map(|id| self.index(*id));
        let wrong = heads.iter().any(|head| self.status(*head).is_err() || ancestor(head));
        if wrong || !earlier.all(|head| sealed.contains(head)) {
            return Err(Refusal::SealHeads);
        }
        let found = sealed.len() as u64;
        if found == seal.size.get() { Ok(()) } else { Err(Refusal::SealSize { size: seal.size.get(), found }) }
    }

    /// Whether the writer holds the claim of the seal.
    fn is_seal_claimed(&self, entry: &Entry) -> bool {
        let own = self.own_past(entry);
        let header = &entry.event.header;
        own.past.iter().any(|index| {
            let other = self.entry(index);
            let Some(Data::RolloutClaimed(claim)) = other.event.data() else { return false };
            matches!(**claim, RolloutClaimed::Seal(_))
                && other.event.header.key == header.key
                && other.event.header.run == header.run
                && self.is_effective(index, &own)
                && self.claim_end(index, &own).is_none()
        })
    }
}
