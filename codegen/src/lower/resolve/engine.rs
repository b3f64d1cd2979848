use super::{Internal, internal, names, small, strings};
use crate::lower::{
    DebugPort, Engine, EngineLines, EngineParameters, EngineQuirks, Identify, IdentifyField, IdentifyUnit,
    MicrocodeDma, PathTo, SideFields,
};
use crate::spec::{self, Ip, Node, Path};

pub(super) fn lower(spec: &spec::Engine, ip: &Ip) -> Result<Engine, Internal> {
    let spec::Engine::MicrocodeDma(spec) = spec;
    let to = |path: &Path| path_to(path, ip);
    let states = &spec.thread.states;
    Ok(Engine::MicrocodeDma(Box::new(MicrocodeDma {
        identify: identify(&spec.identify, ip)?,
        debug: DebugPort {
            busy: to(&spec.debug.busy)?,
            first: names(&spec.debug.first.register),
            thread_select: spec.debug.first.thread_select.value.clone(),
            thread: spec.debug.first.thread.value.clone(),
            first_bytes: strings(&spec.debug.first.bytes),
            second: names(&spec.debug.second.register),
            second_bytes: strings(&spec.debug.second.bytes),
            execute: to(&spec.debug.execute)?,
        },
        thread_state: to(&spec.thread.state)?,
        thread_pc: to(&spec.thread.pc)?,
        thread_source: to(&spec.thread.source)?,
        thread_destination: to(&spec.thread.destination)?,
        states: [
            ("Stopped", &states.stopped),
            ("Running", &states.running),
            ("WaitingForEvent", &states.waiting_for_event),
            ("WaitingForPeripheral", &states.waiting_for_peripheral),
            ("Killing", &states.killing),
            ("Faulting", &states.faulting),
        ]
        .map(|(variant, names)| (variant.to_string(), strings(names)))
        .to_vec(),
        faulting_threads: to(&spec.faults.threads)?,
        thread_fault: to(&spec.faults.thread)?,
        manager_faulting: to(&spec.faults.manager)?,
        manager_fault: to(&spec.faults.manager_cause)?,
        interrupt_enable: to(&spec.interrupts.enable)?,
        interrupt_status: to(&spec.interrupts.status)?,
        interrupt_clear: to(&spec.interrupts.clear)?,
        control: names(&spec.control.register),
        control_source: side(&spec.control.source),
        control_destination: side(&spec.control.destination),
        control_swap: spec.control.swap.value.clone(),
        limit_burst: small(&spec.limits.burst)?,
        limit_beat: small(&spec.limits.beat)?,
        limit_iterations: small(&spec.limits.iterations)?,
        limit_counters: small(&spec.limits.counters)?,
        limit_jump: small(&spec.limits.jump)?,
        parameters: spec.parameters.as_ref().map(parameters).unwrap_or_default(),
        quirks: spec.quirks.as_ref().map(quirks).unwrap_or_default(),
        lines: spec.lines.as_ref().map(lines).unwrap_or_default(),
        non_secure_protection: spec.control.non_secure_protection.as_ref().map(small).transpose()?.unwrap_or(0),
    })))
}

fn name(name: &Option<spec::Name>) -> Option<String> {
    name.as_ref().map(|name| name.value.clone())
}

fn parameters(spec: &spec::EngineParameters) -> EngineParameters {
    EngineParameters {
        threads: name(&spec.threads),
        events: name(&spec.events),
        requests: name(&spec.requests),
        bus: name(&spec.bus),
        fifo_lines: name(&spec.fifo_lines),
        icache_line: name(&spec.icache_line),
        write_queue: name(&spec.write_queue),
        non_secure: name(&spec.non_secure),
        memory_cache: name(&spec.memory_cache),
        device_cache: name(&spec.device_cache),
        excluded_threads: name(&spec.excluded_threads),
        strict_fifo: name(&spec.strict_fifo),
    }
}

fn quirks(spec: &spec::EngineQuirks) -> EngineQuirks {
    EngineQuirks {
        no_flush: strings(&spec.no_flush),
        burst_requests: strings(&spec.burst_requests),
        barriers: strings(&spec.barriers),
        no_subtract: strings(&spec.no_subtract),
    }
}

fn lines(spec: &spec::EngineLines) -> EngineLines {
    EngineLines { all: name(&spec.all), faults: name(&spec.faults), events: strings(&spec.events) }
}

fn identify(spec: &spec::Identify, ip: &Ip) -> Result<Identify, Internal> {
    let field = |field: &spec::IdentifyField| {
        Ok(IdentifyField {
            field: path_to(&field.field, ip)?,
            bias: field.bias.as_ref().map(small).transpose()?.unwrap_or(0),
            unit: match field.unit.as_ref().map(|unit| unit.value) {
                Some(spec::IdentifyUnit::Log2Bytes) => IdentifyUnit::Log2Bytes,
                Some(spec::IdentifyUnit::Count) | None => IdentifyUnit::Count,
            },
            condition: field.condition.as_ref().map(|path| path_to(path, ip)).transpose()?,
        })
    };
    Ok(Identify {
        threads: field(&spec.threads)?,
        events: field(&spec.events)?,
        requests: field(&spec.requests)?,
        bus: field(&spec.bus)?,
        fifo_lines: field(&spec.fifo_lines)?,
        icache_line: field(&spec.icache_line)?,
        non_secure: path_to(&spec.non_secure, ip)?,
    })
}

fn side(spec: &spec::SideFields) -> SideFields {
    SideFields {
        increment: spec.increment.value.clone(),
        beat: spec.beat.value.clone(),
        burst: spec.burst.value.clone(),
        protection: spec.protection.value.clone(),
        cache: spec.cache.value.clone(),
    }
}

/// Which part of a path is the register, and which the field.
fn path_to(path: &Path, ip: &Ip) -> Result<PathTo, Internal> {
    let mut registers = &ip.registers;
    for (depth, part) in path.parts.iter().enumerate() {
        match registers.get(part) {
            Some(Node::Cluster(cluster)) => registers = &cluster.registers,
            Some(Node::Register(_)) => {
                let (register, field) = path.parts.split_at(depth + 1);
                if field.len() > 1 {
                    return Err(internal(path.span, "a path that goes on behind a field"));
                }
                return Ok(PathTo { register: strings(register), field: field.first().map(|name| name.value.clone()) });
            }
            None => break,
        }
    }
    Err(internal(path.span, "a path that leads to no register"))
}
