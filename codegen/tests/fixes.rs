//! What `lint --fix` corrects: the examples on the pages of rules.
#![forbid(unsafe_code)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::file_name;
use linkwright_codegen::check::Rule;
use linkwright_codegen::fix::{Change, fix, save};
use linkwright_codegen::front::Reading;
use linkwright_codegen::load::{Input, Options};
use tempfile::TempDir;

/// Rules whose example has one right answer.
const FIXABLE: &[&str] = &[
    "LW0006", "LW0008", "LW0015", "LW0017", "LW0018", "LW0112", "LW0203", "LW0209", "LW0401", "LW0403", "LW0408",
    "LW0409", "LW0411", "LW0412", "LW0505", "LW0601",
];

fn folder(texts: &[&str]) -> (TempDir, Vec<Input>) {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &&str| {
        let path = folder.path().join(file_name(text));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        Input::File(path)
    };
    let inputs = texts.iter().map(write).collect();
    (folder, inputs)
}

fn run(inputs: &[Input]) -> (Reading, Vec<Change>) {
    fix(inputs, &Options::default(), &())
}

fn examples(page: &str) -> Vec<&str> {
    let Some((_, example)) = page.split_once("\n## Example\n") else { return Vec::new() };
    let example = example.split("\n## ").next().unwrap_or_default();
    example.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn a_corrected_example_no_longer_has_the_finding() {
    let mut fixable = BTreeSet::new();
    for rule in Rule::all().iter().filter(|rule| !["LW08", "LW09"].iter().any(|kind| rule.id.starts_with(kind))) {
        let texts = examples(rule.page);
        if texts.is_empty() {
            continue;
        }
        let (_folder, inputs) = folder(&texts);
        let (reading, changes) = run(&inputs);
        if changes.is_empty() {
            continue;
        }
        fixable.insert(rule.id);
        let left: Vec<&str> = reading
            .diagnostics
            .iter()
            .filter(|f| f.rule == rule.id && f.fix.is_some())
            .map(|f| f.title.as_str())
            .collect();
        assert!(left.is_empty(), "{}: {left:?} after {changes:#?}", rule.id);
        save(&changes).unwrap();
        let (_, again) = run(&inputs);
        assert_eq!(again, [], "{} is not corrected once and for all", rule.id);
    }
    assert_eq!(fixable, FIXABLE.iter().copied().collect());
}

/// Rules with other examples on their pages: a mistake, and what it becomes.
const MORE: &[(&str, &str, &str)] = &[
    (
        "LW0003",
        "ip: t\nwindow: { size: 4 }\nwindow: { size: 4 }\n",
        "ip: t\nwindow: { size: 4 }\nwindow: { size: 4 }\n",
    ),
    ("LW0003", "ip: t\ndoc: x # once\ndoc: x # once\n", "ip: t\ndoc: x # once\n"),
    ("LW0003", "ip: t\ndoc: x\ndoc: y\n", "ip: t\ndoc: x\ndoc: y\n"),
    ("LW0004", "ip: t\nwindow: { size: \"0x10\" }\n", "ip: t\nwindow: { size: 0x10 }\n"),
    ("LW0004", "ip: t\nwindow: { size: 1fh }\n", "ip: t\nwindow: { size: 0x1f }\n"),
    ("LW0004", "ip: t\ndoc: 7\n", "ip: t\ndoc: \"7\"\n"),
    ("LW0004", "ip: t\nruntime_pm: { irq_safe: yes }\n", "ip: t\nruntime_pm: { irq_safe: true }\n"),
    ("LW0008", "ip: t\nwindow: { size: 0o20 }\n", "ip: t\nwindow: { size: 0x10 }\n"),
    (
        "LW0009",
        "ip: t\nwindow: { size: 4 }\nregisters: { A: { offset: 0, access: RO } }\n",
        "ip: t\nwindow: { size: 4 }\nregisters: { A: { offset: 0, access: ro } }\n",
    ),
    ("LW0012", "soc: b\ndevices: { g: { ip: arm_gic } }\n", "soc: b\ndevices: { g: { ip: arm-gic } }\n"),
];

#[test]
fn more_mistakes_and_what_becomes_of_them() {
    for (rule, before, after) in MORE {
        let [before, after] = [before, after].map(|text| format!("linkwright: 1\n{text}"));
        let (_folder, inputs) = folder(&[&before]);
        let first = linkwright_codegen::front::read(&inputs, &Options::default());
        assert!(first.diagnostics.iter().any(|finding| finding.rule == *rule), "{before}");
        let (reading, changes) = run(&inputs);
        let found = changes.first().map_or(before.as_str(), |change| change.after.as_str());
        assert_eq!(found, after);
        if before != after {
            assert!(!reading.diagnostics.iter().any(|finding| finding.rule == *rule), "{after}");
        }
    }
}

#[test]
fn comments_layout_and_line_ends_stay() {
    let text = "# A timer.\r\nlinkwright: 1\r\nip: timer   # its name\r\nwindow: { size: 0x100 }\r\nregisters:\r\n\r\n  A: {  offset: 0,   acess: ro, reset: 1Fh }  # acess\r\n";
    let (_folder, inputs) = folder(&[text]);
    let (_, changes) = run(&inputs);
    let wanted = text.replacen("acess", "access", 1).replace("1Fh", "0x1F");
    assert_eq!(changes[0].after, wanted);
    assert_eq!(changes[0].fixes, 2);
}

#[test]
fn only_files_that_were_named_change_and_only_as_they_were_read() {
    let board = "linkwright: 1\nsoc: board\ndevices: { a: { ip: timer, status: okey } }\n";
    let timer = "linkwright: 1\nip: timer\nconsume: {}\n";
    let (folder, inputs) = folder(&[board, timer]);
    let (_, changes) = run(&inputs[..1]);
    assert_eq!(
        changes.iter().map(|change| change.path.clone()).collect::<Vec<_>>(),
        [folder.path().join("soc/board.yaml")]
    );
    fs::write(&changes[0].path, "somebody else\n").unwrap();
    let error = save(&changes).unwrap_err();
    assert!(error.ends_with("has changed in the meantime"), "{error}");
    assert_eq!(fs::read_to_string(&changes[0].path).unwrap(), "somebody else\n");
}

#[test]
fn what_has_two_answers_is_left_alone() {
    let soc = "linkwright: 1\nsoc: board\ndevices:\n  gic: { ip: arm-gic }\n  a: { ip: zynq-slcr, reg: 0x1000 }\n  \
               b: { ip: generic-power-domain }\n  c: { ip: pl330, reg: 0x2000, clocks: { apb_pclk: a1/dma } }\n";
    let (_folder, inputs) = folder(&[soc]);
    assert_eq!(run(&inputs).1, []);
}
