//! Who refers to whom: every property of every node, by the bindings of the subsystems.

use std::collections::{HashMap, HashSet};

use super::bindings::{self, Binding};
use super::error::ImportError;
use super::judge::{
    self, Kind, cut_entries, dangling_phandles, deviceless_references, mismatched_names, uncounted_cells,
    unrouted_interrupts,
};
use super::standard;
use super::tree::Tree;
use crate::spec::DeviceTreeLayout;

/// References of a tree; a real one has up to about 6,000.
const MOST_LINKS: usize = 60_000;
/// Steps of looking through maps; keeps hostile trees in bounds.
const MOST_STEPS: usize = 20_000_000;
/// Cells of one reference.
const MOST_CELLS: u32 = 16;

/// A reference.
#[derive(Clone, Debug)]
pub(super) struct Link<'a> {
    /// The node that has the property, and the device's.
    pub(super) node: usize,
    pub(super) consumer: usize,
    pub(super) binding: usize,
    pub(super) property: &'a str,
    /// Its place in the property, and how many are there.
    pub(super) position: (usize, usize),
    /// Its name, if a property names it.
    pub(super) name: Option<&'a str>,
    /// The node that is referred to, and its device's.
    pub(super) target: usize,
    pub(super) supplier: usize,
    /// What follows the phandle; `None`: the binding has no cells.
    pub(super) cells: Option<Vec<u32>>,
}

/// What was not understood or is wrong, and where.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) node: usize,
    /// The node of the device that it is about.
    pub(super) device: Option<usize>,
    pub(super) kind: &'static Kind,
    pub(super) text: String,
}

#[derive(Debug, Default)]
pub(super) struct Links<'a> {
    pub(super) links: Vec<Link<'a>>,
    pub(super) notes: Vec<Note>,
}

pub(super) fn collect<'a>(tree: &Tree<'a>, bindings: &[Binding<'_>]) -> Result<Links<'a>, ImportError> {
    let mut collector = Collector { tree, bindings, out: Links::default(), counts: HashMap::new(), steps: MOST_STEPS };
    let mut known: HashMap<&str, Option<usize>> = HashMap::new();
    // Their properties are names of other nodes.
    let names = |name: &str| name == standard::ALIASES || name.starts_with(standard::MADE);
    for (number, node) in tree.nodes.iter().enumerate() {
        if node.parent == Some(0) && names(node.name) {
            continue;
        }
        for (property, value) in &node.properties {
            let binding = *known.entry(property).or_insert_with(|| bindings::find(bindings, property));
            let Some(binding) = binding else { continue };
            if bindings[binding].unless.is_some_and(|unless| node.has(unless)) {
                continue;
            }
            collector.property(number, binding, property, value)?;
        }
    }
    Ok(collector.out)
}

/// A provider and its cells.
pub(super) type Found = (usize, Option<Vec<u32>>);

pub(super) struct Collector<'t, 'a, 'b> {
    pub(super) tree: &'t Tree<'a>,
    bindings: &'b [Binding<'b>],
    out: Links<'a>,
    /// What a property that counts cells says.
    counts: HashMap<(usize, &'b str), Option<u32>>,
    pub(super) steps: usize,
}

impl<'a, 'b> Collector<'_, 'a, 'b> {
    fn property(&mut self, node: usize, at: usize, property: &'a str, value: &[u8]) -> Result<(), ImportError> {
        let (tree, bindings) = (self.tree, self.bindings);
        let binding = &bindings[at];
        let (cells, rest) = value.as_chunks::<4>();
        let cells: Vec<u32> = cells.iter().map(|cell| u32::from_be_bytes(*cell)).collect();
        if !rest.is_empty() {
            self.find(&cut_entries::KIND, node, format!("`{property}` is not made of whole cells"));
            return Ok(());
        }
        let before = self.out.notes.len();
        let found = match (&binding.implied, binding.layout) {
            (Some(implied), _) => self.implied(node, property, implied, binding.cells, &cells),
            (None, DeviceTreeLayout::References) => self.references(node, property, binding, &cells),
            (None, DeviceTreeLayout::Nexus) => self.nexus(node, property, binding.cells, &cells),
            (None, DeviceTreeLayout::Ranges) => self.ranges(node, property, &cells),
        };
        if self.steps == 0 {
            return Err(ImportError::TooLarge { what: "steps through its maps", most: MOST_STEPS });
        }
        let names: Vec<&'a str> = binding.names.map(|n| tree.nodes[node].strings(n).collect()).unwrap_or_default();
        let count = found.len();
        let each = judge::entries_per_name(binding, count, names.len());
        // What could not be read has told so.
        let named = binding.names.filter(|_| !binding.is_series() && self.out.notes.len() == before);
        if let Some(own) = named.filter(|own| tree.nodes[node].has(own) && self.is_alone(node, at)) {
            mismatched_names::check(self, node, (own, names.len()), (property, count), binding.paired);
        }
        for (position, found) in found.into_iter().enumerate() {
            let Some((target, cells)) = found else { continue };
            let Some(consumer) = tree.owner(node) else {
                deviceless_references::check(self, node, || format!("`{property}` of {}", tree.path(node)));
                break;
            };
            let Some(supplier) = tree.owner(target) else {
                let what = || format!("`{property}` refers to {}, which", tree.path(target));
                deviceless_references::check(self, node, what);
                continue;
            };
            if self.out.links.len() == MOST_LINKS {
                return Err(ImportError::TooLarge { what: "references", most: MOST_LINKS });
            }
            let name = names.get(if binding.is_series() { binding.number } else { position / each }).copied();
            let position = (position, count);
            let name = name.filter(|name| !name.is_empty());
            let link = Link { node, consumer, binding: at, property, position, name, target, supplier, cells };
            self.out.links.push(link);
        }
        Ok(())
    }

    /// Something is wrong in a node.
    pub(super) fn find(&mut self, kind: &'static Kind, node: usize, text: String) {
        judge::note(self.tree, &mut self.out.notes, kind, node, text);
    }

    /// Has the node no other property of the subsystem?
    fn is_alone(&self, node: usize, at: usize) -> bool {
        let same = |property: &str| {
            let other = bindings::find(self.bindings, property);
            other.is_some_and(|other| std::ptr::eq(self.bindings[other].subsystem, self.bindings[at].subsystem))
        };
        self.tree.nodes[node].properties.iter().filter(|(property, _)| same(property)).count() == 1
    }

    /// How many cells a provider asks for.
    fn count(&mut self, provider: usize, property: &'b str) -> Option<u32> {
        let tree = self.tree;
        let count = self.counts.entry((provider, property)).or_insert_with(|| tree.nodes[provider].cell(property));
        count.filter(|count| *count <= MOST_CELLS)
    }

    /// Entries of a phandle and as many cells as the provider asks for. A phandle of 0 is an entry left empty.
    fn references(&mut self, node: usize, property: &str, binding: &Binding<'b>, cells: &[u32]) -> Vec<Option<Found>> {
        let mut found = Vec::new();
        let mut rest = cells;
        while let Some((&phandle, after)) = rest.split_first() {
            rest = after;
            if phandle == 0 {
                found.push(None);
                continue;
            }
            let Some(provider) = self.tree.phandle(phandle) else {
                self.find(&dangling_phandles::KIND, node, format!("`{property}`: phandle {phandle:#x} leads nowhere"));
                break;
            };
            let Some(count) = binding.cells else {
                found.push(Some((provider, None)));
                continue;
            };
            let none = || (binding.optional_cells && !self.tree.nodes[provider].has(count)).then_some(0);
            let Some(wanted) = self.count(provider, count).or_else(none) else {
                uncounted_cells::found(self, node, property, provider, count);
                break;
            };
            let Some((args, after)) = rest.split_at_checked(wanted as usize) else {
                self.find(&cut_entries::KIND, node, format!("`{property}` ends within an entry"));
                break;
            };
            rest = after;
            found.push(Some((provider, Some(args.to_vec()))));
        }
        found
    }

    /// Entries of a number, a phandle, a number there, and how many numbers.
    fn ranges(&mut self, node: usize, property: &str, cells: &[u32]) -> Vec<Option<Found>> {
        let (entries, rest) = cells.as_chunks::<4>();
        if !rest.is_empty() {
            self.find(&cut_entries::KIND, node, format!("`{property}` ends within an entry"));
        }
        // Each provider once.
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        for [_, phandle, ..] in entries {
            match self.tree.phandle(*phandle) {
                Some(provider) => found.extend(known.insert(provider).then_some(Some((provider, None)))),
                None => {
                    let text = format!("`{property}`: phandle {phandle:#x} leads nowhere");
                    self.find(&dangling_phandles::KIND, node, text);
                }
            }
        }
        found
    }

    /// The providers behind a map: each entry has an address and a specifier of the node itself, a phandle, and an
    /// address and a specifier there.
    fn nexus(&mut self, node: usize, property: &str, count: Option<&'b str>, cells: &[u32]) -> Vec<Option<Found>> {
        let Some(count) = count else { return Vec::new() };
        let own = self.map_key(node, count);
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        let mut rest = cells;
        while !rest.is_empty() {
            let Some((provider, _, after)) = own.and_then(|(a, s)| self.map_entry(rest, a + s, count)) else {
                self.find(&cut_entries::KIND, node, format!("`{property}` cannot be taken apart"));
                break;
            };
            found.extend(known.insert(provider).then_some(Some((provider, None))));
            rest = after;
        }
        found
    }

    /// Cells of an address and of a specifier in the node's own map.
    fn map_key(&mut self, node: usize, count: &'b str) -> Option<(usize, usize)> {
        let specifier = self.count(node, count)? as usize;
        let address = self.tree.nodes[node].cell(standard::ADDRESS_CELLS).filter(|cells| *cells <= MOST_CELLS)?;
        Some((address as usize, specifier))
    }

    /// The provider of an entry of a map, the specifier there, and what follows.
    fn map_entry<'c>(&mut self, cells: &'c [u32], key: usize, count: &'b str) -> Option<(usize, &'c [u32], &'c [u32])> {
        self.steps = self.steps.checked_sub(1)?;
        let (&phandle, rest) = cells.get(key..)?.split_first()?;
        let provider = self.tree.phandle(phandle)?;
        // An interrupt controller that says nothing has no addresses.
        let address = self.count(provider, standard::ADDRESS_CELLS).unwrap_or(0) as usize;
        let specifier = self.count(provider, count)? as usize;
        let rest = rest.get(address..)?;
        let (specifier, rest) = rest.split_at_checked(specifier)?;
        Some((provider, specifier, rest))
    }

    /// Entries of cells only, of the provider that the node or one above names.
    fn implied(
        &mut self,
        node: usize,
        property: &str,
        implied: &bindings::Implied<'b>,
        count: Option<&'b str>,
        cells: &[u32],
    ) -> Vec<Option<Found>> {
        let Some(count) = count else { return Vec::new() };
        let Some(provider) = self.implied_provider(node, implied, count) else {
            let text = format!("`{property}`: no `{}` is named", implied.provider);
            self.find(&unrouted_interrupts::KIND, node, text);
            return Vec::new();
        };
        let Some(wanted) = self.count(provider, count).map(|wanted| wanted as usize).filter(|wanted| *wanted > 0)
        else {
            uncounted_cells::found(self, node, property, provider, count);
            return Vec::new();
        };
        if !cells.len().is_multiple_of(wanted) {
            self.find(&cut_entries::KIND, node, format!("`{property}` ends within an entry"));
        }
        let address: Vec<u32> = self.unit_address(node);
        let mut found = Vec::new();
        for entry in cells.chunks_exact(wanted) {
            let through = self.through(provider, entry, &address, implied, count);
            if through.is_none() {
                let text = format!("`{property}`: no map leads on from {}", self.tree.path(provider));
                self.find(&unrouted_interrupts::KIND, node, text);
            }
            found.push(through.map(|(provider, cells)| (provider, Some(cells))));
        }
        found
    }

    /// The nearest node above that takes references, by way of those that are named.
    fn implied_provider(&mut self, node: usize, implied: &bindings::Implied<'b>, count: &'b str) -> Option<usize> {
        let mut at = node;
        // As many steps as a chain of distinct nodes can have that people write.
        for _ in 0..64 {
            at = match self.tree.nodes[at].cell(implied.provider) {
                Some(phandle) => self.tree.phandle(phandle)?,
                None => self.tree.nodes[at].parent?,
            };
            if self.tree.nodes[at].has(count) {
                return Some(at);
            }
        }
        None
    }

    /// Follows maps to the provider that does not hand on.
    fn through(
        &mut self,
        provider: usize,
        entry: &[u32],
        address: &[u32],
        implied: &bindings::Implied<'b>,
        count: &'b str,
    ) -> Option<(usize, Vec<u32>)> {
        let (mut provider, mut entry) = (provider, entry.to_vec());
        let (Some(nexus), Some(end)) = (implied.nexus, implied.end) else { return Some((provider, entry)) };
        for _ in 0..16 {
            let node = &self.tree.nodes[provider];
            if node.has(end) {
                return Some((provider, entry));
            }
            let Some(map) = node.cells(nexus) else {
                // Neither a controller nor a map: whoever is above it.
                let above = self.implied_provider(provider, implied, count)?;
                if self.count(above, count) != Some(entry.len() as u32) {
                    return None;
                }
                provider = above;
                continue;
            };
            self.steps = self.steps.saturating_sub(map.len() / 4 + 1);
            let (addresses, specifiers) = self.map_key(provider, count)?;
            if specifiers != entry.len() {
                return None;
            }
            let key: Vec<u32> =
                (0..addresses).map(|at| address.get(at).copied().unwrap_or(0)).chain(entry.iter().copied()).collect();
            let mask = node.cells(&format!("{nexus}{}", standard::MASK_SUFFIX));
            let masked =
                |at: usize, cell: u32| cell & mask.as_ref().map_or(u32::MAX, |m| m.get(at).copied().unwrap_or(0));
            let mut rest = map.as_slice();
            let (next, specifier) = loop {
                if rest.is_empty() {
                    return None;
                }
                let (next, specifier, after) = self.map_entry(rest, key.len(), count)?;
                if key.iter().zip(rest).enumerate().all(|(at, (key, own))| masked(at, *key) == masked(at, *own)) {
                    break (next, specifier.to_vec());
                }
                rest = after;
            };
            (provider, entry) = (next, specifier);
        }
        None
    }

    /// The first address of a node, as its bus has it.
    fn unit_address(&self, node: usize) -> Vec<u32> {
        let node = &self.tree.nodes[node];
        let cells = node.parent.map_or(0, |parent| self.tree.bus_cells(parent).0).min(MOST_CELLS);
        let mut reg = node.cells(standard::REG).unwrap_or_default();
        reg.truncate(cells as usize);
        reg
    }
}
