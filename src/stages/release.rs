//! Makes a release: the images of a deployment and its configuration on every target become one thing with one name.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{Artifact, Data, EvidenceRecorded, ReleaseCreated};
use ledger_format::field::{self, Int, Map, Note, Set, Str};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Component, EventId, Name, ReleaseId};

use super::build::Request;
use super::built::Chosen;
use crate::config::resolved::MEDIA_TYPE;
use crate::config::{ConfigError, Diagnostic, Resolved};
use crate::ledger::releases::{created, looks_like_id};
use crate::store::Blob;

/// What the release is called, and what is said of it.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    pub alias: Option<Name>,
    pub annotations: BTreeMap<Name, Note>,
}

/// A release that is to be recorded, or is there already.
#[derive(Debug, Clone)]
pub struct Plan {
    pub release: ReleaseCreated,
    /// The configurations that the event names.
    pub blobs: Vec<Blob>,
    /// The event that made the same before, of the same name and for the same target.
    pub recorded: Option<EventId>,
    /// The newest release of the deployment before this one.
    pub before: Option<Before>,
    pub evidence: Figures,
    pub warnings: Vec<Diagnostic>,
}

/// A release that came before, and what is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub release: ReleaseId,
    pub alias: Option<Name>,
    /// The components whose image is another one.
    pub images: Vec<Component>,
    /// The targets whose configuration is another one.
    pub configurations: Vec<Name>,
}

/// Verdicts and figures of what is known about the images: by type, then by what is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub counts: BTreeMap<Name, BTreeMap<Name, u64>>,
    pub failed: usize,
}

/// Why no release can be made.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("`{alias}` is the name of {deployment} {} already", release.short())]
    AliasTaken { deployment: Name, alias: Name, release: ReleaseId },
    #[error("`{alias}` cannot be a name: it is also the beginning of the id {release}")]
    AliasIsId { alias: Name, release: ReleaseId },
    #[error("{deployment} {} was withdrawn: \"{reason}\"", release.short())]
    Withdrawn { deployment: Name, release: ReleaseId, reason: String },
    #[error("nothing of {deployment} can be rolled out on {target}{}", if *.without_images { " without an image" } else { "" })]
    Nothing { deployment: Name, target: Name, without_images: bool },
}

/// Puts a release together; changes nothing.
pub fn plan(
    request: &Request,
    images: BTreeMap<Component, Chosen>,
    naming: Naming,
    (ledger, set): (&Ledger, &ClosedSet),
) -> Result<Plan, ReleaseError> {
    let content = Content::resolve(request, &images)?;
    let mut release = content.release(request, images, naming);
    release.release = release.content().id();
    may_be_made(&release, ledger, set)?;
    let (ids, evidence) = evidence(&release, ledger, set);
    release.evidence = Set::new(ids);
    let recorded = recorded(&release, ledger, set);
    let before = before(&release, ledger, set);
    Ok(Plan { release, blobs: content.blobs, recorded, before, evidence, warnings: content.warnings })
}

/// The configuration of every target.
struct Content {
    config: BTreeMap<Name, field::Blob>,
    components: BTreeMap<Name, Set<Component>>,
    blobs: Vec<Blob>,
    warnings: Vec<Diagnostic>,
}

impl Content {
    fn resolve(request: &Request, images: &BTreeMap<Component, Chosen>) -> Result<Self, ReleaseError> {
        let facts = request.sources.facts();
        let mut content =
            Self { config: BTreeMap::new(), components: BTreeMap::new(), blobs: Vec::new(), warnings: Vec::new() };
        for target in request.deployment.targets.keys() {
            let resolved = request.deployment.resolve(target.as_str(), facts.as_ref())?;
            let Some(components) = Set::new(carried(&resolved, images)) else { continue };
            let bytes = resolved.canonical_json();
            content.config.insert(target.clone(), named(&bytes));
            content.components.insert(target.clone(), components);
            content.blobs.push(Blob { media_type: MEDIA_TYPE.to_owned(), content: bytes });
            content.warnings.extend(resolved.warnings);
        }
        if !content.config.contains_key(request.target) {
            let (deployment, target) = (request.deployment.name.clone(), request.target.clone());
            return Err(ReleaseError::Nothing { deployment, target, without_images: images.is_empty() });
        }
        Ok(content)
    }

    fn release(&self, request: &Request, images: BTreeMap<Component, Chosen>, naming: Naming) -> ReleaseCreated {
        let artifact = |(component, chosen): (Component, Chosen)| {
            (component, Artifact { image: chosen.image, build: chosen.build })
        };
        let whole = "there is a target";
        ReleaseCreated {
            release: ReleaseId(Digest::of(b"")),
            deployment: request.deployment.name.clone(),
            alias: naming.alias,
            target: Some(request.target.clone()),
            artifacts: Map::new(images.into_iter().map(artifact)),
            config: Map::new(self.config.clone()).expect(whole),
            components: Map::new(self.components.clone()).expect(whole),
            vendored: None,
            evidence: None,
            reports: None,
            git: request.sources.git(),
            annotations: Map::new(naming.annotations),
            on_behalf_of: None,
            ci: request.sources.ci(),
        }
    }
}

/// What a target rolls out: all whose images are there; a deployment of nothing but images checks these.
fn carried(resolved: &Resolved, images: &BTreeMap<Component, Chosen>) -> BTreeSet<Component> {
    let has_images =
        |component: &&Component| resolved.images_of(component).iter().all(|image| images.contains_key(image));
    let rolled_out: BTreeSet<Component> = resolved.rollout_components().cloned().collect();
    if rolled_out.is_empty() {
        return resolved.image_components().filter(|component| images.contains_key(*component)).cloned().collect();
    }
    rolled_out.iter().filter(has_images).cloned().collect()
}

fn named(bytes: &[u8]) -> field::Blob {
    field::Blob {
        digest: Digest::of(bytes),
        size: Int::new(bytes.len() as u64).unwrap_or(Int::from(u32::MAX)),
        media_type: Str::new(MEDIA_TYPE).unwrap_or_else(|_| unreachable!("a media type is a short text")),
    }
}

/// Whether the release was not withdrawn, and its alias is nobody else's.
pub fn may_be_made(release: &ReleaseCreated, ledger: &Ledger, set: &ClosedSet) -> Result<(), ReleaseError> {
    let (deployment, id) = (release.deployment.clone(), release.release);
    if let Some(withdrawal) = ledger.withdrawal(id, set) {
        let reason = match ledger.data(withdrawal) {
            Some(Data::ReleaseWithdrawn(withdrawn)) => withdrawn.reason.to_string(),
            Some(_) | None => String::new(),
        };
        return Err(ReleaseError::Withdrawn { deployment, release: id, reason });
    }
    let Some(alias) = &release.alias else { return Ok(()) };
    let ids = created(ledger, set).into_iter().map(|(_, created)| created.release).chain([id]);
    if let Some(release) = ids.into_iter().find(|id| looks_like_id(alias, &id.0)) {
        return Err(ReleaseError::AliasIsId { alias: alias.clone(), release });
    }
    match ledger.alias_holders(&deployment, alias, set).into_iter().find(|holder| *holder != id) {
        Some(release) => Err(ReleaseError::AliasTaken { deployment, alias: alias.clone(), release }),
        None => Ok(()),
    }
}

/// The event that says all of this already: another name, or another target to begin with, is a new event.
fn recorded(release: &ReleaseCreated, ledger: &Ledger, set: &ClosedSet) -> Option<EventId> {
    let same = |other: &ReleaseCreated| {
        other.deployment == release.deployment
            && other.release == release.release
            && other.target == release.target
            && (release.alias.is_none() || other.alias == release.alias)
    };
    let all = created(ledger, set);
    let mut same = all.iter().filter(|(index, other)| same(other) && ledger.counts(*index, set));
    same.next().map(|(index, _)| ledger.entry(*index).event.id)
}

fn before(release: &ReleaseCreated, ledger: &Ledger, set: &ClosedSet) -> Option<Before> {
    let all = created(ledger, set);
    let of_deployment = |other: &&ReleaseCreated| other.deployment == release.deployment;
    let earlier = all.iter().rev().map(|(_, other)| *other).filter(of_deployment);
    let before = earlier.clone().find(|other| other.release != release.release)?;
    let alias = earlier.filter(|other| other.release == before.release).find_map(|other| other.alias.clone());
    let digest = |of: &ReleaseCreated, component| of.image(component).map(|image| image.digest);
    let components: BTreeSet<&Component> = [before, release]
        .into_iter()
        .flat_map(|of| of.artifacts.iter().flatten())
        .map(|(component, _)| component)
        .collect();
    let targets: BTreeSet<&Name> = [before, release].into_iter().flat_map(|of| of.config.keys()).collect();
    let config = |of: &ReleaseCreated, target| of.config.get(target).map(|blob| blob.digest);
    let images = components.into_iter().filter(|one| digest(before, one) != digest(release, one)).cloned().collect();
    let configurations =
        targets.into_iter().filter(|one| config(before, one) != config(release, one)).cloned().collect();
    Some(Before { release: before.release, alias, images, configurations })
}

/// What is known about the images: the newest of each type, name, component and target.
fn evidence(release: &ReleaseCreated, ledger: &Ledger, set: &ClosedSet) -> (Vec<EventId>, Figures) {
    let images: BTreeSet<Digest> =
        release.artifacts.iter().flatten().map(|(_, artifact)| artifact.image.digest).collect();
    let about = |evidence: &EvidenceRecorded| {
        evidence.deployment == release.deployment
            && evidence.images.iter().flat_map(|images| images.iter()).any(|image| images.contains(&image.digest))
    };
    let there: Vec<(Index, &EvidenceRecorded)> = ledger
        .entries()
        .filter_map(|(index, entry)| match entry.event.data() {
            Some(Data::EvidenceRecorded(evidence)) if about(evidence) && ledger.counts(index, set) => {
                Some((index, &**evidence))
            }
            Some(_) | None => None,
        })
        .collect();
    // Object by object: what it says of each image of this release was said anew.
    let of_release = |evidence: &EvidenceRecorded| -> BTreeSet<Digest> {
        let all = evidence.images.iter().flat_map(|images| images.iter()).map(|image| image.digest);
        all.filter(|digest| images.contains(digest)).collect()
    };
    let newer = |one: &(Index, &EvidenceRecorded), other: &(Index, &EvidenceRecorded)| {
        let (a, b) = (one.1, other.1);
        ledger.entry(other.0).past.contains(one.0)
            && (&a.r#type, &a.name, &a.component, &a.target) == (&b.r#type, &b.name, &b.component, &b.target)
    };
    let superseded = |one: &(Index, &EvidenceRecorded)| {
        let said_anew = there.iter().filter(|other| newer(one, other)).flat_map(|(_, other)| of_release(other));
        of_release(one.1).is_subset(&said_anew.collect())
    };
    let newest: Vec<_> = there.iter().filter(|one| !superseded(one)).copied().collect();
    let mut figures = Figures::default();
    let images: Vec<Digest> = images.iter().copied().collect();
    for (_, evidence) in ledger.summed_evidence(&newest, &images) {
        figures.add(evidence);
    }
    (newest.iter().map(|(index, _)| ledger.entry(*index).event.id).collect(), figures)
}

impl Figures {
    fn add(&mut self, evidence: &EvidenceRecorded) {
        if evidence.verdict == Some(ledger_format::event::Verdict::Failed) {
            self.failed += 1;
        }
        let of_type = self.counts.entry(evidence.r#type.clone()).or_default();
        for (what, count) in evidence.counts.iter().flat_map(|counts| counts.iter()) {
            *of_type.entry(what.clone()).or_default() += count.get();
        }
    }
}
