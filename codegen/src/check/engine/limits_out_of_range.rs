#![doc = include_str!("../../../rules/LW0508.md")]

use super::roles::Role;
use crate::check::cx::max_of;
use crate::check::instructions::encoding;
use crate::check::{Cx, Rule, rule};
use crate::source::{Span, Spanned};
use crate::spec::{Ip, MicrocodeDma};

pub(crate) const RULE: Rule = rule!("LW0508", "limits-out-of-range", Error);

pub(super) fn check(ip: &Ip, engine: &MicrocodeDma, roles: &[Role<'_>], cx: &mut Cx<'_>) {
    let limits = &engine.limits;
    // What the runtime's `Limits` holds.
    let ranges = [
        ("burst", &limits.burst, u8::MAX.into()),
        ("beat", &limits.beat, 128),
        ("iterations", &limits.iterations, u16::MAX.into()),
        ("counters", &limits.counters, u8::MAX.into()),
        ("jump", &limits.jump, u8::MAX.into()),
    ];
    for (name, limit, most) in ranges {
        let finding = if !(1..=most).contains(&limit.value) {
            RULE.at(limit.span, format!("limit `{name}` is {}", limit.value), format!("expected 1 to {most}"))
        } else if name == "beat" && !limit.value.is_power_of_two() {
            RULE.at(limit.span, format!("limit `beat` is {}", limit.value), "expected a power of two")
        } else {
            continue;
        };
        cx.mark(limit.span);
        cx.report(finding.and(engine.class.span, "a limit of this engine"));
    }
    let mut below = |name: &str, limit: &Spanned<u64>, most: Option<(u64, Span, String)>| {
        let Some((most, place, what)) = most.filter(|(most, ..)| limit.value > *most) else { return };
        if !cx.is_broken(limit.span) {
            let title = format!("limit `{name}` is more than can be encoded");
            let finding = RULE.at(limit.span, title, format!("expected at most {most}")).and(place, what);
            cx.report(finding);
        }
    };
    below("iterations", &limits.iterations, number(roles, "loop", "iterations"));
    below("jump", &limits.jump, number(roles, "loop-end", "jump"));
    below("counters", &limits.counters, counters(ip, roles));
}

/// The largest number that an operand holds.
fn number(roles: &[Role<'_>], kind: &str, what: &str) -> Option<(u64, Span, String)> {
    let role = roles.iter().find(|role| role.kind == kind)?;
    let part = role.parts.iter().find(|part| part.what == what)?;
    let entry = role.instruction.operands.entry(part.operand)?;
    let bits = encoding::width(role.instruction, &entry.name, &entry.value);
    let bias = entry.value.bias.as_ref().map_or(0, |b| b.value);
    let most = max_of(bits).saturating_add(bias);
    Some((most, entry.name.span, format!("`{}` of `{}` holds up to {most}", entry.name.value, role.name.value)))
}

/// How many loop counters can be named.
fn counters(ip: &Ip, roles: &[Role<'_>]) -> Option<(u64, Span, String)> {
    let role = roles.iter().find(|role| role.kind == "loop")?;
    let part = role.parts.iter().find(|part| part.what == "counter")?;
    let entry = role.instruction.operands.entry(part.operand)?;
    let count = match &entry.value.values {
        Some(used) => encoding::values(ip, used)?.len() as u64,
        None => max_of(encoding::width(role.instruction, &entry.name, &entry.value)).saturating_add(1),
    };
    Some((count, entry.name.span, format!("`{}` of `{}` tells {count} apart", entry.name.value, role.name.value)))
}
