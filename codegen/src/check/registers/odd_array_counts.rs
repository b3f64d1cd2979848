#![doc = include_str!("../../../rules/LW0107.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, Map, Node};

pub(crate) const RULE: Rule = rule!("LW0107", "odd-array-counts", Error);

/// The most elements of one array: a larger one is memory.
const MOST: u64 = 1 << 16;

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    walk(&ip.registers, cx);
}

fn walk(nodes: &Map<Node>, cx: &mut Cx<'_>) {
    for (name, node) in nodes.iter() {
        if let Some(array) = node.array()
            && !(1..=MOST).contains(&array.count.value)
        {
            let finding = RULE
                .at(
                    array.count.span,
                    format!("array `{}` has {} elements", name.value, array.count.value),
                    format!("expected 1 to {MOST}"),
                )
                .note("an array without elements is no array, and a larger one is memory rather than registers");
            cx.mark(name.span);
            cx.report(finding);
        }
        if let Node::Cluster(cluster) = node {
            walk(&cluster.registers, cx);
        }
    }
}
