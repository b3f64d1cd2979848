#![doc = include_str!("../../../rules/LW0426.md")]

use std::collections::HashSet;

use super::links::{Link, parents};
use crate::check::{Cx, Rule, rule};
use crate::order::sleep::{Phases, Said, phases};
use crate::report::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Ip, LinkClass, Sleep, SleepPhase, Soc};

pub(crate) const RULE: Rule = rule!("LW0426", "sleep-phase-inversions", Deny);

/// A device is used by another one.
struct Use {
    consumer: usize,
    supplier: usize,
    place: Span,
    label: String,
}

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let devices = soc.devices.entries.iter();
    let ips: Vec<Option<&Ip>> = devices.map(|device| cx.workspace.ip(device.value.ip.as_ref()?)).collect();
    let value = |phase: &Option<Spanned<SleepPhase>>| phase.as_ref().map(|phase| phase.value);
    let of = |sleep: &Sleep| Said { last_use: value(&sleep.last_use), off: value(&sleep.off) };
    let said: Vec<Said> = ips.iter().map(|ip| sleep(*ip).map_or_else(Said::default, of)).collect();
    if said.iter().all(|said| said.off.is_none()) {
        return; // Who says nothing sleeps no earlier than any that uses it.
    }
    let uses = uses(soc, links, enabled);
    let phases = phases(&said, uses.iter().map(|used| (used.consumer, used.supplier)));
    let until = |device: usize| said[device].last_use.unwrap_or(phases[device].off);
    // Who keeps a device on for longer than usual.
    let mut keeper = vec![None; said.len()];
    for used in uses.iter().filter(|used| phases[used.consumer].last_use > SleepPhase::DEFAULT) {
        keeper[used.supplier].get_or_insert(used.consumer);
    }
    let mut pairs = HashSet::new();
    for used in &uses {
        let (Some(supplier), Some(off)) = (ips[used.supplier], sleep(ips[used.supplier]).and_then(|s| s.off.as_ref()))
        else {
            continue;
        };
        let last_use = until(used.consumer);
        // Once for two devices, however many references there are between them.
        if last_use <= off.value || !pairs.insert((used.consumer, used.supplier)) {
            continue;
        }
        let name = |device: usize| &soc.devices.entries[device].name.value;
        let (user, other) = (name(used.consumer), name(used.supplier));
        let (last_use_in, off_in) = (last_use.as_str(), off.value.as_str());
        let finding = RULE.at(
            used.place,
            format!("`{user}` uses `{other}` until `{last_use_in}`, but `{other}` is off from `{off_in}` on"),
            format!("`{}` is no longer there in `{last_use_in}`", used.label),
        );
        let keeper = keeper[used.consumer].map(|keeper| name(keeper).as_str());
        let because = Because { ip: ips[used.consumer], device: user, keeper };
        let finding = because
            .explain(finding, &phases[used.consumer])
            .and(off.span, format!("the driver of `{}` switches off here", supplier.name.value))
            .note(format!(
                "no link helps: it orders devices within a phase, and all of them finish `{off_in}` before any begins \
                 `{last_use_in}`"
            ));
        let done = match ips[used.consumer] {
            Some(ip) => format!("that of `{}`", ip.name.value),
            None => format!("`{user}`"),
        };
        cx.report(finding.help(format!(
            "let the driver of `{}` switch off in `{last_use_in}`, or {done} be done with it in `{off_in}`",
            supplier.name.value,
        )));
    }
}

/// Why a device is on for so long.
struct Because<'s> {
    ip: Option<&'s Ip>,
    device: &'s str,
    /// A device that keeps this one on for longer than usual.
    keeper: Option<&'s str>,
}

impl Because<'_> {
    fn explain(&self, finding: Diagnostic, phases: &Phases) -> Diagnostic {
        let (ip, device) = (self.ip.map_or("", |ip| ip.name.value.as_str()), self.device);
        let off = phases.off.as_str();
        match (sleep(self.ip), self.keeper) {
            (Some(Sleep { last_use: Some(last_use), .. }), _) => {
                finding.and(last_use.span, format!("the driver of `{ip}` uses its suppliers until then"))
            }
            (Some(Sleep { off: Some(off), .. }), _) => {
                finding.and(off.span, format!("the driver of `{ip}` switches off only here, and says no `last_use`"))
            }
            (_, Some(keeper)) => {
                finding.note(format!("`{device}` is switched off in `{off}`, because `{keeper}` uses it until then"))
            }
            _ => finding.note(format!("`{device}` is switched off in `{off}`, since nothing says otherwise")),
        }
    }
}

fn sleep(ip: Option<&Ip>) -> Option<&Sleep> {
    ip?.sleep.as_ref()
}

/// Enabled devices that use others: those that they refer to, and those that they sit on.
fn uses(soc: &Soc, links: &[Link<'_>], enabled: &[bool]) -> Vec<Use> {
    let linked = |link: &&Link<'_>| matches!(link.subsystem.link.class.value, LinkClass::Hard | LinkClass::Optional);
    let of_link = |link: &Link<'_>| Use {
        consumer: link.consumer,
        supplier: link.provider,
        place: link.reference.span,
        label: link.label(),
    };
    let of_parent = |(consumer, supplier, place)| Use { consumer, supplier, place, label: "parent".to_string() };
    links
        .iter()
        .filter(linked)
        .filter(|link| enabled[link.consumer] && enabled[link.provider] && link.consumer != link.provider)
        .map(of_link)
        .chain(parents(soc, enabled).map(of_parent))
        .collect()
}
