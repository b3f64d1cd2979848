//! Whatever the bytes: a report, never a panic.

use linkwright_codegen::front::read;
use linkwright_codegen::load::{Input, Options};
use proptest::prelude::*;

/// Reads bytes as a file; there is a model exactly when there are no errors, and every finding has a place.
fn survive(bytes: &[u8]) {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let path = folder.path().join("x.yaml");
    std::fs::write(&path, bytes).expect("it can be written");
    // Without the built-in specs, which take most of the time and are right.
    let reading = read(&[Input::File(path)], &Options { built_in: false, ..Options::default() });
    assert_eq!(reading.model.is_some(), !reading.diagnostics.has_errors());
    for finding in reading.diagnostics.iter() {
        let labels = std::iter::once(&finding.primary).chain(&finding.secondary);
        for span in labels.map(|label| label.span) {
            let text = &reading.workspace.sources.file(span.file).text;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{finding:?} is nowhere");
        }
    }
}

/// The pieces that specs are made of.
fn pieces() -> Vec<String> {
    let files = ["ip-registers", "ip-instructions", "ip-topology", "soc", "subsystem"];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/everything");
    let texts = files.map(|file| std::fs::read_to_string(folder.join(format!("{file}.yaml"))).expect("a fixture"));
    let mut lines: Vec<String> = texts.iter().flat_map(|text| text.lines()).map(|line| format!("{line}\n")).collect();
    let odd = [
        "*a", "&a ", "!!int ", "? ", ": ", "- ", "---\n", "\t", "\u{feff}", "\u{85}", "\0", "\"", "'", "|\n", "0x", "é",
    ];
    lines.extend(odd.map(str::to_string));
    lines
}

#[test]
fn a_line_below_one_that_begins_with_two_bytes() {
    survive("linkwright: 1\nip: x\né: {}\n   d: 1\n      e: 2\n".as_bytes());
    survive("linkwright: 1\nip: x\né        c:\n        d: 2\n      - e: 3\n".as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        survive(&bytes);
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        survive(text.as_bytes());
    }

    #[test]
    fn any_lines_of_specs(lines in proptest::collection::vec(proptest::sample::select(pieces()), 0..40), kind in 0..4) {
        let head = ["", "linkwright: 1\nip: x\n", "linkwright: 1\nsoc: x\n", "linkwright: 1\nsubsystem: x\n"][kind as usize];
        survive(format!("{head}{}", lines.concat()).as_bytes());
    }

    #[test]
    fn a_spec_with_some_bytes_changed(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        file in 0..3_usize,
    ) {
        let text = [
            include_str!("everything/ip-registers.yaml"),
            include_str!("everything/ip-instructions.yaml"),
            include_str!("everything/soc.yaml"),
        ][file];
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survive(&bytes);
    }
}
