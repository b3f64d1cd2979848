#![doc = include_str!("../../../rules/LW0420.md")]

use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::spec::Name;

pub(crate) const RULE: Rule = rule!("LW0420", "colliding-names", Error);

pub(crate) fn check<'a>(list: impl Iterator<Item = &'a Name>, what: &str, cx: &mut Cx<'_>) {
    // Types and constants of one word may differ where the other does not: `A1`, `A_1`.
    let list: Vec<&Name> = list.collect();
    cx.collide(&RULE, what, list.iter().map(|name| (*name, names::const_name(name))));
    let rest: Vec<&Name> = list.into_iter().filter(|name| !cx.is_broken(name.span)).collect();
    cx.collide(&RULE, what, rest.into_iter().map(|name| (name, names::type_name(name))));
}
