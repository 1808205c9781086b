//! From what a writer listed to its next step, by the real `lock::step`.

use std::collections::{BTreeSet, HashMap};

use ledger_format::digest::Digest;
use ledger_format::field::Run;
use ledger_format::lock::{
    Ask, Barrier, Claim, Claimant, Delay, Lock, Parting as RealParting, Reason, Rollout, Scope, Standing, State, Step,
    Writer,
};
use ledger_format::name::{Component, EventId, Fingerprint, Name, ReleaseId};

use super::actor::{Act, Actor, End, Event, Kind, Parting, Phase, TAKER};
use super::experiment::{Experiment, WantedScope};
use super::world::World;

/// Decisions, remembered by what they were decided on.
#[derive(Default)]
pub struct Sight {
    decided: HashMap<Seen, Decision>,
}

/// All that a decision depends on; events are named by writer and generation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Seen {
    writer: u8,
    want: u8,
    phase: u8,
    /// Generations of the own claim, and of the newest start under it.
    own: (u8, u8),
    claims: Vec<SeenClaim>,
    taken_over: Vec<u8>,
    done: u8,
    closed: bool,
    spent: bool,
    upstream: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct SeenClaim {
    by: u8,
    want: u8,
    generation: u8,
    start: Option<u8>,
}

/// A step, with claims named by generation.
#[derive(Debug, Clone, Copy)]
enum Decision {
    Stay,
    Hold,
    Adopt(u8),
    Act(Act),
}

impl Sight {
    /// The writer after this listing; `None` where nothing changes for it.
    pub fn decide(&mut self, experiment: &Experiment, world: &World, writer: usize, view: u32) -> Option<Actor> {
        let seen = Seen::by(experiment, world, writer, view);
        let decision = match self.decided.get(&seen) {
            Some(decision) => *decision,
            None => {
                let decision = seen.decide(experiment);
                self.decided.insert(seen, decision);
                decision
            }
        };
        let by = writer as u8;
        let claim = |generation| {
            let own = |(_, event): &(usize, &Event)| event.by == by && event.generation == generation;
            world.seen(view).find(own).map_or(0, |(index, _)| index as u8)
        };
        let actor = Actor { view, ..world.actors[writer] };
        match decision {
            Decision::Stay => None,
            Decision::Hold => Some(Actor { phase: Phase::Holding, view: 0, ..actor }),
            Decision::Adopt(generation) => {
                Some(Actor { phase: Phase::Claimed, view: 0, claim: claim(generation), ..actor })
            }
            Decision::Act(act) => {
                let act = match act {
                    Act::EndOwn(generation) => Act::EndOwn(claim(generation)),
                    Act::Stop(end, Parting::EndClaim(generation)) => {
                        Act::Stop(end, Parting::EndClaim(claim(generation)))
                    }
                    Act::Stop(_, Parting::Nothing | Parting::Finish) => act,
                    Act::Claim | Act::Start | Act::Yield | Act::Touch => act,
                };
                Some(Actor { act: Some(act), ..actor })
            }
        }
    }
}

impl World {
    /// The components that a rollout has done, in a view.
    pub fn done(&self, experiment: &Experiment, view: u32, rollout: u8) -> u8 {
        let finishes = self.seen(view).filter(|(_, event)| event.kind == Kind::Succeeded);
        finishes
            .filter(|(_, event)| experiment.rollout(event.want) == rollout)
            .fold(0, |done, (_, event)| done | experiment.wants[usize::from(event.want)].scope.components())
    }

    /// Whether a view holds a start of the rollout and one of another that is not in the past of the first.
    pub fn closed(&self, experiment: &Experiment, view: u32, rollout: u8) -> bool {
        let starts = || self.seen(view).filter(|(_, event)| event.kind == Kind::Start);
        let others = starts()
            .filter(|(_, event)| experiment.rollout(event.want) != rollout)
            .fold(0, |others, (index, _)| others | 1u32 << index);
        starts().any(|(_, event)| experiment.rollout(event.want) == rollout && others & !event.past != 0)
    }

    pub fn started_elsewhere(&self, experiment: &Experiment, view: u32, rollout: u8) -> bool {
        let mut starts = self.seen(view).filter(|(_, event)| event.kind == Kind::Start);
        starts.any(|(_, event)| experiment.rollout(event.want) != rollout)
    }
}

impl Seen {
    fn by(experiment: &Experiment, world: &World, writer: usize, view: u32) -> Self {
        let (by, actor) = (writer as u8, world.actors[writer]);
        let rollout = experiment.rollout(actor.want);
        let start = |claim: usize| {
            let starts = world.seen(view).filter(|(_, event)| event.kind == Kind::Start);
            starts.filter(|(_, event)| usize::from(event.of) == claim).map(|(_, event)| event.generation).last()
        };
        let claims = world.seen(world.unended(view) & view).map(|(index, event)| SeenClaim {
            by: event.by,
            want: event.want,
            generation: event.generation,
            start: start(index),
        });
        let taken = world.seen(view).filter(|(_, event)| event.kind == Kind::ClaimEnded && event.by == TAKER);
        let taken = taken.map(|(_, event)| world.events[usize::from(event.of)]).filter(|claim| claim.by == by);
        let held = matches!(actor.phase, Phase::Claimed | Phase::Started | Phase::Holding);
        let own = world.events.get(usize::from(actor.claim)).filter(|_| held).map_or(0, |claim| claim.generation);
        let done = world.done(experiment, view, rollout);
        Self {
            writer: by,
            want: actor.want,
            phase: match actor.phase {
                Phase::Wanting => 0,
                Phase::Claimed => 1,
                Phase::Started => 2,
                Phase::Holding | Phase::Dead | Phase::Over(_) => 3,
            },
            own: (own, start(usize::from(actor.claim)).filter(|_| held).unwrap_or(0)),
            claims: claims.collect(),
            taken_over: taken.map(|claim| claim.generation).collect(),
            done,
            closed: world.closed(experiment, view, rollout),
            spent: experiment.shared_approval && world.started_elsewhere(experiment, view, rollout),
            upstream: experiment.upstream.is_some_and(|(waiting, needs)| waiting == by && done & needs != needs),
        }
    }

    fn decide(&self, experiment: &Experiment) -> Decision {
        let ask = self.ask(experiment);
        let claim = id(self.writer, self.own.0);
        let scope = ask.by.scope.clone();
        let state = match self.phase {
            0 => State::Wanting,
            1 => State::Claimed { claim, scope },
            2 => State::Started { claim, start: id(self.writer, self.own.1), scope },
            _ => State::Holding { claim },
        };
        let step = (experiment.step)(&state, &self.lock(experiment), &ask);
        let same_scope = |scope: &Scope| assert_eq!(*scope, ask.by.scope, "every want here is done as a whole");
        match step {
            Step::Claim { scope } => {
                same_scope(&scope);
                Decision::Act(Act::Claim)
            }
            Step::Adopt { claim, scope } => {
                same_scope(&scope);
                Decision::Adopt(generation(claim))
            }
            Step::EndOwn { claims } => Decision::Act(Act::EndOwn(generation(claims[0]))),
            Step::Busy { .. } | Step::Wait { .. } => Decision::Stay,
            Step::Start { .. } => Decision::Act(Act::Start),
            Step::Hold => Decision::Hold,
            Step::Yield { .. } => Decision::Act(Act::Yield),
            Step::Proceed => Decision::Act(Act::Touch),
            Step::Stop { reason, parting } => Decision::Act(Act::Stop(end(&reason), leave(&parting))),
        }
    }

    fn ask(&self, experiment: &Experiment) -> Ask {
        let by = claimant(experiment, self.writer, self.want);
        Ask { by, components: components(experiment.wants[usize::from(self.want)].scope.components()) }
    }

    fn lock(&self, experiment: &Experiment) -> Lock {
        let claims = self.claims.iter().map(|claim| Claim {
            id: id(claim.by, claim.generation),
            generation: claim.generation.into(),
            by: claimant(experiment, claim.by, claim.want),
            start: claim.start.map(|start| id(claim.by, start)),
            standing: Standing::Folded,
        });
        let barriers = [(self.closed, Barrier::Closed), (self.spent && self.phase < 2, Barrier::NotPermitted)];
        Lock {
            claims: claims.collect(),
            taken_over: self.taken_over.iter().map(|claim| id(self.writer, *claim)).collect(),
            done: components(self.done),
            barriers: barriers.into_iter().filter(|(there, _)| *there).map(|(_, barrier)| barrier).collect(),
            delays: self.upstream.then_some(Delay::Upstream).into_iter().collect(),
        }
    }
}

/// Ids sort by writer: the tie of two claims of one generation.
fn id(by: u8, generation: u8) -> EventId {
    let mut bytes = [0; 32];
    (bytes[0], bytes[1]) = (by, generation);
    EventId(Digest::from_bytes(bytes))
}

fn generation(id: EventId) -> u8 {
    id.0.as_bytes()[1]
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn components(bits: u8) -> BTreeSet<Component> {
    let all = [(0b01, "manifest/a"), (0b10, "manifest/b")];
    all.into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, text)| Component::new(text).expect("a component"))
        .collect()
}

/// Every writer has the same key: it is the run that tells them apart.
fn claimant(experiment: &Experiment, writer: u8, want: u8) -> Claimant {
    let want = experiment.wants[usize::from(want)];
    Claimant {
        writer: Writer {
            key: Fingerprint::from_digest(&Digest::of(b"the key of all")),
            run: Run::new(&format!("{writer:032x}")).expect("a run"),
        },
        rollout: Rollout {
            deployment: name("shop"),
            target: name("prod"),
            release: ReleaseId(Digest::of(b"release")),
            key: name(&format!("rollout-{}", want.rollout)),
            principal: name("ana"),
        },
        scope: match want.scope {
            WantedScope::All => Scope::All,
            WantedScope::Components(bits) => Scope::Components(components(bits)),
            WantedScope::Hold => Scope::Hold,
        },
    }
}

fn end(reason: &Reason) -> End {
    match reason {
        Reason::AlreadyApplied | Reason::ComponentDone => End::AlreadyApplied,
        Reason::Barrier(Barrier::Closed) => End::Closed,
        Reason::Barrier(_) => End::NotPermitted,
        Reason::TakenOver => End::TakenOver,
        Reason::Disputed { .. } => End::Disputed,
        Reason::ClaimVoid => panic!("no claim is refused here"),
    }
}

fn leave(parting: &RealParting) -> Parting {
    match parting {
        RealParting::Nothing => Parting::Nothing,
        RealParting::EndClaims(claims) => {
            assert_eq!(claims.len(), 1, "no writer here has two claims");
            Parting::EndClaim(generation(claims[0]))
        }
        RealParting::Finish { .. } => Parting::Finish,
    }
}
