//! A tree as a board: devices, and what each refers to, under names that a spec can use.

use std::collections::BTreeMap;

use super::bindings::Binding;
use super::devices::{self, Devices};
use super::error::ImportError;
use super::judge;
use super::links::{self, Link, Note};
use super::naming::word;
use super::standard;
use super::tree::Tree;

#[derive(Debug)]
pub(super) struct Board<'a> {
    /// Of the soc spec.
    pub(super) name: String,
    /// What the tree was read from, as people know it.
    pub(super) origin: String,
    pub(super) tree: Tree<'a>,
    pub(super) devices: Devices,
    /// Per device, by key of the subsystem.
    pub(super) references: Vec<BTreeMap<String, Vec<Reference>>>,
    pub(super) notes: Vec<Note>,
}

/// What a device refers to.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// Which binding, hence which subsystem.
    pub(super) binding: usize,
    /// As the tree names it.
    pub(super) name: Option<String>,
    /// Index of the provider.
    pub(super) to: usize,
    /// Path from the provider's node to the one that is meant; `None`: it is the provider's own.
    pub(super) inner: Option<String>,
    /// The numbers that follow.
    pub(super) cells: Option<Vec<u32>>,
    pub(super) post_init: bool,
}

impl<'a> Board<'a> {
    pub(super) fn new(
        name: String,
        origin: String,
        tree: Tree<'a>,
        bindings: &[Binding<'_>],
    ) -> Result<Self, ImportError> {
        let mut links = links::collect(&tree, bindings)?;
        let devices = devices::find(&tree, &links);
        judge::judge(&tree, bindings, &mut links, &devices);
        if devices.list.is_empty() {
            return Err(ImportError::NoDevices);
        }
        let mut references: Vec<BTreeMap<String, Vec<Reference>>> = vec![BTreeMap::new(); devices.list.len()];
        for link in &links.links {
            let (Some(&from), Some(&to)) = (devices.of_node.get(&link.consumer), devices.of_node.get(&link.supplier))
            else {
                continue;
            };
            let binding = &bindings[link.binding];
            let reference = Reference {
                binding: link.binding,
                name: name_of(&tree, binding, link),
                to,
                inner: below(&tree, link.supplier, link.target),
                cells: link.cells.clone(),
                post_init: false,
            };
            references[from].entry(binding.subsystem.key().to_string()).or_default().push(reference);
        }
        Ok(Self { name, origin, tree, devices, references, notes: links.notes })
    }

    /// What the board is called by those who made it.
    pub(super) fn model(&self) -> Option<&'a str> {
        self.tree.nodes.first()?.strings(standard::MODEL).find(|model| !model.is_empty())
    }
}

/// Path from a device's node to one within it: `port@0/endpoint@1`.
fn below(tree: &Tree<'_>, device: usize, node: usize) -> Option<String> {
    if node == device {
        return None;
    }
    let mut names = vec![tree.nodes[node].name];
    names.extend(tree.above(node).take_while(|above| *above != device).map(|above| tree.nodes[above].name));
    names.reverse();
    Some(names.join("/"))
}

/// Such a path as a part of names: `port0_endpoint1`. Several paths may give the same.
pub(super) fn joined(path: &str) -> String {
    word(&path.replace('/', "_").replace('@', ""))
}

/// How the tree tells a reference from others of its kind.
fn name_of(tree: &Tree<'_>, binding: &Binding<'_>, link: &Link<'_>) -> Option<String> {
    let stem = binding.stem(link.property).map(str::to_string);
    let series = || binding.is_series().then(|| format!("{}{}", binding.subsystem.name.value, binding.number));
    let own = link.name.map(str::to_string).or(stem).or_else(series);
    // One property may have several under one name.
    let several = link.position.1 > 1 && link.name.is_none_or(|_| binding.is_series());
    let own = match own {
        Some(own) if several => Some(format!("{own}{}", link.position.0)),
        own => own,
    };
    let inner = below(tree, link.consumer, link.node).map(|path| joined(&path));
    let name = match (inner, own) {
        (Some(inner), Some(own)) => format!("{inner}_{own}"),
        (Some(inner), None) if several => format!("{inner}_{}", link.position.0),
        (Some(inner), None) => inner,
        (None, own) => own?,
    };
    Some(word(&name))
}
