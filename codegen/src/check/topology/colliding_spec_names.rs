#![doc = include_str!("../../../rules/LW0425.md")]

use crate::check::{Cx, Rule, rule};
use crate::names;

pub(crate) const RULE: Rule = rule!("LW0425", "colliding-spec-names", Error);

pub(crate) fn check(cx: &mut Cx<'_>) {
    let workspace = cx.workspace;
    let ips = workspace.ips.iter().map(|loaded| &loaded.spec.name);
    let socs = workspace.socs.iter().map(|loaded| &loaded.spec.name);
    cx.collide(&RULE, "specs", ips.chain(socs).map(|name| (name, names::module_name(name))));
}
