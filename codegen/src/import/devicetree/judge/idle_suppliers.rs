#![doc = include_str!("../../../../rules/LW1009.md")]

use super::super::devices::Devices;
use super::super::links::Link;
use super::super::standard;
use super::super::tree::Tree;
use super::Kind;
use crate::check::devicetree::IDLE_SUPPLIERS;

const KIND: Kind = Kind {
    rule: &IDLE_SUPPLIERS,
    note: "it is probed, and may take power, for nobody",
    help: "disable it, or enable who needs it",
};

/// Names of consumers that are told.
const TOLD: usize = 3;

/// Only of those that say themselves that they are enabled: most of a chip is there whether a board uses it or not.
pub(super) fn check(
    tree: &Tree<'_>,
    links: &[Link<'_>],
    devices: &Devices,
    find: &mut dyn FnMut(&'static Kind, usize, String),
) {
    let mut busy = vec![false; devices.list.len()];
    let mut consumers: Vec<Vec<usize>> = vec![Vec::new(); devices.list.len()];
    for device in devices.list.iter().filter(|device| device.enabled) {
        busy[device.parent.unwrap_or_default()] |= device.parent.is_some();
    }
    for link in links {
        let device = |node: usize| devices.of_node.get(&node).copied();
        let (Some(consumer), Some(supplier)) = (device(link.consumer), device(link.supplier)) else { continue };
        if consumer != supplier {
            busy[supplier] |= devices.list[consumer].enabled;
            if !consumers[supplier].contains(&consumer) && consumers[supplier].len() <= TOLD {
                consumers[supplier].push(consumer);
            }
        }
    }
    for (at, device) in devices.list.iter().enumerate().filter(|(_, device)| device.enabled) {
        if busy[at] || consumers[at].is_empty() || !tree.nodes[device.node].has(standard::STATUS) {
            continue;
        }
        let names: Vec<String> =
            consumers[at].iter().take(TOLD).map(|consumer| format!("`{}`", devices.list[*consumer].name)).collect();
        let more = if consumers[at].len() > TOLD { " and others" } else { "" };
        let disabled = if consumers[at].len() == 1 { "is disabled" } else { "are disabled" };
        let names = names.join(", ");
        find(&KIND, device.node, format!("`{}` is enabled for {names}{more}, which {disabled}", device.name));
    }
}
