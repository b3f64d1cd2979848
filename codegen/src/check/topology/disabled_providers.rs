#![doc = include_str!("../../../rules/LW0419.md")]

use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0419", "disabled-providers", Warning);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    for link in links.iter().filter(|link| !link.optional) {
        let (consumer, provider) = (&soc.devices.entries[link.consumer], &soc.devices.entries[link.provider]);
        if !enabled[link.consumer] || enabled[link.provider] {
            continue;
        }
        let (at, how) = match &provider.value.status {
            Some(status) if !provider.value.enabled() => (status.span, "disabled here"),
            _ => (provider.name.span, "disabled with what it sits on"),
        };
        let finding = RULE
            .at(
                link.reference.span,
                format!("`{}` needs `{}`, which is disabled", consumer.name.value, provider.name.value),
                format!("`{}` will never be there", link.label()),
            )
            .and(at, how)
            .help("enable the provider, or disable this device too");
        cx.report(finding);
    }
}
