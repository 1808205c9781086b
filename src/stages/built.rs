//! Which image of a component is meant: the one built from what is here, else the newest, else one named by its digest.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{BuildRecorded, Data};
use ledger_format::field::Image;
use ledger_format::ledger::{ClosedSet, Entry, Ledger};
use ledger_format::name::{Component, EventId, Name};

use super::build::{BuildError, Request, described, read, repository};
use crate::registry::layout::Layout;

/// The image of a component, and the event that says how it came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub image: Image,
    /// `None`: no event says who built it.
    pub build: Option<EventId>,
    pub fit: Fit,
}

/// How an image stands to what is here now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Built from these very inputs.
    Same,
    /// Built from other inputs: what is here was not built.
    Other,
    /// Nobody can tell: built elsewhere, or what it is made of is not here.
    Unknown,
}

/// Images that were named by their digest, for a component or for the only one.
pub type Named = BTreeMap<Component, Digest>;

/// Why there is no image of a component.
#[derive(Debug, thiserror::Error)]
pub enum NoImage {
    #[error("{component} was not built for {target}: the ledger has no build of it")]
    NotBuilt { component: Component, target: Name },
    #[error("{component} was built differently at the same time: {}", shown(.digests))]
    Several { component: Component, digests: Vec<Digest> },
    #[error("{component} has no image {digest}: no build of it is recorded, and {} does not hold it", layout.display())]
    Unknown { component: Component, digest: Digest, layout: std::path::PathBuf },
    #[error(transparent)]
    Config(BuildError),
}

fn shown(digests: &[Digest]) -> String {
    digests.iter().map(|digest| format!("sha256:{}", digest.short())).collect::<Vec<_>>().join(", ")
}

/// What a choice is made among.
#[derive(Clone, Copy)]
pub struct Among<'a> {
    pub ledger: &'a Ledger,
    pub set: &'a ClosedSet,
    pub images: &'a Layout,
}

/// The image of each component, or all that are missing.
pub fn choose<'c>(
    request: &Request,
    components: impl IntoIterator<Item = &'c Component>,
    named: &Named,
    among: Among<'_>,
) -> Result<BTreeMap<Component, Chosen>, Vec<NoImage>> {
    let (mut chosen, mut missing) = (BTreeMap::new(), Vec::new());
    for component in components {
        let found = match named.get(component) {
            Some(digest) => of_digest(request, component, digest, among),
            None => newest(request, component, among),
        };
        match found {
            Ok(one) => drop(chosen.insert(component.clone(), one)),
            Err(error) => missing.push(error),
        }
    }
    if missing.is_empty() { Ok(chosen) } else { Err(missing) }
}

fn newest(request: &Request, component: &Component, among: Among<'_>) -> Result<Chosen, NoImage> {
    let builds = builds(request, component, among);
    let here = read(request, component).map(|prepared| prepared.inputs).ok();
    let of = |(index, build): &(Index, &BuildRecorded), fit| Chosen {
        image: build.image.clone(),
        build: Some(among.ledger.entry(*index).event.id),
        fit,
    };
    let in_past =
        |one: &(Index, &BuildRecorded)| builds.iter().any(|(other, _)| among.ledger.entry(*other).past.contains(one.0));
    let heads: Vec<_> = builds.iter().filter(|build| !in_past(build)).collect();
    let told = heads.iter().all(|(_, build)| build.inputs.is_some());
    let same = builds.iter().rev().find(|(_, build)| here.is_some() && build.inputs == here);
    if let (true, Some(same)) = (told, same) {
        return Ok(of(same, Fit::Same));
    }
    let digests: BTreeSet<Digest> = heads.iter().map(|(_, build)| build.image.digest).collect();
    match (heads.last(), digests.len()) {
        (None, _) => Err(NoImage::NotBuilt { component: component.clone(), target: request.target.clone() }),
        (Some(newest), 1) => Ok(of(newest, if here.is_some() && told { Fit::Other } else { Fit::Unknown })),
        (Some(_), _) => Err(NoImage::Several { component: component.clone(), digests: digests.into_iter().collect() }),
    }
}

/// The builds of a component that may serve the target, in the order in which events are shown.
fn builds<'a>(request: &Request, component: &Component, among: Among<'a>) -> Vec<(Index, &'a BuildRecorded)> {
    let of_entry = |(index, entry): (Index, &'a Entry)| match entry.event.data() {
        Some(Data::BuildRecorded(build)) => Some((index, &**build)),
        Some(_) | None => None,
    };
    let serves = |build: &BuildRecorded| {
        build.deployment == request.deployment.name
            && build.component == *component
            && build.target.as_ref().is_none_or(|target| target == request.target)
    };
    let all = among.ledger.entries().filter_map(of_entry).filter(|(_, build)| serves(build));
    let mut builds: Vec<_> = all.filter(|(index, _)| among.ledger.counts(*index, among.set)).collect();
    builds.sort_by_key(|(index, _)| among.ledger.order(*index));
    builds
}

fn of_digest(request: &Request, component: &Component, digest: &Digest, among: Among<'_>) -> Result<Chosen, NoImage> {
    if let Some((index, build)) = builds(request, component, among).iter().rfind(|(_, b)| b.image.digest == *digest) {
        let build_event = Some(among.ledger.entry(*index).event.id);
        return Ok(Chosen { image: build.image.clone(), build: build_event, fit: Fit::Unknown });
    }
    let facts = request.sources.facts();
    let build = request.deployment.image_build(component, request.target.as_str(), facts.as_ref());
    let build = build.map_err(|error| NoImage::Config(error.into()))?;
    let repository = repository(&build)
        .map_err(|source| NoImage::Config(BuildError::Name { component: component.clone(), source }))?;
    match among.images.image_by_digest(&repository, digest) {
        Ok(found) => Ok(Chosen { image: described(&found, &repository, None), build: None, fit: Fit::Unknown }),
        Err(_) => Err(NoImage::Unknown {
            component: component.clone(),
            digest: *digest,
            layout: among.images.root().to_owned(),
        }),
    }
}
