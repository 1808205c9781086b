//! What must hold in every state, after every move and at every end.

use super::actor::{Act, Actor, End, Event, Kind, Phase, TAKER};
use super::experiment::{Experiment, TakeOver};
use super::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Two writers that exclude each other are inside, and nobody took over the claim of one.
    TwoInside,
    /// They are, and what the ledger holds does not show it.
    OverlapUnseen,
    /// A start with a generation not above that of an earlier holder: as a fencing number it would lock out its own.
    TokenFell,
    TouchedInClosedRollout,
    TouchedDoneComponent,
    /// A writer stopped because its rollout was closed, though no other rollout started, or it never did itself.
    ShutOut,
    /// Two rollouts started on one approval.
    SpentTwice,
    WaitsForEver,
    NobodyServed,
}

/// The pairs of writers that exclude each other and are inside at once.
pub fn overlaps<'a>(experiment: &'a Experiment, world: &'a World) -> impl Iterator<Item = (usize, usize)> + 'a {
    let inside = |actor: &Actor| match (experiment.take_over, actor.phase) {
        // Who was taken over alive learns it by its next listing, so it is inside only from then on.
        (TakeOver::OfAnybody, Phase::Started) => actor.touched > 0 || actor.act == Some(Act::Touch),
        (TakeOver::Never | TakeOver::OfTheDead, Phase::Started) => true,
        (_, Phase::Holding) => true,
        (_, Phase::Wanting | Phase::Claimed | Phase::Dead | Phase::Over(_)) => false,
    };
    let actors = world.actors.iter().enumerate();
    let inside: Vec<(usize, u8)> =
        actors.filter(|(_, actor)| inside(actor)).map(|(i, actor)| (i, actor.want)).collect();
    let pairs = (0..inside.len()).flat_map(move |a| (0..a).map(move |b| (a, b)));
    let pairs: Vec<_> = pairs.map(|(a, b)| (inside[b], inside[a])).collect();
    pairs.into_iter().filter(|((_, a), (_, b))| experiment.conflict(*a, *b)).map(|((a, _), (b, _))| (a, b))
}

/// The faults of a state, and of the move that led to it.
pub fn faults(experiment: &Experiment, before: &World, world: &World) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (a, b) in overlaps(experiment, world) {
        if !taken_over(world, a) && !taken_over(world, b) {
            faults.push(Fault::TwoInside);
        }
        let holding = [a, b].iter().any(|actor| world.actors[*actor].phase == Phase::Holding);
        if !holding && !disputed(experiment, world) {
            faults.push(Fault::OverlapUnseen);
        }
    }
    if world.events.len() > before.events.len() {
        faults.extend(token_fell(experiment, world).then_some(Fault::TokenFell));
        faults.extend(spent_twice(experiment, world).then_some(Fault::SpentTwice));
    }
    for (actor, earlier) in world.actors.iter().zip(&before.actors) {
        let rollout = experiment.rollout(actor.want);
        if actor.touched > earlier.touched {
            let closed = world.closed(experiment, world.all(), rollout);
            faults.extend(closed.then_some(Fault::TouchedInClosedRollout));
            let own = experiment.wants[usize::from(actor.want)].scope.components();
            let done = world.done(experiment, world.all(), rollout) & own != 0;
            faults.extend(done.then_some(Fault::TouchedDoneComponent));
        }
        if actor.phase == Phase::Over(End::Closed) && actor.phase != earlier.phase {
            let starts = || world.events.iter().filter(|event| event.kind == Kind::Start);
            let own = starts().any(|start| experiment.rollout(start.want) == rollout);
            let other = starts().any(|start| experiment.rollout(start.want) != rollout);
            faults.extend((!own || !other).then_some(Fault::ShutOut));
        }
    }
    faults
}

/// The faults of a state that no move leads out of.
pub fn ends_badly(experiment: &Experiment, world: &World) -> Vec<Fault> {
    let mut faults = Vec::new();
    let phases = || world.actors.iter().map(|actor| actor.phase);
    let dead_claims = world.unended(world.all());
    let blocked = world.seen(dead_claims).any(|(_, claim)| world.actors[usize::from(claim.by)].phase == Phase::Dead);
    // Who waits for an upstream component that nobody will do holds no claim: its patience ends it.
    let upstream = |writer: usize, actor: &Actor| {
        let done = world.done(experiment, world.all(), experiment.rollout(actor.want));
        experiment.upstream.is_some_and(|(waiting, needs)| usize::from(waiting) == writer && done & needs != needs)
    };
    let waits = world.actors.iter().enumerate().any(|(writer, actor)| match actor.phase {
        Phase::Over(_) | Phase::Dead => false,
        Phase::Wanting => !upstream(writer, actor),
        Phase::Claimed | Phase::Started | Phase::Holding => true,
    });
    if waits && !blocked {
        faults.push(Fault::WaitsForEver);
    }
    let interfered = !experiment.cancelled.is_empty()
        || !experiment.failing.is_empty()
        || experiment.take_over == TakeOver::OfAnybody
        || world.crashes > 0;
    if !interfered && !phases().any(|phase| phase == Phase::Over(End::Served)) {
        faults.push(Fault::NobodyServed);
    }
    faults
}

fn taken_over(world: &World, actor: usize) -> bool {
    let own = world.actors[actor].claim;
    world.events.iter().any(|event| event.kind == Kind::ClaimEnded && event.by == TAKER && event.of == own)
}

/// Lock rule 6: two starts that exclude each other, neither with the other's end in its past; or one that has only
/// the take-over of the other's claim there, which is shown until an observation.
fn disputed(experiment: &Experiment, world: &World) -> bool {
    let starts: Vec<(usize, &Event)> = world.seen(world.all()).filter(|(_, event)| event.kind == Kind::Start).collect();
    let apart = |(a, first): &(usize, &Event), (b, second): &(usize, &Event)| {
        let ends_first = ends(world, *a, first) & second.past;
        let ends_second = ends(world, *b, second) & first.past;
        let taken = world.seen(ends_first | ends_second).any(|(_, end)| end.by == TAKER);
        ends_first | ends_second == 0 || taken
    };
    let excluding = |a: &Event, b: &Event| a.by != b.by && experiment.conflict(a.want, b.want);
    starts.iter().enumerate().any(|(i, a)| starts[..i].iter().any(|b| excluding(a.1, b.1) && apart(a, b)))
}

/// The ends of a start: its finish, the end of its claim, a start by the same writer that resumes it.
fn ends(world: &World, index: usize, start: &Event) -> u32 {
    let ends = world.seen(world.all()).filter(|(at, event)| match event.kind {
        Kind::Succeeded | Kind::Failed | Kind::Abandoned | Kind::ClaimEnded => event.of == start.of,
        Kind::Start => event.of == start.of && *at > index,
        Kind::Claim | Kind::Unrelated => false,
    });
    ends.fold(0, |ends, (at, _)| ends | 1 << at)
}

/// Whether a start has the end of another that excludes it in its past, but no larger generation.
fn token_fell(experiment: &Experiment, world: &World) -> bool {
    let starts = || world.seen(world.all()).filter(|(_, event)| event.kind == Kind::Start);
    starts().any(|(_, later)| {
        starts().any(|(index, earlier)| {
            let excluding = experiment.conflict(earlier.want, later.want) && earlier.by != later.by;
            excluding && ends(world, index, earlier) & later.past != 0 && later.generation <= earlier.generation
        })
    })
}

/// One approval serves the starts of one rollout.
fn spent_twice(experiment: &Experiment, world: &World) -> bool {
    let starts = world.events.iter().filter(|event| event.kind == Kind::Start);
    let mut rollouts = starts.map(|start| experiment.rollout(start.want));
    let first = rollouts.next();
    experiment.shared_approval && rollouts.any(|rollout| Some(rollout) != first)
}
