#![doc = include_str!("../../../rules/LW0208.md")]

use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0208", "colliding-enum-names", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    cx.collide(&RULE, "enums", ip.enums.iter().map(|(name, _)| (name, names::type_name(name))));
}
