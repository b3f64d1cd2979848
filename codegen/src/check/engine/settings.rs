//! What an engine says about the ip's parameters, quirks and interrupts, as the rules read it.

use crate::check::Cx;
use crate::source::Span;
use crate::spec::{Consumed, Device, Engine, Ip, MicrocodeDma, Name, Soc};

/// The subsystem whose references are interrupt lines.
const INTERRUPT: &str = "interrupt";

/// Parameters by what they mean.
pub(super) fn parameters(engine: &MicrocodeDma) -> Vec<(&'static str, &Name)> {
    let Some(p) = &engine.parameters else { return Vec::new() };
    [
        ("threads", &p.threads),
        ("events", &p.events),
        ("requests", &p.requests),
        ("bus", &p.bus),
        ("fifo_lines", &p.fifo_lines),
        ("icache_line", &p.icache_line),
        ("write_queue", &p.write_queue),
        ("non_secure", &p.non_secure),
        ("memory_cache", &p.memory_cache),
        ("device_cache", &p.device_cache),
        ("excluded_threads", &p.excluded_threads),
        ("strict_fifo", &p.strict_fifo),
    ]
    .into_iter()
    .filter_map(|(meaning, name)| Some((meaning, name.as_ref()?)))
    .collect()
}

/// The ip's interrupts.
pub(super) fn interrupts<'a>(ip: &'a Ip, cx: &Cx<'_>) -> Vec<(Option<&'a Name>, &'a Consumed)> {
    let is = |key: &str| cx.workspace.subsystem_by_key(key).is_some_and(|s| s.name.value == INTERRUPT);
    ip.consumes.iter().filter(|(key, _)| is(key)).flat_map(|(_, consumes)| consumes.iter()).collect()
}

/// An instance of an ip with an engine.
pub(super) struct Instance<'a> {
    pub(super) name: &'a Name,
    pub(super) ip: &'a Ip,
    pub(super) device: &'a Device,
    pub(super) engine: &'a MicrocodeDma,
}

impl<'a> Instance<'a> {
    /// The device of that index, if its ip has an engine.
    pub(super) fn of(soc: &'a Soc, index: usize, cx: &Cx<'a>) -> Option<Self> {
        let entry = soc.devices.entries.get(index)?;
        let ip = cx.workspace.ip(entry.value.ip.as_ref()?)?;
        let Engine::MicrocodeDma(engine) = ip.engine.as_ref()?;
        Some(Self { name: &entry.name, ip, device: &entry.value, engine })
    }

    /// The value of the parameter that means this, and where it is written: in the soc, else its default.
    pub(super) fn parameter(&self, meaning: &str) -> Option<(u64, Span)> {
        let (_, name) = parameters(self.engine).into_iter().find(|(other, _)| *other == meaning)?;
        let default = &self.ip.parameters.get(name)?.default;
        let value = self.device.parameters.get(name).unwrap_or(default);
        Some((value.value, value.span))
    }

    /// Where the interrupt of that name is wired.
    pub(super) fn wired(&self, line: &str, cx: &Cx<'_>) -> Option<Span> {
        let is = |key: &str| cx.workspace.subsystem_by_key(key).is_some_and(|s| s.name.value == INTERRUPT);
        let references = self.device.references.iter().filter(|(key, _)| is(key));
        let mut named = references.flat_map(|(_, references)| references.iter());
        named.find_map(|(name, reference)| (name?.value == line).then_some(reference.span))
    }
}
