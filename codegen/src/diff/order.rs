//! Who waits for whom now, or no longer.

use std::collections::{BTreeMap, BTreeSet};

use super::Place;
use crate::front::Reading;
use crate::graph::{Explanation, Graph, explain};

/// Two devices whose order changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderChange {
    /// Waited for the other, or does now: it is probed later and goes to sleep earlier.
    pub device: String,
    /// The other one.
    pub other: String,
    /// It waits now; otherwise it did.
    pub waits: bool,
    /// They were, or are now, the other way round.
    pub reversed: bool,
    /// The devices through which it waits, with both ends.
    pub through: Vec<String>,
    /// Where the device is in the new spec.
    pub place: Option<Place>,
}

/// With more devices than this only neighbours are compared.
const MANY: usize = 4000;

/// What changed for devices that both have; `renamed` are old and new names. Devices between which nothing decides may
/// be in any order.
pub(super) fn compare(old: &Reading, new: &Reading, renamed: &BTreeMap<&str, &str>) -> Vec<OrderChange> {
    let graph = |reading: &Reading| {
        let model = reading.model.as_ref()?;
        model.socs.first().map(|soc| Graph::new(soc, model))
    };
    let (Some(mut before), Some(after)) = (graph(old), graph(new)) else { return Vec::new() };
    for device in &mut before.devices {
        if let Some(name) = renamed.get(device.name.as_str()) {
            device.name = name.to_string();
        }
    }
    let (was, is) = (pairs(&before), pairs(&after));
    let names = |graph: &Graph| -> BTreeMap<String, usize> {
        graph.devices.iter().enumerate().map(|(at, device)| (device.name.clone(), at)).collect()
    };
    let (old_names, new_names) = (names(&before), names(&after));
    let mut changes = Vec::new();
    for (pairs, others, known, graph, own, waits) in
        [(&is, &was, &old_names, &after, &new_names, true), (&was, &is, &new_names, &before, &old_names, false)]
    {
        for (device, other) in pairs {
            let common = known.contains_key(device) && known.contains_key(other);
            if !common || others.contains(&(device.clone(), other.clone())) {
                continue;
            }
            changes.push(OrderChange {
                device: device.clone(),
                other: other.clone(),
                waits,
                reversed: others.contains(&(other.clone(), device.clone())),
                through: through(graph, own[device], own[other]),
                place: None,
            });
        }
    }
    // Those that wait directly first: the others follow from them.
    changes.sort_by_key(|change| (!change.waits, change.through.len()));
    changes
}

/// Who waits for whom, directly or through others.
fn pairs(graph: &Graph) -> BTreeSet<(String, String)> {
    let mut suppliers: Vec<Vec<usize>> = vec![Vec::new(); graph.devices.len()];
    for edge in graph.edges.iter().filter(|edge| edge.orders()) {
        suppliers[edge.consumer].push(edge.supplier);
    }
    let name = |device: usize| graph.devices[device].name.clone();
    let mut pairs = BTreeSet::new();
    for device in 0..graph.devices.len() {
        let mut reached = vec![false; graph.devices.len()];
        let mut stack = suppliers[device].clone();
        while let Some(at) = stack.pop() {
            if at != device && !std::mem::replace(&mut reached[at], true) {
                pairs.insert((name(device), name(at)));
                if graph.devices.len() <= MANY {
                    stack.extend(&suppliers[at]);
                }
            }
        }
    }
    pairs
}

/// The devices on a shortest way.
fn through(graph: &Graph, device: usize, other: usize) -> Vec<String> {
    let Explanation { needs, through, .. } = explain(graph, device, other);
    let mut names = vec![graph.devices[device].name.clone()];
    if needs.iter().any(|&edge| graph.edges[edge].orders()) {
        names.push(graph.devices[other].name.clone());
        return names;
    }
    for step in through.into_iter().flatten() {
        names.extend(step.first().map(|&edge| graph.devices[graph.edges[edge].supplier].name.clone()));
    }
    names
}
