//! Whatever the checks accept generates code that compiles without a warning: random specs, and random changes of the
//! real ones.

mod compiler;

use std::path::PathBuf;

use compiler::{compile_driver, put, root};
use linkwright_codegen::check::{Rule, Setting};
use linkwright_codegen::emit::rust::{self, Options};
use linkwright_codegen::emit::{Choices, Files, all};
use linkwright_codegen::front::read;
use linkwright_codegen::load::{self, Input};
use linkwright_codegen::report::Level;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Files of the specs, if they are accepted.
fn accepted(texts: &[(&str, &str)]) -> Option<Files> {
    let inputs: Vec<Input> = texts.iter().map(|(name, text)| Input::Text(name.to_string(), text.to_string())).collect();
    let model = read(&inputs, &options()).model?;
    Some(all(&model, &Choices::default()).expect("the built-in templates are right"))
}

/// Whatever a project may allow is allowed.
fn options() -> load::Options {
    let mut options = load::Options::default();
    for rule in Rule::all().iter().filter(|rule| !rule.fixed) {
        options.levels.set(rule, Setting::Allow).expect("it can be lowered");
    }
    options
}

/// `true` if the spec is accepted; its crate must compile then.
fn judge(name: &str, text: &str) -> Result<bool, TestCaseError> {
    judge_all(&[(name, text)])
}

fn judge_all(texts: &[(&str, &str)]) -> Result<bool, TestCaseError> {
    let Some(files) = accepted(texts) else { return Ok(false) };
    let (name, text) = texts[texts.len() - 1];
    let out = tempfile::tempdir().expect("a directory for tests");
    put(out.path(), &files);
    let crates: Vec<PathBuf> =
        std::fs::read_dir(out.path()).expect("readable").map(|e| e.expect("entry").path()).collect();
    let subsystems = out.path().join("subsystems");
    for directory in crates.iter().filter(|directory| **directory != subsystems) {
        if directory.join("src/lib.rs").exists() {
            compile_driver(directory, "generated", &subsystems)
                .map_err(|error| TestCaseError::fail(format!("{error}\n--- {name}\n{text}")))?;
        }
    }
    Ok(true)
}

fn runner(cases: u32) -> TestRunner {
    // The same cases in every run: what is found once stays found.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng)
}

/// Names that have been trouble somewhere.
fn name() -> impl Strategy<Value = String> {
    let odd = [
        "type",
        "self",
        "Self",
        "1BIT",
        "Reg",
        "Register",
        "Value",
        "Option",
        "Some",
        "None",
        "Ok",
        "Err",
        "Field",
        "Bounded",
        "Io",
        "Bus",
        "Word",
        "SIZE",
        "RESET",
        "COMPATIBLE",
        "async",
        "gen",
        "f",
        "b1",
        "opcode",
        "bytes",
        "a-b",
        "fn",
        "loop",
        "i0",
        "READ",
        "Debug",
        "Clone",
        "u32",
        "thread",
    ];
    prop_oneof![2 => "[A-Za-z][A-Za-z0-9_]{0,5}", 1 => proptest::sample::select(odd.to_vec()).prop_map(str::to_string)]
}

/// Docs that have been trouble somewhere.
fn doc() -> impl Strategy<Value = String> {
    let odd = [
        "Plain.",
        "Bits [7:0] and <reg>.",
        "*/ {{ x }} {% y %} \\\"quoted\\\"",
        "`code",
        "- a\\nb\\n- c",
        "    let x = 1;",
        "```\\nfn f()\\n```",
        "https://example.org/a.",
        "[x]: y",
        "a | b",
        "# Heading",
        "1. one\\n   two",
        "\\\\ end \\\\",
        "!",
        "/// more",
        "Ends in space ",
        "~~~",
        "[a](b) [c][d] ![e](f)",
        "&amp; &lt;x&gt;",
        "€ Δ 漢",
    ];
    proptest::sample::select(odd.to_vec()).prop_map(str::to_string)
}

fn field() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        Just(String::new()),
        Just(String::new()),
        Just(", enum: { A: 0, 1BIT: 1 }".to_string()),
        Just(", enum: { A: 0, Self: 1, Value: { value: 2, doc: \"x [y]\" }, None: 3 }".to_string()),
        Just(", access: ro".to_string()),
    ];
    (name(), 1u8..=5, 0u8..4, values, doc())
        .prop_map(|(name, width, gap, values, doc)| format!("{name}|{width}|{gap}|{values}|{doc}"))
}

fn register() -> impl Strategy<Value = (String, Vec<String>, &'static str, u8, u8)> {
    let access = proptest::sample::select(vec!["ro", "rw", "wo", "w1c"]);
    let width = proptest::sample::select(vec![8u8, 16, 32, 64]);
    (name(), proptest::collection::vec(field(), 0..4), access, width, 0u8..4)
}

fn ip() -> impl Strategy<Value = String> {
    let registers = proptest::collection::vec(register(), 1..6);
    let instructions = proptest::collection::vec((name(), 0u8..5, doc()), 0..5);
    (name(), doc(), registers, instructions).prop_map(|(ip, about, registers, instructions)| {
        let mut text = format!("linkwright: 1\nip: {ip}\ndoc: \"{about}\"\nwindow: {{ size: 0x1000, width: 32 }}\nregisters:\n");
        for (i, (name, fields, access, width, array)) in registers.iter().enumerate() {
            let offset = i * 0x100;
            let (indent, head) = match array {
                2 => ("    ", format!("  C{i}_{name}:\n    offset: {offset:#x}\n    array: {{ count: 2, stride: 0x40, index: n }}\n    registers:\n      {name}:\n        offset: 8\n        array: {{ count: 3, stride: 8 }}\n")),
                1 => ("", format!("  {name}:\n    offset: {offset:#x}\n    array: {{ count: 4, stride: 8 }}\n")),
                _ => ("", format!("  {name}:\n    offset: {offset:#x}\n")),
            };
            text.push_str(&head);
            text.push_str(&format!("{indent}    width: {width}\n{indent}    access: {access}\n"));
            let mut bit = 0;
            let mut lines = String::new();
            for field in fields {
                let parts: Vec<&str> = field.split('|').collect();
                let (count, gap): (u8, u8) = (parts[1].parse().unwrap_or(1), parts[2].parse().unwrap_or(0));
                let low = bit + gap;
                let high = low + count - 1;
                bit = high + 1;
                if high >= *width {
                    break;
                }
                let values = if parts[3].contains("Self") && count < 2 { "" } else { parts[3] };
                lines.push_str(&format!("{indent}      {}: {{ bits: {high}:{low}{values}, doc: \"{}\" }}\n", parts[0], parts[4..].join("|")));
            }
            if !lines.is_empty() {
                text.push_str(&format!("{indent}    fields:\n{lines}"));
            }
        }
        if !instructions.is_empty() {
            text.push_str("instructions:\n  max_length: 8\n  set:\n");
        }
        for (i, (name, kind, doc)) in instructions.iter().enumerate() {
            let code = format!("{i:03b}");
            let (bytes, operands, asm) = match kind {
                0 => (format!("[\"{code}00000\"]"), String::new(), ""),
                1 => (format!("[\"{code}xxx0y\"]"), "x: { letter: x }, y: { letter: y, flag: \", y\" }".to_string(), " {x}{y}"),
                2 => (format!("[\"{code}yy000\", \"yyyyyxx0\"]"), "y: { letter: y, bias: 1 }, x: { letter: x, enum: { A: 0, B: { value: 2, asm: Z } } }".to_string(), " {y}, {x}"),
                3 => (format!("[\"{code}00000\", \"w[7:0]\", \"w[15:8]\", \"b1[7:0]\"]"), "w: { bits: 16 }, b1: { bits: 8, relative: backward }".to_string(), " {w}, {b1}"),
                _ => (format!("[\"{code}00000\", \"type[7:0]\", \"type[15:8]\", \"type[23:16]\", \"type[31:24]\"]"), "type: { bits: 32 }".to_string(), " {type}"),
            };
            let operands = if operands.is_empty() { String::new() } else { format!("      operands: {{ {operands} }}\n") };
            text.push_str(&format!("    {name}:\n      asm: \"{name}{asm}\"\n      doc: \"{doc}\"\n      bytes: {bytes}\n{operands}"));
        }
        text
    })
}

#[test]
fn random_ips_compile_when_accepted() {
    let (cases, mut yes) = (160, 0);
    let count = std::cell::Cell::new(0);
    runner(cases)
        .run(&ip(), |text| {
            count.set(count.get() + u32::from(judge("ip/x.yaml", &text)?));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    yes += count.get();
    println!("{yes} of {cases} random specs accepted");
    assert!(yes >= cases / 8, "the generator must make specs that are accepted: {yes} of {cases}");
}

#[test]
fn the_pl330_compiles_when_a_change_is_accepted() {
    let text = std::fs::read_to_string(root().join("specs/ip/pl330.yaml")).expect("the spec is there");
    let lines: Vec<&str> = text.lines().collect();
    let change = (0..lines.len(), 0u8..4, any::<u32>());
    let count = std::cell::Cell::new(0);
    runner(250)
        .run(&change, |(at, kind, salt)| {
            let mut changed: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
            match kind {
                0 => drop(changed.remove(at)),
                1 => {
                    let digits: Vec<usize> =
                        lines[at].char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
                    let Some(&place) = digits.get(salt as usize % digits.len().max(1)) else { return Ok(()) };
                    changed[at].replace_range(place..=place, &(salt / 7 % 10).to_string());
                }
                2 => {
                    let words: Vec<&str> = lines[salt as usize % lines.len()].split_whitespace().collect();
                    let own: Vec<&str> = lines[at].split_whitespace().collect();
                    let (Some(own), Some(other)) = (own.last(), words.last()) else { return Ok(()) };
                    changed[at] = lines[at].replace(own, other);
                }
                _ => changed.insert(at, lines[salt as usize % lines.len()].to_string()),
            }
            count.set(count.get() + u32::from(judge("ip/pl330.yaml", &changed.join("\n"))?));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    println!("{} of 250 changes accepted", count.get());
    assert!(count.get() >= 10, "some changes must be harmless: {}", count.get());
}

#[test]
fn the_same_specs_give_the_same_bytes() {
    let inputs = |names: [&str; 2]| names.map(|name| Input::File(root().join("specs/soc").join(name))).to_vec();
    let make = |inputs: &[Input]| {
        let model = read(inputs, &load::Options::default()).model.expect("the specs are right");
        all(&model, &Choices::default()).expect("the built-in templates are right")
    };
    let first = make(&inputs(["zynq7000.yaml", "exynos4210.yaml"]));
    assert_eq!(first, make(&inputs(["exynos4210.yaml", "zynq7000.yaml"])));
    let model = read(&inputs(["zynq7000.yaml", "exynos4210.yaml"]), &load::Options::default()).model.expect("right");
    for ip in &model.ips {
        for (name, file) in rust::ip(ip, &model.subsystems, &Options::default()) {
            assert_eq!(first[&name], file);
        }
    }
}

/// Errors that are not for good: with the levels above their examples generate, and compile.
#[test]
fn what_a_project_may_allow_compiles() {
    let lowered: Vec<&&Rule> = Rule::all().iter().filter(|rule| !rule.fixed && rule.level == Level::Error).collect();
    assert!(lowered.len() >= 6);
    for rule in lowered {
        let example =
            rule.page.split("\n## Example\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("one");
        let texts: Vec<&str> = example.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let names: Vec<String> = texts.iter().map(|text| file(text)).collect();
        let texts: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts).collect();
        match judge_all(&texts) {
            Ok(accepted) => assert!(accepted, "{} cannot be lowered", rule.id),
            Err(error) => panic!("{}: {error}", rule.id),
        }
    }
}

/// `ip/timer.yaml`, from the text's own kind and name.
fn file(text: &str) -> String {
    let name = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    match (name("ip:"), name("soc:"), name("subsystem:")) {
        (Some(name), ..) => format!("ip/{name}.yaml"),
        (_, Some(name), _) => format!("soc/{name}.yaml"),
        (.., name) => format!("subsystems/{}.yaml", name.unwrap_or("x")),
    }
}
