//! Names for sets of rights. The ledger knows rights only; these are the words of `sealog ledger keys`.

use ledger_format::name::Pattern;
use ledger_format::right::Right;

/// A part that people and machines have in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preset {
    pub name: &'static str,
    pub meaning: &'static str,
    rights: &'static [&'static str],
}

/// By name.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "approver",
        meaning: "approves and denies releases for targets",
        rights: &["approval.granted", "approval.denied", "approval.withdrawn"],
    },
    Preset {
        name: "break-glass",
        meaning: "starts against the policy, for a reason that stays visible for ever, and takes over claims",
        rights: &["override", "takeover"],
    },
    Preset {
        name: "builder",
        meaning: "builds images, tests and scans them",
        rights: &["build.recorded", "evidence.recorded:*"],
    },
    Preset {
        name: "deployer",
        meaning: "rolls out and rolls back, asks for approvals, promotes",
        rights: &["rollout.started", "promotion.recorded", "approval.requested", "evidence.recorded:check"],
    },
    Preset { name: "observer", meaning: "says what really runs", rights: &["observation.recorded"] },
    Preset {
        name: "promoter",
        meaning: "lets releases into targets",
        rights: &["promotion.recorded", "approval.requested"],
    },
    Preset {
        name: "releaser",
        meaning: "makes and withdraws releases",
        rights: &["release.created", "release.withdrawn"],
    },
    Preset {
        name: "reviewer",
        meaning: "closes findings, places and lifts holds, suspends keys",
        rights: &["reviewed", "hold.placed", "hold.lifted", "key.suspended"],
    },
];

impl Preset {
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    pub fn rights(&self) -> impl Iterator<Item = Right> {
        // Every text of the list is a right, as the test below says.
        self.rights.iter().filter_map(|text| Right::new(text).ok())
    }
}

/// The shortest way to say these rights: presets where all of theirs are there, then what is left.
pub fn said<'a>(rights: impl IntoIterator<Item = &'a Right>) -> Vec<String> {
    let rights: Vec<&Right> = rights.into_iter().collect();
    let has = |right: &Right| rights.iter().any(|given| covers(given, right));
    if every_right().all(|right| has(&right)) {
        return vec!["every right".to_owned()];
    }
    let mut presets: Vec<&Preset> = PRESETS.iter().filter(|preset| preset.rights().all(|right| has(&right))).collect();
    let whole = presets.clone();
    presets.retain(|preset| !whole.iter().any(|other| preset.is_part_of(other)));
    let covered = |right: &Right| presets.iter().any(|preset| preset.rights().any(|given| covers(&given, right)));
    let left = rights.iter().filter(|right| !covered(right)).map(ToString::to_string);
    presets.iter().map(|preset| preset.name.to_owned()).chain(left).collect()
}

/// Every right that there is.
pub fn every_right() -> impl Iterator<Item = Right> {
    let kinds = Right::KINDS.iter().copied().map(Right::Kind);
    kinds.chain([Right::Evidence(Pattern::any()), Right::Override, Right::Takeover])
}

impl Preset {
    fn is_part_of(&self, other: &Self) -> bool {
        self.name != other.name && self.rights().all(|right| other.rights().any(|given| given == right))
    }
}

fn covers(given: &Right, right: &Right) -> bool {
    match (given, right) {
        (Right::Evidence(given), Right::Evidence(right)) => given.covers(right),
        _ => given == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_rights_and_sorted() {
        assert!(PRESETS.is_sorted_by(|one, next| one.name < next.name));
        for preset in PRESETS {
            assert_eq!(preset.rights().count(), preset.rights.len(), "{}", preset.name);
        }
    }

    #[test]
    fn rights_are_said_as_presets_where_they_are_whole() {
        for (rights, said_as) in [
            (&["release.created", "release.withdrawn"][..], "releaser"),
            (&["release.created"], "release.created"),
            (&["promotion.recorded", "approval.requested", "override", "takeover"], "break-glass, promoter"),
            (&["rollout.started", "promotion.recorded", "approval.requested", "evidence.recorded:check"], "deployer"),
            (&["build.recorded", "evidence.recorded:*", "evidence.recorded:scan", "noted"], "builder, noted"),
            (&[], ""),
        ] {
            let rights: Vec<Right> = rights.iter().map(|text| Right::new(text).unwrap()).collect();
            assert_eq!(said(&rights).join(", "), said_as);
        }
        assert_eq!(said(&every_right().collect::<Vec<_>>()), ["every right"]);
    }
}
