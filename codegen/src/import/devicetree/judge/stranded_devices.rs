#![doc = include_str!("../../../../rules/LW1008.md")]

use super::super::devices::Devices;
use super::super::standard;
use super::super::tree::Tree;
use super::Kind;
use crate::check::devicetree::STRANDED_DEVICES;

const KIND: Kind = Kind {
    rule: &STRANDED_DEVICES,
    note: "nobody looks below a node that is disabled",
    help: "enable what it sits on too, or neither",
};

pub(super) fn check(tree: &Tree<'_>, devices: &Devices, find: &mut dyn FnMut(&'static Kind, usize, String)) {
    for device in devices.list.iter().filter(|device| !device.enabled) {
        let node = &tree.nodes[device.node];
        // What says nothing goes with what it sits on.
        if !node.has(standard::STATUS) || !node.says_okay() {
            continue;
        }
        if let Some(above) = tree.above(device.node).find(|above| !tree.nodes[*above].says_okay()) {
            let path = tree.path(above);
            find(&KIND, device.node, format!("`{}` is enabled, but {path} above it is disabled", device.name));
        }
    }
}
