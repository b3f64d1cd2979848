#![doc = include_str!("../../../rules/LW0409.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Device, Ip};

pub(crate) const RULE: Rule = rule!("LW0409", "unknown-parameters", Error);

pub(crate) fn check(ip: &Ip, device: &Device, cx: &mut Cx<'_>) {
    for (name, _) in device.parameters.iter() {
        if ip.parameters.contains(name) {
            continue;
        }
        let title = format!("ip `{}` has no parameter `{}`", ip.name.value, name.value);
        let finding = RULE.at(name.span, title, "not found").and(ip.name.span, "the ip");
        let finding = cx.advise(finding, name, ip.parameters.names());
        cx.report(finding);
    }
}
