#![doc = include_str!("../../../rules/LW0402.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, Name};

pub(crate) const RULE: Rule = rule!("LW0402", "unconsumed-subsystems", Error);

pub(crate) fn report(ip: &Ip, key: &Name, device: &Name, cx: &mut Cx<'_>) {
    let finding = RULE
        .at(key.span, format!("`{}` consumes no `{}`", ip.name.value, key.value), "not needed")
        .and(ip.name.span, format!("the ip of `{}`", device.value))
        .help(format!("add `{}` under `consumes` of the ip, or remove it here", key.value));
    cx.report(finding);
}
