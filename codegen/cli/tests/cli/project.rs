//! What a project sets: levels, patterns, baselines, and what the command line says of them.

use std::fs;
use std::path::Path;

use snapbox::cmd::OutputAssert;
use snapbox::str;
use tempfile::TempDir;

use crate::linkwright;

/// One warning (LW0110), one error that can be lowered (LW0102), one that cannot (LW0006).
const ODD: &str = "linkwright: 1\nip: odd\nwindow: { size: 0x10 }\nregisters:\n  A: { offset: 0, reset: 2, fields: { a: { bits: 0 } } }\n  B: { offset: 0x8 }\n  C: { offset: 0x8, acess: ro }\n";
const WARNED: &str = "linkwright: 1\nip: odd\nwindow: { size: 0x10 }\nregisters:\n  A: { offset: 0, reset: 2, fields: { a: { bits: 0 } } }\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn lint(folder: &Path, args: &[&str]) -> OutputAssert {
    linkwright().current_dir(folder).arg("lint").args(args).assert()
}

fn rules(folder: &Path, args: &[&str]) -> Vec<String> {
    let outcome = lint(folder, &[args, &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&outcome.get_output().stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let told =
        |f: &serde_json::Value| format!("{} {}", f["rule"].as_str().unwrap_or(""), f["level"].as_str().unwrap_or(""));
    findings.iter().map(told).collect()
}

#[test]
fn levels_come_from_the_projects_file_and_the_command_line_goes_before() {
    let folder = folder(&[("odd.yaml", ODD)]);
    let at = folder.path();
    assert_eq!(rules(at, &["odd.yaml"]), ["LW0110 warning", "LW0102 error", "LW0006 error"]);
    fs::write(at.join("linkwright.toml"), "[levels]\nLW0110 = \"deny\"\noverlapping-registers = \"warn\"\n").unwrap();
    assert_eq!(rules(at, &["odd.yaml"]), ["LW0110 error", "LW0102 warning", "LW0006 error"]);
    assert_eq!(rules(at, &["odd.yaml", "--allow", "lw0110", "--deny", "LW0102"]), ["LW0102 error", "LW0006 error"]);
    let other = at.join("other.toml");
    fs::write(&other, "").unwrap();
    assert_eq!(rules(at, &["odd.yaml", "--config", "other.toml"]), ["LW0110 warning", "LW0102 error", "LW0006 error"]);
    // From a directory above, the file beside the spec counts.
    let above = tempfile::tempdir().unwrap();
    let spec = at.join("odd.yaml").display().to_string();
    assert_eq!(rules(above.path(), &[&spec]), ["LW0110 error", "LW0102 warning", "LW0006 error"]);
}

#[test]
fn errors_for_good_and_unknown_rules_are_refused() {
    let folder = folder(&[("odd.yaml", ODD)]);
    lint(folder.path(), &["odd.yaml", "--allow", "unknown-keys"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: LW0006 unknown-keys stays an error: nothing can be generated from what breaks it
  help: correct the specs, or keep the findings that are known in a baseline: --write-baseline

"#]]);
    lint(folder.path(), &["odd.yaml", "--deny", "unused-enum"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no rule `unused-enum`
  help: did you mean `unused-enums`?

"#]]);
}

#[test]
fn mistakes_in_the_projects_file_have_places() {
    let folder =
        folder(&[("odd.yaml", WARNED), ("linkwright.toml", "spec-paths = []\n\n[levels]\nLW0006 = \"warn\"\n")]);
    lint(folder.path(), &["odd.yaml"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error[LW0006]: unknown key `spec-paths` in `linkwright.toml`
 --> linkwright.toml:1:1
  |
1 | spec-paths = []
  | ^^^^^^^^^^ no such key
  |
  = help: did you mean `spec-path`?

error[LW0703]: LW0006 unknown-keys cannot be lowered
 --> linkwright.toml:4:10
  |
4 | LW0006 = "warn"
  | ------   ^^^^^^ it cannot be `warn`
  | |
  | an error for good
  |
  = note: nothing can be generated from what breaks this rule
  = help: remove the line; a baseline keeps findings that are known from failing a check

2 errors in 1 file; `linkwright explain LW0006` tells more about a rule

"#]]);
}

#[test]
fn generate_obeys_the_project_too() {
    let folder = folder(&[("odd.yaml", WARNED), ("linkwright.toml", "[levels]\nLW0110 = \"deny\"\n")]);
    let generate =
        |out: &str| linkwright().current_dir(folder.path()).args(["generate", "odd.yaml", "--out", out]).assert();
    let outcome = generate("gen").code(1);
    let said = String::from_utf8_lossy(&outcome.get_output().stderr).into_owned();
    assert!(said.starts_with("error[LW0110]") && said.contains("Nothing was generated"), "{said}");
    fs::write(folder.path().join("linkwright.toml"), "[levels]\nLW0110 = \"allow\"\n").unwrap();
    let said = String::from_utf8_lossy(&generate("gen").success().get_output().stderr).into_owned();
    assert!(!said.contains("LW0110"), "{said}");
}

#[test]
fn directories_and_patterns_are_the_specs_below() {
    let right = WARNED.replace("reset: 2, ", "");
    let scenario = "linkwright: 1\nscenario: day\n";
    let folder = folder(&[
        ("specs/ip/odd.yaml", &right),
        ("specs/old/ip/odd.yaml", WARNED),
        ("specs/day.yaml", scenario),
        ("specs/notes.yaml", "a: b\n"),
        ("specs/.hidden/ip/x.yaml", "linkwright: 9\n"),
        ("linkwright.toml", "specs = [\"specs/**/*.yaml\"]\nexclude = [\"specs/old/**\"]\n"),
    ]);
    for specs in [&["specs"][..], &["specs/**/*.yaml"], &["specs/ip/*.yaml"], &["specs", "specs/ip/odd.yaml"], &[]] {
        lint(folder.path(), specs).success().stderr_eq("Nothing wrong: 1 ip, 30 subsystems\n");
    }
    let named = lint(folder.path(), &["specs/old/ip/odd.yaml"]).success();
    assert!(String::from_utf8_lossy(&named.get_output().stderr).contains("LW0110"), "a file that is named is read");
    lint(folder.path(), &["specs/soc/*.yaml"]).code(2).stderr_eq(str![[r#"
error: there is no spec in `specs/soc/*.yaml`
  help: a spec is a YAML file with a line `linkwright: 1`

"#]]);
    fs::remove_file(folder.path().join("linkwright.toml")).unwrap();
    lint(folder.path(), &[]).code(2).stderr_eq(str![[r#"
error: no spec is named
  help: name files, directories or patterns, or set `specs` in linkwright.toml

"#]]);
}

#[test]
fn a_baseline_hides_what_is_known_wherever_it_moves() {
    let folder = folder(&[("odd.yaml", ODD)]);
    let at = folder.path();
    let with = ["odd.yaml", "--baseline", "known.json"];
    lint(at, &with).code(2);
    lint(at, &[&with[..], &["--write-baseline"]].concat()).success().stderr_eq("3 known findings in known.json\n");
    lint(at, &with).success();
    // Lines above, and a new mistake like a known one.
    fs::write(at.join("odd.yaml"), format!("# A comment.\n\n{ODD}  D: {{ offset: 0xc, acess: ro }}\n")).unwrap();
    assert_eq!(rules(at, &with), ["LW0006 error"]);
    lint(at, &with).code(1);
    // What is gone is told.
    fs::write(at.join("odd.yaml"), WARNED).unwrap();
    lint(at, &with).success().stderr_eq(str![[r#"
1 finding left out that known.json knows
2 findings of it gone; --write-baseline forgets them
Nothing wrong: 1 ip, 30 subsystems

"#]]);
    fs::write(at.join("known.json"), "{ \"version\": 2, \"findings\": [] }").unwrap();
    lint(at, &with).code(2).stderr_eq(str![[r#"
error: cannot use the baseline known.json: it has version 2, and this program reads version 1
  help: --write-baseline makes one of what is found now

"#]]);
}

#[test]
fn corrections_are_shown_and_then_made() {
    let folder = folder(&[("odd.yaml", ODD)]);
    let at = folder.path();
    let outcome = lint(at, &["odd.yaml", "--fix", "--dry-run"]).code(1);
    let shown = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
    assert!(shown.contains("\n-  C: { offset: 0x8, acess: ro }\n+  C: { offset: 0x8, access: ro }\n"), "{shown}");
    assert_eq!(fs::read_to_string(at.join("odd.yaml")).unwrap(), ODD);
    lint(at, &["odd.yaml", "--fix"]).code(1);
    assert_eq!(fs::read_to_string(at.join("odd.yaml")).unwrap(), ODD.replace("acess", "access"));
    // Nothing else is wrong here.
    let one = "linkwright: 1\nip: one\nwindow: { size: 0x4 }\nregisters:\n  C: { offset: 0x0, acess: ro }\n";
    fs::write(at.join("odd.yaml"), one).unwrap();
    lint(at, &["odd.yaml", "--fix", "--dry-run"]).code(1).stderr_eq(str![[r#"
Would correct 1 finding in 1 file
Nothing else wrong: 1 ip, 30 subsystems

"#]]);
    lint(at, &["odd.yaml", "--fix"]).success();
    lint(at, &["odd.yaml", "--fix", "--dry-run"]).success();
    let names: Vec<_> = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["odd.yaml"], "nothing is left beside it");
}

#[test]
fn output_is_the_same_in_every_run() {
    let files: Vec<(String, String)> =
        (0..40).map(|n| (format!("specs/ip/odd{n}.yaml"), ODD.replace("ip: odd", &format!("ip: odd{n}")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let run = || lint(folder.path(), &["specs"]).code(1).get_output().stderr.clone();
    let first = run();
    assert!((0..8).all(|_| run() == first));
}

/// What SARIF 2.1.0 asks for, of the parts that are used.
#[test]
fn sarif_has_the_form_that_it_should_have() {
    let folder = folder(&[("odd.yaml", ODD)]);
    let outcome = lint(folder.path(), &["odd.yaml", "--format", "sarif"]).code(1);
    let log: serde_json::Value = serde_json::from_slice(&outcome.get_output().stdout).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in rules {
        for (part, inner) in [("shortDescription", "text"), ("help", "text"), ("help", "markdown")] {
            assert!(rule[part][inner].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
        assert!(["error", "warning"].contains(&rule["defaultConfiguration"]["level"].as_str().expect("a level")));
    }
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    let mut fixes = 0;
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(
            result["message"]["text"].is_string() && ["error", "warning"].contains(&result["level"].as_str().unwrap())
        );
        let region = |place: &serde_json::Value| {
            ["startLine", "startColumn", "endLine", "endColumn"].map(|key| place[key].as_u64().expect("a number"))
        };
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "odd.yaml");
        let [line, column, end_line, end_column] = region(&physical["region"]);
        assert!(line >= 1 && column >= 1 && (end_line, end_column) >= (line, column));
        assert_eq!(result["partialFingerprints"]["linkwright/v1"].as_str().expect("a fingerprint").len(), 16);
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let change = &fix["artifactChanges"][0];
            assert_eq!(change["artifactLocation"]["uri"], "odd.yaml");
            assert_eq!(change["replacements"][0]["insertedContent"]["text"], "access");
            region(&change["replacements"][0]["deletedRegion"]);
            fixes += 1;
        }
    }
    assert_eq!(fixes, 1);
}
