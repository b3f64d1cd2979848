#![doc = include_str!("../../../rules/LW0207.md")]

use super::enums::Set;
use crate::check::{Cx, Rule, rule};
use crate::names;

pub(crate) const RULE: Rule = rule!("LW0207", "colliding-value-names", Error);

pub(crate) fn check(sets: &[Set<'_>], cx: &mut Cx<'_>) {
    for set in sets {
        cx.collide(&RULE, "values", set.values.iter().map(|(name, _)| (name, names::variant_name(name))));
    }
}
