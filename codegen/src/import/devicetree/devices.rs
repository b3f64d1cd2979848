//! Which nodes are devices, what they are called, and where they are.

use std::collections::HashMap;

use super::address;
use super::links::{Link, Links};
use super::naming::{Taken, identifier};
use super::standard;
use super::tree::Tree;

/// A device.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) node: usize,
    pub(super) name: String,
    /// Other names that the tree has for it.
    pub(super) aliases: Vec<String>,
    /// Index of the device that it sits on.
    pub(super) parent: Option<usize>,
    /// Its own status, whatever it sits on.
    pub(super) says_okay: bool,
    /// It and all that is above it, devices or not.
    pub(super) enabled: bool,
    pub(super) reg: Vec<Option<(u64, u64)>>,
}

/// The devices of a tree in its order, and which one each node is.
#[derive(Debug)]
pub(super) struct Devices {
    pub(super) list: Vec<Device>,
    pub(super) of_node: HashMap<usize, usize>,
}

pub(super) fn find(tree: &Tree<'_>, links: &Links<'_>) -> Devices {
    let mut linked = vec![false; tree.nodes.len()];
    for Link { consumer, supplier, .. } in &links.links {
        (linked[*consumer], linked[*supplier]) = (true, true);
    }
    let reserved = tree.nodes.iter().position(|node| node.parent == Some(0) && node.name == standard::RESERVED_MEMORY);
    let is_device = |node: usize| {
        let stands = tree.owner(node) == Some(node);
        // What only passes addresses on, or only holds numbers, is no device; nor is a piece of memory.
        stands && (linked[node] || tree.nodes[node].has(standard::REG) && tree.nodes[node].parent != reserved)
    };
    let nodes: Vec<usize> = (0..tree.nodes.len()).filter(|node| is_device(*node)).collect();
    let of_node: HashMap<usize, usize> = nodes.iter().enumerate().map(|(device, node)| (*node, device)).collect();
    let parents: Vec<Option<usize>> =
        nodes.iter().map(|node| tree.above(*node).find_map(|above| of_node.get(&above).copied())).collect();
    let mut names = names(tree, &nodes, &parents);
    let list = nodes.iter().enumerate().map(|(at, &node)| {
        let (name, aliases) = std::mem::take(&mut names[at]);
        // Nodes that are no devices pass their status on to those that are.
        let between = tree.above(node).take_while(|above| !of_node.contains_key(above));
        let says_okay = tree.nodes[node].says_okay() && between.into_iter().all(|above| tree.nodes[above].says_okay());
        let reg = address::ranges(tree, node);
        Device { node, name, aliases, parent: parents[at], says_okay, enabled: tree.enabled(node), reg }
    });
    Devices { list: list.collect(), of_node }
}

/// Name and other names of each device: a label of the source, else an alias, else the node's own name and address,
/// with that of what it sits on if this is not enough.
fn names(tree: &Tree<'_>, nodes: &[usize], parents: &[Option<usize>]) -> Vec<(String, Vec<String>)> {
    let mut called: HashMap<usize, Vec<String>> = HashMap::new();
    for folder in [standard::SYMBOLS, standard::ALIASES] {
        for (name, node) in tree.named_paths(folder) {
            let names = called.entry(node).or_default();
            let name = identifier(name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let mut taken = Taken::default();
    let mut out: Vec<(String, Vec<String>)> = Vec::with_capacity(nodes.len());
    let mut unnamed = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let mut names = called.remove(node).unwrap_or_default();
        match names.iter().position(|name| taken.take(name)) {
            Some(first) => {
                let name = names.remove(first);
                out.push((name, names));
            }
            None => {
                unnamed.push(at);
                out.push((String::new(), names));
            }
        }
    }
    for at in unnamed {
        let (name, address) = tree.nodes[nodes[at]].split_name();
        let own = identifier(&address.map_or(name.to_string(), |address| format!("{name}_{address}")));
        let name = if taken.take(&own) {
            own
        } else {
            let parent = parents[at].map(|parent| out[parent].0.clone()).unwrap_or_default();
            taken.unique(identifier(&format!("{parent}_{own}")), '_')
        };
        out[at].0 = name;
    }
    out
}
