#![doc = include_str!("../../../../rules/LW1006.md")]

use super::super::bindings::Binding;
use super::super::links::Link;
use super::super::tree::Tree;
use super::Kind;
use crate::check::devicetree::ONE_SIDED_ENDPOINTS;

const KIND: Kind = Kind {
    rule: &ONE_SIDED_ENDPOINTS,
    note: "a driver that begins at the other end does not find this one",
    help: "let both ends refer to each other",
};

pub(super) fn check(
    tree: &Tree<'_>,
    bindings: &[Binding<'_>],
    links: &[Link<'_>],
    find: &mut dyn FnMut(&'static Kind, usize, String),
) {
    let on = |node: usize| tree.enabled(node);
    for link in links.iter().filter(|link| bindings[link.binding].mutual && on(link.node) && on(link.target)) {
        let property = link.property;
        let there = tree.path(link.target);
        let back = tree.nodes[link.target].cell(property).map(|phandle| tree.phandle(phandle));
        let text = match back {
            Some(Some(back)) if back == link.node => continue,
            Some(Some(back)) => format!("`{property}` refers to {there}, which refers to {}", tree.path(back)),
            _ => format!("`{property}` refers to {there}, which does not refer back"),
        };
        find(&KIND, link.node, text);
    }
}
