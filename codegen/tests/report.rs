//! How findings look, to people and to programs.
#![forbid(unsafe_code)]

use insta::assert_snapshot;
use linkwright_codegen::report::{Diagnostic, Diagnostics, Style, Summary, github, human, json, sarif};
use linkwright_codegen::source::{FileId, SourceMap, Span};
use proptest::prelude::*;

fn span(sources: &SourceMap, file: FileId, text: &str) -> Span {
    let start = sources.file(file).text.find(text).expect("in the fixture") as u32;
    Span { file, start, end: start + text.len() as u32 }
}

fn plain(sources: &SourceMap, findings: &Diagnostics) -> String {
    human(findings, sources, Style::default())
}

fn one(sources: &SourceMap, finding: Diagnostic) -> String {
    let mut findings = Diagnostics::new();
    findings.push(finding);
    plain(sources, &findings)
}

/// Two findings in two files, the second of them found first, and one of them twice.
fn fixture() -> (SourceMap, Diagnostics) {
    let mut sources = SourceMap::new();
    let timer = sources.add("ip/timer.yaml", None, "registers:\n  LOAD: { offset: 0 }\n  VALUE: { offset: 2 }\n");
    let board = sources.add("soc/a b, c.yaml", None, "linkwright: 1\nsoc: board\n");
    let mut findings = Diagnostics::new();
    findings.push(Diagnostic::warning("LW0419", "100% odd", span(&sources, board, "board"), ""));
    let overlap = Diagnostic::error("LW0102", "`LOAD` and `VALUE` overlap", span(&sources, timer, "VALUE"), "to 0x5")
        .and(span(&sources, timer, "LOAD"), "to 0x3")
        .and(span(&sources, board, "board"), "used here")
        .note("a write to one would change the other")
        .help("correct an offset");
    findings.push(overlap.clone());
    findings.push(overlap);
    (sources, findings)
}

#[test]
fn people_see_code_of_all_parties() {
    let (sources, findings) = fixture();
    assert_snapshot!("people", plain(&sources, &findings));
}

#[test]
fn colours_only_add_escape_sequences() {
    let (sources, findings) = fixture();
    let coloured = human(&findings, &sources, Style { color: true, ..Style::default() });
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        bare.push_str(before);
        rest = after.split_once('m').expect("a whole sequence").1;
    }
    bare.push_str(rest);
    assert!(bare.len() < coloured.len());
    assert_eq!(bare, plain(&sources, &findings));
}

#[test]
fn order_of_finding_does_not_matter() {
    let (sources, findings) = fixture();
    let mut reversed = Diagnostics::new();
    reversed.extend(findings.iter().rev().cloned());
    assert_eq!(plain(&sources, &findings), plain(&sources, &reversed));
}

#[test]
fn nothing_found_is_nothing_said() {
    assert_eq!(plain(&SourceMap::new(), &Diagnostics::new()), "");
    assert_eq!(Summary::default().to_string(), "no findings");
}

#[test]
fn summaries_count() {
    let summary = |errors, warnings, files| Summary { errors, warnings, files }.to_string();
    assert_eq!(summary(2, 1, 3), "2 errors, 1 warning in 3 files");
    assert_eq!(summary(1, 0, 1), "1 error in 1 file");
    assert_eq!(summary(0, 2, 1), "2 warnings in 1 file");
}

#[test]
fn an_empty_file_and_the_end_of_a_file_have_frames() {
    let mut sources = SourceMap::new();
    let empty = sources.add("empty.yaml", None, "");
    let file = sources.add("short.yaml", None, "a: 1\n");
    let mut findings = Diagnostics::new();
    findings.push(Diagnostic::error("LW0001", "empty", Span { file: empty, start: 0, end: 0 }, "expected a spec"));
    findings.push(Diagnostic::error("LW0001", "cut off", Span { file, start: 5, end: 5 }, "expected more"));
    findings.push(Diagnostic::error("LW0001", "far off", Span { file, start: 70, end: 90 }, "beyond the end"));
    assert_snapshot!("edges", plain(&sources, &findings));
}

#[test]
fn long_lines_are_shown_in_part_under_their_own_column() {
    let mut sources = SourceMap::new();
    let text = format!("{}é needle {}\nnext: line\n", "äb ".repeat(100_000), "c ".repeat(100_000));
    let file = sources.add("long.yaml", None, text);
    let finding = Diagnostic::error("LW0001", "long", span(&sources, file, "needle"), "here")
        .and(span(&sources, file, "next"), "there");
    let text = one(&sources, finding);
    assert!(text.contains("--> long.yaml:1:300003\n"), "{text}");
    assert!(text.contains("needle") && text.contains("^^^^^^ here") && text.contains("---- there"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 250), "{text}");
}

#[test]
fn tabs_wide_letters_and_control_characters_keep_the_columns() {
    let mut sources = SourceMap::new();
    let file = sources.add("odd.yaml", None, "a:\n\tb:\tone\n\u{202e}日本語: two\0\u{1b}[31m x: three\r\nb: 1\r\n");
    let mut findings = Diagnostics::new();
    findings.push(Diagnostic::error("LW0001", "tab", span(&sources, file, "one"), "here"));
    findings.push(
        Diagnostic::error("LW0001", "wide", span(&sources, file, "two"), "here")
            .and(span(&sources, file, "three"), "there"),
    );
    let text = plain(&sources, &findings);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\0'), "{text:?}");
    assert_snapshot!("control_characters", text);
}

#[test]
fn labels_that_are_far_apart_have_frames_of_their_own() {
    let mut sources = SourceMap::new();
    let text = format!("first: 1\n{}last: 2\n", "k: 1\n".repeat(1000));
    let file = sources.add("far.yaml", None, text);
    let finding = Diagnostic::error("LW0001", "far", span(&sources, file, "last"), "here")
        .and(span(&sources, file, "first"), "there");
    assert_snapshot!("far_apart", one(&sources, finding));
}

#[test]
fn a_label_over_many_lines_shows_its_first() {
    let mut sources = SourceMap::new();
    let file = sources.add("many.yaml", None, "a:\n".repeat(1000));
    let text = one(&sources, Diagnostic::error("LW0001", "many", Span { file, start: 3, end: 2000 }, "from here"));
    assert_snapshot!("many_lines", text);
}

#[test]
fn a_million_findings_are_cut_off() {
    let mut sources = SourceMap::new();
    let file = sources.add("many.yaml", None, "a: 1\n".repeat(100_000));
    let mut findings = Diagnostics::new();
    for i in 0..100_000 {
        findings.push(Diagnostic::error("LW0001", "again", Span { file, start: 5 * i, end: 5 * i + 1 }, "here"));
    }
    let text = plain(&sources, &findings);
    assert!(text.lines().count() < 10_000);
    assert!(text.ends_with("… and 99000 more findings like these\n\n100000 errors in 1 file; `linkwright explain LW0001` tells more about a rule\n"));
}

#[test]
fn json_has_it_all() {
    let (sources, findings) = fixture();
    let text = json(&findings, &sources);
    assert!(text.ends_with('\n'));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["errors"], &value["warnings"]), (&1.into(), &1.into()));
    assert_snapshot!("json", serde_json::to_string_pretty(&value["findings"][0]).unwrap());
}

#[test]
fn github_commands_are_escaped() {
    let (sources, findings) = fixture();
    assert_snapshot!("github", github(&findings, &sources));
}

#[test]
fn sarif_has_results_and_rules() {
    let (sources, findings) = fixture();
    let value: serde_json::Value = serde_json::from_str(&sarif(&findings, &sources)).unwrap();
    let run = &value["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), linkwright_codegen::check::Rule::all().len());
    for result in run["results"].as_array().unwrap() {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
    }
    assert_snapshot!("sarif", serde_json::to_string_pretty(&run["results"]).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Whatever the text and wherever the labels, a report has each title once and the place of each primary label.
    #[test]
    fn any_text_and_any_labels_render(
        texts in prop::collection::vec("(?s).{0,60}|[a\\t\\r\\n é日\\u{0}]{0,600}", 1..4),
        labels in prop::collection::vec((0_usize..4, 0_u32..700, 0_u32..700), 1..6),
        width in 0_usize..200,
        color: bool,
    ) {
        let mut sources = SourceMap::new();
        let files: Vec<FileId> =
            texts.iter().enumerate().map(|(i, text)| sources.add(format!("f{i}"), None, text.as_str())).collect();
        let at = |&(file, start, end): &(usize, u32, u32)| Span { file: files[file % files.len()], start, end };
        let mut finding = Diagnostic::error("LW0001", "the title", at(&labels[0]), "primary");
        for label in &labels[1..] {
            finding = finding.and(at(label), "secondary");
        }
        let mut findings = Diagnostics::new();
        findings.push(finding);
        let text = human(&findings, &sources, Style { color, width });
        prop_assert_eq!(text.matches("the title").count(), 1);
        if !color {
            prop_assert!(text.contains(&format!("--> {}", sources.place(at(&labels[0])))), "{}", text);
        }
        for machine in [json(&findings, &sources), sarif(&findings, &sources)] {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&machine).is_ok());
        }
        prop_assert_eq!(github(&findings, &sources).lines().count(), 1);
    }
}
