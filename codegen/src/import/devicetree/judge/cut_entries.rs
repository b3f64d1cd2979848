#![doc = include_str!("../../../../rules/LW1003.md")]

use super::super::standard;
use super::super::tree::Tree;
use super::{Kind, counted};
use crate::check::devicetree::CUT_ENTRIES;

pub(in super::super) const KIND: Kind = Kind {
    rule: &CUT_ENTRIES,
    note: "what is left over is not read",
    help: "correct the property, or the `#…-cells` that count its cells",
};

/// Addresses that are not whole.
pub(super) fn addresses(tree: &Tree<'_>, find: &mut dyn FnMut(&'static Kind, usize, String)) {
    for (number, node) in tree.nodes.iter().enumerate() {
        let (Some(value), Some(bus)) = (node.property(standard::REG), node.parent) else { continue };
        let (address, size) = tree.bus_cells(bus);
        let entry = 4 * (u64::from(address) + u64::from(size));
        if entry > 0 && (value.len() as u64).is_multiple_of(entry) {
            continue;
        }
        let (reg, address_cells, size_cells) = (standard::REG, standard::ADDRESS_CELLS, standard::SIZE_CELLS);
        let cells = counted(value.len() / 4, "cell", "cells");
        let wanted = format!("`{address_cells}` of {address} and `{size_cells}` of {size}");
        find(&KIND, number, format!("`{reg}` has {cells}, on a bus with {wanted}"));
    }
}
