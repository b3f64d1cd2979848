//! A device tree in memory, with the questions that the Devicetree Specification answers.

use std::collections::HashMap;

use super::standard;

/// A node. Its number is its place in [`Tree::nodes`], parents before children, as the file has them.
#[derive(Debug)]
pub(super) struct Node<'a> {
    /// `serial@12340000`; empty for the root.
    pub(super) name: &'a str,
    pub(super) parent: Option<usize>,
    pub(super) properties: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Node<'a> {
    pub(super) fn property(&self, name: &str) -> Option<&'a [u8]> {
        self.properties.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.property(name).is_some()
    }

    /// A property of one cell.
    pub(super) fn cell(&self, name: &str) -> Option<u32> {
        let value = self.property(name)?;
        <[u8; 4]>::try_from(value).ok().map(u32::from_be_bytes)
    }

    /// A property of whole cells; `None`: it is not there, or there is a part of a cell.
    pub(super) fn cells(&self, name: &str) -> Option<Vec<u32>> {
        let value = self.property(name)?;
        let (cells, rest) = value.as_chunks::<4>();
        rest.is_empty().then(|| cells.iter().map(|cell| u32::from_be_bytes(*cell)).collect())
    }

    /// A list of strings; what is no text is left out.
    pub(super) fn strings(&self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let value = self.property(name).unwrap_or_default();
        let value = value.strip_suffix(&[0]).unwrap_or(value);
        value.split(|byte| *byte == 0).filter_map(|text| std::str::from_utf8(text).ok())
    }

    /// The most specific of its compatible strings.
    pub(super) fn compatible(&self) -> Option<&'a str> {
        self.strings(standard::COMPATIBLE).find(|text| !text.is_empty())
    }

    /// Does it say of itself that it is used?
    pub(super) fn says_okay(&self) -> bool {
        self.strings(standard::STATUS).next().is_none_or(|status| matches!(status, "" | "okay" | "ok"))
    }

    /// Name and unit address.
    pub(super) fn split_name(&self) -> (&'a str, Option<&'a str>) {
        match self.name.split_once('@') {
            Some((name, address)) => (name, Some(address)),
            None => (self.name, None),
        }
    }
}

#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    phandles: HashMap<u32, usize>,
    /// The node itself and everything above is used.
    enabled: Vec<bool>,
    /// The nearest node, itself or above, that stands for a device.
    owner: Vec<Option<usize>>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(nodes: Vec<Node<'a>>) -> Self {
        let mut phandles = HashMap::new();
        let mut enabled: Vec<bool> = Vec::with_capacity(nodes.len());
        let mut owner: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
        for (number, node) in nodes.iter().enumerate() {
            if let Some(phandle) = standard::PHANDLES.iter().find_map(|name| node.cell(name)) {
                phandles.entry(phandle).or_insert(number);
            }
            enabled.push(node.says_okay() && node.parent.is_none_or(|parent| enabled[parent]));
            let own = node.parent.and(node.compatible()).map(|_| number);
            owner.push(own.or_else(|| owner[node.parent?]));
        }
        Self { nodes, phandles, enabled, owner }
    }

    pub(super) fn phandle(&self, phandle: u32) -> Option<usize> {
        self.phandles.get(&phandle).copied()
    }

    pub(super) fn enabled(&self, node: usize) -> bool {
        self.enabled[node]
    }

    /// The node that stands for the device to which a node belongs: the nearest with a `compatible`, but the root.
    pub(super) fn owner(&self, node: usize) -> Option<usize> {
        self.owner[node]
    }

    /// The nodes above, nearest first.
    pub(super) fn above(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.nodes[node].parent, |above| self.nodes[*above].parent)
    }

    /// `/soc/serial@12340000`.
    pub(super) fn path(&self, node: usize) -> String {
        let mut names: Vec<&str> = self.above(node).map(|above| self.nodes[above].name).collect();
        names.reverse();
        names.push(self.nodes[node].name);
        if names.len() == 1 { "/".to_string() } else { names.join("/") }
    }

    /// Children by parent and name.
    fn children(&self) -> HashMap<(usize, &'a str), usize> {
        let named = |(number, node): (usize, &Node<'a>)| Some(((node.parent?, node.name), number));
        self.nodes.iter().enumerate().filter_map(named).collect()
    }

    /// The nodes at the paths that a node's properties name: what aliases and symbols are. In the order of the file.
    pub(super) fn named_paths(&self, folder: &str) -> Vec<(&'a str, usize)> {
        let Some(folder) = self.nodes.iter().find(|node| node.parent == Some(0) && node.name == folder) else {
            return Vec::new();
        };
        let children = self.children();
        let resolve = |path: &str| follow(path, |at, name| children.get(&(at, name)).copied());
        let text = |value: &'a [u8]| std::str::from_utf8(value.strip_suffix(&[0]).unwrap_or(value)).ok();
        folder.properties.iter().filter_map(|(name, value)| Some((*name, resolve(text(value)?)?))).collect()
    }

    /// The node at a path.
    pub(super) fn at_path(&self, path: &str) -> Option<usize> {
        let child = |at, name: &str| self.nodes.iter().position(|node| node.parent == Some(at) && node.name == name);
        follow(path, child)
    }

    /// Cells of addresses and of sizes in the nodes below.
    pub(super) fn bus_cells(&self, node: usize) -> (u32, u32) {
        let node = &self.nodes[node];
        (node.cell(standard::ADDRESS_CELLS).unwrap_or(2), node.cell(standard::SIZE_CELLS).unwrap_or(1))
    }
}

/// The node at a path, one name after the other.
fn follow(path: &str, child: impl FnMut(usize, &str) -> Option<usize>) -> Option<usize> {
    path.strip_prefix('/')?.split('/').filter(|name| !name.is_empty()).try_fold(0, child)
}
