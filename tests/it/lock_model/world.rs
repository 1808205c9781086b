//! A store that only grows, and the writers of one target on it.

use super::actor::{Act, Actor, End, Event, Kind, Parting, Phase, TAKER};
use super::experiment::{Experiment, Store};

#[derive(Debug, Clone)]
pub struct World {
    pub events: Vec<Event>,
    pub actors: Vec<Actor>,
    pub unrelated: u8,
    pub crashes: u8,
    pub restarts: u8,
    pub take_overs: u8,
}

impl World {
    pub fn begin(experiment: &Experiment) -> Self {
        let actor = |want| Actor { phase: Phase::Wanting, act: None, view: 0, claim: 0, touched: 0, tries: 0, want };
        let actors = (0..experiment.writers as u8).map(actor).collect();
        Self { events: Vec::new(), actors, unrelated: 0, crashes: 0, restarts: 0, take_overs: 0 }
    }

    /// The same for worlds that nothing tells apart.
    pub fn key(&self) -> Box<[u64]> {
        let counts = [self.unrelated, self.crashes, self.restarts, self.take_overs];
        let counts = u64::from(u32::from_le_bytes(counts)) | (self.events.len() as u64) << 32;
        let events = self.events.iter().map(Event::code);
        [counts].into_iter().chain(events).chain(self.actors.iter().map(Actor::code)).collect()
    }

    pub fn all(&self) -> u32 {
        (1 << self.events.len()) - 1
    }

    /// The unended claims in a view.
    pub fn unended(&self, view: u32) -> u32 {
        let (mut claims, mut ended) = (0, 0);
        for (index, event) in self.seen(view) {
            match event.kind {
                Kind::Claim => claims |= 1 << index,
                Kind::ClaimEnded | Kind::Succeeded | Kind::Failed | Kind::Abandoned => ended |= 1 << event.of,
                Kind::Unrelated | Kind::Start => {}
            }
        }
        claims & !ended
    }

    pub fn seen(&self, view: u32) -> impl Iterator<Item = (usize, &Event)> {
        self.events.iter().enumerate().filter(move |(index, _)| view >> index & 1 == 1)
    }

    /// Adds an event with this past. Events stay in the order of `(generation, by)`, which is one of arrival: so
    /// worlds that differ by the order of arrival alone are one.
    fn add(&mut self, experiment: &Experiment, mut event: Event) -> u8 {
        event.generation = self.seen(event.past).map(|(_, parent)| parent.generation + 1).max().unwrap_or(0);
        // On a prompt store nothing reads the pasts of the others.
        let read = matches!((event.kind, event.by), (Kind::Start, _) | (Kind::ClaimEnded, TAKER));
        if experiment.store == Store::Prompt && !read {
            event.past = 0;
        }
        let at = self.events.partition_point(|other| (other.generation, other.by) < (event.generation, event.by));
        let shift = |set: u32| set & ((1 << at) - 1) | (set >> at) << (at + 1);
        let moved = |index: u8| if usize::from(index) >= at { index + 1 } else { index };
        for other in &mut self.events {
            (other.past, other.of) = (shift(other.past), moved(other.of));
        }
        for actor in &mut self.actors {
            (actor.view, actor.claim) = (shift(actor.view), moved(actor.claim));
            if let Some(Act::EndOwn(claim) | Act::Stop(_, Parting::EndClaim(claim))) = &mut actor.act {
                *claim = moved(*claim);
            }
        }
        (event.past, event.of) = (shift(event.past), moved(event.of));
        self.events.insert(at, event);
        at as u8
    }

    /// A writer writes, having seen what it listed last and what it wrote itself.
    fn write(&mut self, experiment: &Experiment, writer: usize, kind: Kind, of: u8) -> u8 {
        let Actor { view, want, .. } = self.actors[writer];
        let by = writer as u8;
        let event = Event { kind, by, want, of, generation: 0, settled: false, past: view };
        let at = self.add(experiment, event);
        self.actors[writer].view |= 1 << at;
        at
    }

    pub fn others(&mut self, experiment: &Experiment, by: u8, kind: Kind, of: u8) {
        let event = Event { kind, by, want: 0, of, generation: 0, settled: false, past: self.all() };
        self.add(experiment, event);
    }

    pub fn listings(&self, store: Store, writer: usize) -> Vec<u32> {
        let all = self.all();
        let sure = |event: &Event| usize::from(event.by) == writer || store == Store::Settling && event.settled;
        let mut least = self.actors[writer].view;
        for (index, event) in self.seen(all).filter(|(_, event)| sure(event)) {
            least |= 1 << index | event.past;
        }
        match store {
            Store::Prompt => vec![all],
            Store::Lagging | Store::Settling => {
                let closed = |view: u32| self.seen(view).all(|(_, event)| event.past & !view == 0);
                (least..=all).filter(|view| view & least == least && closed(*view)).collect()
            }
        }
    }

    pub fn act(&mut self, experiment: &Experiment, writer: usize, act: Act) {
        let claim = self.actors[writer].claim;
        self.actors[writer].act = None;
        match act {
            Act::Claim => {
                self.actors[writer].claim = self.write(experiment, writer, Kind::Claim, 0);
                self.actors[writer].phase = Phase::Claimed;
            }
            Act::EndOwn(claim) => self.leave(experiment, writer, Kind::ClaimEnded, claim, Phase::Wanting),
            Act::Start => {
                self.write(experiment, writer, Kind::Start, claim);
                self.actors[writer].phase = Phase::Started;
            }
            Act::Yield if self.actors[writer].tries < experiment.retries => {
                self.actors[writer].tries += 1;
                self.leave(experiment, writer, Kind::ClaimEnded, claim, Phase::Wanting);
            }
            Act::Yield => self.leave(experiment, writer, Kind::ClaimEnded, claim, Phase::Over(End::Yielded)),
            Act::Touch => self.actors[writer].touched += 1,
            Act::Stop(end, Parting::Nothing) => self.actors[writer].rest(Phase::Over(end)),
            Act::Stop(end, Parting::EndClaim(claim)) => {
                self.leave(experiment, writer, Kind::ClaimEnded, claim, Phase::Over(end));
            }
            Act::Stop(end, Parting::Finish) => {
                let kind = if self.actors[writer].touched == 0 { Kind::Abandoned } else { Kind::Failed };
                self.leave(experiment, writer, kind, claim, Phase::Over(end));
            }
        }
    }

    pub fn leave(&mut self, experiment: &Experiment, writer: usize, kind: Kind, claim: u8, to: Phase) {
        self.write(experiment, writer, kind, claim);
        self.actors[writer].rest(to);
    }
}
