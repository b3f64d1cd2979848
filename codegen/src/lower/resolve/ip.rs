use super::enums::Enums;
use super::{Internal, engine, instruction, internal, names, small, subsystem, text};
use crate::load::{Loaded, Workspace};
use crate::lower::{
    Access, Array, Block, Cause, Consumed, DmaDirection, DmaPort, FaultBit, Field, FieldType, Handshake, Ip, Lost,
    Node, Parameter, ParameterValues, Provided, Quirk, Register, Sleep,
};
use crate::spec;

/// Bits of a register if neither it nor the window says.
const WIDTH: u8 = 32;

pub(super) fn lower(loaded: &Loaded<spec::Ip>, workspace: &Workspace) -> Result<Ip, Internal> {
    let spec = &loaded.spec;
    let mut enums = Enums::new(spec)?;
    let width = match spec.window.as_ref().and_then(|window| window.width.as_ref()) {
        Some(width) => small(width)?,
        None => WIDTH,
    };
    let registers = nodes(&spec.registers, width, &mut Vec::new(), &mut enums)?;
    Ok(Ip {
        name: spec.name.value.clone(),
        doc: text(&spec.doc),
        source: text(&spec.source),
        file: loaded.file.clone(),
        compatible: spec.compatible.iter().map(|c| c.to_string()).collect(),
        window: spec.window.as_ref().map_or(0, |window| window.size.value),
        parameters: spec.parameters.iter().map(|(name, p)| parameter(name, p)).collect::<Result<_, _>>()?,
        registers,
        lost: match spec.power.as_ref().map(|power| &power.lost.value) {
            Some(spec::Lost::All) => Lost::All,
            Some(spec::Lost::None) | None => Lost::None,
            Some(spec::Lost::Some(paths)) => Lost::Some(paths.iter().map(names).collect()),
        },
        restore: spec.power.iter().flat_map(|power| &power.restore).map(names).collect(),
        instructions: spec.instructions.as_ref().map(|set| instruction::lower(set, &mut enums)).transpose()?,
        engine: spec.engine.as_ref().map(|engine| engine::lower(engine, spec)).transpose()?,
        provides: spec.provides.iter().map(|(name, p)| provided(name, p)).collect(),
        consumes: consumes(spec, workspace)?,
        sleep: Sleep {
            last_use: spec.sleep.as_ref().and_then(|sleep| Some(sleep.last_use.as_ref()?.value)),
            off: spec.sleep.as_ref().and_then(|sleep| Some(sleep.off.as_ref()?.value)),
        },
        quirks: spec.quirks.iter().map(|(name, q)| Quirk { name: name.value.clone(), doc: text(&q.doc) }).collect(),
        enums: enums.finish(),
    })
}

fn parameter(name: &spec::Name, spec: &spec::Parameter) -> Result<Parameter, Internal> {
    let values = match (&spec.range, &spec.values) {
        (Some(range), None) => ParameterValues::Range(range.low, range.high),
        (None, Some(values)) => ParameterValues::List(values.iter().map(|v| v.value).collect()),
        _ => return Err(internal(name.span, "a parameter without allowed values")),
    };
    Ok(Parameter {
        name: name.value.clone(),
        doc: text(&spec.doc),
        unit: text(&spec.unit),
        values,
        default: spec.default.value,
    })
}

/// Registers and clusters by offset; equal offsets in the order of the spec.
fn nodes<'s>(
    map: &'s spec::Map<spec::Node>,
    width: u8,
    path: &mut Vec<&'s str>,
    enums: &mut Enums<'_>,
) -> Result<Vec<Node>, Internal> {
    let mut list = Vec::with_capacity(map.len());
    for (name, node) in map.iter() {
        path.push(name);
        list.push(match node {
            spec::Node::Register(spec) => Node::Register(register(name, spec, width, path, enums)?),
            spec::Node::Cluster(spec) => Node::Block(Block {
                name: name.value.clone(),
                doc: text(&spec.doc),
                offset: small(&spec.offset)?,
                view: spec.view.as_ref().map_or_else(String::new, |view| view.value.clone()),
                array: spec.array.as_ref().map(array).transpose()?,
                registers: nodes(&spec.registers, width, path, enums)?,
            }),
        });
        path.pop();
    }
    list.sort_by_key(|node| match node {
        Node::Register(register) => register.offset,
        Node::Block(block) => block.offset,
    });
    Ok(list)
}

fn array(spec: &spec::Array) -> Result<Array, Internal> {
    let index = spec.index.as_ref().map_or_else(String::new, |index| index.value.clone());
    Ok(Array { count: small(&spec.count)?, stride: small(&spec.stride)?, index })
}

fn register(
    name: &spec::Name,
    spec: &spec::Register,
    width: u8,
    path: &[&str],
    enums: &mut Enums<'_>,
) -> Result<Register, Internal> {
    let own = access(spec.access.as_ref().map(|a| a.value));
    let mut fields = Vec::with_capacity(spec.fields.len());
    for (name, field) in spec.fields.iter() {
        fields.push(lower_field(name, field, own, path, enums)?);
    }
    fields.sort_by_key(|field| field.shift);
    Ok(Register {
        name: name.value.clone(),
        doc: text(&spec.doc),
        offset: small(&spec.offset)?,
        width: match &spec.width {
            Some(width) => small(width)?,
            None => width,
        },
        access: own,
        reset: spec.reset.as_ref().map(|reset| reset.value),
        read_side_effect: spec.read_side_effect.as_ref().is_some_and(|flag| flag.value),
        view: spec.view.as_ref().map_or_else(String::new, |view| view.value.clone()),
        array: spec.array.as_ref().map(array).transpose()?,
        fields,
    })
}

fn lower_field(
    name: &spec::Name,
    spec: &spec::Field,
    register: Access,
    path: &[&str],
    enums: &mut Enums<'_>,
) -> Result<Field, Internal> {
    let bits = spec.bits.value;
    let bad = || internal(spec.bits.span, "bits out of range");
    let width = u8::try_from(bits.width()).ok().filter(|width| (1..=64).contains(width)).ok_or_else(bad)?;
    let kind = match &spec.values {
        Some(values) => FieldType::Enum(enums.of_field(values, name, path, width)?),
        None if width == 1 => FieldType::Flag,
        None => FieldType::Number,
    };
    Ok(Field {
        name: name.value.clone(),
        doc: text(&spec.doc),
        shift: u8::try_from(bits.low).map_err(|_| bad())?,
        width,
        access: spec.access.as_ref().map_or(register, |a| access(Some(a.value))),
        kind,
        fault: spec.fault.as_ref().map(|fault| FaultBit {
            cause: cause(fault.cause.value),
            precise: fault.precise.as_ref().is_some_and(|flag| flag.value),
        }),
    })
}

fn access(access: Option<spec::Access>) -> Access {
    match access {
        Some(spec::Access::ReadOnly) => Access::ReadOnly,
        Some(spec::Access::ReadWrite) | None => Access::ReadWrite,
        Some(spec::Access::WriteOnly) => Access::WriteOnly,
        Some(spec::Access::WriteToClear) => Access::WriteToClear,
        Some(spec::Access::WriteToSet) => Access::WriteToSet,
        Some(spec::Access::WriteToToggle) => Access::WriteToToggle,
        Some(spec::Access::WriteZeroToClear) => Access::WriteZeroToClear,
    }
}

fn cause(cause: spec::Cause) -> Cause {
    match cause {
        spec::Cause::UndefinedInstruction => Cause::UndefinedInstruction,
        spec::Cause::InvalidOperand => Cause::InvalidOperand,
        spec::Cause::StartSecurity => Cause::StartSecurity,
        spec::Cause::EventSecurity => Cause::EventSecurity,
        spec::Cause::PeripheralSecurity => Cause::PeripheralSecurity,
        spec::Cause::AccessSecurity => Cause::AccessSecurity,
        spec::Cause::FifoOverflow => Cause::FifoOverflow,
        spec::Cause::FifoUnderflow => Cause::FifoUnderflow,
        spec::Cause::InstructionFetch => Cause::InstructionFetch,
        spec::Cause::DataWrite => Cause::DataWrite,
        spec::Cause::DataRead => Cause::DataRead,
        spec::Cause::Lockup => Cause::Lockup,
        spec::Cause::DebugInstruction => Cause::DebugInstruction,
    }
}

fn provided(subsystem: &spec::Name, spec: &spec::Provided) -> Provided {
    Provided {
        subsystem: subsystem.value.clone(),
        doc: text(&spec.doc),
        capacity: spec.capacity.as_ref().map(|capacity| capacity.value),
        ids: spec.ids.iter().map(|(name, number)| (name.value.clone(), number.value)).collect(),
        memory_to_memory: spec.memory_to_memory.as_ref().is_some_and(|flag| flag.value),
        args: spec.args.as_ref().map(|args| args.iter().map(subsystem::argument).collect()),
    }
}

fn consumes(spec: &spec::Ip, workspace: &Workspace) -> Result<Vec<Consumed>, Internal> {
    let mut list = Vec::new();
    for (key, consumes) in spec.consumes.iter() {
        let subsystem =
            workspace.subsystem_by_key(key).ok_or_else(|| internal(key.span, "a key without a subsystem"))?;
        for (name, consumed) in consumes.iter() {
            list.push(Consumed {
                subsystem: subsystem.name.value.clone(),
                name: name.map_or_else(String::new, |name| name.value.clone()),
                doc: text(&consumed.doc),
                optional: consumed.optional.as_ref().is_some_and(|flag| flag.value),
                dma: port(consumed)?,
            });
        }
    }
    Ok(list)
}

fn port(spec: &spec::Consumed) -> Result<Option<DmaPort>, Internal> {
    match (&spec.direction, &spec.fifo, &spec.width) {
        (Some(direction), Some(fifo), Some(width)) => Ok(Some(DmaPort {
            direction: match direction.value {
                spec::DmaDirection::MemoryToDevice => DmaDirection::MemoryToDevice,
                spec::DmaDirection::DeviceToMemory => DmaDirection::DeviceToMemory,
            },
            fifo: fifo.value,
            width: small(width)?,
            burst: spec.burst.as_ref().map(small).transpose()?,
            handshake: spec.handshake.as_ref().map(|handshake| self::handshake(handshake.value)),
        })),
        (None, None, None) => Ok(None),
        _ => Err(internal(spec.span, "half a DMA port")),
    }
}

pub(super) fn handshake(handshake: spec::Handshake) -> Handshake {
    match handshake {
        spec::Handshake::Single => Handshake::Single,
        spec::Handshake::Burst => Handshake::Burst,
        spec::Handshake::Peripheral => Handshake::Peripheral,
    }
}
