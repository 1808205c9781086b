//! The rules of a policy in words.

use std::time::Duration;

use ledger_format::field::Int;
use ledger_format::policy::{ApprovalRule, EvidenceRule, Rules, Window};

use crate::cli::ui::times::duration;
use crate::cli::view::says::list;

/// One text a rule.
pub fn says(rules: &Rules) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(rules.from.as_ref().map(|from| {
        let soak = rules.soak_ms.map_or_else(String::new, |soak| format!(" and stayed there for {}", span(soak)));
        format!("succeeded on {}{soak}", list(from.iter()))
    }));
    said.extend(rules.approvals.iter().flatten().map(approval));
    said.extend(
        rules
            .distinct
            .iter()
            .flatten()
            .map(|parts| format!("nobody is two of: {}", list(parts.iter().map(|part| part.as_str())))),
    );
    said.extend(rules.evidence.iter().flatten().map(evidence));
    said.extend(rules.built.map(|_| "each image has a recorded build".to_owned()));
    said.extend(rules.clean.map(|_| "no build with uncommitted changes".to_owned()));
    said.extend(rules.windows.as_ref().map(|windows| format!("only {} UTC", list(windows.iter().map(window)))));
    said.extend(rules.max_stale_ms.map(|stale| format!("seen within the last {}", span(stale))));
    if let Some(rollback) = &rules.rollback {
        let approvals = rollback.approvals.iter().flatten().map(approval);
        let windows = rollback.windows.iter().flatten().map(|one| format!("{} UTC", window(one)));
        let asked: Vec<String> = approvals.chain(windows).collect();
        let asked = if asked.is_empty() { "nothing".to_owned() } else { list(asked) };
        said.push(format!("a rollback needs instead: {asked}"));
    }
    said
}

fn approval(rule: &ApprovalRule) -> String {
    let noun = if rule.count.get() == 1 { "approval" } else { "approvals" };
    let valid = rule.valid_ms.map_or_else(String::new, |valid| format!(", each for {}", span(valid)));
    format!("{} {noun} by {}{valid}", rule.count.get(), list(rule.groups.iter()))
}

fn evidence(rule: &EvidenceRule) -> String {
    let name = rule.name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    let age = rule.max_age_ms.map_or_else(String::new, |age| format!(", at most {} old", span(age)));
    let limit = |(count, limit): (&ledger_format::name::Name, &Int)| format!(", {count} <= {}", limit.get());
    let limits: String = rule.limits.iter().flat_map(|limits| limits.iter()).map(limit).collect();
    format!("{}{name} on {}{age}{limits}", rule.r#type, rule.on.as_str())
}

fn window(window: &Window) -> String {
    const DAYS: [&str; 8] = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = |day: u64| usize::try_from(day).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or("");
    let clock = |minutes: u64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let days = window.days.iter().map(|one| day(one.get()));
    format!("{} {}-{}", days.collect::<Vec<_>>().join(" "), clock(window.from_min.get()), clock(window.to_min.get()))
}

fn span(ms: Int) -> String {
    duration(Duration::from_millis(ms.get()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_said_in_words() {
        let rules: Rules = serde_json::from_value(json!({
            "approvals": [{"count": 2, "groups": ["release-managers"], "valid_ms": 172_800_000}],
            "distinct": [["approver", "author", "deployer"]],
            "evidence": [{"limits": {"critical": 0}, "max_age_ms": 86_400_000, "on": "images", "type": "scan"}],
            "clean": true, "from": ["staging"], "soak_ms": 3_600_000,
            "windows": [{"days": [1, 5], "from_min": 540, "to_min": 1020}],
            "rollback": {},
        }))
        .unwrap();
        assert_eq!(
            says(&rules),
            [
                "succeeded on staging and stayed there for 1h",
                "2 approvals by release-managers, each for 2d",
                "nobody is two of: approver, author, deployer",
                "scan on images, at most 1d old, critical <= 0",
                "no build with uncommitted changes",
                "only Mon Fri 09:00-17:00 UTC",
                "a rollback needs instead: nothing",
            ]
        );
    }
}
