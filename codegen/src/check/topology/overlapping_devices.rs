#![doc = include_str!("../../../rules/LW0414.md")]

use super::links::ancestors;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0414", "overlapping-devices", Warning);

/// Ranges that a range is compared with.
const PATIENCE: usize = 64;

/// What device trees call blocks whose addresses others use, too: a system controller's registers (Linux:
/// Documentation/devicetree/bindings/mfd/syscon.yaml), a device of several functions, and a bus, which has a window
/// (Devicetree Specification, 4.5).
const SHARED: [&str; 3] = ["syscon", "simple-mfd", "simple-bus"];

pub(crate) fn check(soc: &Soc, mut ranges: Vec<(usize, u64, u64)>, enabled: &[bool], cx: &mut Cx<'_>) {
    let devices = &soc.devices;
    let workspace = cx.workspace;
    let shared = |index: usize| {
        let ip = devices.entries[index].value.ip.as_ref().and_then(|ip| workspace.ip(ip));
        ip.is_some_and(|ip| ip.compatible.iter().any(|text| SHARED.contains(&text.value.as_str())))
    };
    ranges.retain(|(index, ..)| enabled[*index] && !shared(*index));
    ranges.sort_by_key(|(index, first, _)| (*first, *index));
    let mut open: Vec<(usize, u64, u64)> = Vec::new();
    for (index, first, last) in ranges {
        open.retain(|(_, _, end)| *end >= first);
        let related = |other: usize| {
            ancestors(devices, index).any(|a| a == other) || ancestors(devices, other).any(|a| a == index)
        };
        let other = open.iter().rev().take(PATIENCE).find(|(other, ..)| !related(*other));
        if let Some(&(other, from, to)) = other {
            let place = |i: usize| {
                let entry = &devices.entries[i];
                entry.value.reg.as_ref().map_or(entry.name.span, |reg| reg.base.span)
            };
            let (one, two) = (&devices.entries[other].name, &devices.entries[index].name);
            let finding = RULE
                .at(
                    place(index),
                    format!("`{}` and `{}` share addresses", one.value, two.value),
                    format!("`{}` is at {first:#x} to {last:#x}", two.value),
                )
                .and(place(other), format!("`{}` is at {from:#x} to {to:#x}", one.value))
                .note("two drivers would each believe that the registers are theirs")
                .help("correct an address or a size; a device inside another has it as its `parent`");
            cx.report(finding);
        }
        open.push((index, first, last));
    }
}
