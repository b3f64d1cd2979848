#![doc = include_str!("../../../../rules/LW1007.md")]

use super::super::links::Collector;
use super::Kind;
use crate::check::devicetree::DEVICELESS_REFERENCES;

const KIND: Kind = Kind {
    rule: &DEVICELESS_REFERENCES,
    note: "no driver can be found for a node without `compatible`, and neither is there one above it",
    help: "give the node its `compatible`, or remove it",
};

/// Nothing is wrong with a node that is not used.
pub(in super::super) fn check(collector: &mut Collector<'_, '_, '_>, node: usize, what: impl FnOnce() -> String) {
    if collector.tree.enabled(node) {
        collector.find(&KIND, node, format!("{} belongs to no device", what()));
    }
}
