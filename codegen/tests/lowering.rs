//! The resolved model: names, defaults, encodings, order.

use linkwright_codegen::front::read;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{Access, BytePattern, FieldType, Ip, Node, OperandKind, Register, ThreadKind};

fn ip(text: &str) -> Ip {
    let text = format!("linkwright: 1\nip: x\n{text}");
    let mut reading = read(&[Input::Text("ip/x.yaml".to_string(), text)], &Options::default());
    let errors: Vec<_> = reading.diagnostics.iter().map(|d| (d.rule, d.title.clone())).collect();
    reading.model.take().unwrap_or_else(|| panic!("there are errors: {errors:?}")).ips.remove(0)
}

fn register<'a>(nodes: &'a [Node], name: &str) -> &'a Register {
    let found = nodes.iter().find_map(|node| match node {
        Node::Register(register) if register.name == name => Some(register),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

#[test]
fn defaults_are_filled_in_and_registers_sorted() {
    let ip = ip("\
window: { size: 0x20, width: 16 }
registers:
  B: { offset: 0x4, access: ro, fields: { high: { bits: 15:8 }, low: { bits: 0, access: ro } } }
  A: { offset: 0x0, width: 32, fields: { all: { bits: 31:0 } } }
");
    let names: Vec<_> = ip.registers.iter().map(|node| matches!(node, Node::Register(r) if r.name == "A")).collect();
    assert_eq!(names, [true, false]);
    let (a, b) = (register(&ip.registers, "A"), register(&ip.registers, "B"));
    assert_eq!((a.width, a.access, b.width, b.access), (32, Access::ReadWrite, 16, Access::ReadOnly));
    assert_eq!(a.fields[0].kind, FieldType::Number);
    assert_eq!((b.fields[0].name.as_str(), &b.fields[0].kind), ("low", &FieldType::Flag));
    assert_eq!((b.fields[1].shift, b.fields[1].width, b.fields[1].access), (8, 8, Access::ReadOnly));
}

#[test]
fn every_enum_has_a_name_of_its_own() {
    let ip = ip("\
window: { size: 0x100 }
enums:
  Shared: { values: { A: 0, B: 1 } }
  StatusMode: { values: { C: 0, D: 1 } }
registers:
  STATUS:
    offset: 0
    fields:
      mode: { bits: 0, enum: { Off: 0, On: 1 } }
      other: { bits: 1, enum: Shared }
      third: { bits: 2, enum: StatusMode }
  TX: { offset: 0x10, registers: { CTRL: { offset: 0, fields: { en: { bits: 0, enum: { No: 0, Yes: 1 } } } } } }
  RX: { offset: 0x20, registers: { CTRL: { offset: 0, fields: { en: { bits: 0, enum: { No: 0, Yes: 1 } } } } } }
");
    let names: Vec<_> = ip.enums.iter().map(|e| (e.name.as_str(), e.width)).collect();
    assert_eq!(
        names,
        [("Shared", 1), ("StatusMode", 1), ("StatusMode2", 1), ("CtrlEn", 1), ("RxCtrlEn", 1)],
        "shared ones keep their names, inline ones get others"
    );
    assert_eq!(register(&ip.registers, "STATUS").fields[0].kind, FieldType::Enum("StatusMode2".to_string()));
}

const SET: &str = "\
instructions:
  max_length: 2
  set:
    ADD:
      asm: \"ADD {side}, {amount}\"
      bytes: [\"1010s0aa\", \"aaa00001\"]
      operands:
        side: { letter: s, enum: { X: 0, Y: 1 } }
        amount: { letter: a }
    SUB:
      asm: \"SUB {side}, {amount}\"
      threads: [debug, manager]
      bytes: [\"1011s0ee\", \"amount[7:0]\"]
      operands:
        side: { letter: s, enum: { X: 0, Y: 1 } }
        amount: { bits: 8, bias: 1 }
        when: { letter: e, enum: { Always: { value: 0, asm: \"\" }, Never: 3 } }
";

#[test]
fn bytes_become_masks_and_parts() {
    let set = ip(&SET.replace("SUB {side}", "SUB{when} {side}")).instructions.expect("it has instructions");
    let add = &set.instructions[0];
    assert_eq!((add.operands[0].width, add.operands[1].width), (1, 5));
    assert_eq!(
        add.bytes,
        [
            BytePattern { mask: 0b1111_0100, value: 0b1010_0000, parts: vec![(0, 0, 3, 1), (1, 3, 0, 2)] },
            BytePattern { mask: 0b0001_1111, value: 0b0000_0001, parts: vec![(1, 0, 5, 3)] },
        ]
    );
    let sub = &set.instructions[1];
    assert_eq!(
        sub.bytes,
        [
            BytePattern { mask: 0b1111_0100, value: 0b1011_0000, parts: vec![(0, 0, 3, 1), (2, 0, 0, 2)] },
            BytePattern { mask: 0, value: 0, parts: vec![(1, 0, 0, 8)] },
        ]
    );
    assert_eq!(sub.operands[1].kind, OperandKind::Number { bias: 1, backward: false });
    assert_eq!(add.threads, [ThreadKind::Channel]);
    assert_eq!(sub.threads, [ThreadKind::Debug, ThreadKind::Manager]);
}

#[test]
fn operands_with_equal_sets_share_an_enum() {
    let name = |ip: &Ip, instruction: usize, operand: usize| {
        let set = ip.instructions.as_ref().expect("it has instructions");
        match &set.instructions[instruction].operands[operand].kind {
            OperandKind::Enum { enum_name, values } => (enum_name.clone(), values[0].asm.clone()),
            other => panic!("no enum: {other:?}"),
        }
    };
    let text = SET.replace("SUB {side}", "SUB{when} {side}");
    let same = ip(&text);
    assert_eq!((name(&same, 0, 0).0.as_str(), name(&same, 1, 0).0.as_str()), ("Side", "Side"));
    assert_eq!(name(&same, 1, 2), ("When".to_string(), String::new()));
    let other = ip(&text.replacen("{ X: 0, Y: 1 }", "{ X: 0, Z: 1 }", 1));
    assert_eq!((name(&other, 0, 0).0.as_str(), name(&other, 1, 0).0.as_str()), ("AddSide", "SubSide"));
    let shared = format!("enums: {{ Side: {{ values: {{ X: 0, Y: 1 }} }} }}\n{text}").replacen(
        "enum: { X: 0, Y: 1 }",
        "enum: Side",
        1,
    );
    let shared = ip(&shared);
    assert_eq!((name(&shared, 0, 0).0.as_str(), name(&shared, 1, 0).0.as_str()), ("Side", "SubSide"));
    assert!(shared.enums.is_empty(), "no field holds it");
}
