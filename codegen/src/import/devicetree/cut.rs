//! Circles of devices that need each other: the fewest and weakest references become `post_init`.
//!
//! The same order and costs as in the rule about dependency cycles, so that what is proposed here is what it proposes.

use std::collections::{HashSet, VecDeque};

use super::bindings::Binding;
use super::blocks::{Blocks, Needs};
use super::board::{Board, Reference};
use super::fit;
use super::group::Section;
use crate::order::{self, Need, Rank};
use crate::spec::{Consumes, LinkClass};

/// A reference that gives way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Name of the device that is probed without.
    pub consumer: String,
    /// Name of the device that it refers to.
    pub supplier: String,
    /// Key of the subsystem.
    pub key: String,
    /// Names of the devices of a shortest circle that it closes, from the consumer to the consumer.
    pub circle: Vec<String>,
}

/// Which reference: device, key, place in its list.
type Place = (usize, String, usize);

/// Marks references until nothing needs itself.
pub(super) fn cut(
    number: usize,
    board: &mut Board<'_>,
    sections: &[Section],
    blocks: &Blocks<'_>,
    bindings: &[Binding<'_>],
) -> Vec<Cut> {
    let order: Vec<usize> = sections.iter().flat_map(|section| section.devices.iter().copied()).collect();
    let mut rank_of = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, device)| rank_of[*device] = at);
    let later = later(board, bindings);
    let (mut needs, mut places): (Vec<Need>, Vec<Option<Place>>) = (Vec::new(), Vec::new());
    let enabled = |device: usize| board.devices.list[device].enabled;
    for &device in order.iter().filter(|device| enabled(**device)) {
        if let Some(parent) = board.devices.list[device].parent {
            let cost = Rank::Fixed.cost();
            needs.push(Need { consumer: rank_of[device], supplier: rank_of[parent], cost });
            places.push(None);
        }
    }
    for &device in order.iter().filter(|device| enabled(**device)) {
        let block = &blocks.list[blocks.of[&(number, device)]];
        for (key, list) in &board.references[device] {
            let optional = optional(block, key, list, bindings);
            for (at, reference) in list.iter().enumerate() {
                let link = &bindings[reference.binding].subsystem.link;
                let hard = link.class.value == LinkClass::Hard && !later.contains(&(device, reference.to));
                if !hard || reference.to == device || !enabled(reference.to) {
                    continue;
                }
                let runtime_pm = link.runtime_pm.as_ref().is_some_and(|flag| flag.value);
                let needed = !optional.get(at).copied().unwrap_or(true);
                let cost = Rank::Hard { weight: 1 + 2 * u8::from(needed) + u8::from(runtime_pm) }.cost();
                needs.push(Need { consumer: rank_of[device], supplier: rank_of[reference.to], cost });
                places.push(Some((device, key.clone(), at)));
            }
        }
    }
    let plan = order::plan(order.len(), &needs);
    let mut cuts = Vec::with_capacity(plan.cut.len());
    let name = |at: usize| board.devices.list[order[at]].name.clone();
    let mut out = vec![Vec::new(); order.len()];
    if !plan.cut.is_empty() {
        needs.iter().for_each(|need| out[need.consumer].push(need.supplier));
    }
    let mut marked = Vec::with_capacity(plan.cut.len());
    for cut in plan.cut {
        let Some((device, key, at)) = &places[cut] else { continue };
        let Need { consumer, supplier, .. } = needs[cut];
        let circle = match cuts.len() < TOLD {
            true => way(&out, supplier, consumer).into_iter().map(name).collect(),
            false => Vec::new(),
        };
        let circle = std::iter::once(name(consumer)).chain(circle).collect();
        cuts.push(Cut { consumer: name(consumer), supplier: name(supplier), key: key.clone(), circle });
        marked.push((*device, key.clone(), *at));
    }
    for (device, key, at) in marked {
        if let Some(reference) = board.references[device].get_mut(&key).and_then(|list| list.get_mut(at)) {
            reference.post_init = true;
        }
    }
    cuts
}

/// Cuts whose circle is looked for.
const TOLD: usize = 256;

/// A shortest way along needs, both ends included.
fn way(out: &[Vec<usize>], from: usize, to: usize) -> Vec<usize> {
    let mut before = vec![usize::MAX; out.len()];
    before[from] = from;
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut way = vec![to];
            let mut at = to;
            while at != from {
                at = before[at];
                way.push(at);
            }
            way.reverse();
            return way;
        }
        for &next in &out[at] {
            if before[next] == usize::MAX {
                before[next] = at;
                queue.push_back(next);
            }
        }
    }
    Vec::new()
}

/// Between whom the tree itself says that nobody waits.
fn later(board: &Board<'_>, bindings: &[Binding<'_>]) -> HashSet<(usize, usize)> {
    let references =
        board.references.iter().enumerate().flat_map(|(from, keys)| keys.values().flatten().map(move |r| (from, r)));
    references
        .filter(|(_, reference)| bindings[reference.binding].subsystem.link.class.value == LinkClass::PostInit)
        .map(|(from, reference)| (from, reference.to))
        .collect()
}

/// Which references of a list the block can do without.
fn optional(block: &super::blocks::Block<'_>, key: &str, list: &[Reference], bindings: &[Binding<'_>]) -> Vec<bool> {
    if let Some(ip) = block.built_in {
        let Some(consumes) = ip.consumes.get(key) else { return Vec::new() };
        let names = fit::names(consumes, list).unwrap_or_default();
        let is = |one: &crate::spec::Consumed| one.optional.as_ref().is_some_and(|optional| optional.value);
        let of = |name: Option<&str>| match (consumes, name) {
            (Consumes::One(one), _) => is(one),
            (Consumes::Named(map), Some(name)) => map.get(name).is_some_and(is),
            (Consumes::Named(_), None) => true,
        };
        return names.into_iter().map(of).collect();
    }
    match block.consumes.get(key) {
        Some(Needs::One { optional }) => vec![*optional; list.len()],
        Some(Needs::Named(named)) => {
            let by: std::collections::HashMap<String, bool> =
                named.iter().map(|(name, optional)| (super::naming::essence(name), *optional)).collect();
            let names = super::blocks::names(list, bindings);
            names.iter().map(|name| by.get(&super::naming::essence(name)).copied().unwrap_or(true)).collect()
        }
        None => Vec::new(),
    }
}
