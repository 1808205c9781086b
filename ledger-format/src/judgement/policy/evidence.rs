//! Evidence: what is there, what is newest, what speaks against; and the builds behind the images.

use std::collections::BTreeSet;

use super::{Blame, RuleCheck};
use crate::dag::Index;
use crate::digest::Digest;
use crate::event::{BuildRecorded, Data, EvidenceRecorded, Object, Verdict};
use crate::judgement::{Code, Court};
use crate::policy::{EvidenceRule, On};

impl Court<'_> {
    /// The digests of the release's images.
    fn images(&self) -> BTreeSet<Digest> {
        let created = self.ledger.indexes.releases.get(&self.gate.release).into_iter().flatten().copied();
        let created = created.filter(|index| self.grants(*index)).filter_map(|index| self.ledger.data(index));
        let images = created.flat_map(Data::images);
        images.map(|image| image.digest).collect()
    }

    pub(super) fn evidence(&self, rule: &EvidenceRule) -> Vec<RuleCheck> {
        let objects: BTreeSet<Digest> = match rule.on {
            On::Images => self.images(),
            On::Release => BTreeSet::from([self.gate.release.0]),
        };
        let mut missing = 0;
        let mut failed = Vec::new();
        for object in &objects {
            let newest = self.newest(*object, rule);
            let passing = newest.iter().filter(|(_, evidence)| passes(evidence, rule)).count();
            let fresh = |index: Index| {
                let time = self.ledger.entry(index).event.header.time;
                rule.max_age_ms.is_none_or(|ms| self.gate.time.ms_since(time) <= ms.get())
            };
            if passing == 0 || passing < newest.len() || !newest.iter().all(|(index, _)| fresh(*index)) {
                missing += 1;
            }
            failed.extend(self.failures(*object, rule));
        }
        let what = rule.name.as_ref().map_or_else(|| rule.r#type.to_string(), |name| format!("{} {name}", rule.r#type));
        let met = objects.len() - missing;
        let found = match rule.on {
            On::Images => format!("{what}: {met} of {} images", objects.len()),
            On::Release => format!("{what}: {}", if missing == 0 { "there" } else { "missing" }),
        };
        let mut checks = vec![RuleCheck::new(Code::PolicyEvidence, missing == 0, found)];
        if !failed.is_empty() {
            let blame = Blame::Events(failed.into_iter().map(|index| self.id(index)).collect());
            checks.push(RuleCheck::new(Code::EvidenceFailed, false, format!("{what} failed")).blaming(blame));
        }
        checks
    }

    /// Evidence of the rule's type and name on an object.
    fn on(&self, object: Digest, rule: &EvidenceRule) -> Vec<(Index, &EvidenceRecorded)> {
        let key = (self.gate.deployment.clone(), object);
        let indices = self.ledger.indexes.evidence.get(&key).into_iter().flatten().copied();
        let evidence = indices.filter_map(|index| match self.ledger.data(index) {
            Some(Data::EvidenceRecorded(evidence)) => Some((index, &**evidence)),
            Some(_) | None => None,
        });
        let asked = |evidence: &EvidenceRecorded| {
            let object = evidence.object();
            let about = match rule.on {
                On::Images => matches!(object, Some(Object::Images(_))),
                On::Release => matches!(object, Some(Object::Release(_))),
            };
            about
                && evidence.r#type == rule.r#type
                && rule.name.as_ref().is_none_or(|name| evidence.name.as_ref() == Some(name))
        };
        evidence.filter(|(_, evidence)| asked(evidence)).collect()
    }

    /// Those of the own past that no other one there supersedes.
    fn newest(&self, object: Digest, rule: &EvidenceRule) -> Vec<(Index, &EvidenceRecorded)> {
        let mut there = self.on(object, rule);
        there.retain(|(index, _)| self.grants(*index));
        let superseded = |one: &(Index, &EvidenceRecorded)| there.iter().any(|other| self.supersedes(*other, *one));
        there.iter().copied().filter(|one| !superseded(one)).collect()
    }

    fn supersedes(&self, newer: (Index, &EvidenceRecorded), older: (Index, &EvidenceRecorded)) -> bool {
        self.ledger.entry(newer.0).past.contains(older.0) && newer.1.is_of_one_series(older.1)
    }

    /// What speaks against it and is not superseded in the own past.
    fn failures(&self, object: Digest, rule: &EvidenceRule) -> Vec<Index> {
        let all = self.on(object, rule);
        let superseded = |one: (Index, &EvidenceRecorded)| {
            all.iter().any(|other| self.grants(other.0) && self.supersedes(*other, one))
        };
        let against =
            all.iter().copied().filter(|(index, evidence)| is_negative(evidence, rule) && self.restricts(*index));
        against.filter(|one| !superseded(*one)).map(|(index, _)| index).collect()
    }

    pub(super) fn built(&self) -> RuleCheck {
        self.each_image(Code::PolicyBuilt, "have a published build", |build| build.published.is_some())
    }

    /// That one clean commit gives these very bytes is enough, whatever else gave them too (LF-144).
    pub(super) fn clean(&self) -> RuleCheck {
        let clean = |build: &BuildRecorded| build.git.as_ref().is_some_and(|git| git.dirty.is_none());
        self.each_image(Code::PolicyClean, "have a build of a commit without other changes", clean)
    }

    fn each_image(&self, code: Code, what: &str, serves: impl Fn(&BuildRecorded) -> bool) -> RuleCheck {
        let serving: BTreeSet<Digest> =
            self.builds().filter(|build| serves(build)).map(|build| build.image.digest).collect();
        let images = self.images();
        let found = images.intersection(&serving).count();
        RuleCheck::new(code, found == images.len(), format!("{found} of {} images {what}", images.len()))
    }

    /// The builds of the release's images in the own past.
    fn builds(&self) -> impl Iterator<Item = &BuildRecorded> {
        let images = self.images();
        let indices =
            images.into_iter().flat_map(|image| self.ledger.indexes.builds.get(&image).cloned().unwrap_or_default());
        let counts = |index: &Index| self.grants(*index) && !self.ledger.is_disregarded(*index, None, self.grants);
        indices.filter(counts).filter_map(|index| match self.ledger.data(index) {
            Some(Data::BuildRecorded(build)) if build.deployment == self.gate.deployment => Some(&**build),
            Some(_) | None => None,
        })
    }
}

fn over_limit(evidence: &EvidenceRecorded, rule: &EvidenceRule) -> bool {
    let count = |name| evidence.counts.as_ref().and_then(|counts| counts.get(name));
    rule.limits
        .iter()
        .flat_map(|limits| limits.iter())
        .any(|(name, limit)| count(name).is_some_and(|count| count > limit))
}

fn is_negative(evidence: &EvidenceRecorded, rule: &EvidenceRule) -> bool {
    evidence.verdict == Some(Verdict::Failed) || over_limit(evidence, rule)
}

/// Passed, or without a verdict where figures or the type say enough; with each limited figure, none above its limit.
fn passes(evidence: &EvidenceRecorded, rule: &EvidenceRule) -> bool {
    let silent = rule.limits.is_some() || matches!(rule.r#type.as_str(), "sbom" | "provenance" | "signature");
    let verdict = match evidence.verdict {
        Some(Verdict::Passed) => true,
        Some(Verdict::Failed) => false,
        None => silent,
    };
    let counted = |name| evidence.counts.as_ref().is_some_and(|counts| counts.contains_key(name));
    let complete = rule.limits.iter().flat_map(|limits| limits.keys()).all(counted);
    verdict && complete && !over_limit(evidence, rule)
}
