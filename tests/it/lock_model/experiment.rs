//! What an exploration is about: who wants what of the target, what may happen to them, and the store between them.

use ledger_format::lock::{Ask, Lock, State, Step};

/// What a writer wants: the whole target, some of its components (bits), or to hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    pub name: &'static str,
    pub rollout: u8,
    pub scope: WantedScope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedScope {
    All,
    Components(u8),
    Hold,
}

/// Which listings a store gives to a writer; its own events and those it listed before are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// A listing that begins after a write shows it.
    Prompt,
    /// A listing may miss any events of others.
    Lagging,
    /// A listing may miss what is younger than a bound, which a writer waits after its claim.
    Settling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    Never,
    OfTheDead,
    OfAnybody,
}

pub type Stepper = fn(&State, &Lock, &Ask) -> Step;

/// Who wants what, what may happen to them, and the rule that they follow.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// What each writer wants; behind those, what a writer wants that was restarted for something else.
    pub wants: Vec<Want>,
    pub writers: usize,
    pub step: Stepper,
    pub store: Store,
    pub touches: u8,
    pub unrelated: u8,
    pub crashes: u8,
    /// How often a dead writer comes back, as the same key and run.
    pub restarts: u8,
    pub take_over: TakeOver,
    /// How often a writer that gave way tries again.
    pub retries: u8,
    pub cancelled: &'static [u8],
    pub failing: &'static [u8],
    /// A writer that waits until this component is done.
    pub upstream: Option<(u8, u8)>,
    /// Whether the rollouts share an approval that one of them spends.
    pub shared_approval: bool,
}

impl Experiment {
    /// These writers, each with one want, following the real rule on a prompt store, with nothing else happening.
    pub fn of(wants: &[Want]) -> Self {
        Self {
            wants: wants.to_vec(),
            writers: wants.len(),
            step: ledger_format::lock::step,
            store: Store::Prompt,
            touches: 1,
            unrelated: 0,
            crashes: 0,
            restarts: 0,
            take_over: TakeOver::Never,
            retries: 0,
            cancelled: &[],
            failing: &[],
            upstream: None,
            shared_approval: false,
        }
    }

    pub fn conflict(&self, a: u8, b: u8) -> bool {
        let (a, b) = (self.wants[usize::from(a)], self.wants[usize::from(b)]);
        a.rollout != b.rollout || a.scope.components() & b.scope.components() != 0
    }

    pub fn rollout(&self, want: u8) -> u8 {
        self.wants[usize::from(want)].rollout
    }
}

impl WantedScope {
    pub fn components(self) -> u8 {
        match self {
            Self::All => 0b11,
            Self::Components(bits) => bits,
            Self::Hold => 0,
        }
    }
}
