//! Which links give way: a feedback arc set of least cost.
//!
//! Finding one is hard in general and easy for what people write: circles lie within sets of nodes that need each
//! other, and those are small. For a set of up to [`EXACT`] nodes the best order is found by dynamic programming over
//! its subsets; for a larger one by always placing the node whose missing suppliers cost least.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::{Cost, Need, knots};

/// Nodes of a set that is solved exactly: 2^14 subsets.
const EXACT: usize = 14;
/// Steps that all exact solutions of a run may take together; keeps hostile specs in bounds.
const STEPS: usize = 1 << 24;

/// Indices of needs that give way, ascending, and whether their sum is the least possible.
pub(super) fn cut(nodes: usize, needs: &[Need]) -> (Vec<usize>, bool) {
    let mut knot_of: Vec<Option<usize>> = vec![None; nodes];
    let knots = knots(nodes, needs);
    for (number, knot) in knots.iter().enumerate() {
        knot.iter().for_each(|&node| knot_of[node] = Some(number));
    }
    let mut inner: Vec<Vec<usize>> = vec![Vec::new(); knots.len()];
    for (index, need) in needs.iter().enumerate().filter(|(_, need)| need.consumer != need.supplier) {
        if let Some(knot) = knot_of[need.consumer].filter(|_| knot_of[need.consumer] == knot_of[need.supplier]) {
            inner[knot].push(index);
        }
    }
    let (mut out, mut cheapest, mut steps) = (Vec::new(), true, 0_usize);
    let mut place = vec![0; nodes];
    for (knot, inner) in knots.iter().zip(&inner) {
        let arcs = arcs(knot, inner, needs);
        let count = knot.len();
        let cost = if count <= EXACT { (1 << count) * count * count } else { usize::MAX };
        let order = if cost <= STEPS.saturating_sub(steps) {
            steps += cost;
            best(count, &arcs)
        } else {
            cheapest = false;
            good(count, &arcs)
        };
        order.iter().enumerate().for_each(|(at, &node)| place[knot[node]] = at);
        out.extend(inner.iter().filter(|&&need| place[needs[need].supplier] > place[needs[need].consumer]));
    }
    out.sort_unstable();
    (out, cheapest)
}

/// Cost of each pair of nodes, numbered within the knot: `(consumer, supplier)`.
fn arcs(knot: &[usize], inner: &[usize], needs: &[Need]) -> BTreeMap<(usize, usize), Cost> {
    let number: HashMap<usize, usize> = knot.iter().enumerate().map(|(number, node)| (*node, number)).collect();
    let mut arcs = BTreeMap::new();
    for need in inner.iter().map(|index| needs[*index]) {
        *arcs.entry((number[&need.consumer], number[&need.supplier])).or_default() += need.cost;
    }
    arcs
}

/// The order whose links against it cost least. Of equally good ones the first by the numbers of its last nodes.
fn best(count: usize, arcs: &BTreeMap<(usize, usize), Cost>) -> Vec<usize> {
    let mut cost = vec![vec![0; count]; count];
    arcs.iter().for_each(|(&(consumer, supplier), &arc)| cost[consumer][supplier] = arc);
    // For each set of nodes that come first: what it costs to have them in their best order, and who is last of them.
    let mut least: Vec<(Cost, usize)> = vec![(Cost::MAX, 0); 1 << count];
    least[0] = (0, 0);
    for set in 0..(1_usize << count) - 1 {
        let (so_far, _) = least[set];
        for (next, suppliers) in cost.iter().enumerate().filter(|(next, _)| set & (1 << next) == 0) {
            let mut sum = so_far;
            let mut missing = !set & ((1 << count) - 1);
            while missing != 0 {
                sum += suppliers[missing.trailing_zeros() as usize];
                missing &= missing - 1;
            }
            let to = &mut least[set | (1 << next)];
            if sum < to.0 {
                *to = (sum, next);
            }
        }
    }
    let mut order = Vec::with_capacity(count);
    let mut set = (1 << count) - 1;
    while set != 0 {
        let (_, last) = least[set];
        order.push(last);
        set &= !(1 << last);
    }
    order.reverse();
    order
}

/// A good order, in m log m. A link gives way only if every node that could come has to do without one of its rank, so
/// circles of one rank never cost a link of a higher one.
fn good(count: usize, arcs: &BTreeMap<(usize, usize), Cost>) -> Vec<usize> {
    let mut missing: Vec<Cost> = vec![0; count];
    let mut consumers: Vec<Vec<(usize, Cost)>> = vec![Vec::new(); count];
    for (&(consumer, supplier), &cost) in arcs {
        missing[consumer] += cost;
        consumers[supplier].push((consumer, cost));
    }
    let mut heap: BinaryHeap<Reverse<(Cost, usize)>> = (0..count).map(|node| Reverse((missing[node], node))).collect();
    let mut placed = vec![false; count];
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((cost, node))) = heap.pop() {
        // An entry of before a supplier was placed.
        if placed[node] || cost != missing[node] {
            continue;
        }
        placed[node] = true;
        order.push(node);
        for &(consumer, cost) in consumers[node].iter().filter(|(consumer, _)| !placed[*consumer]) {
            missing[consumer] -= cost;
            heap.push(Reverse((missing[consumer], consumer)));
        }
    }
    order
}

/// Lets links stay that close no circle with those that stay anyway, the costliest first.
pub(super) fn restore(nodes: usize, needs: &[Need], gives_way: &mut [bool]) {
    let mut suppliers: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    needs.iter().enumerate().for_each(|(index, need)| suppliers[need.consumer].push(index));
    let mut candidates: Vec<usize> = (0..needs.len()).filter(|&need| gives_way[need]).collect();
    candidates.sort_by_key(|&need| Reverse(needs[need].cost));
    // The candidate on whose behalf a node was visited.
    let mut visited = vec![usize::MAX; nodes];
    let mut steps = STEPS;
    for candidate in candidates {
        let Need { consumer, supplier, .. } = needs[candidate];
        let mut stack = vec![supplier];
        let mut closes = false;
        while let Some(node) = stack.pop() {
            if node == consumer || steps == 0 {
                closes = true;
                break;
            }
            for &need in &suppliers[node] {
                steps = steps.saturating_sub(1);
                let next = needs[need].supplier;
                if !gives_way[need] && std::mem::replace(&mut visited[next], candidate) != candidate {
                    stack.push(next);
                }
            }
        }
        gives_way[candidate] = closes;
    }
}
