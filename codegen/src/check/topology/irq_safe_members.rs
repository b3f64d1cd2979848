#![doc = include_str!("../../../rules/LW0428.md")]

use super::links::Link;
use super::runtime_pm;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0428", "irq-safe-members", Deny);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    for link in links.iter().filter(|link| link.subsystem.is_domain()) {
        let (member, domain) = (link.consumer, link.provider);
        let Some(said) = runtime_pm::irq_safe(soc, member, cx).filter(|_| enabled[member] && enabled[domain]) else {
            continue;
        };
        let switchable = runtime_pm::irq_safe(soc, domain, cx).is_some() || runtime_pm::always_on(soc, domain, cx);
        if switchable || member == domain {
            continue;
        }
        let name = |device: usize| &soc.devices.entries[device].name;
        let finding = RULE
            .at(
                link.reference.span,
                format!("`{}` is irq-safe, but switching `{}` may sleep", name(member).value, name(domain).value),
                format!("`{}` stays on for ever, for all its members", name(domain).value),
            )
            .and(said, "it suspends and resumes with interrupts off")
            .and(name(domain).span, "nothing says that this domain can be switched with interrupts off")
            .note("the core cannot switch the domain from where the device suspends, so it never does")
            .help(
                "take power where sleeping is allowed (prepare) and hold it while atomic code runs, instead of \
                 `irq_safe`; or, if it is true, say `runtime_pm: { irq_safe: true }` of the domain",
            );
        cx.report(finding);
    }
}
