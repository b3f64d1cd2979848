#![doc = include_str!("../../../../rules/LW1004.md")]

use super::Kind;
use crate::check::devicetree::UNROUTED_INTERRUPTS;

pub(in super::super) const KIND: Kind = Kind {
    rule: &UNROUTED_INTERRUPTS,
    note: "the driver gets no interrupt",
    help: "name the controller in the node or above it, or complete the map",
};
