//! Facts of a target that contradict each other, in words; and what findings are about.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::finding::Finding;
use ledger_format::name::{Component, Name};
use ledger_format::projection::target::Target;
use ledger_format::right::Dimension;

use super::Reader;
use crate::cli::error::Exit;
use crate::cli::view::says::list;
use crate::cli::view::status::{Dispute, Overlap};

impl Reader<'_> {
    pub(super) fn dispute(&self, here: &Target) -> Option<Dispute> {
        let running = &here.running;
        if !running.is_disputed() {
            return None;
        }
        let events: BTreeSet<Index> = running.unsettled.iter().chain(&running.contradicted_by).copied().collect();
        let mut says = Vec::new();
        if !running.unsettled.is_empty() {
            let each = running.unsettled.iter().map(|start| self.brief_start(*start));
            says.push(format!("nobody saw which came last: {}", list(each)));
        }
        says.extend(running.contradicted_by.iter().map(|seen| self.contradiction(here, *seen)));
        Some(Dispute { events: self.ids(events), says: says.join("; ") })
    }

    pub(super) fn overlaps(&self, deployment: &Name, target: &Name) -> Vec<Overlap> {
        let ledger = self.ledger();
        let mut pairs: Vec<[Index; 2]> = ledger
            .overlaps(deployment, target, &self.set)
            .into_iter()
            .map(|overlap| [overlap.one, overlap.other])
            .collect();
        for pair in &mut pairs {
            pair.sort_by_key(|start| ledger.order(*start));
        }
        pairs.sort_by_key(|[_, later]| std::cmp::Reverse(ledger.order(*later)));
        let says = |pair: &[Index; 2]| list(pair.map(|start| self.brief_start(start)));
        pairs.iter().map(|pair| Overlap { events: pair.map(|start| self.id(start)), says: says(pair) }).collect()
    }

    /// `v1.5.0 by ana (3a90d1c76e5b)`
    fn brief_start(&self, start: Index) -> String {
        let entry = self.ledger().entry(start);
        let id = self.world().ui.look().event(&entry.event.id);
        match self.ledger().start(start) {
            Some(data) => {
                let release = self.name(&data.deployment, &data.release).short(self.world().ui.look());
                format!("{release} by {} ({id})", entry.principal)
            }
            None => id,
        }
    }

    /// `ecs-watch saw api sha256:9d20b6e4f173 at 11:05, the release has 1f6b3c88d2a4`
    fn contradiction(&self, here: &Target, observation: Index) -> String {
        let look = self.world().ui.look();
        let entry = self.ledger().entry(observation);
        let at = look.times.exact(entry.event.header.time.into());
        let of_release: BTreeSet<(Component, Digest)> = here.live().map_or_else(BTreeSet::new, |live| {
            let created = self.ledger().release_of(&live.key.deployment, live.key.release, &self.set);
            let artifacts = created.into_iter().flat_map(|created| created.artifacts.iter().flatten());
            artifacts.map(|(component, artifact)| (component.clone(), artifact.image.digest)).collect()
        });
        let seen = here.running.observed.iter().filter(|(_, seen)| seen.contains(&observation));
        let images = seen.flat_map(|(component, _)| {
            let images = self.ledger().observed(observation, component).and_then(|seen| seen.images.as_ref());
            images.into_iter().flatten().map(move |image| (component, image))
        });
        let strange: Vec<String> = images
            .filter(|(_, image)| !of_release.iter().any(|(_, known)| known == *image))
            .map(|(component, image)| format!("{} {}", component.name(), look.digest(image)))
            .collect();
        let known =
            list(of_release.iter().map(|(component, image)| format!("{} {}", component.name(), look.digest(image))));
        format!("{} saw {} at {at}, the release has {known}", entry.principal, list(&strange))
    }

    /// Whether a finding is of this target, or of none.
    pub fn is_about(&self, finding: &Finding, deployment: &Name, target: &Name) -> bool {
        let of = |dimension: &Dimension<Name>, name: &Name| match dimension {
            Dimension::One(one) => one == name,
            Dimension::All | Dimension::Unasked => true,
        };
        let scopes = self.ledger().scopes_of(finding.index);
        scopes.is_empty() || scopes.iter().any(|scope| of(&scope.deployment, deployment) && of(&scope.target, target))
    }

    /// How a command ends that showed targets: open findings of these, and of none, are told by the exit code.
    pub fn end_about(
        &self,
        findings: &[Finding],
        places: &[(Name, Name)],
    ) -> Result<Exit, crate::cli::error::CliError> {
        let exit = self.end()?;
        let open = |finding: &&Finding| {
            !finding.closed && places.iter().any(|(deployment, target)| self.is_about(finding, deployment, target))
        };
        Ok(if findings.iter().any(|finding| open(&finding)) { Exit::OpenFindings } else { exit })
    }
}
