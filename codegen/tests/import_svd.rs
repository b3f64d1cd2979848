//! SVD files become specs that are right, whatever is in them.
#![cfg(feature = "import-svd")]

mod compiler;

use std::fmt::Write as _;

use compiler::{compile_driver, put};
use linkwright_codegen::emit::{Choices, all};
use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::import::svd::{Imported, Options, import};
use linkwright_codegen::import::write::{WriteError, write};
use linkwright_codegen::load::{self, Input};
use linkwright_codegen::report::{Style, human};
use proptest::prelude::*;

const FEATURES: &str = include_str!("svd/features.svd");

fn imported(text: &str) -> Imported {
    import("features.svd", text, &Options::default())
}

fn checked(imported: &Imported) -> Reading {
    let inputs = imported.files.iter().map(|(name, text)| Input::Text(name.clone(), text.clone()));
    read(&inputs.collect::<Vec<_>>(), &load::Options::default())
}

fn findings(reading: &Reading) -> String {
    human(&reading.diagnostics, &reading.workspace.sources, Style { color: false, width: 120 })
}

#[test]
fn every_feature_has_its_place_in_a_spec() {
    let imported = imported(FEATURES);
    let mut out = String::new();
    for (name, text) in &imported.files {
        let _ = writeln!(out, "==> {name}\n{text}");
    }
    let told = human(&imported.diagnostics, &imported.sources, Style { color: false, width: 120 });
    let _ = writeln!(out, "==> findings\n{told}\n{:?}", imported.counts);
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_imported_is_right_and_compiles() {
    let reading = checked(&imported(FEATURES));
    assert!(!reading.diagnostics.has_errors(), "{}", findings(&reading));
    let model = reading.model.expect("there are no errors");
    let files = all(&model, &Choices::default()).expect("the built-in templates are right");
    let out = tempfile::tempdir().expect("a directory for tests");
    put(out.path(), &files);
    let subsystems = out.path().join("subsystems");
    for ip in ["acme1-tim", "acme1-dma", "acme1-dma-copy", "acme1-porta"] {
        compile_driver(&out.path().join(ip), "generated", &subsystems).unwrap_or_else(|error| panic!("{ip}: {error}"));
    }
}

#[test]
fn chosen_peripherals_come_alone() {
    let options = Options { peripherals: vec!["TIM2".to_string()] };
    let files = import("features.svd", FEATURES, &options).files;
    assert_eq!(files.keys().collect::<Vec<_>>(), ["ip/acme1-tim.yaml", "soc/acme1.yaml"]);
    let options = Options { peripherals: vec!["TIM9".to_string()] };
    let imported = import("features.svd", FEATURES, &options);
    assert!(imported.files.is_empty());
    assert!(imported.diagnostics.iter().any(|d| d.help.iter().any(|help| help.contains("TIM1, TIM2"))));
}

/// Place and label of the first error.
fn refused(text: &str) -> String {
    let imported = imported(text);
    assert!(imported.files.is_empty());
    let first = imported.diagnostics.iter().next().expect("a finding");
    format!("{} {}: {}", imported.sources.place(first.primary.span), first.title, first.primary.text)
}

#[test]
fn what_cannot_be_read_has_a_place() {
    assert!(refused("").starts_with("features.svd:1:1 the file is no XML"));
    assert!(refused("<a/>").contains("the outermost element is `a`"));
    assert!(refused(&FEATURES.replace("</device>", "</devise>")).contains("the file is no XML"));
    let line = FEATURES.lines().position(|line| line.contains("<name>OVF</name>")).expect("there") + 1;
    let bad =
        FEATURES.replacen("<name>OVF</name><bitOffset>0</bitOffset>", "<name>OVF</name><bitOffset>x</bitOffset>", 1);
    assert!(
        refused(&bad).starts_with(&format!("features.svd:{line}:13 field `OVF` cannot be read")),
        "{}",
        refused(&bad)
    );
    let deep = "<cluster>".repeat(100_000) + &"</cluster>".repeat(100_000);
    assert!(refused(&deep).contains("elements nest too deeply"));
    for (from, to) in
        [("<dimIndex>1-2</dimIndex>", "<dimIndex>1-4000000000</dimIndex>"), ("<dim>4</dim>", "<dim>0xffffffff</dim>")]
    {
        assert!(refused(&FEATURES.replace(from, to)).contains("an array is too large"));
    }
    assert!(refused(&FEATURES.replace("<addressUnitBits>8<", "<addressUnitBits>16<")).contains("do not count bytes"));
}

#[test]
fn files_of_people_are_not_overwritten() {
    let out = tempfile::tempdir().expect("a directory for tests");
    let files = imported(FEATURES).files;
    assert_eq!(write(out.path(), &files).expect("written").changed, files.len());
    assert_eq!(write(out.path(), &files).expect("written").unchanged, files.len());
    let soc = out.path().join("soc/acme1.yaml");
    std::fs::write(&soc, "linkwright: 1\n").expect("writable");
    assert!(matches!(write(out.path(), &files), Err(WriteError::Foreign(path)) if path == soc));
}

/// Places where a random change is likely to matter.
fn spots() -> Vec<usize> {
    FEATURES.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(i, _)| i).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a file says: no panic, and specs without errors or none.
    #[test]
    fn changed_files_are_refused_or_right(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[0-9A-Za-z%_#x\\-]{0,3}", 0_usize..4), 1..6)
    ) {
        let spots = spots();
        let mut text = FEATURES.to_string();
        for (spot, new, gone) in changes {
            let at = spots[spot.index(spots.len())];
            let end = (at + gone).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, &new);
            }
        }
        let imported = imported(&text);
        let reading = checked(&imported);
        prop_assert!(!reading.diagnostics.has_errors(), "{}", findings(&reading));
    }
}
