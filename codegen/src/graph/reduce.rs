//! What follows from the rest: an edge between two devices that a longer way connects, too.

use std::collections::HashSet;

use super::{Graph, InCircle};

impl Graph {
    /// Take away every edge that gives way to one of its subsystem between the same two devices: the ends of a display or
    /// trace link name each other, and one line says so. How many these are.
    pub(super) fn drop_returns(&mut self) -> usize {
        let holding: HashSet<(usize, usize, String)> = self
            .edges
            .iter()
            .filter(|edge| edge.orders())
            .map(|edge| (edge.consumer, edge.supplier, edge.subsystem.clone()))
            .collect();
        let before = self.edges.len();
        self.edges.retain(|edge| {
            edge.circle != InCircle::GivesWay
                || !holding.contains(&(edge.supplier, edge.consumer, edge.subsystem.clone()))
        });
        before - self.edges.len()
    }

    /// Take away every edge that orders nothing more than others do. What is left says the same about who comes before
    /// whom; the order of devices does not change. Time is devices times edges, memory is proportional to them.
    pub(super) fn reduce(&mut self) -> usize {
        let rounds = self.probe_rounds();
        let mut suppliers: Vec<Vec<usize>> = vec![Vec::new(); self.devices.len()];
        for edge in self.edges.iter().filter(|edge| edge.orders()) {
            suppliers[edge.consumer].push(edge.supplier);
        }
        for list in &mut suppliers {
            // A way to a supplier leads through those of later rounds.
            list.sort_unstable_by_key(|&supplier| (std::cmp::Reverse(rounds[supplier]), supplier));
            list.dedup();
        }
        let mut redundant = HashSet::new();
        let mut visited_for = vec![usize::MAX; self.devices.len()];
        for (consumer, direct) in suppliers.iter().enumerate() {
            for &supplier in direct {
                if visited_for[supplier] == consumer {
                    redundant.insert((consumer, supplier));
                    continue;
                }
                let mut stack = vec![supplier];
                while let Some(device) = stack.pop() {
                    for &next in &suppliers[device] {
                        if std::mem::replace(&mut visited_for[next], consumer) != consumer {
                            stack.push(next);
                        }
                    }
                }
            }
        }
        let before = self.edges.len();
        self.edges
            .retain(|edge| edge.contains || !edge.orders() || !redundant.contains(&(edge.consumer, edge.supplier)));
        before - self.edges.len()
    }
}
