#![doc = include_str!("../../../rules/LW0401.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Reference, Soc, Subsystem};

pub(crate) const RULE: Rule = rule!("LW0401", "unknown-providers", Error);

pub(crate) fn report(soc: &Soc, subsystem: &Subsystem, reference: &Reference, cx: &mut Cx<'_>) {
    let provider = &reference.provider;
    let title = format!("`{}` has no device `{}`", soc.name.value, provider.value);
    let mut finding = RULE.at(provider.span, title, "not found");
    if soc.name.span.file != provider.span.file {
        finding = finding.and(soc.name.span, "the soc");
    }
    // Devices that provide the subsystem are the likely ones.
    let workspace = cx.workspace;
    let provides = |entry: &crate::spec::Entry<crate::spec::Device>| {
        let ip = entry.value.ip.as_ref().and_then(|ip| workspace.ip(ip));
        ip.is_some_and(|ip| ip.provides.contains(&subsystem.name))
    };
    let likely = soc.devices.entries.iter().filter(|entry| provides(entry)).map(|entry| entry.name.value.as_str());
    let mut likely = likely.peekable();
    let finding = match likely.peek() {
        Some(_) => cx.advise(finding, provider, likely),
        None => cx.advise(finding, provider, soc.devices.names()),
    };
    cx.report(finding);
}
