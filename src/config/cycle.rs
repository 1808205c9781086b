//! Circles in what depends on what.

use std::collections::{BTreeMap, BTreeSet};

/// A circle, as the path that closes it: the first node stands again at the end. `None` when there is none.
/// The one that is found is the same for equal edges; what is named but has no entry has no edges.
pub fn find<K: Ord + Clone>(edges: &BTreeMap<K, BTreeSet<K>>) -> Option<Vec<K>> {
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| from(start, edges, &mut done))
}

/// Depth first without recursion: a long chain must not use up the stack.
fn from<K: Ord + Clone>(start: &K, edges: &BTreeMap<K, BTreeSet<K>>, done: &mut BTreeSet<K>) -> Option<Vec<K>> {
    let next = |node: &K| edges.get(node).into_iter().flatten().cloned().collect::<Vec<_>>().into_iter();
    if done.contains(start) {
        return None;
    }
    let mut path = vec![start.clone()];
    let mut on_path = BTreeSet::from([start.clone()]);
    let mut rest = vec![next(start)];
    while let Some(ahead) = rest.last_mut() {
        match ahead.next() {
            Some(node) if on_path.contains(&node) => {
                let begin = path.iter().position(|other| *other == node).unwrap_or(0);
                let mut circle = path.split_off(begin);
                circle.push(node);
                return Some(circle);
            }
            Some(node) if done.contains(&node) => {}
            Some(node) => {
                rest.push(next(&node));
                on_path.insert(node.clone());
                path.push(node);
            }
            None => {
                rest.pop();
                if let Some(node) = path.pop() {
                    on_path.remove(&node);
                    done.insert(node);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(&str, &str)], expect: Option<&str>) {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (node, on) in edges {
            graph.entry((*node).to_owned()).or_default().insert((*on).to_owned());
        }
        assert_eq!(find(&graph).map(|path| path.join(" ")).as_deref(), expect, "{edges:?}");
    }

    #[test]
    fn circles_are_paths() {
        check(&[], None);
        check(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], None);
        check(&[("a", "a")], Some("a a"));
        check(&[("a", "b"), ("b", "c"), ("c", "b")], Some("b c b"));
        check(&[("c", "a"), ("a", "b"), ("b", "c")], Some("a b c a"));
    }

    #[test]
    fn a_long_chain_is_no_problem() {
        let chain = (0..100_000_u32).map(|n| (n, BTreeSet::from([n + 1]))).collect();
        assert_eq!(find(&chain), None);
    }
}
