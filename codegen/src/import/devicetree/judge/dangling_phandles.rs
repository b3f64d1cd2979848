#![doc = include_str!("../../../../rules/LW1001.md")]

use super::Kind;
use crate::check::devicetree::DANGLING_PHANDLES;

pub(in super::super) const KIND: Kind = Kind {
    rule: &DANGLING_PHANDLES,
    note: "what is behind it in the property is not read either",
    help: "refer to a node that is there, or remove the property",
};
