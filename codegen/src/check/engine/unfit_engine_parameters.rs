#![doc = include_str!("../../../rules/LW0510.md")]

use super::settings;
use crate::check::cx::max_of;
use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{Ip, MicrocodeDma, Name, Node, Parameter};

pub(crate) const RULE: Rule = rule!("LW0510", "unfit-engine-parameters", Error);

/// Events that an engine counts, and threads that it can leave out.
const MOST: usize = 32;

pub(super) fn check(ip: &Ip, engine: &MicrocodeDma, cx: &mut Cx<'_>) {
    let control = &engine.control;
    let cache = [&control.source.cache, &control.destination.cache];
    let protection = [&control.source.protection, &control.destination.protection];
    for (meaning, name) in settings::parameters(engine) {
        let most = match meaning {
            "threads" | "events" => MOST as u64,
            "requests" | "icache_line" | "write_queue" => u8::MAX.into(),
            "bus" => u64::from(u8::MAX) * 8,
            "fifo_lines" => u16::MAX.into(),
            "memory_cache" | "device_cache" => most(ip, engine, cache),
            "excluded_threads" => max_of(MOST as u32),
            _ => 1,
        };
        let Some(parameter) = ip.parameters.get(name) else { continue };
        if let Some((value, place)) = values(parameter).into_iter().find(|(value, _)| *value > most) {
            let title = format!("parameter `{}` can be more than the engine can use as `{meaning}`", name.value);
            let finding = RULE.at(name.span, title, format!("at most {most}")).and(place, format!("it can be {value}"));
            cx.report(finding);
        } else if let Some((value, place)) =
            values(parameter).into_iter().find(|(value, _)| meaning == "bus" && (value % 8 != 0 || *value == 0))
        {
            let title = format!("parameter `{}` is no width of a bus", name.value);
            let finding =
                RULE.at(name.span, title, "a number of bits").and(place, format!("{value} bits are no bytes"));
            cx.report(finding);
        }
    }
    if let Some(non_secure) = &control.non_secure_protection {
        let most = most(ip, engine, protection);
        if non_secure.value > most {
            let title = format!("the protection of non-secure accesses is {}", non_secure.value);
            let finding = RULE.at(non_secure.span, title, format!("at most {most}"));
            cx.report(finding.and(control.source.protection.span, "the field that holds it"));
        }
    }
    if let Some((first, rest)) = engine.lines.as_ref().and_then(|lines| Some((lines.events.first()?, &lines.events)))
        && let Some(beyond) = rest.get(MOST)
    {
        let title = format!("an engine has at most {MOST} events");
        cx.report(RULE.at(beyond.span, title, "one too many").and(first.span, "event 0"));
    }
}

/// Values that a parameter can have: all, or those at the ends of its range.
fn values(parameter: &Parameter) -> Vec<(u64, Span)> {
    let range = parameter.range.iter().flat_map(|range| [range.value.low, range.value.high].map(|v| (v, range.span)));
    let listed = parameter.values.iter().flatten().map(|value| (value.value, value.span));
    range.chain(listed).collect()
}

/// What two fields of the control word and the runtime can hold.
fn most(ip: &Ip, engine: &MicrocodeDma, fields: [&Name; 2]) -> u64 {
    let mut nodes = &ip.registers;
    let mut register = None;
    for part in &engine.control.register.parts {
        match nodes.get(part) {
            Some(Node::Cluster(cluster)) => nodes = &cluster.registers,
            Some(Node::Register(found)) => register = Some(found),
            None => break,
        }
    }
    let widths = fields.iter().filter_map(|field| Some(register?.fields.get(field)?.bits.value.width()));
    max_of(widths.min().unwrap_or(u8::BITS).min(u8::BITS))
}
