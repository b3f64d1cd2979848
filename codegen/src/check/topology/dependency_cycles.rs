#![doc = include_str!("../../../rules/LW0413.md")]

use std::collections::{HashMap, VecDeque};

use super::links::{Link, parents};
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};
use crate::order::{self, Need, Rank};
use crate::source::Span;
use crate::spec::{LinkClass, Soc};

pub(crate) const RULE: Rule = rule!("LW0413", "dependency-cycles", Error);

/// Edges of a cycle that are shown with their code, and edges of a cut that are written out.
const SHOWN: usize = 16;

/// A consumer needs a supplier because of this.
struct Edge<'l> {
    need: Need,
    label: String,
    place: Span,
    /// `None`: the parent.
    link: Option<&'l Link<'l>>,
}

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let edges = edges(soc, links, enabled);
    let needs: Vec<Need> = edges.iter().map(|edge| edge.need).collect();
    let knots = order::knots(soc.devices.len(), &needs);
    if !knots.is_empty() {
        let plan = order::plan(soc.devices.len(), &needs);
        let graph = Graph::new(&edges);
        let members = knots.iter().enumerate().flat_map(|(number, knot)| knot.iter().map(move |&node| (node, number)));
        let knot_of: HashMap<usize, usize> = members.collect();
        let mut cuts: Vec<Vec<usize>> = vec![Vec::new(); knots.len()];
        for edge in plan.cut {
            // A cut edge closes a circle, so both its ends are in one knot.
            cuts[knot_of[&edges[edge].need.consumer]].push(edge);
        }
        for (knot, cut) in knots.iter().zip(cuts) {
            let through = cut.first().map_or(knot[0], |&edge| edges[edge].need.consumer);
            let cycle = graph.shortest(through, cut.first().copied(), knot);
            report(soc, &edges, &cycle, knot.len(), (&cut, plan.cheapest), cx);
        }
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

/// What nobody but the author can let give way.
fn edges<'l>(soc: &Soc, links: &'l [Link<'l>], enabled: &[bool]) -> Vec<Edge<'l>> {
    let mut edges = Vec::new();
    for (consumer, supplier, place) in parents(soc, enabled) {
        let need = Need { consumer, supplier, cost: Rank::Fixed.cost() };
        edges.push(Edge { need, label: "parent".to_string(), place, link: None });
    }
    for link in links.iter().filter(|link| link.subsystem.link.class.value == LinkClass::Hard && !link.post_init) {
        if enabled[link.consumer] && enabled[link.provider] && link.consumer != link.provider {
            let need = Need { consumer: link.consumer, supplier: link.provider, cost: link.rank().cost() };
            edges.push(Edge { need, label: link.label(), place: link.reference.span, link: Some(link) });
        }
    }
    edges
}

/// Edges by consumer.
struct Graph {
    out: HashMap<usize, Vec<(usize, usize)>>,
}

impl Graph {
    fn new(edges: &[Edge<'_>]) -> Self {
        let mut out: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for (index, edge) in edges.iter().enumerate() {
            out.entry(edge.need.consumer).or_default().push((index, edge.need.supplier));
        }
        Self { out }
    }

    /// The edges of a shortest cycle from a node of a knot, which begins with this edge if there is one.
    fn shortest(&self, start: usize, first: Option<usize>, knot: &[usize]) -> Vec<usize> {
        let mut reached: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for &(edge, next) in self.out.get(&node).into_iter().flatten() {
                let other = node == start && first.is_some_and(|first| first != edge);
                if other || knot.binary_search(&next).is_err() || reached.contains_key(&next) {
                    continue;
                }
                reached.insert(next, (edge, node));
                if next == start {
                    let (mut cycle, mut at) = (vec![edge], node);
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
}

fn report(soc: &Soc, edges: &[Edge<'_>], cycle: &[usize], knot: usize, cut: (&[usize], bool), cx: &mut Cx<'_>) {
    // It begins where the spec does.
    let begin = cycle.iter().enumerate().min_by_key(|(_, edge)| edges[**edge].need.consumer).map_or(0, |(at, _)| at);
    let cycle: Vec<usize> = cycle[begin..].iter().chain(&cycle[..begin]).copied().collect();
    let name = |device: usize| soc.devices.entries[device].name.value.as_str();
    let label = |edge: &Edge<'_>| {
        format!("`{}` needs `{}`: {}", name(edge.need.consumer), name(edge.need.supplier), edge.label)
    };
    let mut shown: Vec<(String, Span)> = cycle.iter().map(|&edge| (label(&edges[edge]), edges[edge].place)).collect();
    let mut path: Vec<&str> = cycle.iter().map(|&edge| name(edges[edge].need.consumer)).collect();
    let Some(first) = path.first().copied() else { return };
    path.push(first);
    let hidden = path.len().saturating_sub(SHOWN + 2);
    if hidden > 0 {
        path.splice(SHOWN / 2..SHOWN / 2 + hidden, ["…"]);
        shown.drain(SHOWN / 2..SHOWN / 2 + hidden);
    }
    let (text, place) = shown.remove(0);
    let title = format!("{} need each other", counted(cycle.len() as u64, "device"));
    let mut finding = RULE.at(place, title, text);
    for (text, place) in shown {
        finding = finding.and(place, text);
    }
    finding = finding.note(format!("the cycle: {}", path.join(" -> ")));
    finding = finding.note("no order of probing, suspending or resuming them is right");
    if knot > cycle.len() {
        finding = finding.note(format!("{knot} devices are entangled; this is a shortest cycle among them"));
    }
    let (cut, cheapest) = cut;
    let written: Option<Vec<String>> = cut
        .iter()
        .map(|&edge| {
            let Edge { link, place, need, .. } = &edges[edge];
            let link = (*link)?;
            let (place, entry) = (cx.workspace.sources.place(*place), link.as_post_init(soc, cx));
            Some(format!("{place}: let `{}` probe without `{}`: `{entry}`", name(need.consumer), name(need.supplier)))
        })
        .collect();
    let Some(written) = written.filter(|written| !written.is_empty()) else {
        return cx.report(finding.help("change a `parent`: a device cannot be probed without what it sits on"));
    };
    let what = if cheapest { "the cheapest cut" } else { "a small cut" };
    finding = finding.help(format!(
        "{what} is {}: a link marked `post_init` holds back no probe, and all others stay as they are",
        counted(written.len() as u64, "reference")
    ));
    let more = written.len().saturating_sub(SHOWN);
    for line in written.into_iter().take(SHOWN) {
        finding = finding.help(line);
    }
    if more > 0 {
        finding = finding.help(format!("and {more} more"));
    }
    cx.report(finding);
}
