#![doc = include_str!("../../../rules/LW0413.md")]

use std::collections::{HashMap, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::links::Link;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{LinkClass, Soc};

pub(crate) const RULE: Rule = rule!("LW0413", "dependency-cycles", Error);

/// Edges of a cycle that are shown with their code.
const SHOWN: usize = 16;

/// A consumer needs a supplier because of this.
struct Edge {
    label: String,
    place: Span,
}

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let graph = graph(soc, links, enabled);
    let mut cycles: Vec<Vec<NodeIndex>> = kosaraju_scc(&graph).into_iter().filter(|knot| knot.len() > 1).collect();
    cycles.iter_mut().for_each(|knot| knot.sort_unstable());
    cycles.sort_unstable();
    for knot in cycles {
        let cycle = shortest(&graph, &knot);
        report(soc, &graph, &cycle, knot.len(), cx);
    }
    // A node alone is a knot only if it is its own parent; a device may well use what it provides itself.
    for (name, device) in soc.devices.iter() {
        if let Some(parent) = device.parent.as_ref().filter(|parent| parent.value == name.value) {
            let finding = RULE
                .at(parent.span, format!("`{}` is its own parent", name.value), "a device cannot sit on itself")
                .and(name.span, "the device");
            cx.report(finding);
        }
    }
}

fn graph(soc: &Soc, links: &[Link<'_>], enabled: &[bool]) -> DiGraph<(), Edge> {
    let mut graph = DiGraph::with_capacity(soc.devices.len(), links.len());
    soc.devices.iter().for_each(|_| {
        graph.add_node(());
    });
    let devices = &soc.devices.entries;
    for (consumer, entry) in devices.iter().enumerate() {
        let Some(parent) = &entry.value.parent else { continue };
        let Some(supplier) = soc.devices.position(parent).filter(|supplier| *supplier != consumer) else { continue };
        if enabled[consumer] && enabled[supplier] {
            let edge = Edge { label: "parent".to_string(), place: parent.span };
            graph.add_edge(NodeIndex::new(consumer), NodeIndex::new(supplier), edge);
        }
    }
    for link in links {
        let both = enabled[link.consumer] && enabled[link.provider];
        // An optional link gives way when an order is made.
        if link.subsystem.link.class.value != LinkClass::Hard || !both || link.consumer == link.provider {
            continue;
        }
        let edge = Edge { label: link.label(), place: link.reference.span };
        graph.add_edge(NodeIndex::new(link.consumer), NodeIndex::new(link.provider), edge);
    }
    graph
}

/// The edges of a shortest cycle through the first node of a strongly connected set.
fn shortest(graph: &DiGraph<(), Edge>, knot: &[NodeIndex]) -> Vec<petgraph::graph::EdgeIndex> {
    let start = knot[0];
    let mut reached = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut walk = graph.neighbors(node).detach();
        let mut out = Vec::new();
        while let Some((edge, next)) = walk.next(graph) {
            out.push((edge, next));
        }
        // petgraph gives the newest edge first.
        for (edge, next) in out.into_iter().rev() {
            if knot.binary_search(&next).is_err() || reached.contains_key(&next) {
                continue;
            }
            reached.insert(next, (edge, node));
            if next == start {
                let mut cycle = vec![edge];
                let mut at = node;
                while at != start {
                    let (edge, from) = reached[&at];
                    cycle.push(edge);
                    at = from;
                }
                cycle.reverse();
                return cycle;
            }
            queue.push_back(next);
        }
    }
    Vec::new()
}

fn report(soc: &Soc, graph: &DiGraph<(), Edge>, cycle: &[petgraph::graph::EdgeIndex], knot: usize, cx: &mut Cx<'_>) {
    let name = |node: NodeIndex| soc.devices.entries[node.index()].name.value.as_str();
    let edges = cycle.iter().filter_map(|&edge| {
        let (consumer, supplier) = graph.edge_endpoints(edge)?;
        let Edge { label, place } = &graph[edge];
        Some((format!("`{}` needs `{}`: {label}", name(consumer), name(supplier)), *place))
    });
    let mut edges: Vec<(String, Span)> = edges.collect();
    let names = cycle.iter().filter_map(|&edge| graph.edge_endpoints(edge)).map(|(consumer, _)| name(consumer));
    let mut path: Vec<&str> = names.collect();
    let Some(first) = path.first().copied() else { return };
    path.push(first);
    let hidden = path.len().saturating_sub(SHOWN + 2);
    if hidden > 0 {
        path.splice(SHOWN / 2..SHOWN / 2 + hidden, ["…"]);
        edges.drain(SHOWN / 2..SHOWN / 2 + hidden);
    }
    let (text, place) = edges.remove(0);
    let title = format!("{} need each other", counted(cycle.len() as u64, "device"));
    let mut finding = RULE.at(place, title, text);
    for (text, place) in edges {
        finding = finding.and(place, text);
    }
    finding = finding.note(format!("the cycle: {}", path.join(" -> ")));
    finding = finding.note("no order of probing, suspending or resuming them is right");
    if knot > cycle.len() {
        finding = finding.note(format!("{knot} devices are entangled; this is a shortest cycle among them"));
    }
    cx.report(
        finding.help(
            "remove the edge that is not needed to probe; a subsystem whose `link.class` is not `hard` gives way",
        ),
    );
}
