//! A ready-queue: a component begins when its own dependencies are done, not when a whole wave is.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use ledger_format::name::Component;

use super::graph::Graph;

/// How many components may be under way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parallelism {
    AtMost(NonZeroUsize),
    Unlimited,
}

/// What a failure does to components that do not wait for what failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenFailed {
    /// Nothing new begins.
    #[default]
    FailFast,
    KeepGoing,
}

/// Where a component stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Waits for these, which are not done yet; none where it waits only for its turn.
    Waiting(BTreeSet<Component>),
    Running,
    Done,
    Failed,
    /// Will not begin: what it waits for failed, or something did and `FailFast` is asked for.
    NotBegun,
}

/// What is done, under way and to do. Nothing here runs anything: the caller asks [`next`](Self::next), begins what
/// it is given, and reports the ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    graph: Graph,
    parallelism: Parallelism,
    when_failed: WhenFailed,
    running: BTreeSet<Component>,
    done: BTreeSet<Component>,
    failed: BTreeSet<Component>,
}

impl Parallelism {
    /// As `--parallelism` has it: 0 is unlimited.
    pub fn from_number(number: usize) -> Self {
        NonZeroUsize::new(number).map_or(Self::Unlimited, Self::AtMost)
    }
}

impl Schedule {
    pub fn new(graph: Graph, parallelism: Parallelism, when_failed: WhenFailed) -> Self {
        let none = BTreeSet::new;
        Self { graph, parallelism, when_failed, running: none(), done: none(), failed: none() }
    }

    /// The components that may begin now, by name; they count as running from here on.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Vec<Component> {
        let room = match self.parallelism {
            Parallelism::AtMost(most) => most.get().saturating_sub(self.running.len()),
            Parallelism::Unlimited => usize::MAX,
        };
        let ready: Vec<Component> =
            self.graph.components().filter(|component| self.is_ready(component)).take(room).cloned().collect();
        self.running.extend(ready.iter().cloned());
        ready
    }

    /// A component is done. One that never ran counts too: an earlier run may have done it.
    pub fn done(&mut self, component: &Component) {
        self.running.remove(component);
        self.done.insert(component.clone());
    }

    pub fn failed(&mut self, component: &Component) {
        self.running.remove(component);
        self.failed.insert(component.clone());
    }

    /// Whether nothing is running and nothing will begin any more.
    pub fn is_over(&self) -> bool {
        self.running.is_empty() && !self.graph.components().any(|component| self.is_ready(component))
    }

    pub fn progress(&self, component: &Component) -> Progress {
        if self.done.contains(component) {
            Progress::Done
        } else if self.failed.contains(component) {
            Progress::Failed
        } else if self.running.contains(component) {
            Progress::Running
        } else if self.is_stopped() || !self.graph.upstream(component).is_disjoint(&self.failed) {
            Progress::NotBegun
        } else {
            let waits_for = self.graph.waits_for(component).filter(|on| !self.done.contains(on));
            Progress::Waiting(waits_for.cloned().collect())
        }
    }

    /// The components that are neither done nor failed: those running, waiting, and not begun.
    pub fn remaining(&self) -> BTreeSet<Component> {
        let ended = |component: &&Component| self.done.contains(*component) || self.failed.contains(*component);
        self.graph.components().filter(|component| !ended(component)).cloned().collect()
    }

    pub fn failures(&self) -> &BTreeSet<Component> {
        &self.failed
    }

    fn is_ready(&self, component: &Component) -> bool {
        self.progress(component) == Progress::Waiting(BTreeSet::new())
    }

    fn is_stopped(&self) -> bool {
        match self.when_failed {
            WhenFailed::FailFast => !self.failed.is_empty(),
            WhenFailed::KeepGoing => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::{component, graph};
    use super::*;

    /// Plays a rollout: after each `next` the first of what runs ends, as failed where it is listed.
    fn played(text: &str, parallelism: usize, when_failed: WhenFailed, fails: &[&str]) -> String {
        let mut schedule = Schedule::new(graph(text), Parallelism::from_number(parallelism), when_failed);
        let mut running: Vec<Component> = Vec::new();
        let mut story = Vec::new();
        loop {
            let ready = schedule.next();
            story.extend(ready.iter().map(|component| format!("+{}", component.name())));
            running.extend(ready);
            if running.is_empty() {
                break;
            }
            let ended = running.remove(0);
            if fails.contains(&ended.name()) {
                schedule.failed(&ended);
                story.push(format!("!{}", ended.name()));
            } else {
                schedule.done(&ended);
                story.push(format!("-{}", ended.name()));
            }
        }
        assert!(schedule.is_over());
        let rest: Vec<String> = schedule.remaining().iter().map(|component| component.name().to_owned()).collect();
        if !rest.is_empty() {
            story.push(format!("left {}", rest.join(" ")));
        }
        story.join(" ")
    }

    #[test]
    fn a_component_begins_when_its_own_dependencies_are_done() {
        let text = "a b c<a d<b e<c,d";
        for (parallelism, expect) in [
            (1, "+a -a +b -b +c -c +d -d +e -e"),
            (2, "+a +b -a +c -b +d -c -d +e -e"),
            (0, "+a +b -a +c -b +d -c -d +e -e"),
        ] {
            assert_eq!(played(text, parallelism, WhenFailed::FailFast, &[]), expect, "{parallelism}");
        }
        assert_eq!(played("", 0, WhenFailed::FailFast, &[]), "");
    }

    #[test]
    fn failures_stop_all_or_only_what_waits_for_them() {
        let text = "a b c<a d<b e<c,d";
        for (when_failed, fails, expect) in [
            (WhenFailed::FailFast, vec!["a"], "+a +b !a -b left c d e"),
            (WhenFailed::KeepGoing, vec!["a"], "+a +b !a -b +d -d left c e"),
            (WhenFailed::KeepGoing, vec!["e"], "+a +b -a +c -b +d -c -d +e !e"),
            (WhenFailed::KeepGoing, vec!["a", "b"], "+a +b !a !b left c d e"),
        ] {
            assert_eq!(played(text, 2, when_failed, &fails), expect, "{when_failed:?} {fails:?}");
        }
    }

    #[test]
    fn what_an_earlier_run_did_is_not_begun_again() {
        let mut schedule = Schedule::new(graph("a b<a c<b"), Parallelism::Unlimited, WhenFailed::FailFast);
        schedule.done(&component("a"));
        assert_eq!(schedule.next(), [component("b")]);
        assert_eq!(schedule.progress(&component("c")), Progress::Waiting([component("b")].into()));
        schedule.failed(&component("b"));
        assert_eq!(schedule.progress(&component("c")), Progress::NotBegun);
        assert_eq!((schedule.next(), schedule.is_over()), (Vec::new(), true));
    }
}
