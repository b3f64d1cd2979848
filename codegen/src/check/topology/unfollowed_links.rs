#![doc = include_str!("../../../rules/LW0427.md")]

use super::links::Link;
use super::runtime_pm;
use crate::check::{Cx, Rule, rule};
use crate::spec::{LinkClass, Soc};

pub(crate) const RULE: Rule = rule!("LW0427", "unfollowed-links", Deny);

/// Links of one device that are shown with their code.
const SHOWN: usize = 8;

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    // Links come by consumer.
    for links in links.chunk_by(|a, b| a.consumer == b.consumer) {
        let consumer = links[0].consumer;
        if !enabled[consumer] {
            continue;
        }
        let irq_safe = runtime_pm::irq_safe(soc, consumer, cx);
        let no_callbacks = runtime_pm::no_callbacks(soc, consumer, cx);
        let Some(said) = no_callbacks.or(irq_safe) else { continue };
        let unfollowed = |link: &&Link<'_>| {
            let follows = link.subsystem.link.runtime_pm.as_ref().is_some_and(|flag| flag.value)
                && matches!(link.subsystem.link.class.value, LinkClass::Hard | LinkClass::Optional);
            // Whether a domain switches with an irq-safe member is the domain's question.
            let domain = link.subsystem.is_domain() && no_callbacks.is_none();
            let other = link.provider != consumer && enabled[link.provider];
            follows && !domain && other && !runtime_pm::always_on(soc, link.provider, cx)
        };
        let unfollowed: Vec<&Link<'_>> = links.iter().filter(unfollowed).collect();
        let Some((first, rest)) = unfollowed.split_first() else { continue };
        let name = |device: usize| &soc.devices.entries[device].name.value;
        let (title, why) = match no_callbacks {
            Some(_) => ("does nothing in runtime PM", "without callbacks nothing is taken or released"),
            None => ("is irq-safe", "resuming a supplier may sleep, so an irq-safe device never does it"),
        };
        let label = |link: &Link<'_>| format!("`{}` may be off while `{}` works", name(link.provider), name(consumer));
        let title = format!("`{}` {title}, so its links do not keep its suppliers on", name(consumer));
        let mut finding = RULE.at(first.reference.span, title, label(first));
        for link in rest.iter().take(SHOWN - 1) {
            finding = finding.and(link.reference.span, label(link));
        }
        finding = finding.and(said, why);
        if rest.len() >= SHOWN {
            finding = finding.note(format!("and {} more", rest.len() + 1 - SHOWN));
        }
        finding = finding
            .note("the links would silently do nothing, and each supplier's power would depend on luck")
            .help(match no_callbacks {
                Some(_) => "let the driver have runtime PM, or say of the suppliers that they are `always_on`",
                None => {
                    "take power where sleeping is allowed (prepare) and hold it while atomic code runs, instead of \
                     `irq_safe`; or say of the suppliers that they are `always_on`"
                }
            });
        cx.report(finding);
    }
}
