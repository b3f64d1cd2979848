//! What vendors publish becomes specs that are right and crates that compile.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use linkwright_codegen::emit::rust::Runtime;
use linkwright_codegen::emit::{Choices, Targets, all};
use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::import::svd::{Counts, Options, import};
use linkwright_codegen::load::{self, Input};

/// The specs of a chip, read and judged, and what was imported.
fn imported(name: &str) -> (Reading, Counts) {
    let text = peers::unpack(name).expect("the file is committed");
    let imported = import(name, &text, &Options::default());
    assert!(imported.diagnostics.is_empty(), "{name}: something is left out");
    let inputs: Vec<Input> = imported.files.into_iter().map(|(name, text)| Input::Text(name, text)).collect();
    (read(&inputs, &load::Options::default()), imported.counts)
}

/// How often each rule found something.
fn findings(reading: &Reading) -> BTreeMap<&str, usize> {
    let mut rules = BTreeMap::new();
    for finding in reading.diagnostics.iter() {
        *rules.entry(finding.rule).or_default() += 1;
    }
    rules
}

#[test]
fn a_nordic_chip_is_right_and_compiles() {
    let (reading, counts) = imported("nrf52840.svd");
    let Counts { peripherals, blocks, registers, fields, .. } = counts;
    assert_eq!((peripherals, blocks, registers, fields), (73, 41, 873, 2417));
    // Bits that are one after reset and belong to no field.
    assert_eq!(findings(&reading), BTreeMap::from([("LW0110", 68)]));
    let model = reading.model.expect("there are no errors");
    let mut choices = Choices { targets: Targets { rust: true, markdown: false }, ..Choices::default() };
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime").canonicalize().expect("there");
    choices.rust.runtime = Runtime::Path(runtime.display().to_string());
    let files = all(&model, &choices).expect("the built-in templates are right");
    let out = tempfile::tempdir().expect("a directory for tests");
    for (path, file) in &files {
        let path = out.path().join(path);
        std::fs::create_dir_all(path.parent().expect("in a directory")).expect("writable");
        std::fs::write(path, &file.text).expect("writable");
    }
    let members: Vec<&str> = files.keys().filter_map(|path| path.strip_suffix("/Cargo.toml")).collect();
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
    std::fs::write(out.path().join("Cargo.toml"), workspace).expect("writable");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--quiet", "--workspace", "--offline"]).current_dir(out.path());
    cargo.env("RUSTFLAGS", "-D warnings").env("CARGO_TARGET_DIR", out.path().join("target"));
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_block_alone_is_right() {
    let (reading, counts) = imported("pl330.svd");
    let Counts { peripherals, blocks, registers, fields, .. } = counts;
    assert_eq!((peripherals, blocks, registers, fields), (1, 1, 28, 74));
    assert_eq!(findings(&reading), BTreeMap::new());
    assert!(reading.model.is_some());
}

#[test]
fn a_chip_of_nxp_is_right() {
    let (reading, counts) = imported("MIMXRT1062.xml");
    let Counts { peripherals, blocks, registers, fields, .. } = counts;
    assert_eq!((peripherals, blocks, registers, fields), (114, 62, 4102, 16499));
    let expected = BTreeMap::from([("LW0110", 55), ("LW0213", 25), ("LW0414", 1)]);
    assert_eq!(findings(&reading), expected);
    assert!(reading.model.is_some());
}
