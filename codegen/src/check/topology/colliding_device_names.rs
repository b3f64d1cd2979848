#![doc = include_str!("../../../rules/LW0416.md")]

use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::spec::{Name, Soc};

pub(crate) const RULE: Rule = rule!("LW0416", "colliding-device-names", Error);

pub(crate) fn check(soc: &Soc, cx: &mut Cx<'_>) {
    cx.collide(&RULE, "devices", soc.devices.iter().map(|(name, _)| (name, names::module_name(name))));
    let rest: Vec<&Name> = soc.devices.iter().map(|(n, _)| n).filter(|n| !cx.is_broken(n.span)).collect();
    cx.collide(&RULE, "devices", rest.into_iter().map(|name| (name, names::type_name(name))));
}
