//! What must hold of every history.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::dag::Index;
use ledger_format::event::{Data, Kind};
use ledger_format::judgement::Verdict;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::EventId;
use ledger_format::policy::Policy;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde_json::{Value, json};

use crate::world::{HOME, World, again};

/// One event to be: who does what, seeing how much, choosing which.
#[derive(Debug, Clone)]
pub struct Letter {
    what: u8,
    /// Everything, or only what some events show.
    stale: Option<Vec<prop::sample::Index>>,
    which: prop::sample::Index,
}

pub fn letters(count: usize) -> impl Strategy<Value = Vec<Letter>> {
    let stale = prop::option::weighted(0.4, prop::collection::vec(any::<prop::sample::Index>(), 1..3));
    let letter = (0_u8..22, stale, any::<prop::sample::Index>());
    prop::collection::vec(letter.prop_map(|(what, stale, which)| Letter { what, stale, which }), 1..count)
}

pub fn grown(letters: &[Letter]) -> World {
    let mut world = World::new();
    for letter in letters {
        add(&mut world, letter);
    }
    world
}

fn add(world: &mut World, letter: &Letter) -> Option<EventId> {
    let view = match &letter.stale {
        None => world.heads(),
        Some(some) => {
            let seen: BTreeSet<Index> = some.iter().map(|choice| choice.index(world.ledger.len()) as Index).collect();
            world.heads_of(&seen)
        }
    };
    let (who, kind, data) = said(world, letter, &view)?;
    world.write(who, kind, &data, &view)
}

/// What a letter says, by what its writer sees; `None` where there is nothing to speak of.
fn said(world: &World, letter: &Letter, view: &[Index]) -> Option<(&'static str, &'static str, Value)> {
    let one = |kind| {
        let all = world.of_kind(kind, view);
        (!all.is_empty()).then(|| all[letter.which.index(all.len())].to_string())
    };
    let set = world.ledger.at_events(view);
    let release = &world.release;
    let place = json!({"deployment": "shop", "target": "prod", "release": release});
    let with = |extra: Value| {
        let mut all = place.clone();
        all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        all
    };
    let approver = if letter.which.index(2) == 0 { "alice" } else { "bob" };
    let deployer = if letter.which.index(2) == 0 { "dave" } else { "dan" };
    Some(match letter.what {
        0..3 => (
            approver,
            "approval.granted",
            with(json!({"policy": policy(world, &set), "until": "2027-01-01T00:00:00.000Z"})),
        ),
        3 => (approver, "approval.withdrawn", json!({"approvals": [one(Kind::ApprovalGranted)?], "reason": "no"})),
        4 => (approver, "approval.denied", with(json!({"reason": "no"}))),
        5 => ("holly", "hold.placed", json!({"deployment": "shop", "reason": "freeze"})),
        6 => ("holly", "hold.lifted", json!({"holds": [one(Kind::HoldPlaced)?], "reason": "over"})),
        7 => (
            "holly",
            "release.withdrawn",
            json!({"release": release, "created": [one(Kind::ReleaseCreated)?], "reason": "bad"}),
        ),
        8..10 => (
            deployer,
            "rollout.claimed",
            with(json!({"rollout": format!("r{}", letter.which.index(3)), "store": HOME})),
        ),
        10..13 => return start(world, letter, view),
        13 => (
            owner(world, &one(Kind::RolloutStarted)?),
            "component.applied",
            json!({"start": one(Kind::RolloutStarted)?, "component": "manifest/a", "outcome": "changed"}),
        ),
        14 => (
            owner(world, &one(Kind::RolloutStarted)?),
            "rollout.finished",
            json!({"start": one(Kind::RolloutStarted)?, "outcome": if letter.which.index(2) == 0 { "failed" } else { "succeeded" }}),
        ),
        15 => {
            (owner(world, &one(Kind::RolloutClaimed)?), "claim.ended", json!({"claims": [one(Kind::RolloutClaimed)?]}))
        }
        16 => (
            "ana",
            "reviewed",
            json!({"events": [one(Kind::RolloutStarted)?], "reason": "seen",
               "verdict": if letter.which.index(2) == 0 { "accept" } else { "disregard" }}),
        ),
        17 => (
            "obs",
            "observation.recorded",
            json!({"deployment": "shop", "target": "prod",
               "components": {"manifest/a": {"health": "healthy"}}}),
        ),
        18 => (
            "dave",
            "key.suspended",
            json!({"keys": [crate::people::fingerprint(crate::people::number("dave")).as_str()], "reason": "lost"}),
        ),
        19 => ("ana", "authority.proposed", json!({"authority": successor(world, &set, letter), "reason": "change"})),
        20 => ("ben", "endorsed", json!({"proposal": one(Kind::AuthorityProposed)?})),
        _ => ("stranger", "noted", json!({"body": letter.which.index(5)})),
    })
}

fn policy(world: &World, set: &ClosedSet) -> String {
    let document = world.ledger.documents(set).next().unwrap();
    let name = |text: &str| text.parse().unwrap();
    Policy::resolve(document.authority(), &name("shop"), &name("prod")).digest().to_string()
}

fn start(world: &World, letter: &Letter, view: &[Index]) -> Option<(&'static str, &'static str, Value)> {
    let claims = world.of_kind(Kind::RolloutClaimed, view);
    let claim = claims.get(letter.which.index(claims.len().max(1)))?;
    let set = world.ledger.at_events(view);
    let entry = world.ledger.get(*claim)?;
    let Some(Data::RolloutClaimed(_)) = entry.event.data() else { return None };
    let claimed = entry.event.data()?.to_value();
    let spends: Vec<String> =
        world.of_kind(Kind::ApprovalGranted, view).into_iter().take(2).map(|id| id.to_string()).collect();
    let mut spends = spends;
    spends.sort_unstable();
    let mut start = json!({"claim": claim.to_string(), "deployment": "shop", "target": "prod", "release": world.release,
        "rollout": claimed["rollout"], "components": ["manifest/a"], "whole": ["manifest/a", "manifest/b"],
        "policy": policy(world, &set)});
    if !spends.is_empty() {
        start["spends"] = json!(spends);
    }
    if letter.which.index(4) == 0 {
        start["override"] = json!({"reason": "fire"});
    }
    Some((owner(world, &claim.to_string()), "rollout.started", start))
}

/// Who signed an event, of those who roll out.
fn owner(world: &World, id: &str) -> &'static str {
    let principal = id.parse().ok().and_then(|id| world.ledger.get(id)).map(|entry| entry.principal.to_string());
    if principal.as_deref() == Some("dan") { "dan" } else { "dave" }
}

/// The next authority: another number of approvals, or an end of dan.
fn successor(world: &World, set: &ClosedSet, letter: &Letter) -> Value {
    let newest = world.ledger.newest_authorities(set);
    let document = world.ledger.documents(set).next().unwrap();
    let mut next = serde_json::to_value(document.authority()).unwrap();
    next["version"] = json!(world.ledger.documents(set).map(|document| document.version()).max().unwrap() + 1);
    next["replaces"] = json!(newest.iter().map(ToString::to_string).collect::<Vec<_>>());
    for gone in ["ended", "lifted", "excluded"] {
        next.as_object_mut().unwrap().remove(gone);
    }
    if letter.which.index(3) == 0 && next["principals"]["dan"].is_object() {
        next["principals"].as_object_mut().unwrap().remove("dan");
        next["ended"] = json!({"principals": {"dan": {"reason": "left"}}});
    } else {
        next["policies"] = crate::people::policies(1 + letter.which.index(2) as u64);
    }
    next
}

/// All that a reader is told, by ids alone.
fn told(ledger: &Ledger) -> Value {
    let set = ledger.everything();
    let ids = |indices: &[Index]| {
        let mut ids: Vec<String> = indices.iter().map(|index| ledger.entry(*index).event.id.to_string()).collect();
        ids.sort_unstable();
        ids
    };
    let mut events = BTreeMap::new();
    for (index, entry) in ledger.entries() {
        let judged = ledger.judge(index, &set).map(|judged| format!("{judged:?}"));
        let status = (format!("{:?}", entry.status), ledger.is_cut(index, &set), judged);
        events.insert(entry.event.id.to_string(), json!(status));
    }
    let findings: Vec<String> = ledger
        .findings(&set)
        .iter()
        .map(|finding| format!("{} {} {}", finding.event, finding.what.code(), finding.closed))
        .collect();
    let running = |(deployment, target)| {
        let running = ledger.running(&deployment, &target, &set);
        let components: BTreeMap<String, Vec<String>> =
            running.components.iter().map(|(component, latest)| (component.to_string(), ids(latest))).collect();
        json!([components, running.is_disputed()])
    };
    json!({
        "events": events, "findings": findings, "junk": ledger.junk().len(),
        "in_force": ledger.authorities_in_force(&set), "heads": ids(&ledger.heads(&set)),
        "running": ledger.places(&set).into_iter().map(running).collect::<Vec<_>>(),
    })
}

/// V1 and the admission of everything: what never changes.
fn fixed(ledger: &Ledger) -> BTreeMap<EventId, String> {
    let own = |index| {
        let set = ledger.at_event(index);
        ledger.judge(index, &set).map(|judged| judged.own)
    };
    ledger.entries().map(|(index, entry)| (entry.event.id, format!("{:?} {:?}", entry.status, own(index)))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_decides_nothing(letters in letters(24), order in any::<prop::sample::Index>()) {
        let world = grown(&letters);
        let mut shuffled = world.objects.clone();
        // Any order, the first event aside: what comes before its parents waits for them.
        let count = shuffled.len();
        for position in 1..count {
            let other = 1 + (order.index(usize::MAX) / position + position * 7) % (count - 1);
            shuffled.swap(position, other);
        }
        prop_assert_eq!(told(&world.ledger), told(&again(&shuffled)));
    }

    #[test]
    fn what_an_own_past_says_never_changes(letters in letters(24)) {
        let mut world = World::new();
        let mut before = fixed(&world.ledger);
        for letter in &letters {
            add(&mut world, letter);
            let after = fixed(&world.ledger);
            for (id, said) in &before {
                prop_assert_eq!(Some(said), after.get(id), "{}", id);
            }
            before = after;
        }
    }

    #[test]
    fn junk_changes_nothing(letters in letters(20), seen in any::<prop::sample::Index>()) {
        let world = grown(&letters);
        let before = told(&world.ledger);
        let mut world = world;
        let view = [seen.index(world.ledger.len()) as Index];
        world.write("stranger", "noted", &json!({"body": "noise"}), &view);
        let mut after = told(&world.ledger);
        after["junk"] = before["junk"].clone();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_verdict_gets_better_only_by_a_cut_or_a_disregard(letters in letters(20), last in letters(2)) {
        let mut world = grown(&letters);
        let judge = |ledger: &Ledger| -> BTreeMap<EventId, Verdict> {
            let set = ledger.everything();
            ledger.entries().filter_map(|(index, entry)| Some((entry.event.id, ledger.judge(index, &set)?.verdict))).collect()
        };
        let before = judge(&world.ledger);
        let newest = add(&mut world, &last[0]);
        let disregards = newest.and_then(|id| world.ledger.get(id)).is_some_and(|entry| {
            matches!(entry.event.kind(), Some(Kind::Reviewed | Kind::AuthorityProposed | Kind::Endorsed))
        });
        let after = judge(&world.ledger);
        for (id, verdict) in before {
            let now = after.get(&id).copied();
            prop_assert!(disregards || now.is_some_and(|now| now >= verdict), "{id}: {verdict:?} -> {now:?}");
        }
    }
}

/// The generator reaches what it is meant to reach.
#[test]
fn the_histories_hold_every_verdict() {
    let mut seen = BTreeSet::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..120 {
        let letters = letters(40).new_tree(&mut runner).unwrap().current();
        let world = grown(&letters);
        let set = world.ledger.everything();
        for (index, _) in world.ledger.entries() {
            seen.extend(world.ledger.judge(index, &set).map(|judged| judged.verdict));
        }
    }
    assert_eq!(seen, BTreeSet::from([Verdict::Permitted, Verdict::Overridden, Verdict::Raced, Verdict::Unpermitted]));
}
