#![doc = include_str!("../../../rules/LW0419.md")]

use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0419", "disabled-providers", Warning);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], cx: &mut Cx<'_>) {
    for link in links.iter().filter(|link| !link.optional) {
        let (consumer, provider) = (&soc.devices.entries[link.consumer], &soc.devices.entries[link.provider]);
        let Some(status) = provider.value.status.as_ref().filter(|_| !provider.value.enabled()) else { continue };
        if !consumer.value.enabled() {
            continue;
        }
        let finding = RULE
            .at(
                link.reference.span,
                format!("`{}` needs `{}`, which is disabled", consumer.name.value, provider.name.value),
                format!("`{}` will never be there", link.label()),
            )
            .and(status.span, "disabled here")
            .help("enable the provider, or disable this device too");
        cx.report(finding);
    }
}
