//! What one authority document changes against another.

use std::collections::BTreeMap;

use ledger_format::authority::document::{Authority, Ended, PolicyEntry, Principal};
use ledger_format::field::Set;
use ledger_format::name::{Name, Pattern};
use ledger_format::right::Grant;
use serde::Serialize;

use super::rules;
use crate::cli::presets;
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::list;

/// One line of the difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub how: How,
    /// `key`, `rights`, `groups`, `roots`, `policy`, `end`, ...
    pub what: &'static str,
    /// In words for people; they may change.
    pub says: String,
    /// What needs lines of its own: the rules of a policy.
    pub details: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Added,
    Changed,
    Removed,
}

impl Change {
    pub fn line(&self) -> Line {
        let mark = match self.how {
            How::Added => Mark::Add,
            How::Changed => Mark::Change,
            How::Removed => Mark::Remove,
        };
        Line::new().mark(mark).text(format!("{:<9}", self.what)).text(&self.says)
    }
}

/// What `new` changes, the weightiest first.
pub fn changes(old: &Authority, new: &Authority) -> Vec<Change> {
    let mut found = Vec::new();
    roots(old, new, &mut found);
    for (what, before, after) in [
        ("home", old.home.as_str().to_owned(), new.home.as_str().to_owned()),
        ("level", old.level.get().to_string(), new.level.get().to_string()),
    ] {
        if before != after {
            found.push(Change { how: How::Changed, what, says: format!("{before} → {after}"), details: Vec::new() });
        }
    }
    principals(old, new, &mut found);
    ends(new, &mut found);
    policies(old, new, &mut found);
    found
}

fn roots(old: &Authority, new: &Authority, found: &mut Vec<Change>) {
    let said = |document: &Authority| {
        let roots = &document.roots;
        format!("{} of {}", roots.threshold.get(), list(roots.principals.iter()))
    };
    if old.roots != new.roots {
        found.push(Change {
            how: How::Changed,
            what: "roots",
            says: format!("{} → {}", said(old), said(new)),
            details: Vec::new(),
        });
    }
}

fn principals(old: &Authority, new: &Authority, found: &mut Vec<Change>) {
    const NOBODY: Principal = Principal { groups: None, rights: None, keys: None };
    let names: std::collections::BTreeSet<&Name> = old.principals.keys().chain(new.principals.keys()).collect();
    for name in names {
        let before = old.principals.get(name).unwrap_or(&NOBODY);
        let after = new.principals.get(name).unwrap_or(&NOBODY);
        let keys = |principal: &Principal| {
            let keys = principal.keys.iter().flat_map(|keys| keys.keys());
            keys.map(|key| (key.to_string(), format!("{name} {}", key.short()))).collect::<BTreeMap<_, _>>()
        };
        differ("key", &keys(before), &keys(after), found);
        let rights = |principal: &Principal| {
            let grants = principal.rights.iter().flatten().map(grant);
            grants.map(|text| (text.clone(), format!("{name} {text}"))).collect::<BTreeMap<_, _>>()
        };
        differ("rights", &rights(before), &rights(after), found);
        let groups = |principal: &Principal| {
            let groups = principal.groups.iter().flatten();
            groups.map(|group| (group.to_string(), format!("{name} in {group}"))).collect::<BTreeMap<_, _>>()
        };
        differ("group", &groups(before), &groups(after), found);
    }
}

fn differ(what: &'static str, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>, found: &mut Vec<Change>) {
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(_, says)| (How::Removed, says));
    let come = new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, says)| (How::Added, says));
    found.extend(gone.chain(come).map(|(how, says)| Change { how, what, says: says.clone(), details: Vec::new() }));
}

/// What is written for ever in this version: nothing of it can be taken back.
fn ends(new: &Authority, found: &mut Vec<Change>) {
    let mut add = |how, what, says| found.push(Change { how, what, says, details: Vec::new() });
    if let Some(Ended { keys, principals }) = &new.ended {
        let keys = keys.iter().flat_map(|keys| keys.iter()).map(|(key, end)| (format!("key {}", key.short()), end));
        let names = principals.iter().flat_map(|names| names.iter()).map(|(name, end)| (name.to_string(), end));
        for (who, end) in names.chain(keys) {
            let since =
                end.since.map_or_else(String::new, |id| format!("; what came after {} is to be reviewed", id.short()));
            add(How::Removed, "end", format!("{who}, for ever: {}{since}", end.reason.as_str()));
        }
    }
    for id in new.lifted.iter().flatten() {
        add(How::Added, "lift", format!("suspension {}", id.short()));
    }
    for id in new.excluded.iter().flatten() {
        add(How::Removed, "exclude", format!("event {}", id.short()));
    }
}

fn policies(old: &Authority, new: &Authority, found: &mut Vec<Change>) {
    let entries =
        |document: &Authority| -> Vec<PolicyEntry> { document.policies.iter().flat_map(|all| all.to_vec()).collect() };
    let (before, after) = (entries(old), entries(new));
    let mut add = |how, entry: &PolicyEntry| {
        let details = rules::says(&entry.rules);
        found.push(Change { how, what: "policy", says: place(entry), details });
    };
    before.iter().filter(|entry| !after.contains(entry)).for_each(|entry| add(How::Removed, entry));
    after.iter().filter(|entry| !before.contains(entry)).for_each(|entry| add(How::Added, entry));
}

/// `shop on prod`
pub fn place(entry: &PolicyEntry) -> String {
    let all = |patterns: &Set<Pattern>, what: &str| match patterns.iter().any(|one| *one == Pattern::any()) {
        true => format!("every {what}"),
        false => list(patterns.iter().map(Pattern::as_str)),
    };
    format!("{} on {}", all(&entry.deployments, "deployment"), all(&entry.targets, "target"))
}

/// `deployer, promoter for dev, staging`; `builder everywhere`
pub fn grant(grant: &Grant) -> String {
    let may = presets::said(grant.may.iter()).join(", ");
    let dimension = |patterns: &Option<Set<Pattern>>, name: &str| match patterns {
        None => Some(format!("no {name}")),
        Some(all) if all.iter().any(|one| *one == Pattern::any()) => None,
        Some(some) => Some(format!("{name} {}", list(some.iter().map(Pattern::as_str)))),
    };
    let limits: Vec<String> = [
        dimension(&grant.targets, "target"),
        dimension(&grant.deployments, "deployment"),
        dimension(&grant.components, "component"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if limits.is_empty() { format!("{may} everywhere") } else { format!("{may} for {}", limits.join("; ")) }
}
