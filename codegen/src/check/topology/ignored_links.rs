#![doc = include_str!("../../../rules/LW0430.md")]

use super::links::{Link, parents};
use crate::check::{Cx, Rule, rule};
use crate::order::{self, Need, Rank};
use crate::spec::{LinkClass, Soc};

pub(crate) const RULE: Rule = rule!("LW0430", "ignored-links", Warning);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let name = |device: usize| soc.devices.entries[device].name.value.as_str();
    let linked = |link: &&Link<'_>| matches!(link.subsystem.link.class.value, LinkClass::Hard | LinkClass::Optional);
    for link in links.iter().filter(linked).filter(|link| link.optional) {
        let (consumer, provider) = (link.consumer, &soc.devices.entries[link.provider]);
        if !enabled[consumer] || enabled[link.provider] {
            continue;
        }
        let (at, how) = match &provider.value.status {
            Some(status) if !provider.value.enabled() => (status.span, "disabled here"),
            _ => (provider.name.span, "disabled with what it sits on"),
        };
        let finding = RULE
            .at(
                link.reference.span,
                format!("`{}` does without `{}`, which is disabled", name(consumer), provider.name.value),
                format!("`{}` is not there, and makes no link", link.label()),
            )
            .and(at, how)
            .help("enable the provider, or leave the reference out");
        cx.report(finding);
    }
    gives_way(soc, links, enabled, cx);
}

/// Links of optional subsystems that close a circle.
fn gives_way(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let name = |device: usize| soc.devices.entries[device].name.value.as_str();
    if !links.iter().any(|link| link.subsystem.link.class.value == LinkClass::Optional) {
        return;
    }
    let (mut needs, mut of) = (Vec::new(), Vec::new());
    for (consumer, supplier, _) in parents(soc, enabled) {
        needs.push(Need { consumer, supplier, cost: Rank::Fixed.cost() });
        of.push(None);
    }
    for link in links {
        let linked = matches!(link.subsystem.link.class.value, LinkClass::Hard | LinkClass::Optional);
        if linked && enabled[link.consumer] && enabled[link.provider] {
            // As the order is made: what is neither optional nor marked stays.
            let cost = match link.rank() {
                Rank::Hard { .. } => Rank::Fixed.cost(),
                rank => rank.cost(),
            };
            needs.push(Need { consumer: link.consumer, supplier: link.provider, cost });
            of.push(Some(link));
        }
    }
    for cut in order::plan(soc.devices.len(), &needs).cut {
        let Some(link) = of[cut].filter(|link| link.rank() == Rank::Optional) else { continue };
        let finding = RULE
            .at(
                link.reference.span,
                format!("`{}` gives way: `{}` needs `{}`, too", link.label(), name(link.provider), name(link.consumer)),
                format!("`{}` is probed without `{}`", name(link.consumer), name(link.provider)),
            )
            .and(link.subsystem.link.class.span, "links of this subsystem are optional")
            .note("the other links of the circle stay as they are")
            .help(format!("say that it is meant: `{}`", link.as_post_init(soc, cx)));
        cx.report(finding);
    }
}
