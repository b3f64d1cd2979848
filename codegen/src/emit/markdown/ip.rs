//! What the templates of an ip see.

use serde::Serialize;

use super::origin::mark;
use crate::emit::rust::crate_identifier;
use crate::lower::{
    Access, Array, Block, Engine, FieldType, Instruction, Ip, Lost, Node, OperandKind, ParameterValues, Register,
    ThreadKind,
};
use crate::names;

/// An ip. Docs are Markdown as the spec has them; `mark` begins a line that comes from an entry of the spec.
#[derive(Serialize)]
pub(super) struct View {
    name: String,
    doc: String,
    source: String,
    file: String,
    package: String,
    library: String,
    /// The block's type in Rust.
    ty: String,
    compatible: Vec<String>,
    window: String,
    lost: &'static str,
    restore: Vec<String>,
    /// Driven by the runtime's DMA engine.
    dma: bool,
    parameters: Vec<Parameter>,
    registers: Vec<RegisterRow>,
    /// A register that an example can read: place in Rust.
    example: Option<String>,
    enums: Vec<Enumeration>,
    longest: u8,
    instructions: Vec<InstructionView>,
    provides: Vec<Named>,
    consumes: Vec<Named>,
    quirks: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    mark: String,
    name: String,
    doc: String,
}

#[derive(Serialize)]
struct Parameter {
    mark: String,
    name: String,
    doc: String,
    values: String,
    unit: String,
    default: u64,
}

#[derive(Serialize)]
struct RegisterRow {
    mark: String,
    name: String,
    place: String,
    constant: String,
    ty: String,
    width: u8,
    access: &'static str,
    reset: String,
    doc: String,
    /// Reading changes something.
    side_effect: bool,
    fields: Vec<FieldRow>,
}

#[derive(Serialize)]
struct FieldRow {
    mark: String,
    name: String,
    bits: String,
    access: &'static str,
    doc: String,
    /// Name of the enum it holds, or empty.
    holds: String,
}

#[derive(Serialize)]
struct Enumeration {
    mark: String,
    name: String,
    doc: String,
    open: bool,
    values: Vec<ValueRow>,
}

#[derive(Serialize)]
struct ValueRow {
    mark: String,
    name: String,
    value: u64,
    doc: String,
    /// Text in assembly, of an operand's value.
    asm: String,
}

#[derive(Serialize)]
struct InstructionView {
    mark: String,
    name: String,
    asm: String,
    doc: String,
    length: usize,
    threads: Vec<&'static str>,
    diagram: String,
    operands: Vec<OperandRow>,
}

#[derive(Serialize)]
struct OperandRow {
    mark: String,
    name: String,
    doc: String,
    values: String,
}

impl View {
    pub(super) fn new(ip: &Ip) -> Self {
        let mut registers = Vec::new();
        for node in &ip.registers {
            rows(node, &mut Vec::new(), 0, &mut Vec::new(), &mut registers);
        }
        let readable = |row: &&RegisterRow| row.access.contains("read") && !row.place.contains('×') && !row.side_effect;
        let example = registers.iter().find(readable).map(|row| row.constant.clone());
        Self {
            name: ip.name.clone(),
            doc: ip.doc.clone(),
            source: ip.source.clone(),
            file: ip.file.clone(),
            package: format!("linkwright-{}", ip.name.to_ascii_lowercase()),
            library: crate_identifier(&ip.name),
            ty: names::type_name(&ip.name),
            compatible: ip.compatible.clone(),
            window: format!("{:#x}", ip.window),
            lost: match &ip.lost {
                Lost::All => "all",
                Lost::None => "none",
                Lost::Some(_) => "some",
            },
            restore: ip.restore.iter().map(|path| path.join(".")).collect(),
            dma: matches!(ip.engine, Some(Engine::MicrocodeDma(_))),
            parameters: ip.parameters.iter().map(parameter).collect(),
            registers,
            example,
            enums: ip.enums.iter().map(enumeration).collect(),
            longest: ip.instructions.as_ref().map_or(0, |set| set.max_length),
            instructions: ip.instructions.iter().flat_map(|set| &set.instructions).map(instruction).collect(),
            provides: ip.provides.iter().map(|p| named("provides", &p.subsystem, &p.doc)).collect(),
            consumes: ip
                .consumes
                .iter()
                .map(|consumed| {
                    let name = if consumed.name.is_empty() {
                        consumed.subsystem.clone()
                    } else {
                        format!("{} {}", consumed.subsystem, consumed.name)
                    };
                    let optional = if consumed.optional { "Optional. " } else { "" };
                    Named { mark: mark("consumes"), name, doc: format!("{optional}{}", consumed.doc) }
                })
                .collect(),
            quirks: ip.quirks.iter().map(|quirk| named("quirks", &quirk.name, &quirk.doc)).collect(),
        }
    }
}

fn named(key: &str, name: &str, doc: &str) -> Named {
    Named { mark: mark(&format!("{key}/{name}")), name: name.to_string(), doc: doc.to_string() }
}

fn parameter(parameter: &crate::lower::Parameter) -> Parameter {
    Parameter {
        mark: mark(&format!("parameters/{}", parameter.name)),
        name: parameter.name.clone(),
        doc: parameter.doc.clone(),
        values: match &parameter.values {
            ParameterValues::Range(from, to) => format!("{from} to {to}"),
            ParameterValues::List(list) => list.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
        },
        unit: parameter.unit.clone(),
        default: parameter.default,
    }
}

fn rows<'a>(
    node: &'a Node,
    path: &mut Vec<&'a str>,
    base: u32,
    arrays: &mut Vec<&'a Array>,
    out: &mut Vec<RegisterRow>,
) {
    match node {
        Node::Register(register) => {
            path.push(&register.name);
            arrays.extend(&register.array);
            out.push(register_row(register, path, base + register.offset, arrays));
            if register.array.is_some() {
                arrays.pop();
            }
        }
        Node::Block(Block { name, offset, array, registers, .. }) => {
            path.push(name);
            arrays.extend(array);
            for inner in registers {
                rows(inner, path, base + offset, arrays, out);
            }
            if array.is_some() {
                arrays.pop();
            }
        }
    }
    path.pop();
}

fn register_row(register: &Register, path: &[&str], offset: u32, arrays: &[&Array]) -> RegisterRow {
    let entry = format!("registers/{}", path.join("/registers/"));
    let mut place = format!("{offset:#05x}");
    for array in arrays {
        let index = if array.index.is_empty() { "n" } else { array.index.as_str() };
        place.push_str(&format!(" + {:#x} × {index} (0 to {})", array.stride, array.count.saturating_sub(1)));
    }
    let fields = register.fields.iter().map(|field| FieldRow {
        mark: mark(&format!("{entry}/fields/{}/bits", field.name)),
        name: field.name.clone(),
        bits: match field.width {
            1 => field.shift.to_string(),
            width => format!("{}:{}", field.shift + (width - 1), field.shift),
        },
        access: access(field.access),
        doc: field.doc.clone(),
        holds: match &field.kind {
            FieldType::Enum(name) => name.clone(),
            FieldType::Flag | FieldType::Number => String::new(),
        },
    });
    RegisterRow {
        mark: mark(&format!("{entry}/offset")),
        name: path.join("."),
        place,
        constant: names::const_path(path.iter().copied()),
        ty: names::type_name(&register.name),
        width: register.width,
        access: access(register.access),
        reset: register.reset.map_or(String::new(), |reset| format!("{reset:#x}")),
        doc: register.doc.clone(),
        side_effect: register.read_side_effect,
        fields: fields.collect(),
    }
}

fn access(access: Access) -> &'static str {
    match access {
        Access::ReadOnly => "read",
        Access::ReadWrite => "read, write",
        Access::WriteOnly => "write",
        Access::WriteToClear => "read, write 1 to clear",
        Access::WriteToSet => "read, write 1 to set",
        Access::WriteToToggle => "read, write 1 to toggle",
        Access::WriteZeroToClear => "read, write 0 to clear",
    }
}

fn enumeration(spec: &crate::lower::Enum) -> Enumeration {
    let entry = format!("enums/{}", spec.name);
    let value = |value: &crate::lower::EnumValue| ValueRow {
        mark: mark(&format!("{entry}/values/{}", value.name)),
        name: value.name.clone(),
        value: value.value,
        doc: value.doc.clone(),
        asm: String::new(),
    };
    Enumeration {
        mark: mark(&entry),
        name: spec.name.clone(),
        doc: spec.doc.clone(),
        open: !spec.exhaustive(),
        values: spec.values.iter().map(value).collect(),
    }
}

fn instruction(spec: &Instruction) -> InstructionView {
    let entry = format!("instructions/set/{}", spec.name);
    let threads = spec.threads.iter().map(|kind| match kind {
        ThreadKind::Manager => "manager",
        ThreadKind::Channel => "channel",
        ThreadKind::Debug => "debug port",
    });
    let operands = spec.operands.iter().map(|operand| OperandRow {
        mark: mark(&format!("{entry}/operands/{}", operand.name)),
        name: operand.name.clone(),
        doc: operand.doc.clone(),
        values: match &operand.kind {
            OperandKind::Flag { asm } => format!("1 prints `{}`", asm.trim_start_matches([',', ' '])),
            OperandKind::Number { backward: true, .. } => "bytes back from this instruction".to_string(),
            OperandKind::Number { bias, .. } => {
                let most = u64::MAX >> (64 - u32::from(operand.width.clamp(1, 63)));
                let plus = if *bias == 0 { String::new() } else { format!(", encoded less {bias}") };
                format!("{bias} to {}{plus}", most + u64::from(*bias))
            }
            OperandKind::Enum { values, .. } => {
                let value = |value: &crate::lower::EnumOperandValue| format!("{}: `{}`", value.value, value.name);
                values.iter().map(value).collect::<Vec<_>>().join(", ")
            }
        },
    });
    InstructionView {
        mark: mark(&entry),
        name: spec.name.clone(),
        asm: spec.asm.clone(),
        doc: spec.doc.clone(),
        length: spec.bytes.len(),
        threads: threads.collect(),
        diagram: diagram(spec),
        operands: operands.collect(),
    }
}

/// The encoding as boxes, a line for each byte, most significant bit first.
fn diagram(spec: &Instruction) -> String {
    const RULE: &str = "+---+---+---+---+---+---+---+---+";
    let mut out = format!("        7   6   5   4   3   2   1   0\n      {RULE}\n");
    let mut short: Vec<usize> = Vec::new();
    for (index, byte) in spec.bytes.iter().enumerate() {
        let mut line = format!("{index:>4}  |");
        let mut bit: u8 = 8;
        while bit > 0 {
            bit -= 1;
            if byte.mask >> bit & 1 == 1 {
                line.push_str(&format!(" {} |", byte.value >> bit & 1));
                continue;
            }
            let Some(&(operand, low, place, count)) = byte.parts.iter().find(|part| part.2 + part.3 == bit + 1) else {
                line.push_str("   |");
                continue;
            };
            let width = usize::from(count) * 4 - 1;
            let name = &spec.operands[operand].name;
            let whole = low == 0 && count == spec.operands[operand].width;
            let range = if count == 1 { format!("[{low}]") } else { format!("[{}:{low}]", low + count - 1) };
            let long = if whole { name.clone() } else { format!("{name}{range}") };
            let label = if long.chars().count() <= width {
                long
            } else {
                if !short.contains(&operand) {
                    short.push(operand);
                }
                key(short.iter().position(|known| *known == operand).unwrap_or(0))
            };
            line.push_str(&format!("{label:^width$}|"));
            bit = place;
        }
        out.push_str(&format!("{line}\n      {RULE}\n"));
    }
    for (position, operand) in short.iter().enumerate() {
        out.push_str(&format!("      {} = {}\n", key(position), spec.operands[*operand].name));
    }
    out.trim_end().to_string()
}

/// Short names of operands that do not fit: `a`, `b`, …
fn key(position: usize) -> String {
    char::from(b'a' + (position % 26) as u8).to_string()
}
