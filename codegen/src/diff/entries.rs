//! A resolved spec as a tree of entries with facts, without anything that means nothing.

use crate::front::Reading;
use crate::lower::{
    Access, Array, Consumed, Device, Enum, EnumValue, Field, FieldType, Instruction, Ip, Model, Node, Operand,
    OperandKind, Operation, PARENT, ParameterValues, Power, Provided, Soc, Subsystem,
};
use crate::spec;

/// Something that has a name, in the tree of a spec.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) what: &'static str,
    pub(super) name: String,
    /// Where it stands below what is around it, as keys of the spec: `registers/CTRL`.
    pub(super) keys: String,
    /// Whatever else it is called, it is this: where that says enough to know it again.
    pub(super) identity: Option<String>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) children: Vec<Entry>,
}

impl Entry {
    /// What a run was asked to read, and its file. `None`: nothing, or it has errors.
    pub(super) fn of(reading: &Reading) -> Option<(Self, String)> {
        let model = reading.model.as_ref()?;
        let specs = &reading.workspace;
        if let Some(soc) = model.socs.first() {
            let spec = specs.socs.iter().find(|loaded| loaded.spec.name.value == soc.name)?;
            return Some((of_soc(soc, &spec.spec, model), spec.file.clone()));
        }
        if let Some(loaded) = specs.ips.iter().find(|loaded| loaded.requested) {
            return Some((of_ip(model.ip(&loaded.spec.name)?, &loaded.spec, model), loaded.file.clone()));
        }
        let loaded = specs.subsystems.iter().find(|loaded| loaded.requested)?;
        Some((of_subsystem(model.subsystem(&loaded.spec.name)?), loaded.file.clone()))
    }

    fn new(what: &'static str, name: impl Into<String>) -> Self {
        let name = name.into();
        let section = match what {
            "register" | "cluster" => "registers",
            "field" => "fields",
            "enum" => "enums",
            "enum value" => "enum",
            "parameter" | "value" => "parameters",
            "instruction" => "instructions/set",
            "operand" => "operands",
            "provided" => "provides",
            "id" => "ids",
            "quirk" => "quirks",
            "device" => "devices",
            "operation" => "operations",
            _ => "",
        };
        let keys = format!("{section}/{name}").trim_start_matches('/').to_string();
        Self { what, name, keys, identity: None, facts: Vec::new(), children: Vec::new() }
    }

    fn at(mut self, keys: impl Into<String>) -> Self {
        self.keys = keys.into();
        self
    }

    fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    fn identity(mut self, identity: String) -> Self {
        self.identity = Some(identity);
        self
    }

    fn with(mut self, children: impl IntoIterator<Item = Entry>) -> Self {
        self.children.extend(children);
        self
    }
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}

fn maybe<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "none".to_string(), show)
}

fn of_ip(ip: &Ip, spec: &spec::Ip, model: &Model) -> Entry {
    let shared = |name: &str| spec.enums.iter().any(|(own, _)| own.value == name);
    let find = |name: &str| ip.enums.iter().find(|own| own.name == name && !shared(name));
    let engine = ip.engine.as_ref().map_or_else(|| "none".to_string(), |engine| format!("{engine:?}"));
    let paths = |paths: &[Vec<String>]| paths.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(", ");
    let lost = match &ip.lost {
        crate::lower::Lost::All => "all".to_string(),
        crate::lower::Lost::None => "none".to_string(),
        crate::lower::Lost::Some(some) => {
            let mut some = some.clone();
            some.sort();
            paths(&some)
        }
    };
    let mut compatible = ip.compatible.clone();
    compatible.sort();
    let phase = |phase: Option<spec::SleepPhase>| maybe(phase, |phase| phase.as_str().to_string());
    Entry::new("ip", &ip.name)
        .fact("compatible", compatible.join(", "))
        .fact("window", hex(ip.window))
        .fact("lost with power", lost)
        .fact("restored", paths(&ip.restore))
        .fact("last use in sleep", phase(ip.sleep.last_use))
        .fact("off in sleep", phase(ip.sleep.off))
        .fact("engine", engine)
        .with(ip.parameters.iter().map(|own| {
            let values = match &own.values {
                ParameterValues::Range(low, high) => format!("{low}..{high}"),
                ParameterValues::List(list) => format!("{list:?}"),
            };
            Entry::new("parameter", &own.name)
                .fact("values", values)
                .fact("default", own.default.to_string())
                .fact("unit", &own.unit)
        }))
        .with(ip.enums.iter().filter(|own| shared(&own.name)).map(|own| {
            let values = values(own).into_iter().map(|value| {
                let keys = format!("values/{}", value.name);
                value.at(keys)
            });
            let entry = Entry::new("enum", &own.name).with(values);
            let identity = own.values.iter().map(|value| format!("{}={}", value.name, value.value)).collect::<Vec<_>>();
            entry.identity(identity.join(" "))
        }))
        .with(ip.registers.iter().map(|node| of_node(node, &find)))
        .with(ip.instructions.iter().flat_map(|set| &set.instructions).map(of_instruction))
        .with(ip.provides.iter().map(of_provided))
        .with(ip.consumes.iter().map(|own| of_consumed(own, model)))
        .with(ip.quirks.iter().map(|quirk| Entry::new("quirk", &quirk.name)))
}

fn values(own: &Enum) -> Vec<Entry> {
    let value = |value: &EnumValue| {
        let number = value.value.to_string();
        Entry::new("enum value", &value.name).identity(number.clone()).fact("value", number)
    };
    own.values.iter().map(value).collect()
}

fn access(access: Access) -> &'static str {
    match access {
        Access::ReadOnly => "ro",
        Access::ReadWrite => "rw",
        Access::WriteOnly => "wo",
        Access::WriteToClear => "w1c",
        Access::WriteToSet => "w1s",
        Access::WriteToToggle => "w1t",
        Access::WriteZeroToClear => "w0c",
    }
}

fn array(entry: Entry, array: Option<&Array>) -> Entry {
    entry
        .fact("elements", maybe(array, |array| array.count.to_string()))
        .fact("stride", maybe(array, |array| hex(array.stride.into())))
        .fact("index", maybe(array, |array| array.index.clone()))
}

fn of_node<'e>(node: &Node, find: &impl Fn(&str) -> Option<&'e Enum>) -> Entry {
    match node {
        Node::Register(register) => {
            let count = register.array.as_ref().map_or(0, |array| array.count);
            let entry = Entry::new("register", &register.name)
                .identity(format!("{} {} {count}", register.offset, register.width))
                .fact("offset", hex(register.offset.into()))
                .fact("width", register.width.to_string())
                .fact("access", access(register.access))
                .fact("reset", maybe(register.reset, hex))
                .fact("reads change something", yes(register.read_side_effect))
                .fact("view", register.view.clone());
            array(entry, register.array.as_ref())
                .with(register.fields.iter().map(|field| of_field(field, register.access, find)))
        }
        Node::Block(block) => {
            let count = block.array.as_ref().map_or(0, |array| array.count);
            let entry = Entry::new("cluster", &block.name)
                .identity(format!("{} {count}", block.offset))
                .fact("offset", hex(block.offset.into()));
            array(entry, block.array.as_ref()).with(block.registers.iter().map(|node| of_node(node, find)))
        }
    }
}

fn of_field<'e>(field: &Field, around: Access, find: &impl Fn(&str) -> Option<&'e Enum>) -> Entry {
    let own = match &field.kind {
        FieldType::Enum(name) => find(name),
        _ => None,
    };
    let kind = match &field.kind {
        FieldType::Flag => "flag".to_string(),
        FieldType::Number => "number".to_string(),
        FieldType::Enum(_) if own.is_some() => "enum".to_string(),
        FieldType::Enum(name) => format!("enum {name}"),
    };
    let bits = match field.width {
        1 => field.shift.to_string(),
        width => format!("{}:{}", field.shift + width - 1, field.shift),
    };
    let fault = field.fault.as_ref();
    Entry::new("field", &field.name)
        .identity(bits.clone())
        .fact("bits", bits)
        // Told once, for the register.
        .fact("access", if field.access == around { "as its register" } else { access(field.access) })
        .fact("type", kind)
        .fact("fault", maybe(fault, |fault| format!("{:?}, precise: {}", fault.cause, yes(fault.precise))))
        .with(own.into_iter().flat_map(values))
}

fn of_instruction(own: &Instruction) -> Entry {
    let name = |at: usize| own.operands.get(at).map_or("?", |operand| operand.name.as_str());
    let byte = |byte: &crate::lower::BytePattern| {
        let parts = byte.parts.iter().map(|&(at, from, to, width)| format!(" {}[{from}..+{width}]@{to}", name(at)));
        format!("{:#04x}&{:#04x}{}", byte.value, byte.mask, parts.collect::<String>())
    };
    let encoding = own.bytes.iter().map(byte).collect::<Vec<_>>().join(" / ");
    let mut threads: Vec<String> = own.threads.iter().map(|thread| format!("{thread:?}").to_lowercase()).collect();
    threads.sort();
    Entry::new("instruction", &own.name)
        .identity(encoding.clone())
        .fact("encoding", encoding)
        .fact("assembly", &own.asm)
        .fact("threads", threads.join(", "))
        .fact("role", format!("{:?}", own.roles))
        .with(own.operands.iter().map(of_operand))
}

fn of_operand(own: &Operand) -> Entry {
    let (kind, values) = match &own.kind {
        OperandKind::Number { bias, backward } => (format!("number, bias {bias}, backward: {}", yes(*backward)), None),
        OperandKind::Flag { asm } => (format!("flag, written {asm}"), None),
        OperandKind::Enum { values, .. } => ("enum".to_string(), Some(values)),
    };
    let value = |value: &crate::lower::EnumOperandValue| {
        let number = value.value.to_string();
        let entry = Entry::new("enum value", &value.name).identity(number.clone());
        entry.fact("value", number).fact("assembly", &value.asm)
    };
    Entry::new("operand", &own.name)
        .fact("width", own.width.to_string())
        .fact("type", kind)
        .with(values.into_iter().flatten().map(value))
}

fn of_provided(own: &Provided) -> Entry {
    let args = |args: &Vec<crate::lower::Argument>| {
        args.iter().map(|arg| format!("{}: {:?}", arg.name, arg.kind)).collect::<Vec<_>>().join(", ")
    };
    let id = |(name, number): &(String, u64)| {
        let number = number.to_string();
        Entry::new("id", name).identity(number.clone()).fact("number", number)
    };
    Entry::new("provided", &own.subsystem)
        .fact("capacity", maybe(own.capacity, |count| count.to_string()))
        .fact("memory to memory", yes(own.memory_to_memory))
        .fact("arguments", maybe(own.args.as_ref(), args))
        .with(own.ids.iter().map(id))
}

/// Where a reference stands: `clocks/bus`, `power-domains`.
fn reference_keys(subsystem: &str, name: &str, model: &Model) -> String {
    let key = model.subsystem(subsystem).map_or(subsystem, |subsystem| &subsystem.key);
    format!("{key}/{name}").trim_end_matches('/').to_string()
}

fn of_consumed(own: &Consumed, model: &Model) -> Entry {
    let port = own.dma.as_ref();
    let keys = reference_keys(&own.subsystem, &own.name, model);
    Entry::new("consumed", format!("{} {}", own.subsystem, own.name).trim_end())
        .at(format!("consumes/{keys}"))
        .fact("optional", yes(own.optional))
        .fact("direction", maybe(port, |port| format!("{:?}", port.direction)))
        .fact("fifo", maybe(port, |port| hex(port.fifo)))
        .fact("width", maybe(port, |port| port.width.to_string()))
        .fact("burst", maybe(port.and_then(|port| port.burst), |burst| burst.to_string()))
        .fact("handshake", maybe(port.and_then(|port| port.handshake), |kind| format!("{kind:?}")))
}

fn of_soc(soc: &Soc, spec: &spec::Soc, model: &Model) -> Entry {
    let devices = soc.devices.iter().zip(&spec.devices.entries);
    Entry::new("soc", &soc.name).with(devices.map(|(device, entry)| of_device(device, &entry.value, soc, model)))
}

fn of_device(device: &Device, spec: &spec::Device, soc: &Soc, model: &Model) -> Entry {
    let name = |device: usize| soc.devices[device].name.as_str();
    let mut quirks = device.quirks.clone();
    quirks.sort();
    let mut edges = Vec::new();
    if let Some(parent) = device.parent {
        edges.push(Entry::new("edge", PARENT).at("parent").fact("supplier", name(parent)));
    }
    for own in &device.references {
        let subsystem = model.subsystem(&own.subsystem);
        let args: Vec<String> = own.args.iter().map(u64::to_string).collect();
        let requests = own.requests.as_ref();
        edges.push(
            Entry::new("edge", format!("{} {}", own.subsystem, own.name).trim_end())
                .at(reference_keys(&own.subsystem, &own.name, model))
                .fact("supplier", name(own.provider))
                .fact("resource", args.join("/"))
                .fact("requests", maybe(requests, |r| format!("{:?}, burst {}", r.handshake, r.burst)))
                .fact("class", maybe(subsystem, |s| format!("{:?}", s.class).to_lowercase()))
                .fact("runtime PM", yes(subsystem.is_some_and(|subsystem| subsystem.runtime_pm)))
                .fact("post-init", yes(own.post_init)),
        );
    }
    let address = maybe(device.reg, |(base, _)| hex(base));
    Entry::new("device", &device.name)
        .identity(format!("{} {address}", device.ip))
        .fact("ip", &device.ip)
        .fact("address", address.clone())
        .fact("size", maybe(device.reg, |(_, size)| hex(size)))
        // Its own word: what sits on a disabled device is not told again.
        .fact("enabled", yes(spec.enabled()))
        .fact("irq-safe", yes(device.runtime_pm.irq_safe))
        .fact("runtime PM callbacks", yes(device.runtime_pm.callbacks))
        .fact("always on", yes(device.runtime_pm.always_on))
        .fact("quirks", quirks.join(", "))
        .with(device.parameters.iter().map(|(name, value)| Entry::new("value", name).fact("value", value.to_string())))
        .with(edges)
}

fn of_subsystem(own: &Subsystem) -> Entry {
    let args = own.args.iter().map(|arg| format!("{}: {:?}", arg.name, arg.kind)).collect::<Vec<_>>();
    let stage = |list: &[usize]| {
        let names = list.iter().filter_map(|&at| own.operations.get(at)).map(|operation| operation.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let operation = |operation: &Operation| {
        let args: Vec<String> = operation.args.iter().map(|(name, kind)| format!("{name}: {kind:?}")).collect();
        let undo = operation.undo.and_then(|at| own.operations.get(at)).map(|undo| undo.name.clone());
        Entry::new("operation", &operation.name)
            .fact("context", format!("{:?}", operation.context).to_lowercase())
            .fact("power", if operation.power == Power::Active { "active" } else { "any" })
            .fact("arguments", args.join(", "))
            .fact("returns", maybe(operation.returns, |kind| format!("{kind:?}")))
            .fact("undo", maybe(undo, |undo| undo))
    };
    Entry::new("subsystem", &own.name)
        .fact("key", &own.key)
        .fact("arguments", args.join(", "))
        .fact("class", format!("{:?}", own.class).to_lowercase())
        .fact("runtime PM", yes(own.runtime_pm))
        .fact("device-tree properties", own.properties.join(", "))
        .fact("device-tree cells", &own.cells)
        .fact("device-tree names", &own.names)
        .fact("at probe", stage(&own.at_probe))
        .fact("at resume", stage(&own.at_resume))
        .fact("held by the driver", yes(own.held_by_driver))
        .with(own.operations.iter().map(operation))
}
