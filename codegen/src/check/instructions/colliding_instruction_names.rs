#![doc = include_str!("../../../rules/LW0307.md")]

use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::spec::InstructionSet;

pub(crate) const RULE: Rule = rule!("LW0307", "colliding-instruction-names", Error);

pub(crate) fn check(set: &InstructionSet, cx: &mut Cx<'_>) {
    cx.collide(&RULE, "instructions", set.set.iter().map(|(name, _)| (name, names::variant_name(name))));
}
