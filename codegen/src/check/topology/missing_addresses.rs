#![doc = include_str!("../../../rules/LW0418.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Device, Ip, Name};

pub(crate) const RULE: Rule = rule!("LW0418", "missing-addresses", Warning);

pub(crate) fn check(ip: &Ip, name: &Name, device: &Device, cx: &mut Cx<'_>) {
    if device.reg.is_some() || ip.registers.is_empty() {
        return;
    }
    let finding = RULE
        .at(name.span, format!("`{}` has registers but no address", name.value), "where is it?")
        .and(ip.name.span, "the registers are those of this ip")
        .help("add `reg` with the first address of its window");
    cx.report(finding);
}
