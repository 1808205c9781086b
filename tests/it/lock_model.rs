//! The lock of a target, explored over every interleaving of its writers: the real `lock::step` on a simulated store.

mod actor;
mod experiment;
mod explore;
mod moves;
mod properties;
mod sight;
mod world;

use std::collections::BTreeSet;

use experiment::{Experiment, Stepper, Store, TakeOver, Want, WantedScope};
use explore::{Report, explore};
use ledger_format::lock::{self, Ask, Awaited, Barrier, Delay, Lock, State, Step};
use properties::Fault;

const A: Want = Want { name: "A", rollout: 10, scope: WantedScope::All };
const B: Want = Want { name: "B", rollout: 11, scope: WantedScope::All };
const C: Want = Want { name: "C", rollout: 12, scope: WantedScope::All };
/// Jobs of one rollout, of which one does again what another does; and the claim that holds the target for them.
const J1: Want = Want { name: "J1", rollout: 0, scope: WantedScope::Components(0b01) };
const J2: Want = Want { name: "J2", rollout: 0, scope: WantedScope::Components(0b10) };
const AGAIN: Want = Want { name: "J1'", rollout: 0, scope: WantedScope::Components(0b01) };
const HOLD: Want = Want { name: "U", rollout: 0, scope: WantedScope::Hold };
/// Another rollout of the target, in one process, in two, and held.
const W: Want = Want { name: "W", rollout: 1, scope: WantedScope::All };
const V: Want = Want { name: "V", rollout: 1, scope: WantedScope::All };
const HOLD_W: Want = Want { name: "X", rollout: 1, scope: WantedScope::Hold };

/// The second writer waits for the component of the first.
const J2_AFTER_J1: Option<(u8, u8)> = Some((1, 0b01));

/// Explores, and asserts that no fault is found but these, and that the exploration was not empty.
#[track_caller]
fn check(name: &str, at_least: usize, experiment: &Experiment, tolerated: &[Fault]) -> Report {
    let mut report = explore(experiment);
    report.faults.retain(|fault, _| !tolerated.contains(fault));
    let Report { states, steps, faults, .. } = &report;
    assert!(faults.is_empty(), "{name}, {states} states, {steps} steps: {faults:#?}");
    assert!(*states >= at_least, "{name} has only {states} states");
    report
}

#[test]
fn one_writer_at_a_time_is_inside_and_somebody_always_is_served() {
    let two = Experiment { touches: 2, ..Experiment::of(&[A, B]) };
    let three = Experiment { touches: 2, ..Experiment::of(&[A, B, C]) };
    let dead = TakeOver::OfTheDead;
    for (name, at_least, experiment) in [
        ("start2", 20_000, Experiment { unrelated: 2, crashes: 2, take_over: dead, ..two.clone() }),
        ("start3", 100_000, Experiment { unrelated: 1, crashes: 1, ..three.clone() }),
        ("start3t", 20_000, Experiment { crashes: 1, take_over: dead, ..three }),
        ("settle2", 5_000, Experiment { store: Store::Settling, unrelated: 1, ..two }),
    ] {
        check(name, at_least, &experiment, &[]);
    }
}

#[test]
fn on_a_store_that_lists_late_two_get_in_and_the_ledger_shows_it() {
    let late = Experiment { store: Store::Lagging, unrelated: 1, touches: 2, ..Experiment::of(&[A, B]) };
    let tolerated = [Fault::TwoInside, Fault::TouchedInClosedRollout, Fault::NobodyServed];
    let report = check("lag2", 5_000, &late, &tolerated);
    assert!(report.overlapped, "{} states and no overlap: the store does not lag", report.states);
}

#[test]
fn who_takes_over_from_the_living_may_find_them_inside_and_the_ledger_shows_it() {
    for (name, at_least, wants) in [("jobs2_live", 1_000, [J1, W]), ("retry2_live", 1_000, [J1, AGAIN])] {
        let live = Experiment { take_over: TakeOver::OfAnybody, retries: 1, ..Experiment::of(&wants) };
        let report = check(name, at_least, &live, &[Fault::TouchedInClosedRollout, Fault::TouchedDoneComponent]);
        assert!(report.overlapped, "{name}, {} states and no overlap", report.states);
    }
}

#[test]
fn a_writer_that_was_killed_goes_on_as_the_same_writer() {
    let twice = Experiment { crashes: 2, restarts: 2, retries: 1, ..Experiment::of(&[A, B]) };
    let once = Experiment { crashes: 1, restarts: 1, ..Experiment::of(&[J1, AGAIN, W]) };
    let dead = TakeOver::OfTheDead;
    for (name, at_least, experiment) in [
        ("restart2", 10_000, Experiment { unrelated: 1, ..twice.clone() }),
        ("restart2_taken", 10_000, Experiment { take_over: dead, retries: 0, ..twice.clone() }),
        ("restart2_other", 10_000, Experiment { writers: 2, wants: vec![A, B, C], ..twice }),
        ("restart3_taken", 50_000, Experiment { take_over: dead, ..once }),
    ] {
        check(name, at_least, &experiment, &[]);
    }
}

#[test]
fn one_rollout_in_several_processes() {
    let of = Experiment::of;
    let (dead, upstream) = (TakeOver::OfTheDead, J2_AFTER_J1);
    let pair = Experiment { unrelated: 2, crashes: 2, take_over: dead, ..of(&[J1, J2]) };
    let retried =
        Experiment { unrelated: 2, retries: 2, crashes: 2, take_over: dead, failing: &[0], ..of(&[J1, AGAIN]) };
    let jobs = Experiment { retries: 1, ..of(&[J1, J2, W]) };
    let again = Experiment { retries: 1, failing: &[0], ..of(&[J1, AGAIN, W]) };
    let four = Experiment { upstream, failing: &[0], ..of(&[J1, J2, AGAIN, W]) };
    for (name, at_least, experiment) in [
        ("jobs2", 100_000, pair),
        ("retry2", 20_000, retried),
        ("jobs3", 50_000, jobs.clone()),
        ("jobs3_cancelled", 20_000, Experiment { retries: 0, cancelled: &[0, 1], ..jobs.clone() }),
        ("jobs3_before", 10_000, Experiment { unrelated: 1, upstream, cancelled: &[0], failing: &[0], ..jobs.clone() }),
        ("jobs3_crash", 50_000, Experiment { retries: 0, crashes: 1, take_over: dead, ..jobs.clone() }),
        ("share3", 50_000, Experiment { shared_approval: true, ..jobs }),
        ("retry3", 10_000, again.clone()),
        ("retry3_crash", 50_000, Experiment { crashes: 1, take_over: dead, ..again }),
        ("retry3_jobs", 100_000, Experiment { failing: &[0, 1], cancelled: &[0], ..of(&[J1, J2, AGAIN]) }),
        ("two_of_w", 10_000, Experiment { retries: 1, ..of(&[J1, W, V]) }),
        ("all4_before", 20_000, four.clone()),
        ("all4_crash", 100_000, Experiment { crashes: 1, take_over: dead, ..four }),
    ] {
        check(name, at_least, &experiment, &[]);
    }
}

#[test]
fn a_hold_keeps_the_target_for_its_rollout() {
    let of = Experiment::of;
    for (name, at_least, experiment, tolerated) in [
        ("umbrella3", 5_000, Experiment { retries: 1, cancelled: &[0], ..of(&[J1, HOLD, W]) }, &[][..]),
        ("umbrella3_first", 2_000, of(&[W, J1, HOLD]), &[]),
        ("umbrella3_crash", 10_000, Experiment { crashes: 1, restarts: 1, ..of(&[HOLD, W, J1]) }, &[]),
        ("umbrella4", 50_000, Experiment { retries: 1, upstream: J2_AFTER_J1, ..of(&[J1, J2, HOLD, W]) }, &[]),
        // Two that hold at once may both give way: each begins again, and nobody waits.
        ("two_holds", 5_000, of(&[HOLD, W, HOLD_W]), &[Fault::NobodyServed]),
    ] {
        check(name, at_least, &experiment, tolerated);
    }
}

/// Every rule is needed: with it left out, the explorer finds what it prevents.
#[test]
fn a_changed_rule_is_found_out() {
    let of = Experiment::of;
    let shared = Experiment { shared_approval: true, retries: 1, ..of(&[J1, W]) };
    let upstream = Experiment { upstream: J2_AFTER_J1, ..of(&[J1, J2, W]) };
    let rows: [(&str, Stepper, Experiment, Fault); 10] = [
        ("the smaller goes on beside larger ones", smaller_goes_on, of(&[A, B]), Fault::TwoInside),
        ("starts without listing again", starts_at_once, of(&[A, B]), Fault::TwoInside),
        ("nobody gives way", nobody_yields, of(&[A, B]), Fault::WaitsForEver),
        ("both give way", both_yield, of(&[A, B]), Fault::NobodyServed),
        ("waits for a larger hold", waits_for_holds, of(&[W, J1, HOLD]), Fault::WaitsForEver),
        ("holds wait for each other", waits_for_holds, of(&[HOLD, W, HOLD_W]), Fault::WaitsForEver),
        ("closed rollouts go on", without_barriers, of(&[J1, J2, W]), Fault::TouchedInClosedRollout),
        ("spent approvals count", without_barriers, shared, Fault::SpentTwice),
        ("done components are done again", without_done, of(&[J1, AGAIN]), Fault::TouchedDoneComponent),
        ("waits for upstream with a claim", waits_with_a_claim, upstream, Fault::WaitsForEver),
    ];
    for (name, step, experiment, fault) in rows {
        let Report { states, faults, .. } = explore(&Experiment { step, ..experiment });
        assert!(faults.contains_key(&fault), "{name}: {fault:?} is not found in {states} states, but {faults:#?}");
    }
}

fn smaller_goes_on(state: &State, lock: &Lock, ask: &Ask) -> Step {
    match lock::step(state, lock, ask) {
        Step::Wait { until: Awaited::Claims(_) } => Step::Start { resumes: None },
        step => step,
    }
}

fn starts_at_once(state: &State, lock: &Lock, ask: &Ask) -> Step {
    match state {
        State::Claimed { .. } => Step::Start { resumes: None },
        State::Wanting | State::Started { .. } | State::Holding { .. } => lock::step(state, lock, ask),
    }
}

fn nobody_yields(state: &State, lock: &Lock, ask: &Ask) -> Step {
    match lock::step(state, lock, ask) {
        Step::Yield { to } => Step::Wait { until: Awaited::Claims(to) },
        step => step,
    }
}

fn both_yield(state: &State, lock: &Lock, ask: &Ask) -> Step {
    match lock::step(state, lock, ask) {
        Step::Wait { until: Awaited::Claims(to) } => Step::Yield { to },
        step => step,
    }
}

/// Who is the smallest waits, for a hold too.
fn waits_for_holds(state: &State, lock: &Lock, ask: &Ask) -> Step {
    match (state, lock::step(state, lock, ask)) {
        (State::Claimed { claim, .. }, Step::Yield { to }) => {
            let mine = lock.claims.iter().find(|mine| mine.id == *claim).map(|mine| (mine.generation, mine.id));
            let behind = to.iter().all(|rival| rival.start.is_none() && mine < Some((rival.generation, rival.id)));
            if behind { Step::Wait { until: Awaited::Claims(to) } } else { Step::Yield { to } }
        }
        (_, step) => step,
    }
}

fn without_barriers(state: &State, lock: &Lock, ask: &Ask) -> Step {
    lock::step(state, &Lock { barriers: BTreeSet::<Barrier>::new(), ..lock.clone() }, ask)
}

fn without_done(state: &State, lock: &Lock, ask: &Ask) -> Step {
    lock::step(state, &Lock { done: BTreeSet::new(), ..lock.clone() }, ask)
}

fn waits_with_a_claim(state: &State, lock: &Lock, ask: &Ask) -> Step {
    let waits = lock.delays.contains(&Delay::Upstream);
    match (state, lock::step(state, &Lock { delays: BTreeSet::new(), ..lock.clone() }, ask)) {
        (State::Claimed { .. }, Step::Start { .. }) if waits => Step::Wait { until: Awaited::Delay(Delay::Upstream) },
        (_, step) => step,
    }
}
