//! What waits for what: components and their dependencies, without a circle.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::name::Component;

use crate::config::{DependsOn, find_cycle};

/// Components and what each of them waits for directly. There is no circle, and everything named is a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    nodes: DependsOn,
}

/// Why dependencies are no graph that can be rolled out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    #[error("{component} depends on {on}, which does not exist")]
    Unknown { component: Component, on: Component },
    #[error("components wait for each other: {}", .path.iter().map(Component::as_str).collect::<Vec<_>>().join(" → "))]
    Cycle { path: Vec<Component> },
}

impl Graph {
    pub fn new(nodes: DependsOn) -> Result<Self, GraphError> {
        for (component, on) in &nodes {
            if let Some(on) = on.iter().find(|on| !nodes.contains_key(*on)) {
                return Err(GraphError::Unknown { component: component.clone(), on: on.clone() });
            }
        }
        match find_cycle(&nodes) {
            Some(path) => Err(GraphError::Cycle { path }),
            None => Ok(Self { nodes }),
        }
    }

    /// The graph of some of the components. One that is left out passes on what it waits for, so that
    /// `c` waits for `a` where `c` waits for `b` and `b`, left out, waits for `a`.
    #[must_use]
    pub fn of(&self, chosen: &BTreeSet<Component>) -> Self {
        let node = |component: &Component| (component.clone(), self.nearest(component, chosen));
        Self { nodes: self.nodes.keys().filter(|component| chosen.contains(*component)).map(node).collect() }
    }

    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.nodes.keys()
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What a component waits for directly.
    pub fn waits_for(&self, component: &Component) -> impl Iterator<Item = &Component> {
        self.nodes.get(component).into_iter().flatten()
    }

    /// Everything that a component waits for, directly or not.
    pub fn upstream(&self, component: &Component) -> BTreeSet<Component> {
        let mut found = BTreeSet::new();
        let mut rest: Vec<&Component> = self.waits_for(component).collect();
        while let Some(next) = rest.pop() {
            if found.insert(next.clone()) {
                rest.extend(self.waits_for(next));
            }
        }
        found
    }

    /// Everything that waits for a component, directly or not.
    pub fn downstream(&self, component: &Component) -> BTreeSet<Component> {
        self.nodes.keys().filter(|other| self.upstream(other).contains(component)).cloned().collect()
    }

    /// How far from the beginning each component is: a view for people, a rollout does not wait for a whole wave.
    pub fn waves(&self) -> Vec<Vec<Component>> {
        let mut depth: BTreeMap<&Component, usize> = BTreeMap::new();
        while depth.len() < self.nodes.len() {
            for (component, on) in
                self.nodes.iter().filter(|(component, _)| !depth.contains_key(component)).collect::<Vec<_>>()
            {
                if on.iter().all(|on| depth.contains_key(on)) {
                    let below = on.iter().filter_map(|on| depth.get(on)).max().map_or(0, |deepest| deepest + 1);
                    depth.insert(component, below);
                }
            }
        }
        let count = depth.values().max().map_or(0, |deepest| deepest + 1);
        let wave =
            |n| depth.iter().filter(|(_, depth)| **depth == n).map(|(component, _)| (*component).clone()).collect();
        (0..count).map(wave).collect()
    }

    fn nearest(&self, component: &Component, chosen: &BTreeSet<Component>) -> BTreeSet<Component> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut rest: Vec<&Component> = self.waits_for(component).collect();
        while let Some(next) = rest.pop() {
            if chosen.contains(next) {
                found.insert(next.clone());
            } else if seen.insert(next) {
                rest.extend(self.waits_for(next));
            }
        }
        found
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn component(letter: &str) -> Component {
        Component::new(&format!("manifest/{letter}")).unwrap()
    }

    /// `c<a,b d`: c waits for a and b; d for nothing.
    pub fn nodes(text: &str) -> DependsOn {
        let node = |word: &str| {
            let (name, on) = word.split_once('<').unwrap_or((word, ""));
            (component(name), on.split(',').filter(|on| !on.is_empty()).map(component).collect())
        };
        text.split_whitespace().map(node).collect()
    }

    pub fn graph(text: &str) -> Graph {
        Graph::new(nodes(text)).unwrap()
    }

    fn names(components: impl IntoIterator<Item = Component>) -> String {
        components.into_iter().map(|component| component.name().to_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_cannot_be_ordered_is_refused() {
        for (text, expect) in [
            ("a<b", "manifest/a depends on manifest/b, which does not exist"),
            ("a<a", "components wait for each other: manifest/a → manifest/a"),
            ("a<c b<a c<b", "components wait for each other: manifest/a → manifest/c → manifest/b → manifest/a"),
        ] {
            assert_eq!(Graph::new(nodes(text)).map_err(|error| error.to_string()), Err(expect.to_owned()), "{text}");
        }
    }

    #[test]
    fn neighbours_and_waves() {
        let graph = graph("vpc sg<vpc cluster<vpc db<vpc,sg image<ecr ecr api<cluster,db,image");
        assert_eq!(names(graph.upstream(&component("db"))), "sg vpc");
        assert_eq!(names(graph.downstream(&component("sg"))), "api db");
        let waves: Vec<String> = graph.waves().into_iter().map(names).collect();
        assert_eq!(waves, ["ecr vpc", "cluster image sg", "db", "api"]);
        assert_eq!(self::graph("").waves(), Vec::<Vec<Component>>::new());
    }

    #[test]
    fn what_is_left_out_passes_on_what_it_waits_for() {
        for (chosen, expect) in
            [("a c", "a c<a"), ("b c", "b c<b"), ("c", "c"), ("a d", "a d<a"), ("", ""), ("a b c d", "a b<a c<b d<c,a")]
        {
            let chosen = chosen.split_whitespace().map(component).collect();
            assert_eq!(graph("a b<a c<b d<c,a").of(&chosen), graph(expect), "{chosen:?}");
        }
    }
}
