//! Differences: nothing between equals, and each change once with what it means.

mod common;

use linkwright_codegen::diff::{Change, Diff, DiffError, Happened, diff};
use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::load::{Input, Options};
use proptest::prelude::{ProptestConfig, any, proptest};
use serde_json::Value;

const IP: &str = "\
linkwright: 1
ip: timer
doc: A timer.
window: { size: 0x100 }
parameters:
  channels: { range: 1..8, default: 4 }
enums:
  Mode: { values: { Once: 0, Forever: 1 } }
registers:
  CTRL:
    offset: 0x00
    reset: 0x1
    fields:
      enable: { bits: 0 }
      mode: { bits: 1, enum: Mode }
      clock: { bits: 5:4, enum: { Bus: 0, Slow: 1 } }
  LOAD: { offset: 0x04, access: wo }
  VALUE: { offset: 0x08, access: ro }
  CHANNEL:
    offset: 0x20
    array: { count: 4, stride: 0x10, index: channel }
    registers:
      COUNT: { offset: 0x0 }
provides:
  clk: { ids: { TICK: 0, TOCK: 1 } }
consumes:
  clocks: { bus: {}, slow: { optional: true } }
  interrupts: { irq: {} }
quirks:
  lazy: { doc: It is slow. }
";

const SOC: &str = "\
linkwright: 1
soc: chip
devices:
  gic: { ip: arm-gic, reg: 0x1000 }
  root: { ip: osc }
  pd: { ip: domain }
  pd2: { ip: domain }
  a: { ip: timer, reg: 0x2000, clocks: { bus: root/0 }, interrupts: { irq: gic/32 }, power-domains: pd }
  b:
    ip: timer
    reg: 0x3000
    parameters: { channels: 2 }
    clocks: { bus: root/0, slow: a/TICK }
    interrupts: { irq: gic/33 }
  c: { ip: timer, reg: 0x4000, clocks: { bus: root/0 }, interrupts: { irq: gic/34 } }
";

const SUBSYSTEM: &str = "\
linkwright: 1
subsystem: tone
doc: Tones.
reference: { args: { pitch: u8 } }
link: { class: hard, runtime_pm: true }
operations:
  play: { context: sleepable, undo: stop }
  stop: { context: sleepable }
  bend: { context: atomic, power: active, args: { cents: i32 } }
";

/// Blocks that the chip is made of.
const OTHERS: [(&str, &str); 2] = [
    ("ip/osc.yaml", "linkwright: 1\nip: osc\nprovides: { clk: { args: { line: u8 } } }\n"),
    ("ip/domain.yaml", "linkwright: 1\nip: domain\nprovides: { power-domain: {} }\n"),
];

fn reading(text: &str) -> Reading {
    let (name, main) = (common::file_name(text), text.to_string());
    let mut inputs = vec![Input::Text(name, main)];
    if text.contains("\nsoc:") {
        let ip =
            IP.replace("interrupts: { irq: {} }\n", "interrupts: { irq: {} }\n  power-domains: { optional: true }\n");
        inputs.push(Input::Text("ip/timer.yaml".to_string(), ip));
        inputs.extend(OTHERS.map(|(name, text)| Input::Text(name.to_string(), text.to_string())));
    }
    read(&inputs, &Options::default())
}

fn between(old: &str, new: &str) -> Diff {
    let (old, new) = (reading(old), reading(new));
    for side in [&old, &new] {
        assert!(side.model.is_some(), "{:?}", side.diagnostics);
    }
    diff(&old, &new).expect("of one kind")
}

/// A change of a spec, and all that is to be told about it.
type Mutation = (&'static str, &'static str, &'static str);

/// Replace `.0` by `.1`; `.2` is told, `!` before it says that it breaks.
const IP_MUTATIONS: [Mutation; 24] = [
    ("VALUE: { offset: 0x08", "VALUE: { offset: 0x0c", "~ register VALUE moved from 0x8 to 0xc"),
    ("  VALUE: { offset: 0x08, access: ro }\n", "", "!- register VALUE (offset 0x8, width 32) removed"),
    ("  VALUE:", "  LEFT: { offset: 0x10 }\n  VALUE:", "+ register LEFT (offset 0x10, width 32) added"),
    ("  VALUE:", "  LEFT:", "!~ register LEFT: was called VALUE"),
    ("access: ro }", "access: rw }", "~ register VALUE: access ro -> rw"),
    ("access: wo }", "access: ro }", "!~ register LOAD: access wo -> ro"),
    ("reset: 0x1", "reset: 0x0", "~ register CTRL: reset 0x1 -> 0x0"),
    ("VALUE: { offset: 0x08", "VALUE: { width: 16, offset: 0x08", "!~ register VALUE: width 32 -> 16"),
    ("enable: { bits: 0 }", "enable: { bits: 2 }", "~ field CTRL.enable moved from 0 to 2"),
    ("enable: { bits: 0 }", "on: { bits: 0 }", "!~ field CTRL.on: was called enable"),
    ("enable: { bits: 0 }", "enable: { bits: 0, access: ro }", "!~ field CTRL.enable: access as its register -> ro"),
    (
        "enable: { bits: 0 }",
        "enable: { bits: 0 }\n      more: { bits: 7:6 }",
        "+ field CTRL.more (bits 7:6, access as its register) added",
    ),
    ("Slow: 1", "Slow: 2", "~ enum value CTRL.clock Slow: value 1 -> 2"),
    ("Slow: 1", "Slow: 1, Other: 3", "!+ enum value CTRL.clock Other (value 3) added"),
    ("Forever: 1", "Always: 1", "!~ enum value Mode Always: was called Forever"),
    ("count: 4", "count: 3", "!~ cluster CHANNEL: elements 4 -> 3"),
    ("count: 4", "count: 5", "~ cluster CHANNEL: elements 4 -> 5"),
    ("default: 4", "default: 5", "~ parameter channels: default 4 -> 5"),
    ("TOCK: 1", "TOCK: 2", "~ id clk TOCK: number 1 -> 2"),
    ("optional: true }", "optional: false }", "!~ consumed clk slow: optional yes -> no"),
    ("bus: {}", "bus: {}, more: {}", "!+ consumed clk more (optional no) added"),
    ("bus: {}", "bus: {}, more: { optional: true }", "+ consumed clk more (optional yes) added"),
    ("  lazy: {", "  early: {}\n  lazy: {", "+ quirk early added"),
    ("COUNT: { offset: 0x0 }", "COUNT: { offset: 0x4 }", "~ register CHANNEL.COUNT moved from 0x0 to 0x4"),
];

const SOC_MUTATIONS: [Mutation; 13] = [
    ("reg: 0x4000", "reg: 0x5000", "~ device c moved from 0x4000 to 0x5000"),
    (
        "  c: { ip: timer, reg: 0x4000, clocks: { bus: root/0 }, interrupts: { irq: gic/34 } }\n",
        "",
        "!- device c (ip timer, address 0x4000) removed",
    ),
    ("  c: {", "  d: {", "!~ device d: was called c"),
    ("  root:", "  osc:", "!~ device osc: was called root"),
    ("  c: { ip: timer,", "  c: { ip: timer, status: disabled,", "!~ device c: enabled yes -> no"),
    ("channels: 2", "channels: 3", "~ value b channels: value 2 -> 3"),
    ("slow: a/TICK", "slow: a/TOCK", "~ edge b clk slow: resource 0 -> 1"),
    ("slow: a/TICK", "slow: c/TICK", "!~ edge b clk slow moved from a to c"),
    (", slow: a/TICK", "", "!- edge b clk slow (supplier a, resource 0) removed"),
    ("slow: a/TICK", "slow: { to: a, clock: TICK, post_init: true }", "!~ edge b clk slow: post-init no -> yes"),
    ("power-domains: pd }", "power-domains: pd2 }", "!~ edge a power-domain moved from pd to pd2"),
    ("irq: gic/34 }", "irq: gic/35 }", "~ edge c interrupt irq: resource 34 -> 35"),
    ("reg: 0x4000,", "reg: 0x4000, quirks: [lazy],", "~ device c: quirks nothing -> lazy"),
];

const SUBSYSTEM_MUTATIONS: [Mutation; 6] = [
    ("class: hard", "class: optional", "~ subsystem tone: class hard -> optional"),
    ("runtime_pm: true", "runtime_pm: false", "!~ subsystem tone: runtime PM yes -> no"),
    ("context: atomic", "context: sleepable", "!~ operation bend: context atomic -> sleepable"),
    (
        "args: { cents: i32 }",
        "args: { cents: i64 }",
        "!~ operation bend: arguments cents: Signed(32) -> cents: Signed(64)",
    ),
    ("  bend:", "  mute: { context: atomic }\n  bend:", "+ operation mute (context atomic, power any) added"),
    ("pitch: u8", "pitch: u7", "!~ subsystem tone: arguments pitch: Bits(8) -> pitch: Bits(7)"),
];

/// Without the reason that follows.
fn told(change: &Change) -> String {
    let change = Change { place: None, was: None, ..change.clone() };
    let alone = Diff { kind: "ip", name: String::new(), changes: vec![change.clone()], order: vec![], breaking: false };
    let line = alone.text().lines().nth(1).expect("a line").trim().to_string();
    let line = line.strip_suffix(&format!(": {}", change.because)).unwrap_or(&line).to_string();
    if change.breaking { format!("!{line}") } else { line }
}

/// The first line, from 1, that is another.
fn first_difference(old: &str, new: &str) -> usize {
    old.lines().zip(new.lines()).position(|(old, new)| old != new).map_or(old.lines().count(), |line| line + 1)
}

#[test]
fn each_change_is_told_once() {
    let all = [(IP, &IP_MUTATIONS[..]), (SOC, &SOC_MUTATIONS[..]), (SUBSYSTEM, &SUBSYSTEM_MUTATIONS[..])];
    for (text, mutations) in all {
        for (from, to, expected) in mutations {
            let changed = text.replacen(from, to, 1);
            // A device is referred to by its name.
            let changed = if *from == "  root:" { changed.replace("bus: root/0", "bus: osc/0") } else { changed };
            assert!(changed != text, "{from}");
            let found = between(text, &changed);
            assert_eq!(found.changes.iter().map(told).collect::<Vec<_>>(), [*expected], "{from} -> {to}");
            assert_eq!(found.breaking, expected.starts_with('!'));
            let [place, was] = [&found.changes[0].place, &found.changes[0].was].map(|place| place.as_ref());
            let line = first_difference(text, &changed);
            match found.changes[0].happened {
                Happened::Removed(_) => assert_eq!(was.map(|place| place.line), Some(line), "{from} -> {to}"),
                _ => assert_eq!(place.map(|place| place.line), Some(line), "{from} -> {to}"),
            }
            assert!(place.is_some_and(|place| place.line <= line && place.column > 0), "{from} -> {to}: {place:?}");
            let back = between(&changed, text);
            assert_eq!(back.changes.len(), 1, "{from} <- {to}: {:?}", back.changes);
            assert!(!found.is_empty() && !back.is_empty());
            let value: Value = serde_json::from_str(&found.json()).expect("JSON");
            assert_eq!(value["changes"].as_array().map(Vec::len), Some(1));
        }
    }
}

#[test]
fn what_means_nothing_is_no_difference() {
    for text in [IP, SOC, SUBSYSTEM] {
        assert!(between(text, text).is_empty());
        assert_eq!(between(text, text).text(), "");
        let spaced = text.replace(": {", ":   {").replace('\n', " # a comment\n\n");
        assert!(between(text, &spaced).is_empty());
        let documented = text.replace("doc: A timer.", "doc: Another text.").replace("doc: Tones.", "source: A book.");
        assert!(between(text, &documented).is_empty());
    }
    for (from, to) in [
        ("0x04, access: wo", "4, access: wo"),
        ("count: 4, stride: 0x10", "stride: 16, count: 4"),
        ("bus: {}, slow: { optional: true }", "slow: { optional: true }, bus: {}"),
        ("Bus: 0, Slow: 1", "Slow: 1, Bus: 0"),
        (
            "  LOAD: { offset: 0x04, access: wo }\n  VALUE: { offset: 0x08, access: ro }\n",
            "  VALUE: { access: ro, offset: 0x08 }\n  LOAD: { offset: 0x04, access: wo }\n",
        ),
    ] {
        assert!(IP.contains(from), "{from}");
        assert!(between(IP, &IP.replace(from, to)).is_empty(), "{from} -> {to}");
    }
    // Devices that do not need each other may be in any order.
    let line = "  pd: { ip: domain }\n";
    let moved = SOC.replace(line, "") + line;
    assert!(between(SOC, &moved).is_empty());
    let long = SOC.replace("slow: a/TICK", "slow: { to: a, clock: 0 }");
    assert!(between(SOC, &long).is_empty());
}

#[test]
fn an_order_that_changes_is_told_with_its_reason() {
    let changed = SOC
        .replace("slow: a/TICK", "slow: c/TICK")
        .replace("reg: 0x2000, clocks: { bus: root/0 }", "reg: 0x2000, clocks: { bus: root/0, slow: b/TICK }");
    let found = between(SOC, &changed);
    let lines: Vec<(String, String, bool, bool)> =
        found.order.iter().map(|o| (o.device.clone(), o.other.clone(), o.waits, o.reversed)).collect();
    let line = |device: &str, other: &str, waits, reversed| (device.to_string(), other.to_string(), waits, reversed);
    assert_eq!(
        lines,
        [
            line("a", "b", true, true),
            line("b", "c", true, false),
            line("a", "c", true, false),
            line("b", "a", false, true),
            line("b", "pd", false, false),
        ]
    );
    let text = found.text();
    for part in [
        "~ a waits now for b, which waited for it",
        "+ a waits now for c (a -> b -> c)",
        "- b no longer waits for pd (b -> a -> pd)",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn instructions_of_a_committed_ip() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/ip/pl330.yaml");
    let text = std::fs::read_to_string(path).expect("the spec");
    assert!(between(&text, &text).is_empty());
    let changed = text.replacen("dns", "dnz", 1);
    let found = reading(&changed);
    if found.model.is_some() {
        let found = between(&text, &changed);
        assert!(found.changes.iter().any(|change| matches!(&change.happened, Happened::Renamed(old) if old == "dns")));
    }
}

#[test]
fn what_cannot_be_compared() {
    let broken = reading("linkwright: 1\nip: timer\nregisters: { A: { offset: 0 }, B: { offset: 0 } }\n");
    assert_eq!(diff(&broken, &reading(IP)), Err(DiffError::Errors));
    assert_eq!(diff(&reading(IP), &reading(SOC)), Err(DiffError::Kinds("ip", "soc")));
    let text = DiffError::Kinds("ip", "soc").to_string();
    assert_eq!(text, "a `ip` and a `soc` cannot be compared");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_add_up(first in any::<usize>(), second in any::<usize>()) {
        // Two changes of different places are two changes.
        let (one, two) = (IP_MUTATIONS[first % IP_MUTATIONS.len()], IP_MUTATIONS[second % IP_MUTATIONS.len()]);
        let place = |mutation: &Mutation| mutation.0.trim().split([':', ' ']).next().unwrap_or_default().to_string();
        let path = |mutation: &Mutation| mutation.2.split_whitespace().nth(2).unwrap_or_default().to_string();
        let changed = IP.replacen(one.0, one.1, 1);
        let both = changed.replacen(two.0, two.1, 1);
        let renames = |a: &Mutation, b: &Mutation| a.2.split_once(" was called ").is_some_and(|(_, old)| b.2.contains(old));
        // Neither changes what the other one put there.
        let apart = both == IP.replacen(two.0, two.1, 1).replacen(one.0, one.1, 1);
        let apart = apart && place(&one) != place(&two) && path(&one) != path(&two) && both != changed;
        let apart = apart && !renames(&one, &two) && !renames(&two, &one);
        if apart && reading(&both).model.is_some() {
            let mut found: Vec<String> = between(IP, &both).changes.iter().map(told).collect();
            let mut expected = vec![one.2.to_string(), two.2.to_string()];
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
        }
    }
}
