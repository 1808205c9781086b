//! The moves of a world. Listing and acting on what was listed are two: so every writer may act on a stale listing.

use super::actor::{Actor, End, Kind, NEUTRAL, Phase, TAKER};
use super::experiment::{Experiment, Store, TakeOver};
use super::sight::Sight;
use super::world::World;

/// Who moved, and how.
pub type Label = (u8, &'static str);

/// Every world that one move leads to.
pub fn moves(experiment: &Experiment, from: &World, sight: &mut Sight) -> Vec<(Label, World)> {
    let mut moves = Moves { experiment, from, found: Vec::new() };
    moves.of_the_store();
    moves.of_the_taker();
    for writer in 0..from.actors.len() {
        moves.of(writer, sight);
    }
    moves.found
}

struct Moves<'a> {
    experiment: &'a Experiment,
    from: &'a World,
    found: Vec<(Label, World)>,
}

impl Moves<'_> {
    fn to(&mut self, by: u8, what: &'static str, change: impl FnOnce(&mut World)) {
        let mut world = self.from.clone();
        change(&mut world);
        self.found.push(((by, what), world));
    }

    fn of_the_store(&mut self) {
        let experiment = self.experiment;
        if self.from.unrelated < experiment.unrelated {
            self.to(NEUTRAL, "writes something unrelated", |world| {
                world.unrelated += 1;
                world.others(experiment, NEUTRAL, Kind::Unrelated, 0);
            });
        }
        if experiment.store == Store::Settling && self.from.events.iter().any(|event| !event.settled) {
            self.to(NEUTRAL, "lets the bound pass", |world| {
                world.events.iter_mut().for_each(|event| event.settled = true);
            });
        }
    }

    fn of_the_taker(&mut self) {
        let (experiment, from) = (self.experiment, self.from);
        if from.take_overs >= experiment.crashes.max(1) {
            return;
        }
        for (claim, event) in from.seen(from.unended(from.all())) {
            let may = match experiment.take_over {
                TakeOver::Never => false,
                TakeOver::OfTheDead => from.actors[usize::from(event.by)].phase == Phase::Dead,
                TakeOver::OfAnybody => true,
            };
            if may {
                self.to(event.by, "is taken over", |world| {
                    world.take_overs += 1;
                    world.others(experiment, TAKER, Kind::ClaimEnded, claim as u8);
                });
            }
        }
    }

    fn of(&mut self, writer: usize, sight: &mut Sight) {
        let (experiment, actor, by) = (self.experiment, self.from.actors[writer], writer as u8);
        let has_claim = matches!(actor.phase, Phase::Claimed | Phase::Started | Phase::Holding);
        if has_claim && self.from.crashes < experiment.crashes {
            self.to(by, "crashes", |world| {
                world.crashes += 1;
                world.actors[writer].rest(Phase::Dead);
            });
        }
        match (actor.phase, actor.act) {
            (Phase::Over(_), _) => {}
            (Phase::Dead, _) => self.of_the_dead(writer),
            (_, Some(act)) => self.to(by, act.name(), |world| world.act(experiment, writer, act)),
            (Phase::Holding, None) => self.of_a_holder(writer),
            (Phase::Started, None) if actor.touched == experiment.touches => {
                self.finish(writer, "finishes", Kind::Succeeded, End::Served);
                if experiment.failing.contains(&by) {
                    self.finish(writer, "fails", Kind::Failed, End::Failed);
                }
            }
            (Phase::Wanting | Phase::Claimed | Phase::Started, None) => self.of_a_reader(writer, sight),
        }
    }

    /// Comes back as the same writer, for the same or for another rollout.
    fn of_the_dead(&mut self, writer: usize) {
        let experiment = self.experiment;
        if self.from.restarts >= experiment.restarts {
            return;
        }
        let other = (experiment.wants.len() > experiment.writers).then_some(experiment.writers as u8);
        for want in [Some(self.from.actors[writer].want), other].into_iter().flatten() {
            self.to(writer as u8, "comes back", |world| {
                world.restarts += 1;
                world.actors[writer].rest(Phase::Wanting);
                world.actors[writer].want = want;
            });
        }
    }

    /// Its claim outlives its process; the last job of its rollout ends it.
    fn of_a_holder(&mut self, writer: usize) {
        let (experiment, rollout) = (self.experiment, self.experiment.rollout(self.from.actors[writer].want));
        let over = |other: &Actor| match other.phase {
            Phase::Over(_) | Phase::Dead | Phase::Holding => true,
            Phase::Wanting | Phase::Claimed | Phase::Started => experiment.rollout(other.want) != rollout,
        };
        if self.from.actors.iter().all(over) {
            self.finish(writer, "ends its hold", Kind::ClaimEnded, End::Served);
        }
    }

    fn of_a_reader(&mut self, writer: usize, sight: &mut Sight) {
        let (experiment, from, by) = (self.experiment, self.from, writer as u8);
        let actor = from.actors[writer];
        if actor.phase == Phase::Wanting && experiment.cancelled.contains(&by) {
            self.to(by, "is cancelled", |world| world.actors[writer].rest(Phase::Over(End::Cancelled)));
        }
        if experiment.store == Store::Settling && actor.phase == Phase::Claimed {
            let settled = from.events[usize::from(actor.claim)].settled;
            if !settled {
                return;
            }
        }
        for view in from.listings(experiment.store, writer) {
            if let Some(next) = sight.decide(experiment, from, writer, view) {
                self.to(by, next.listed(), |world| world.actors[writer] = next);
            }
        }
    }

    fn finish(&mut self, writer: usize, what: &'static str, kind: Kind, end: End) {
        let (experiment, claim) = (self.experiment, self.from.actors[writer].claim);
        self.to(writer as u8, what, |world| world.leave(experiment, writer, kind, claim, Phase::Over(end)));
    }
}
