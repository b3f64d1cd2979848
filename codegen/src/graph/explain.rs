//! Why one device comes after another, in words.

use std::collections::VecDeque;
use std::fmt::Write as _;

use serde::Serialize;

use super::json::EdgeOut;
use super::words::is_parent;
use super::{Edge, Graph, InCircle};
use crate::lower::LinkClass;

/// What one device has to do with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Index of the device that was asked about.
    pub device: usize,
    /// Index of the other one.
    pub other: usize,
    /// Indices of edges that make it need the other.
    pub needs: Vec<usize>,
    /// Indices of edges that make the other need it.
    pub needed_by: Vec<usize>,
    /// A shortest way of more than one edge from it to the other.
    pub through: Option<Chain>,
    /// A shortest way of more than one edge from the other to it.
    pub back: Option<Chain>,
    /// Indices of devices that both need, directly.
    pub common: Vec<usize>,
}

/// A way from a consumer to a supplier: for each step indices of the edges that make it.
pub type Chain = Vec<Vec<usize>>;

/// What a device has to do with another.
pub fn explain(graph: &Graph, device: usize, other: usize) -> Explanation {
    let between = |consumer: usize, supplier: usize| -> Vec<usize> {
        let of = |edge: &Edge| edge.consumer == consumer && edge.supplier == supplier;
        (0..graph.edges.len()).filter(|&edge| of(&graph.edges[edge])).collect()
    };
    let suppliers = |of: usize| -> Vec<usize> {
        let mut list: Vec<usize> =
            graph.edges.iter().filter(|e| e.consumer == of && e.orders()).map(|e| e.supplier).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let theirs = suppliers(other);
    Explanation {
        device,
        other,
        needs: between(device, other),
        needed_by: between(other, device),
        through: chain(graph, device, other),
        back: chain(graph, other, device),
        common: suppliers(device).into_iter().filter(|supplier| theirs.contains(supplier)).collect(),
    }
}

/// A shortest way along edges that order, of at least two.
fn chain(graph: &Graph, from: usize, to: usize) -> Option<Chain> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); graph.devices.len()];
    for (index, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| edge.orders()) {
        if (edge.consumer, edge.supplier) != (from, to) {
            out[edge.consumer].push(index);
        }
    }
    let mut reached: Vec<Option<usize>> = vec![None; graph.devices.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(device) = queue.pop_front() {
        for &edge in &out[device] {
            let next = graph.edges[edge].supplier;
            if next != from && reached[next].is_none() {
                reached[next] = Some(edge);
                queue.push_back(next);
            }
        }
    }
    let mut chain = Vec::new();
    let mut at = to;
    while at != from {
        let edge = reached[at]?;
        let consumer = graph.edges[edge].consumer;
        let all = out[consumer].iter().copied().filter(|&other| graph.edges[other].supplier == at);
        chain.push(all.collect());
        at = consumer;
    }
    chain.reverse();
    (chain.len() > 1).then_some(chain)
}

impl Explanation {
    /// In words, ending in a line feed.
    pub fn text(&self, graph: &Graph) -> String {
        let name = |device: usize| graph.devices[device].name.as_str();
        let (device, other) = (name(self.device), name(self.other));
        let mut out = String::new();
        if self.device == self.other {
            let _ = writeln!(out, "{device} is one device: nothing orders it against itself.");
            return out;
        }
        for own in [self.device, self.other].into_iter().filter(|own| !graph.devices[*own].enabled) {
            let _ = writeln!(out, "{} is disabled: it makes no links and has no place in any order.", name(own));
        }
        let one_way = |list: &[usize]| list.iter().any(|&edge| graph.edges[edge].orders());
        let needs = one_way(&self.needs) || self.through.is_some();
        let needed = one_way(&self.needed_by) || self.back.is_some();
        let circle = |list: &[usize]| list.iter().any(|&edge| graph.edges[edge].circle != InCircle::No);
        match (needs, needed) {
            _ if circle(&self.needs) || circle(&self.needed_by) => {
                let _ = writeln!(out, "{device} and {other} are in a circle of devices that need each other.");
            }
            (true, _) => {
                let _ = writeln!(out, "{device} comes after {other}, because it needs it{}.", by(&self.needs, graph));
            }
            (_, true) => {
                let _ = writeln!(out, "{device} comes before {other}, which needs it{}.", by(&self.needed_by, graph));
            }
            _ => self.nothing(graph, &mut out),
        }
        self.way(graph, &self.needs, self.through.as_ref(), (self.device, self.other), &mut out);
        self.way(graph, &self.needed_by, self.back.as_ref(), (self.other, self.device), &mut out);
        places(graph, self.device, self.other, &mut out);
        out
    }

    fn nothing(&self, graph: &Graph, out: &mut String) {
        let name = |device: usize| graph.devices[device].name.as_str();
        let (device, other) = (name(self.device), name(self.other));
        let _ = writeln!(
            out,
            "{device} does not wait for {other}, nor {other} for {device}: no link leads from one to the other."
        );
        if !self.common.is_empty() {
            let names: Vec<&str> = self.common.iter().map(|&device| name(device)).collect();
            let _ = writeln!(out, "Both need {}.", list(&names));
        }
    }

    /// One direction.
    fn way(
        &self,
        graph: &Graph,
        direct: &[usize],
        chain: Option<&Chain>,
        (consumer, supplier): (usize, usize),
        out: &mut String,
    ) {
        let name = |device: usize| graph.devices[device].name.as_str();
        if !direct.is_empty() {
            let _ = writeln!(out, "\n{} -> {}:", name(consumer), name(supplier));
            for &edge in direct {
                let _ = writeln!(out, "  {}", graph.told(&graph.edges[edge]));
            }
            effects(graph, direct, (consumer, supplier), out);
        }
        let Some(chain) = chain else { return };
        let steps = chain.iter().filter_map(|edges| edges.first()).map(|&edge| name(graph.edges[edge].supplier));
        let path: Vec<&str> = std::iter::once(name(consumer)).chain(steps).collect();
        let also = if direct.is_empty() { "through others" } else { "also through others" };
        let _ = writeln!(out, "\n{} ({also}):", path.join(" -> "));
        for edges in chain {
            let Some(&first) = edges.first() else { continue };
            let Edge { consumer, supplier, .. } = graph.edges[first];
            for &edge in edges {
                let told = graph.told(&graph.edges[edge]);
                let _ = writeln!(out, "  {} needs {}: {told}", name(consumer), name(supplier));
            }
        }
        if direct.is_empty() {
            chain_effects(graph, chain, (consumer, supplier), out);
        }
    }

    /// As one JSON object, ending in a line feed.
    pub fn json(&self, graph: &Graph) -> String {
        #[derive(Serialize)]
        struct Root<'g> {
            version: u32,
            soc: &'g str,
            device: &'g str,
            other: &'g str,
            needs: Vec<EdgeOut<'g>>,
            needed_by: Vec<EdgeOut<'g>>,
            needs_through: Vec<Vec<EdgeOut<'g>>>,
            needed_through: Vec<Vec<EdgeOut<'g>>>,
            both_need: Vec<&'g str>,
        }
        let edges =
            |list: &[usize]| list.iter().map(|&edge| EdgeOut::new(graph, &graph.edges[edge])).collect::<Vec<_>>();
        let chain = |chain: &Option<Chain>| chain.iter().flatten().map(|step| edges(step)).collect::<Vec<_>>();
        super::json::to_text(&Root {
            version: 1,
            soc: &graph.soc,
            device: &graph.devices[self.device].name,
            other: &graph.devices[self.other].name,
            needs: edges(&self.needs),
            needed_by: edges(&self.needed_by),
            needs_through: chain(&self.through),
            needed_through: chain(&self.back),
            both_need: self.common.iter().map(|&device| graph.devices[device].name.as_str()).collect(),
        })
    }
}

/// "", or " through others".
fn by(direct: &[usize], graph: &Graph) -> &'static str {
    if direct.iter().any(|&edge| graph.edges[edge].orders()) { "" } else { " through others" }
}

/// What links between two devices do.
fn effects(graph: &Graph, edges: &[usize], ends: (usize, usize), out: &mut String) {
    let [consumer, supplier] = [ends.0, ends.1].map(|device| graph.devices[device].name.as_str());
    let any = |what: fn(&Edge) -> bool| edges.iter().any(|&edge| what(&graph.edges[edge]));
    if !any(|edge| edge.class != LinkClass::Ignore) {
        let _ = writeln!(out, "  This is a reference only: it orders nothing and powers nothing.");
        return;
    }
    let _ = match () {
        () if any(|edge| edge.circle == InCircle::Cut) => writeln!(
            out,
            "  probing: there is no order while each waits for the other; it is proposed that {consumer} is probed \
             without {supplier} (`post_init: true`)"
        ),
        () if !any(|edge| edge.orders() && !edge.post_init) => {
            writeln!(out, "  probing: {consumer} is probed without {supplier}")
        }
        () if any(|edge| edge.orders() && edge.class == LinkClass::Hard && !edge.post_init) => {
            writeln!(out, "  probing: {consumer} is not probed before {supplier} has been")
        }
        () => writeln!(out, "  probing: {consumer} waits for {supplier}, unless that has no driver"),
    };
    if !any(|edge| edge.orders()) {
        let _ = writeln!(
            out,
            "  runtime PM and sleep: the link orders nothing; {supplier} keeps its boot-time state until {consumer} is bound"
        );
        return;
    }
    let _ = match any(|edge| edge.runtime_pm && edge.orders()) {
        true => writeln!(out, "  runtime PM: {supplier} is resumed before {consumer} and suspends only after it"),
        false => writeln!(out, "  runtime PM: no link of theirs keeps {supplier} on while {consumer} is"),
    };
    sleep_effect(graph, ends, out);
    if any(is_parent) {
        let _ = writeln!(out, "  {consumer} sits on {supplier}: it comes and goes with it");
    }
}

fn chain_effects(graph: &Graph, chain: &Chain, ends: (usize, usize), out: &mut String) {
    let name = |device: usize| graph.devices[device].name.as_str();
    let without = |test: fn(&Edge) -> bool| {
        let step = chain.iter().find(|step| !step.iter().any(|&edge| test(&graph.edges[edge])));
        step.and_then(|step| step.first()).map(|&edge| &graph.edges[edge])
    };
    let (consumer, supplier) = (name(ends.0), name(ends.1));
    let _ = match without(|edge| !edge.post_init) {
        None => writeln!(out, "  probing: {consumer} is not probed before {supplier} has been"),
        Some(edge) => writeln!(
            out,
            "  probing: {consumer} need not wait, since {} is probed without {}",
            name(edge.consumer),
            name(edge.supplier)
        ),
    };
    let _ = match without(|edge| edge.runtime_pm) {
        None => writeln!(out, "  runtime PM: {supplier} is resumed before {consumer} and suspends only after it"),
        Some(edge) => writeln!(
            out,
            "  runtime PM: {consumer} does not keep {supplier} on, since the link from {} to {} is without runtime PM",
            name(edge.consumer),
            name(edge.supplier)
        ),
    };
    sleep_effect(graph, ends, out);
}

fn sleep_effect(graph: &Graph, (consumer, supplier): (usize, usize), out: &mut String) {
    let [user, used] = [consumer, supplier].map(|device| &graph.devices[device]);
    let _ = match used.phase.filter(|_| graph.sleeps_in_later_phase(consumer, supplier)) {
        Some(phase) => writeln!(
            out,
            "  system sleep: {} goes to sleep in `{}` already, before {}, and wakes up after it",
            used.name,
            phase.as_str(),
            user.name
        ),
        None => {
            writeln!(out, "  system sleep: {} goes to sleep before {} and wakes up after it", user.name, used.name)
        }
    };
}

/// Where both are in the orders.
fn places(graph: &Graph, device: usize, other: usize, out: &mut String) {
    let [one, two] = [device, other].map(|device| &graph.devices[device]);
    if let (Some(a), Some(b)) = (one.probe, two.probe) {
        let count = graph.devices.iter().filter(|device| device.probe.is_some()).count();
        let _ = writeln!(
            out,
            "\nOf {count} devices {} is probed as number {}, {} as number {}.",
            one.name,
            a + 1,
            two.name,
            b + 1
        );
    }
    if let (Some(a), Some(b)) = (one.sleep, two.sleep) {
        let _ = writeln!(out, "In system sleep {} is number {}, {} number {}.", one.name, a + 1, two.name, b + 1);
    }
}

/// `a, b and c`
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_string(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
