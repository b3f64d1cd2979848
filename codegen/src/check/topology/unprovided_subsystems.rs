#![doc = include_str!("../../../rules/LW0405.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, Reference, Soc, Subsystem};

pub(crate) const RULE: Rule = rule!("LW0405", "unprovided-subsystems", Error);

pub(crate) fn report(soc: &Soc, subsystem: &Subsystem, ip: &Ip, reference: &Reference, cx: &mut Cx<'_>) {
    let (provider, wanted) = (&reference.provider, &subsystem.name.value);
    let offers: Vec<&str> = ip.provides.names().collect();
    let offers = if offers.is_empty() { "nothing".to_string() } else { format!("`{}`", offers.join("`, `")) };
    let mut finding = RULE
        .at(provider.span, format!("`{}` provides no `{wanted}`", provider.value), format!("it provides {offers}"))
        .and(ip.name.span, "its ip");
    let workspace = cx.workspace;
    if !cx.may_advise() {
        return cx.report(finding);
    }
    let able = soc.devices.iter().find(|(_, device)| {
        let ip = device.ip.as_ref().and_then(|ip| workspace.ip(ip));
        ip.is_some_and(|ip| ip.provides.contains(wanted))
    });
    finding = match able {
        Some((name, _)) => finding.help(format!("`{}` provides it", name.value)),
        None => finding.help(format!("add `{wanted}` under `provides` of the ip")),
    };
    cx.report(finding);
}
