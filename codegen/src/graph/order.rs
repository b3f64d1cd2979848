//! The order of probing and of going to sleep, with the reason of each place.

use std::collections::BTreeMap;

use super::{Edge, Graph, InCircle};
use crate::lower::LinkClass;
use crate::order::{self, Need, Rank};

/// Both orders of a graph, and what had to give way for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// By place: whom each device waits for when it is probed.
    pub probe: Vec<Step>,
    /// By place: whom each device waits for when it goes to sleep.
    pub sleep: Vec<Step>,
    /// Devices that need each other.
    pub circles: Vec<Circle>,
}

/// A device's place in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Index of the device.
    pub device: usize,
    /// In which round it comes, from 0, if all that can come at a time do.
    pub round: usize,
    /// Devices that come before it because of edges, with indices of these; the one that comes last first.
    pub after: Vec<(usize, Vec<usize>)>,
}

/// Devices that need each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Indices of devices.
    pub devices: Vec<usize>,
    /// Indices of edges that stay.
    pub edges: Vec<usize>,
    /// Indices of edges that give way.
    pub cut: Vec<usize>,
    /// The spec says nothing of the cut, so it is a proposal, and without it there is no order.
    pub proposed: bool,
}

/// Both orders.
pub fn order(graph: &Graph) -> Order {
    let by = |place: fn(&super::Device) -> Option<usize>| {
        let mut devices: Vec<(usize, usize)> =
            (0..graph.devices.len()).filter_map(|device| Some((place(&graph.devices[device])?, device))).collect();
        devices.sort_unstable();
        devices
    };
    let probe = by(|device| device.probe);
    let sleep = by(|device| device.sleep);
    Order {
        probe: steps(graph, &probe, &graph.probe_rounds(), Edge::orders, |edge| (edge.supplier, edge.consumer)),
        sleep: steps(
            graph,
            &sleep,
            &graph.sleep_rounds(),
            |edge| graph.orders_sleep(edge),
            |edge| (edge.consumer, edge.supplier),
        ),
        circles: circles(graph),
    }
}

fn steps(
    graph: &Graph,
    order: &[(usize, usize)],
    rounds: &[usize],
    orders: impl Fn(&Edge) -> bool,
    ends: impl Fn(&Edge) -> (usize, usize),
) -> Vec<Step> {
    let mut after: Vec<BTreeMap<usize, Vec<usize>>> = vec![BTreeMap::new(); graph.devices.len()];
    for (index, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| orders(edge)) {
        let (first, second) = ends(edge);
        after[second].entry(first).or_default().push(index);
    }
    let mut place = vec![0; graph.devices.len()];
    order.iter().for_each(|&(at, device)| place[device] = at);
    order
        .iter()
        .map(|&(_, device)| {
            let mut after: Vec<_> = std::mem::take(&mut after[device]).into_iter().collect();
            after.sort_by_key(|(other, _)| std::cmp::Reverse(place[*other]));
            Step { device, round: rounds[device], after }
        })
        .collect()
}

fn circles(graph: &Graph) -> Vec<Circle> {
    let links: Vec<usize> =
        (0..graph.edges.len()).filter(|&edge| graph.edges[edge].class != LinkClass::Ignore).collect();
    let need = |&edge: &usize| {
        let Edge { consumer, supplier, .. } = graph.edges[edge];
        Need { consumer, supplier, cost: Rank::Fixed.cost() }
    };
    let needs: Vec<Need> = links.iter().map(need).collect();
    let knots = order::knots(graph.devices.len(), &needs);
    let mut knot_of = vec![None; graph.devices.len()];
    for (number, knot) in knots.iter().enumerate() {
        knot.iter().for_each(|&device| knot_of[device] = Some(number));
    }
    let mut circles: Vec<Circle> = knots
        .into_iter()
        .map(|devices| Circle { devices, edges: Vec::new(), cut: Vec::new(), proposed: false })
        .collect();
    for index in links {
        let edge = &graph.edges[index];
        let Some(knot) = knot_of[edge.consumer].filter(|_| knot_of[edge.consumer] == knot_of[edge.supplier]) else {
            continue;
        };
        match edge.orders() {
            true => circles[knot].edges.push(index),
            false => circles[knot].cut.push(index),
        }
        circles[knot].proposed |= edge.circle == InCircle::Cut;
    }
    circles
}
