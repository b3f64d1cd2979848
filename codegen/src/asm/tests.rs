//! With an instruction set that no chip has; the real ones are tested where specs are read.

use proptest::prelude::*;

use super::*;
use crate::lower::{
    BytePattern, EnumOperandValue, Instruction, InstructionSet, Operand, OperandKind, Role, ThreadKind,
};
use crate::report::Diagnostics;
use crate::source::SourceMap;

fn number(name: &str, width: u8, bias: u32, backward: bool) -> Operand {
    Operand { name: name.into(), doc: String::new(), width, kind: OperandKind::Number { bias, backward } }
}

fn flag(name: &str, asm: &str) -> Operand {
    Operand { name: name.into(), doc: String::new(), width: 1, kind: OperandKind::Flag { asm: asm.into() } }
}

fn choice(name: &str, width: u8, values: &[(&str, u64)]) -> Operand {
    let value = |&(asm, value): &(&str, u64)| EnumOperandValue {
        name: format!("V{value}"),
        doc: String::new(),
        value,
        asm: asm.into(),
    };
    let kind = OperandKind::Enum { enum_name: name.into(), values: values.iter().map(value).collect() };
    Operand { name: name.into(), doc: String::new(), width, kind }
}

/// Fixed bits as a mask and a value, operand bits as in the resolved model.
fn byte(mask: u8, value: u8, parts: &[(usize, u8, u8, u8)]) -> BytePattern {
    BytePattern { mask, value, parts: parts.to_vec() }
}

fn instruction(name: &str, asm: &str, bytes: Vec<BytePattern>, operands: Vec<Operand>) -> Instruction {
    let threads = vec![ThreadKind::Channel];
    Instruction { name: name.into(), doc: String::new(), asm: asm.into(), threads, bytes, operands, roles: Vec::new() }
}

fn toy() -> InstructionSet {
    let mut set = InstructionSet {
        max_length: 5,
        instructions: vec![
            instruction("HALT", "halt", vec![byte(0xff, 0x00, &[])], vec![]),
            instruction(
                "MOVE",
                "move{when} r{register}, {immediate}",
                vec![
                    byte(0xf0, 0x10, &[(0, 0, 2, 2), (1, 0, 0, 2)]),
                    byte(0, 0, &[(2, 0, 0, 8)]),
                    byte(0, 0, &[(2, 8, 0, 8)]),
                ],
                vec![
                    choice("when", 2, &[("", 0), ("S", 1), ("SX", 3)]),
                    number("register", 2, 0, false),
                    number("immediate", 16, 0, false),
                ],
            ),
            instruction(
                "AGAIN",
                "again {count}, {jump}{fast}",
                vec![byte(0xfe, 0x20, &[(2, 0, 0, 1)]), byte(0, 0, &[(0, 0, 0, 8)]), byte(0xf0, 0, &[(1, 0, 0, 4)])],
                vec![number("count", 8, 1, false), number("jump", 4, 0, true), flag("fast", ", very fast")],
            ),
            instruction(
                "LESS",
                "less {amount}",
                vec![byte(0xff, 0x30, &[]), byte(0, 0, &[(0, 0, 0, 8)])],
                vec![number("amount", 8, 0, false)],
            ),
            instruction("KILL", "kill", vec![byte(0xff, 0x01, &[])], vec![]),
        ],
    };
    let amount = || String::from("amount");
    set.instructions[3].roles =
        vec![Role::SubtractAddress { side: amount(), amount: amount(), source: amount(), destination: amount() }];
    set.instructions[4].threads = vec![ThreadKind::Debug];
    set
}

/// The bytes, or each finding as `rule line:column title; help`.
fn run(text: &str) -> Result<Vec<u8>, Vec<String>> {
    let mut sources = SourceMap::new();
    let file = sources.add("test.s", None, text);
    let mut findings = Diagnostics::new();
    let program = assemble(&toy(), &sources, file, &mut findings);
    let shown = |f: &crate::report::Diagnostic| {
        let (line, column) = sources.line_column(f.primary.span);
        format!("{} {line}:{column} {} ({})", f.rule, f.title, f.primary.text)
    };
    assert_eq!(program.is_none(), findings.has_errors());
    program.map(|program| program.bytes).ok_or_else(|| findings.iter().map(shown).collect())
}

fn finding(text: &str) -> String {
    let mut findings = run(text).expect_err("it has a mistake");
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[test]
fn text_becomes_bytes() {
    assert_eq!(run("move r1, 0x1234\nhalt"), Ok(vec![0x11, 0x34, 0x12, 0x00]));
    assert_eq!(run("  MOVEsx   R3 ,65535 ; all\n\n// nothing\n# nothing\n"), Ok(vec![0x1f, 0xff, 0xff]));
    assert_eq!(run(""), Ok(vec![]));
    assert_eq!(run("halt"), Ok(vec![0]));
    assert_eq!(run("\u{feff}halt\r\nhalt\r\n"), Ok(vec![0, 0]));
    assert_eq!(run(".byte 0xff, 7, 0b11"), Ok(vec![0xff, 7, 3]));
    assert_eq!(run("again 256, 15, very  fast"), Ok(vec![0x21, 0xff, 0x0f]));
    assert_eq!(run("move r0, 0x1_0"), Ok(vec![0x10, 0x10, 0]));
}

#[test]
fn labels_become_distances() {
    assert_eq!(run("a: halt\nb :\nhalt\nagain 1, a\nagain 1, b"), Ok(vec![0, 0, 0x20, 0, 2, 0x20, 0, 4]));
    assert_eq!(run("x: y: again 2, y"), Ok(vec![0x20, 1, 0]));
}

#[test]
fn a_negative_amount_is_subtracted() {
    assert_eq!(run("less -1"), Ok(vec![0x30, 0xff]));
    assert_eq!(run("less 255"), Ok(vec![0x30, 0xff]));
    assert_eq!(finding("less -256"), "LW0903 1:6 amount `-256` is out of range (-255 to 255)");
    assert_eq!(finding("move r0, -1"), "LW0903 1:10 immediate `-1` is out of range (0 to 65535)");
}

#[test]
fn mistakes_are_named_and_placed() {
    assert_eq!(finding("holt"), "LW0901 1:1 unknown instruction `holt` (not in this instruction set)");
    assert_eq!(finding("\n  move q1, 2"), "LW0902 2:8 `r` is missing (expected here)");
    assert_eq!(finding("move 1, 2"), "LW0902 1:6 `r` is missing (expected here)");
    assert_eq!(finding("move r1 2"), "LW0902 1:9 `,` is missing (expected here)");
    assert_eq!(finding("move r1,"), "LW0902 1:8 the immediate is missing (expected after this)");
    assert_eq!(finding("move r1, 2, 3"), "LW0902 1:11 `,` is too much (nothing more is expected)");
    assert_eq!(finding("move r4, 2"), "LW0903 1:7 register `4` is out of range (0 to 3)");
    assert_eq!(finding("move r1, 0x10000"), "LW0903 1:10 immediate `0x10000` is out of range (0 to 65535)");
    assert_eq!(finding("move r1, 12q"), "LW0902 1:10 `12q` is no immediate (expected a number)");
    assert_eq!(finding("again 0, 0"), "LW0903 1:7 count `0` is out of range (1 to 256)");
    assert_eq!(finding("again 1, a"), "LW0904 1:10 unknown label `a` (marked nowhere)");
    assert_eq!(finding("again 1, a\na: halt"), "LW0906 1:10 `a` is ahead (this jumps back only)");
    assert_eq!(finding("a: halt\na: halt"), "LW0905 2:1 label `a` twice (again here)");
    assert_eq!(finding(".byte 256"), "LW0903 1:7 `256` is not a byte (0 to 255)");
    assert_eq!(finding(".byte"), "LW0903 1:6 a byte is missing (0 to 255)");
    let far = format!("a:\n{}again 1, a", "halt\n".repeat(16));
    assert_eq!(finding(&far), "LW0906 18:10 `a` is 16 bytes back, 15 is the furthest (jump from here)");
}

#[test]
fn every_mistake_is_reported() {
    assert_eq!(run("holt\nmove\nhalt\nagain 1, x").expect_err("three mistakes").len(), 3);
    assert_eq!(run(&"holt\n".repeat(100_000)).expect_err("what is this?").len(), 1000);
}

#[test]
fn an_instruction_for_the_debug_port_alone_is_a_warning() {
    let mut sources = SourceMap::new();
    let file = sources.add("test.s", None, "kill");
    let mut findings = Diagnostics::new();
    assert!(assemble(&toy(), &sources, file, &mut findings).is_some());
    assert_eq!(findings.iter().map(|f| f.rule).collect::<Vec<_>>(), ["LW0907"]);
}

#[test]
fn undefined_bytes_say_why() {
    let text = listing(&toy(), &[0xee, 0x20, 1, 0x85, 0x18, 0, 0, 0x10, 1], |_, _| None);
    let expected = "    .byte 0xee                          ; 0000: ee                 undefined instruction
    .byte 0x20, 0x01, 0x85              ; 0001: 20 01 85           again with an operand it does not allow in byte 2 (bits 0x80)
    .byte 0x18                          ; 0004: 18                 undefined instruction
    halt                                ; 0005: 00
    halt                                ; 0006: 00
    .byte 0x10, 0x01                    ; 0007: 10 01              cut off: move has 3 bytes
";
    assert_eq!(text, expected);
}

#[test]
fn jumps_show_as_labels_where_there_is_an_instruction() {
    let text = listing(&toy(), &[0, 0x20, 0, 1, 0x10, 0, 0, 0x20, 0, 2, 0x21, 0, 15], |_, _| None);
    let expected = "\
L0:
    halt                                ; 0000: 00
    again 1, L0                         ; 0001: 20 00 01
    move r0, 0x0000                     ; 0004: 10 00 00
    again 1, 2                          ; 0007: 20 00 02           jumps into an instruction, to 0005
    again 1, 15, very fast              ; 000a: 21 00 0f           jumps to before the program
";
    assert_eq!(text, expected);
}

#[test]
fn hexadecimal_is_told_from_bytes() {
    let parse = |text: &str| {
        let mut sources = SourceMap::new();
        let file = sources.add("test.hex", None, text);
        let mut findings = Diagnostics::new();
        let bytes = parse_hex(&sources, file, &mut findings);
        bytes.ok_or_else(|| findings.iter().map(|f| sources.line_column(f.primary.span)).collect::<Vec<_>>())
    };
    assert_eq!(parse("bc 00, 0x01\n0203 ; end\n# all"), Ok(vec![0xbc, 0, 1, 2, 3]));
    assert_eq!(parse("0x4"), Ok(vec![4]));
    assert_eq!(parse("bc\n 0 bcd"), Err(vec![(2, 4)]));
    assert_eq!(parse("bc é,bcd"), Err(vec![(1, 4), (1, 6)]));
    assert!(looks_like_hex(b"bc 00\n0x01, 02 ; text"));
    assert!(!looks_like_hex(b"DMAEND"));
    assert!(!looks_like_hex(&[0xbc, 0, 0]));
    assert!(!looks_like_hex(b""));
}

proptest! {
    #[test]
    fn whatever_is_disassembled_assembles_to_the_same(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = listing(&toy(), &bytes, |_, _| Some("a note".into()));
        prop_assert_eq!(run(&text), Ok(bytes), "{}", text);
    }

    #[test]
    fn any_text_gives_bytes_or_findings(text in "\\PC{0,80}") {
        let _ = run(&text);
    }

    #[test]
    fn near_programs_give_bytes_or_findings(
        words in prop::collection::vec(prop::sample::select(vec![
            "move", "moves", "r1", "r", ",", " ", "0x", "-", "again", "halt", ":", "a", ";", "\n", ".byte", "7", "é", "very", "fast",
        ]), 0..16),
    ) {
        let _ = run(&words.concat());
    }

    #[test]
    fn bytes_survive_being_written_in_hexadecimal(bytes in prop::collection::vec(any::<u8>(), 1..40), style in 0..4) {
        let word = |b: &u8| match style {
            0 => format!("{b:02x} "),
            1 => format!("0x{b:02X}, "),
            2 => format!("{b:x},"),
            _ => format!("{b:02x}"),
        };
        let text: String = bytes.iter().map(word).collect();
        let mut sources = SourceMap::new();
        let file = sources.add("test.hex", None, text.as_str());
        prop_assert!(looks_like_hex(text.as_bytes()));
        prop_assert_eq!(parse_hex(&sources, file, &mut Diagnostics::new()), Some(bytes));
    }

    #[test]
    fn any_text_is_hexadecimal_or_not(text in "[0-9a-fx ,\n;é]{0,40}") {
        let mut sources = SourceMap::new();
        let file = sources.add("test.hex", None, text.as_str());
        if parse_hex(&sources, file, &mut Diagnostics::new()).is_some_and(|bytes| !bytes.is_empty()) {
            prop_assert!(looks_like_hex(text.as_bytes()));
        }
    }
}
