#![doc = include_str!("../../../../rules/LW1002.md")]

use super::super::links::Collector;
use super::Kind;
use crate::check::devicetree::UNCOUNTED_CELLS;

const KIND: Kind = Kind {
    rule: &UNCOUNTED_CELLS,
    note: "it cannot be told where the next reference begins, so the rest of the property is not read",
    help: "refer to a node that provides this, or let it say how many cells it asks for",
};

pub(in super::super) fn found(
    collector: &mut Collector<'_, '_, '_>,
    node: usize,
    property: &str,
    to: usize,
    count: &str,
) {
    let path = collector.tree.path(to);
    collector.find(&KIND, node, format!("`{property}` refers to {path}, which does not say its `{count}`"));
}
