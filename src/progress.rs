//! How long work tells what it does, without knowing who listens.

/// Told by several threads at once; a task is named by what it is about (`api`, `ecs/service-api`).
pub trait Progress: Sync {
    fn started(&self, task: &str, what: &str);

    /// What it does now: `pushing, 15.1 / 31.4 MB`.
    fn doing(&self, task: &str, what: &str);

    fn ended(&self, task: &str, ending: Ending, summary: &str);

    /// A line that another program printed while it worked on the task.
    fn output(&self, task: &str, line: &str);

    /// Somebody asked for a stop: nothing new starts, what runs is waited for.
    fn stopping(&self) {}
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Done,
    Unchanged,
    Failed,
}

/// Nobody listens.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _task: &str, _what: &str) {}
    fn doing(&self, _task: &str, _what: &str) {}
    fn ended(&self, _task: &str, _ending: Ending, _summary: &str) {}
    fn output(&self, _task: &str, _line: &str) {}
}
