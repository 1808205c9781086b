//! CI runs as events claim them: `built by ci, run 3188`.

use std::collections::BTreeSet;

use ledger_format::event::{Data, ReleaseCreated};
use ledger_format::field::Ci;
use ledger_format::ledger::Ledger;
use ledger_format::name::Name;

/// The run that an event was written in.
pub fn of(data: &Data) -> Option<&Ci> {
    match data {
        Data::ApprovalRequested(data) => data.ci.as_ref(),
        Data::BuildRecorded(data) => data.ci.as_ref(),
        Data::EvidenceRecorded(data) => data.ci.as_ref(),
        Data::PromotionRecorded(data) => data.ci.as_ref(),
        Data::ReleaseCreated(data) => data.ci.as_ref(),
        Data::RolloutStarted(data) => data.ci.as_ref(),
        _ => None,
    }
}

/// `ci, run 3188`
pub fn by(principal: &Name, ci: Option<&Ci>) -> String {
    match ci.and_then(|ci| ci.run.as_ref()) {
        Some(run) => format!("{principal}, run {run}"),
        None => principal.to_string(),
    }
}

/// Who built the images of a release, and in which runs.
pub fn builders(release: &ReleaseCreated, ledger: &Ledger) -> BTreeSet<String> {
    let builds = release.artifacts.iter().flatten().filter_map(|(_, artifact)| artifact.build);
    let entries = builds.filter_map(|build| ledger.get(build));
    entries.map(|entry| by(&entry.principal, entry.event.data().and_then(of))).collect()
}

/// `8d3e6f1 on main, clean; built by ci, run 3188`
pub fn from(commit: Option<String>, builders: &BTreeSet<String>) -> Option<String> {
    let builders: Vec<&str> = builders.iter().map(String::as_str).collect();
    let built = (!builders.is_empty()).then(|| format!("built by {}", builders.join(" and ")));
    let parts: Vec<String> = commit.into_iter().chain(built).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `github-actions: acme/shop, ship, run 3188, attempt 1, job build · https://...`
pub fn whole(ci: &Ci) -> String {
    let plain = [&ci.repository, &ci.workflow].into_iter().flatten().map(ToString::to_string);
    let named = [("run", &ci.run), ("attempt", &ci.attempt), ("job", &ci.job), ("change", &ci.change)];
    let named = named.into_iter().filter_map(|(name, text)| Some(format!("{name} {}", text.as_ref()?)));
    let says = plain.chain(named).collect::<Vec<_>>().join(", ");
    let url = ci.url.as_ref().map(|url| format!(" · {url}")).unwrap_or_default();
    format!("{}: {says}{url}", ci.provider)
}
