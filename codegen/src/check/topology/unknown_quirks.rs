#![doc = include_str!("../../../rules/LW0411.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Device, Ip};

pub(crate) const RULE: Rule = rule!("LW0411", "unknown-quirks", Error);

pub(crate) fn check(ip: &Ip, device: &Device, cx: &mut Cx<'_>) {
    for quirk in device.quirks() {
        if ip.quirks.contains(quirk) {
            continue;
        }
        let title = format!("ip `{}` has no quirk `{}`", ip.name.value, quirk.value);
        let finding = RULE.at(quirk.span, title, "not found").and(ip.name.span, "the ip");
        let finding = cx.advise(finding, quirk, ip.quirks.names());
        cx.report(finding);
    }
}
