//! What targets ask for.

use ledger_format::authority::document::{Authority, PolicyEntry};
use ledger_format::digest::Digest;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Name};
use ledger_format::policy::{Policy, Rules};
use ledger_format::time::Time;
use serde::Serialize;

use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::authority::{place, rules};

/// Every policy of the newest authority, in the order in which they are written.
#[derive(Debug, Clone, Serialize)]
pub struct Policies {
    pub authority: Version,
    pub policies: Vec<PolicyEntry>,
}

/// What a target asks of a deployment, all its policies together.
#[derive(Debug, Clone, Serialize)]
pub struct Resolved {
    pub deployment: Name,
    pub target: Name,
    /// What approvals and starts bind.
    pub digest: Digest,
    pub rules: Vec<Rules>,
    /// The version since which it is the same.
    pub since: Version,
}

/// A version of the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    pub version: u64,
    pub event: EventId,
    pub time: Time,
    pub proposed_by: Name,
}

impl Policies {
    pub fn of(ledger: &Ledger, set: &ClosedSet) -> Self {
        let (version, authority) = newest(ledger, set);
        Self { authority: version, policies: authority.policies.iter().flat_map(|all| all.to_vec()).collect() }
    }
}

impl Resolved {
    pub fn of(ledger: &Ledger, set: &ClosedSet, deployment: &Name, target: &Name) -> Self {
        let (_, authority) = newest(ledger, set);
        let policy = Policy::resolve(authority, deployment, target);
        let digest = policy.digest();
        let same = |authority: &Authority| Policy::resolve(authority, deployment, target).digest() == digest;
        let versions = versions(ledger, set);
        let since = versions.iter().rev().take_while(|(_, authority)| same(authority)).last();
        let since = since.map_or_else(|| newest(ledger, set).0, |(version, _)| version.clone());
        Self {
            deployment: deployment.clone(),
            target: target.clone(),
            digest,
            rules: policy.rules().iter().map(|rules| (*rules).clone()).collect(),
            since,
        }
    }
}

/// The authorities in force, the newest last.
fn versions<'a>(ledger: &'a Ledger, set: &ClosedSet) -> Vec<(Version, &'a Authority)> {
    let version = |id: EventId| {
        let entry = ledger.get(id)?;
        let authority = entry.event.data()?.authority()?;
        let proposed_by = entry.principal.clone();
        let version =
            Version { version: authority.version.get(), event: id, time: entry.event.header.time, proposed_by };
        Some((version, authority))
    };
    let mut found: Vec<_> = ledger.authorities_in_force(set).into_iter().filter_map(version).collect();
    found.sort_by_key(|(version, _)| (version.version, version.event));
    found
}

fn newest<'a>(ledger: &'a Ledger, set: &ClosedSet) -> (Version, &'a Authority) {
    let newest = versions(ledger, set).pop();
    // The first event's authority is in force in every set.
    newest.unwrap_or_else(|| unreachable!("a ledger has a first authority"))
}

impl Version {
    fn says(&self, look: &Look) -> String {
        let when = look.times.exact(self.time.into());
        format!("authority version {} ({when}, {})", self.version, self.proposed_by)
    }
}

impl View for Policies {
    fn draw(&self, page: &mut Page<'_>) {
        page.line(self.authority.says(page.look));
        for entry in &self.policies {
            page.line(Line::new().bold(place(entry)).indented(2));
            draw_rules(page, &entry.rules);
        }
    }
}

impl View for Resolved {
    fn draw(&self, page: &mut Page<'_>) {
        let Self { deployment, target, digest, since, .. } = self;
        let digest = page.look.digest(digest);
        page.line(
            Line::new()
                .text(format!("policy of {deployment} on "))
                .bold(target)
                .text(format!(" {digest}, unchanged since {}", since.says(page.look))),
        );
        for one in &self.rules {
            draw_rules(page, one);
        }
        if self.rules.is_empty() {
            page.line(
                Line::new().mark(Mark::Nothing).text("asks nothing: whoever has the right may roll out").indented(2),
            );
        }
    }
}

fn draw_rules(page: &mut Page<'_>, one: &Rules) {
    for says in rules::says(one) {
        page.line(Line::new().text(says).indented(4));
    }
}
