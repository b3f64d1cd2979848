//! What spec authors get wrong (and what only looks wrong): the smallest spec of each mistake, and its whole report.
//!
//! `INSTA_UPDATE=always cargo test -p linkwright-codegen --test wrong_specs` accepts the reports.
#![forbid(unsafe_code)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{ids, judge, report};

/// Each fixture in `wrong_specs/`, and the rules that it breaks.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "all_at_once",
        &[
            "LW0206", "LW0205", "LW0109", "LW0201", "LW0209", "LW0203", "LW0105", "LW0006", "LW0102", "LW0104",
            "LW0101", "LW0112", "LW0308", "LW0301",
        ],
    ),
    ("array_past_the_window", &["LW0104"]),
    ("array_runs_into_next_register", &["LW0103"]),
    ("cluster_and_register_overlap", &["LW0102"]),
    ("cluster_array_runs_into_next_register", &["LW0103"]),
    ("cluster_stride_below_its_size", &["LW0106"]),
    ("duplicate_enum_name", &["LW0003"]),
    ("duplicate_enum_value", &["LW0206"]),
    ("duplicate_field_name", &["LW0003"]),
    ("duplicate_register_name", &["LW0003"]),
    ("empty_register_name", &["LW0007"]),
    ("enum_names_alike_in_rust", &["LW0207"]),
    ("enum_types_alike_in_rust", &["LW0208"]),
    ("enum_value_wider_than_field", &["LW0205"]),
    ("field_beyond_register", &["LW0202"]),
    ("field_names_alike_in_rust", &["LW0204"]),
    ("fields_overlap", &["LW0201"]),
    ("interleaved_arrays_touch", &["LW0103"]),
    ("misspelt_attribute", &["LW0006"]),
    ("register_across_the_end_of_the_window", &["LW0104"]),
    ("register_names_alike_in_rust", &["LW0101"]),
    ("register_outside_window", &["LW0104"]),
    ("register_paths_alike_in_rust", &["LW0101"]),
    ("registers_partly_overlap", &["LW0102"]),
    ("reset_sets_reserved_bits", &["LW0110"]),
    ("reset_wider_than_register", &["LW0109"]),
    ("shared_enum_value_wider_than_field", &["LW0205"]),
    ("stride_below_register_size", &["LW0106"]),
    ("two_registers_at_one_offset", &["LW0102"]),
    ("unaligned_offset", &["LW0105"]),
    ("unaligned_stride", &["LW0105"]),
    ("zero_width_field", &["LW0203"]),
];

/// Mistakes that nobody else takes part in.
const ALONE: [&str; 4] = ["LW0006", "LW0007", "LW0308", "LW0112"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn fixtures(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let specs = files.filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    specs.map(|path| path.file_stem().unwrap().to_str().unwrap().to_string()).collect()
}

#[test]
fn every_mistake_is_reported_with_both_parties() {
    let folder = folder("wrong_specs");
    let listed: BTreeSet<String> = MISTAKES.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(fixtures(&folder), listed);
    for (name, rules) in MISTAKES {
        let text = fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
        let (workspace, findings) = judge([text.as_str()]);
        let text = report(&workspace, &findings);
        assert_eq!(ids(&findings), *rules, "{name}:\n{text}");
        for finding in findings.iter() {
            let alone = ALONE.contains(&finding.rule);
            assert!(alone || !finding.secondary.is_empty(), "{name}: {finding:?} has no second label");
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(*name, text));
    }
    let snapshots =
        fs::read_dir(&folder).unwrap().filter_map(|e| e.unwrap().path().file_name()?.to_str().map(String::from));
    let known = |file: &String| listed.contains(file.split('.').next().unwrap_or_default());
    let stray: Vec<String> = snapshots.filter(|file| !known(file)).collect();
    assert!(stray.is_empty(), "no fixture has these: {stray:?}");
}

#[test]
fn what_only_looks_wrong_is_accepted() {
    let folder = folder("not_mistakes");
    let names = fixtures(&folder);
    assert!(!names.is_empty());
    for name in names {
        let text = fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
        let (workspace, findings) = judge([text.as_str()]);
        assert!(findings.is_empty(), "{name}:\n{}", report(&workspace, &findings));
    }
}
