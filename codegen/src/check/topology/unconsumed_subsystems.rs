#![doc = include_str!("../../../rules/LW0402.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, Name, References, Soc};

pub(crate) const RULE: Rule = rule!("LW0402", "unconsumed-subsystems", Error);

pub(crate) fn report(ip: &Ip, soc: &Soc, (key, references): (&Name, &References), device: &Name, cx: &mut Cx<'_>) {
    let Some((told, lack)) = ip.lacks.iter().find(|(lacking, _)| lacking.value == key.value) else {
        let finding = RULE
            .at(key.span, format!("`{}` consumes no `{}`", ip.name.value, key.value), "not needed")
            .and(ip.name.span, format!("the ip of `{}`", device.value))
            .help(format!("add `{}` under `consumes` of the ip, or remove it here", key.value));
        return cx.report(finding);
    };
    let mut finding = RULE
        .at(key.span, format!("`{}` has no `{}`", ip.name.value, key.value), format!("`{}` has none", device.value))
        .and(told.span, "says why");
    // Who was asked, once each.
    let mut asked: Vec<&str> = Vec::new();
    for (_, reference) in references.iter() {
        let provider = &reference.provider.value;
        if let Some((name, _)) = soc.devices.iter().find(|(name, _)| name.value == *provider)
            && !asked.contains(&provider.as_str())
        {
            asked.push(provider);
            finding = finding.and(name.span, format!("`{provider}` cannot give them"));
        }
    }
    finding = finding.note(one_line(&lack.doc.value.0));
    if let Some(instead) = &lack.instead {
        finding = finding.help(one_line(&instead.value.0));
    }
    cx.report(finding.help(format!("remove `{}` from `{}`", key.value, device.value)));
}

/// Prose of a spec as a line of a finding.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
