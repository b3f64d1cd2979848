#![doc = include_str!("../../../../rules/LW1010.md")]

use super::super::standard;
use super::super::tree::Tree;
use super::Kind;
use crate::check::devicetree::ABSENT_CONSOLES;

const KIND: Kind = Kind {
    rule: &ABSENT_CONSOLES,
    note: "the board boots without a word",
    help: "name a device that is there and enabled",
};

pub(super) fn check(tree: &Tree<'_>, find: &mut dyn FnMut(&'static Kind, usize, String)) {
    let Some(chosen) = tree.nodes.iter().position(|node| node.parent == Some(0) && node.name == standard::CHOSEN)
    else {
        return;
    };
    let Some(told) = tree.nodes[chosen].strings(standard::CONSOLE).next().filter(|told| !told.is_empty()) else {
        return;
    };
    // What follows a colon is for the driver.
    let name = told.split(':').next().unwrap_or(told);
    let node = match name.strip_prefix('/') {
        Some(_) => tree.at_path(name),
        None => tree.named_paths(standard::ALIASES).into_iter().find(|(alias, _)| *alias == name).map(|(_, node)| node),
    };
    let console = standard::CONSOLE;
    match node {
        Some(node) if tree.enabled(node) => {}
        Some(node) => find(&KIND, chosen, format!("`{console}` is {}, which is disabled", tree.path(node))),
        None => find(&KIND, chosen, format!("`{console}` is `{name}`, and there is no such node or alias")),
    }
}
