//! Where the processor sees the registers of a device.

use super::standard;
use super::tree::Tree;

/// Address ranges of a node, translated up to the root. `None` in place of one: no processor sees it there, as on I2C.
pub(super) fn ranges(tree: &Tree<'_>, node: usize) -> Vec<Option<(u64, u64)>> {
    let Some(reg) = tree.nodes[node].cells(standard::REG) else { return Vec::new() };
    let Some(bus) = tree.nodes[node].parent else { return Vec::new() };
    let (address, size) = tree.bus_cells(bus);
    if !(1..=2).contains(&address) || size > 2 {
        return vec![None];
    }
    let (address, size) = (address as usize, size as usize);
    let entries = reg.chunks_exact(address + size);
    entries
        .take(MOST)
        .map(|entry| {
            let (first, bytes) = entry.split_at(address);
            (size > 0).then_some(())?;
            Some((translate(tree, bus, number(first))?, number(bytes)))
        })
        .collect()
}

/// Ranges of one device that are told.
const MOST: usize = 64;

fn number(cells: &[u32]) -> u64 {
    cells.iter().fold(0, |sum, cell| sum << 32 | u64::from(*cell))
}

/// An address below a bus, as the root has it.
fn translate(tree: &Tree<'_>, bus: usize, mut address: u64) -> Option<u64> {
    let mut bus = bus;
    while let Some(above) = tree.nodes[bus].parent {
        // Without ranges the addresses are the bus's own.
        let ranges = tree.nodes[bus].cells(standard::RANGES)?;
        let (own, size) = tree.bus_cells(bus);
        let (parent, _) = tree.bus_cells(above);
        if !ranges.is_empty() {
            if [own, parent, size].iter().any(|cells| !(1..=2).contains(cells)) {
                return None;
            }
            let (own, parent, size) = (own as usize, parent as usize, size as usize);
            address = ranges.chunks_exact(own + parent + size).find_map(|entry| {
                let (first, rest) = entry.split_at(own);
                let (target, size) = rest.split_at(parent);
                let offset = address.checked_sub(number(first)).filter(|offset| *offset < number(size))?;
                number(target).checked_add(offset)
            })?;
        }
        bus = above;
    }
    Some(address)
}
