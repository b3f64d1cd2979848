//! In which order devices can come up, and which links have to give way if they need each other in a circle.
//!
//! Knows nothing of devices and subsystems: nodes are numbers, a link is a consumer, a supplier and what its loss costs.

mod cut;
pub(crate) mod sleep;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A consumer comes after its supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) consumer: usize,
    pub(crate) supplier: usize,
    /// What it costs if it gives way; with several ranks of links, more than all links of lower ranks together.
    pub(crate) cost: Cost,
}

/// Costs of half a million links of the highest rank can be added up.
pub(crate) type Cost = u128;

/// The ranks of links, from the one that gives way first. No number of links of one rank outweighs one of the next:
/// a spec has fewer than 2^20 links, and a weight is below 2^8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    /// Not needed to probe.
    PostInit,
    /// Optional by its subsystem.
    Optional,
    /// Only whoever wrote the spec can say that it is not needed to probe.
    Hard {
        /// 1 to 255.
        weight: u8,
    },
    /// Nobody can.
    Fixed,
}

impl Rank {
    /// What the device needs weighs more than what it can do without, and of two such, what runtime PM follows.
    pub(crate) fn hard(optional: bool, runtime_pm: bool) -> Self {
        Self::Hard { weight: 1 + 2 * u8::from(!optional) + u8::from(runtime_pm) }
    }

    pub(crate) const fn cost(self) -> Cost {
        match self {
            Self::PostInit => 1,
            Self::Optional => 1 << 24,
            Self::Hard { weight } => (weight as Cost) << 48,
            Self::Fixed => 1 << 80,
        }
    }
}

/// The links that give way, and the order without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Indices of needs, ascending. Each would close a circle with those that stay, unless there are so many that
    /// looking for each circle takes too long.
    pub(crate) cut: Vec<usize>,
    /// No other choice costs less. `false`: too many nodes need each other for a proof, and this choice is a good one.
    pub(crate) cheapest: bool,
    /// Every node, each after all it needs but for the cut; of those that could come, the smallest comes next.
    pub(crate) order: Vec<usize>,
}

/// Cuts as little as possible and orders the rest. A need of itself has no meaning and is left out of account.
///
/// So a line added to a spec moves few others, which the order of a depth-first sort does not promise.
pub(crate) fn plan(nodes: usize, needs: &[Need]) -> Plan {
    let (cut, cheapest) = cut::cut(nodes, needs);
    let mut gives_way = vec![false; needs.len()];
    cut.iter().for_each(|&need| gives_way[need] = true);
    if !cheapest {
        cut::restore(nodes, needs, &mut gives_way);
    }
    let order = sorted(nodes, needs.iter().zip(&gives_way).filter(|(_, gives_way)| !**gives_way).map(|(need, _)| need));
    Plan { cut: cut.into_iter().filter(|&need| gives_way[need]).collect(), cheapest, order }
}

/// Of an acyclic graph.
fn sorted<'n>(nodes: usize, needs: impl Iterator<Item = &'n Need>) -> Vec<usize> {
    let mut consumers: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut missing = vec![0_usize; nodes];
    for need in needs.filter(|need| need.consumer != need.supplier) {
        consumers[need.supplier].push(need.consumer);
        missing[need.consumer] += 1;
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..nodes).filter(|&node| missing[node] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(nodes);
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for &consumer in &consumers[node] {
            missing[consumer] -= 1;
            if missing[consumer] == 0 {
                ready.push(Reverse(consumer));
            }
        }
    }
    order
}

/// The sets of nodes that need each other, each sorted, in the order of their first nodes.
pub(crate) fn knots(nodes: usize, needs: &[Need]) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(nodes, needs.len());
    for _ in 0..nodes {
        graph.add_node(());
    }
    for need in needs.iter().filter(|need| need.consumer != need.supplier) {
        graph.add_edge(NodeIndex::new(need.consumer), NodeIndex::new(need.supplier), ());
    }
    let knots = kosaraju_scc(&graph).into_iter().filter(|knot| knot.len() > 1);
    let mut knots: Vec<Vec<usize>> =
        knots.map(|knot| knot.into_iter().map(NodeIndex::index).collect::<Vec<_>>()).collect();
    knots.iter_mut().for_each(|knot| knot.sort_unstable());
    knots.sort_unstable();
    knots
}

#[cfg(test)]
mod tests;
