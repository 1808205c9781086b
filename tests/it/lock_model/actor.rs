//! Events and writers as small as they go: an exploration keeps millions of them.

/// An event of the store; `past` is a set of indices into `World::events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub kind: Kind,
    /// The writer, or one of `NEUTRAL` and `TAKER`.
    pub by: u8,
    /// What it wanted: an index into `Experiment::wants`.
    pub want: u8,
    /// The claim that this starts, finishes or ends.
    pub of: u8,
    pub generation: u8,
    /// Every listing shows it, also where the store lists late but within a bound.
    pub settled: bool,
    pub past: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Unrelated,
    Claim,
    ClaimEnded,
    Start,
    Succeeded,
    Failed,
    Abandoned,
}

/// Who adds events that have nothing to do with the lock, so that generations differ.
pub const NEUTRAL: u8 = 14;
/// Who takes over.
pub const TAKER: u8 = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    pub phase: Phase,
    /// What it is about to do on what it listed.
    pub act: Option<Act>,
    /// What it listed last, and what it wrote since.
    pub view: u32,
    pub claim: u8,
    pub touched: u8,
    pub tries: u8,
    pub want: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Wanting,
    Claimed,
    Started,
    Holding,
    Dead,
    Over(End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Served,
    Failed,
    /// It gave way, and does not try again.
    Yielded,
    AlreadyApplied,
    Closed,
    NotPermitted,
    TakenOver,
    Disputed,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Claim,
    EndOwn(u8),
    Start,
    Yield,
    Touch,
    Stop(End, Parting),
}

/// What a writer writes as it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    Nothing,
    EndClaim(u8),
    Finish,
}

impl Actor {
    /// Forgets what no later move of this writer reads.
    pub fn rest(&mut self, phase: Phase) {
        *self = Self { phase, act: None, view: 0, claim: 0, touched: 0, ..*self };
    }

    /// What its last listing told it.
    pub fn listed(&self) -> &'static str {
        match (self.phase, self.act) {
            (Phase::Holding, _) => "lists: nobody else, holds",
            (_, None) => "lists: goes on with its earlier claim",
            (_, Some(Act::Claim)) => "lists: free",
            (_, Some(Act::EndOwn(_))) => "lists: an earlier claim of its own",
            (_, Some(Act::Start)) => "lists again: free",
            (_, Some(Act::Yield)) => "lists again: gives way",
            (_, Some(Act::Touch)) => "lists: may touch",
            (_, Some(Act::Stop(_, _))) => "lists: must stop",
        }
    }

    pub fn code(&self) -> u64 {
        let phase = match self.phase {
            Phase::Wanting => 0,
            Phase::Claimed => 1,
            Phase::Started => 2,
            Phase::Holding => 3,
            Phase::Dead => 4,
            Phase::Over(end) => 5 + end as u64,
        };
        let act = match self.act {
            None => 0,
            Some(Act::Claim) => 1,
            Some(Act::Start) => 2,
            Some(Act::Yield) => 3,
            Some(Act::Touch) => 4,
            Some(Act::EndOwn(claim)) => 5 | u64::from(claim) << 3,
            Some(Act::Stop(end, Parting::Nothing)) => 6 | (end as u64) << 8,
            Some(Act::Stop(end, Parting::Finish)) => 7 | (end as u64) << 8,
            Some(Act::Stop(end, Parting::EndClaim(claim))) => 6 | u64::from(claim + 1) << 3 | (end as u64) << 8,
        };
        let small = [self.claim, self.touched, self.tries, self.want].map(u64::from);
        u64::from(self.view)
            | phase << 32
            | act << 36
            | small[0] << 48
            | small[1] << 53
            | small[2] << 56
            | small[3] << 59
    }
}

impl Act {
    pub fn name(self) -> &'static str {
        match self {
            Self::Claim => "claims",
            Self::EndOwn(_) => "ends its earlier claim",
            Self::Start => "starts",
            Self::Yield => "ends its claim",
            Self::Touch => "touches",
            Self::Stop(_, _) => "stops",
        }
    }
}

impl Event {
    pub fn code(&self) -> u64 {
        let small = [self.kind as u8, self.by, self.want, self.of, self.settled.into(), self.generation].map(u64::from);
        let [kind, by, want, of, settled, generation] = small;
        u64::from(self.past) | kind << 32 | by << 35 | want << 39 | of << 42 | settled << 47 | generation << 48
    }
}
