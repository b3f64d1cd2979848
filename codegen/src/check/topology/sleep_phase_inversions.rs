#![doc = include_str!("../../../rules/LW0426.md")]

use std::collections::HashSet;

use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::source::Spanned;
use crate::spec::{Ip, LinkClass, SleepPhase, Soc};

pub(crate) const RULE: Rule = rule!("LW0426", "sleep-phase-inversions", Deny);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let mut pairs = HashSet::new();
    for link in links {
        let both = enabled[link.consumer] && enabled[link.provider];
        let linked = matches!(link.subsystem.link.class.value, LinkClass::Hard | LinkClass::Optional);
        if !linked || !both || link.consumer == link.provider {
            continue;
        }
        let Some((consumer, last_use)) = phase(soc, link.consumer, |ip| ip.sleep.as_ref()?.last_use.as_ref(), cx)
        else {
            continue;
        };
        let Some((supplier, off)) = phase(soc, link.provider, |ip| ip.sleep.as_ref()?.off.as_ref(), cx) else {
            continue;
        };
        // Once for two devices, however many references there are between them.
        if !last_use.value.is_after(off.value) || !pairs.insert((link.consumer, link.provider)) {
            continue;
        }
        let name = |device: usize| &soc.devices.entries[device].name.value;
        let (user, used) = (name(link.consumer), name(link.provider));
        let (last_use_in, off_in) = (last_use.value.as_str(), off.value.as_str());
        let finding = RULE
            .at(
                link.reference.span,
                format!("`{user}` uses `{used}` until `{last_use_in}`, but `{used}` is off from `{off_in}` on"),
                format!("`{}` is no longer there in `{last_use_in}`", link.label()),
            )
            .and(last_use.span, format!("the driver of `{}` uses its suppliers until then", consumer.name.value))
            .and(off.span, format!("the driver of `{}` switches off here", supplier.name.value))
            .note(format!(
                "no link helps: it orders devices within a phase, and all of them finish `{off_in}` before any begins \
                 `{last_use_in}`"
            ))
            .help(format!(
                "let the driver of `{}` switch off in `{last_use_in}`, or that of `{}` be done with it in `{off_in}`",
                supplier.name.value, consumer.name.value,
            ));
        cx.report(finding);
    }
}

/// The ip of a device, and a phase that it states.
fn phase<'a>(
    soc: &Soc,
    device: usize,
    of: impl Fn(&'a Ip) -> Option<&'a Spanned<SleepPhase>>,
    cx: &Cx<'a>,
) -> Option<(&'a Ip, &'a Spanned<SleepPhase>)> {
    let ip = cx.workspace.ip(soc.devices.entries[device].value.ip.as_ref()?)?;
    Some((ip, of(ip)?))
}
