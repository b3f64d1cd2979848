#![doc = include_str!("../../../rules/LW0204.md")]

use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::spec::Register;

pub(crate) const RULE: Rule = rule!("LW0204", "colliding-field-names", Error);

pub(crate) fn check(register: &Register, cx: &mut Cx<'_>) {
    cx.collide(&RULE, "fields", register.fields.iter().map(|(name, _)| (name, names::const_name(name))));
}
