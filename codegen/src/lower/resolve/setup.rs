//! What the parameters, quirks and interrupts of an instance mean to the runtime's engine.

use crate::lower::{Attributes, Engine, EngineSetup, Expected, MicrocodeDma};
use crate::spec::Name;

/// `wired` tells whether the instance has the interrupt of a name.
pub(super) fn of(
    engine: &Engine,
    parameters: &[(String, u64)],
    quirks: &[Name],
    wired: impl Fn(&str) -> bool,
) -> EngineSetup {
    let Engine::MicrocodeDma(engine) = engine;
    let value = |name: &Option<String>| Some(parameters.iter().find(|(other, _)| Some(other) == name.as_ref())?.1);
    let has = |names: &[String]| quirks.iter().any(|quirk| names.contains(&quirk.value));
    let names = &engine.parameters;
    let non_secure = value(&names.non_secure).is_some_and(|flag| flag != 0);
    let attributes = |cache: &Option<String>| Attributes {
        cache: value(cache).map_or(0, |cache| cache as u8),
        protection: if non_secure { engine.non_secure_protection } else { 0 },
    };
    let all = |count: &Option<String>| value(count).map_or(u32::MAX, first);
    let wired = all(&names.events) & events(engine, wired);
    EngineSetup {
        threads: all(&names.threads) & !value(&names.excluded_threads).map_or(0, |threads| threads as u32),
        events: if wired == 0 { all(&names.events) } else { wired },
        polled: wired == 0,
        memory: attributes(&names.memory_cache),
        device: attributes(&names.device_cache),
        flush: !has(&engine.quirks.no_flush),
        burst_requests: has(&engine.quirks.burst_requests),
        barriers: has(&engine.quirks.barriers),
        subtracts: !has(&engine.quirks.no_subtract),
        strict_fifo: value(&names.strict_fifo).is_some_and(|flag| flag != 0),
        write_queue: value(&names.write_queue).map(|depth| depth as u8),
        expected: (|| {
            Some(Expected {
                threads: value(&names.threads)? as u8,
                events: value(&names.events)? as u8,
                requests: value(&names.requests)? as u8,
                bus_bytes: (value(&names.bus)? / 8) as u8,
                fifo_lines: value(&names.fifo_lines)? as u16,
                icache_line: value(&names.icache_line)? as u8,
                non_secure: value(&names.non_secure)? != 0,
            })
        })(),
    }
}

/// Events whose interrupt is wired.
fn events(engine: &MicrocodeDma, wired: impl Fn(&str) -> bool) -> u32 {
    if engine.lines.all.as_ref().is_some_and(|line| wired(line)) {
        return u32::MAX;
    }
    let lines = engine.lines.events.iter().zip(0..u32::BITS);
    lines.filter(|(line, _)| wired(line)).fold(0, |events, (_, event)| events | 1 << event)
}

/// The lowest so many bits.
fn first(bits: u64) -> u32 {
    u32::try_from((1_u64 << bits.min(32)) - 1).unwrap_or(u32::MAX)
}
