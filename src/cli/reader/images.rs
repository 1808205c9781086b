//! Which images run on a target: those that its components came to, each with its own release.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{Artifact, Copied, Data};
use ledger_format::name::{Component, ReleaseId};
use ledger_format::projection::target::Target;

use super::Reader;
use crate::cli::view::status::RunningImage;

impl Reader<'_> {
    /// The images that components were said to run; of a release of which nothing was said and all is here, all.
    pub(super) fn images(&self, here: &Target) -> Vec<RunningImage> {
        let mut by_release: BTreeMap<ReleaseId, Vec<(&Component, Index)>> = BTreeMap::new();
        for (component, start) in &here.stands {
            if let Some(data) = self.ledger().start(*start) {
                by_release.entry(data.release).or_default().push((component, *start));
            }
        }
        let only = by_release.len() == 1 && here.missing.is_empty();
        let mut images: Vec<RunningImage> =
            by_release.iter().flat_map(|(release, stands)| self.of_release(*release, stands, only)).collect();
        images.sort_by(|one, other| (&one.component, one.digest).cmp(&(&other.component, other.digest)));
        images.dedup();
        images
    }

    fn of_release(&self, release: ReleaseId, stands: &[(&Component, Index)], only: bool) -> Vec<RunningImage> {
        let ledger = self.ledger();
        let Some(start) = stands.first().and_then(|(_, start)| ledger.start(*start)) else { return Vec::new() };
        let Some(created) = ledger.release_of(&start.deployment, release, &self.set) else { return Vec::new() };
        let said: BTreeSet<Digest> =
            stands.iter().flat_map(|(component, start)| self.said_to_run(*start, component)).collect();
        let copies: Vec<&Copied> = stands.iter().flat_map(|(_, start)| self.copies(*start)).collect();
        let one = |(component, artifact): (&Component, &Artifact)| {
            let copy = copies.iter().find(|copy| copy.component == *component);
            let image = copy.map_or(&artifact.image, |copy| &copy.image);
            let runs = said.contains(&image.digest) || (said.is_empty() && only);
            let reference = format!("{}@{}", image.repository, image.digest);
            let running = RunningImage { component: component.clone(), reference, digest: image.digest };
            runs.then_some(running)
        };
        created.artifacts.iter().flatten().filter_map(one).collect()
    }

    /// What the last applications of a component by a start say that runs now.
    fn said_to_run(&self, start: Index, component: &Component) -> Vec<Digest> {
        let applied = self.ledger().applied(start, component, &self.set).into_iter();
        applied.flat_map(|(_, applied)| applied.images.iter().flatten().copied()).collect()
    }

    /// Where the promotion of a start brought images.
    fn copies(&self, start: Index) -> impl Iterator<Item = &Copied> {
        let ledger = self.ledger();
        let promotion = ledger.start(start).and_then(|start| ledger.index(start.promotion?));
        let images = match promotion.and_then(|index| ledger.data(index)) {
            Some(Data::PromotionRecorded(promotion)) => promotion.images.as_ref(),
            Some(_) | None => None,
        };
        images.into_iter().flatten()
    }
}
