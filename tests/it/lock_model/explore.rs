//! Every state that an experiment can reach, each visited once, breadth first: so counter-examples are short.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::actor::NEUTRAL;
use super::experiment::Experiment;
use super::moves::{Label, moves};
use super::properties::{Fault, ends_badly, faults, overlaps};
use super::sight::Sight;
use super::world::World;

/// What an exploration found.
#[derive(Debug)]
pub struct Report {
    pub states: usize,
    pub steps: usize,
    /// Whether two that exclude each other were inside at once, seen or not.
    pub overlapped: bool,
    /// Each fault with a shortest way to it.
    pub faults: BTreeMap<Fault, String>,
}

pub fn explore(experiment: &Experiment) -> Report {
    let mut report = Report { states: 0, steps: 0, overlapped: false, faults: BTreeMap::new() };
    let begin = World::begin(experiment);
    let mut trail: Vec<(u32, Label)> = vec![(0, (NEUTRAL, ""))];
    let mut visited = HashSet::from([begin.key()]);
    let mut work = VecDeque::from([(0u32, begin)]);
    let mut sight = Sight::default();
    while let Some((at, world)) = work.pop_front() {
        report.states += 1;
        let next = moves(experiment, &world, &mut sight);
        if next.is_empty() {
            for fault in ends_badly(experiment, &world) {
                report.faults.entry(fault).or_insert_with(|| way(experiment, &trail, at));
            }
        }
        for (label, next) in next {
            report.steps += 1;
            // Some faults are of the move: another way into the same state may be without.
            for fault in faults(experiment, &world, &next) {
                report
                    .faults
                    .entry(fault)
                    .or_insert_with(|| way(experiment, &trail, at) + " | " + &told(experiment, label));
            }
            if visited.insert(next.key()) {
                report.overlapped |= overlaps(experiment, &next).next().is_some();
                trail.push((at, label));
                work.push_back(((trail.len() - 1) as u32, next));
            }
        }
    }
    report
}

/// The moves that lead to a state.
fn way(experiment: &Experiment, trail: &[(u32, Label)], mut at: u32) -> String {
    let mut moves = Vec::new();
    while at != 0 {
        let (before, label) = trail[at as usize];
        moves.push(told(experiment, label));
        at = before;
    }
    moves.reverse();
    moves.join(" | ")
}

fn told(experiment: &Experiment, (by, what): Label) -> String {
    let who = experiment.wants.get(usize::from(by)).map_or("somebody", |want| want.name);
    format!("{who} {what}")
}
