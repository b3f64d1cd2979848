//! The assembler and the disassembler with the instruction set of specs/ip/pl330.yaml.

use std::sync::LazyLock;

use linkwright_codegen::asm::{Kind, assemble, control_note, decode, disassemble, encode, listing, text};
use linkwright_codegen::check::Rule;
use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{InstructionSet, Ip, OperandKind};
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::source::SourceMap;
use proptest::prelude::*;

static PL330: LazyLock<Ip> = LazyLock::new(|| {
    let reading = front::read(&[Input::Ip("pl330".into())], &Options::default());
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    reading.model.and_then(|model| model.ip("pl330").cloned()).expect("the spec is right")
});

fn set() -> &'static InstructionSet {
    PL330.instructions.as_ref().expect("it has instructions")
}

fn run(program: &str) -> Result<Vec<u8>, Vec<&'static str>> {
    let mut sources = SourceMap::new();
    let file = sources.add("program.s", None, program);
    let mut findings = Diagnostics::new();
    let assembled = assemble(set(), &sources, file, &mut findings);
    assembled.map(|program| program.bytes).ok_or_else(|| findings.iter().map(|finding| finding.rule).collect())
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}

fn shown(program: &[u8]) -> String {
    listing(set(), program, |instruction, values| control_note(&PL330, instruction, values))
}

/// Programs that QEMU's model of the controller has executed, with the moved data checked.
const EXECUTED: &[(&str, &str)] = &[
    (
        "65,536 bytes, aligned",
        "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 22 01 20 ff 04 08 38 02 3c 06 13 34 00 00",
    ),
    (
        "65,537 bytes",
        "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 22 01 20 ff 04 08 38 02 3c 06 bc 01 01 40 00 00 04 08 13 \
         34 00 00",
    ),
    ("7 bytes, odd source", "bc 00 01 00 20 00 bc 02 06 00 40 00 bc 01 61 40 18 00 04 08 13 34 00 00"),
    (
        "1,000 bytes, both odd",
        "bc 00 03 00 20 00 bc 02 03 00 40 00 bc 01 41 40 10 00 04 08 bc 01 f7 c0 3d 00 20 06 04 08 38 02 bc 01 b7 c0 2d \
         00 04 08 bc 01 21 40 08 00 04 08 13 34 00 00",
    ),
    (
        "1 MiB + 3 bytes, odd source",
        "bc 00 01 00 20 00 bc 02 00 00 40 00 bc 01 61 40 18 00 04 08 bc 01 f7 c0 3d 00 22 1e 20 ff 04 08 38 02 3c 06 20 \
         fe 04 08 38 02 bc 01 e7 c0 39 00 04 08 bc 01 61 40 18 00 08 bc 01 31 40 0c 00 04 08 13 34 00 00",
    ),
    (
        "memory to device, bursts",
        "bc 01 37 00 1d 00 bc 00 00 00 20 00 bc 02 00 00 00 40 35 28 20 7f 32 28 07 2b 28 38 05 13 34 00 00",
    ),
    (
        "memory to device, four periods for ever",
        "bc 01 37 00 1d 00 bc 02 00 00 00 40 35 28 bc 00 00 00 20 00 20 03 22 7f 32 28 07 2b 28 3c 05 13 34 00 38 0c 2c \
         16",
    ),
    (
        "rows of a picture",
        "bc 01 77 c0 1d 00 bc 00 00 00 20 00 bc 02 00 00 40 00 20 0f 04 08 54 c0 00 38 05 13 34 00 00",
    ),
];

#[test]
fn executed_programs_survive_the_way_through_text() {
    for (name, hex) in EXECUTED {
        let program = bytes(hex);
        let items = disassemble(set(), &program);
        assert!(items.iter().all(|item| matches!(item.kind, Kind::Instruction { .. })), "{name}: {items:?}");
        let text = shown(&program);
        assert_eq!(run(&text), Ok(program), "{name}:\n{text}");
    }
}

#[test]
fn a_program_written_by_hand_is_the_executed_one() {
    let program = "
        ; four periods of 4 KiB to a peripheral, for ever
        DMAMOV CCR, 0x001d0037
        DMAMOV DAR, 0x40000000
        DMAFLUSHP P5
    again:
        DMAMOV SAR, 0x00200000
        DMALP LC0, 4
    period:
        DMALP LC1, 128
    burst:
        DMAWFP P5, burst
        DMALDB
        DMASTPB P5
        DMALPEND LC1, burst
        DMAWMB
        DMASEV E0
        DMALPEND LC0, period
        DMALPFEND again
    ";
    assert_eq!(run(program), Ok(bytes(EXECUTED[6].1)));
}

#[test]
fn a_listing_reads_like_a_program() {
    let expected = "    DMAMOV SAR, 0x00200001              ; 0000: bc 00 01 00 20 00
    DMAMOV DAR, 0x00400006              ; 0006: bc 02 06 00 40 00
    DMAMOV CCR, 0x00184061              ; 000c: bc 01 61 40 18 00  src_inc=Incrementing src_burst_len=6 \
                    dst_inc=Incrementing dst_burst_len=6
    DMALD                               ; 0012: 04
    DMAST                               ; 0013: 08
    DMAWMB                              ; 0014: 13
    DMASEV E0                           ; 0015: 34 00
    DMAEND                              ; 0017: 00
";
    assert_eq!(shown(&bytes(EXECUTED[2].1)), expected);
}

#[test]
fn every_instruction_has_one_opcode_and_the_traps_are_told_apart() {
    let one = |hex: &str| {
        let items = disassemble(set(), &bytes(hex));
        let [item] = items.as_slice() else { panic!("{items:?}") };
        match &item.kind {
            Kind::Instruction { instruction, values } => text(&set().instructions[*instruction], values, |_| None),
            Kind::Bytes(why) => format!("{why:?}").split(' ').next().unwrap_or_default().to_string(),
        }
    };
    assert_eq!(one("29 28"), "DMASTPS P5");
    assert_eq!(one("2b 28"), "DMASTPB P5");
    assert_eq!(one("2c 16"), "DMALPFEND 22");
    assert_eq!(one("2f 16"), "DMALPFENDB 22");
    assert_eq!(one("38 05"), "DMALPEND LC0, 5");
    assert_eq!(one("3f 05"), "DMALPENDB LC1, 5");
    assert_eq!(one("a2 07 00 00 20 00"), "DMAGO C7, 0x00200000, ns");
    assert_eq!(one("36 fa"), "DMAWFE E31, invalid");
    assert_eq!(one("31 08"), "DMAWFP P1, periph");
    assert_eq!(one("5c fe ff"), "DMAADNH SAR, 0xfffe");
    for undefined in ["06", "0a", "28", "2e", "3a", "33", "ff"] {
        assert_eq!(one(undefined), "Undefined", "{undefined}");
    }
    for operand in ["34 01", "35 04", "36 01", "bc 03 00 00 00 00", "a0 08 00 00 00 00"] {
        assert_eq!(one(operand), "Operand", "{operand}");
    }
    assert_eq!(one("bc 00 01"), "Truncated");
}

#[test]
fn a_decrement_may_be_written_with_its_sign() {
    assert_eq!(run("DMAADNH DAR, -64"), Ok(vec![0x5e, 0xc0, 0xff]));
}

#[test]
fn pages_of_microcode_rules_are_true() {
    let fences = |page: &'static str| {
        page.split("```").skip(1).step_by(2).map(|fence| fence.split_once('\n').unwrap_or_default())
    };
    let mut seen = 0;
    for rule in Rule::all().iter().filter(|rule| rule.id.starts_with("LW09") && rule.id != "LW0908") {
        let examples: Vec<(&str, &str)> = fences(rule.page).collect();
        let [("asm", failing), ("asm", passing)] = examples.as_slice() else { panic!("{}: {examples:?}", rule.id) };
        let mut sources = SourceMap::new();
        let file = sources.add("example.s", None, *failing);
        let mut findings = Diagnostics::new();
        assemble(set(), &sources, file, &mut findings);
        assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [rule.id]);
        assert!(findings.iter().all(|finding| finding.level == rule.level), "{}", rule.id);
        assert!(run(passing).is_ok(), "{}: {:?}", rule.id, run(passing));
        seen += 1;
    }
    assert_eq!(seen, 7);
}

/// An instruction, by index, and encoded values that its operands allow.
fn instruction() -> impl Strategy<Value = (usize, Vec<u64>)> {
    (0..set().instructions.len(), prop::collection::vec(any::<u64>(), 4)).prop_map(|(index, random)| {
        let operands = &set().instructions[index].operands;
        let value = |(operand, random): (&linkwright_codegen::lower::Operand, u64)| match &operand.kind {
            OperandKind::Number { .. } => random & ((1 << operand.width) - 1),
            OperandKind::Flag { .. } => random & 1,
            OperandKind::Enum { values, .. } => values[random as usize % values.len()].value,
        };
        (index, operands.iter().zip(random).map(value).collect())
    })
}

proptest! {
    #[test]
    fn text_and_bytes_of_an_instruction_say_the_same((index, values) in instruction()) {
        let instruction = &set().instructions[index];
        let bytes = encode(instruction, &values);
        let decoded = decode(set(), &bytes).expect("what is encoded can be decoded");
        prop_assert_eq!((decoded.instruction, &decoded.values, decoded.length), (index, &values, bytes.len()));
        let written = text(instruction, &values, |_| None);
        prop_assert_eq!(run(&written), Ok(bytes.clone()), "{}", written);
        prop_assert_eq!(run(&written.to_lowercase()), Ok(bytes), "{}", written);
    }

    #[test]
    fn programs_survive_the_way_through_text(program in prop::collection::vec(instruction(), 0..40)) {
        let bytes: Vec<u8> =
            program.iter().flat_map(|(index, values)| encode(&set().instructions[*index], values)).collect();
        prop_assert_eq!(disassemble(set(), &bytes).len(), program.len());
        let text = shown(&bytes);
        prop_assert_eq!(run(&text), Ok(bytes), "{}", text);
    }

    #[test]
    fn any_bytes_survive_the_way_through_text(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let text = shown(&bytes);
        prop_assert_eq!(run(&text), Ok(bytes), "{}", text);
    }
}
