use std::fs;

use snapbox::str;
use tempfile::TempDir;

use crate::linkwright;

#[test]
fn a_right_spec_says_what_was_read() {
    linkwright().args(["lint", "right.yaml"]).assert().success().stdout_eq("").stderr_eq(str![[r#"
Nothing wrong: 1 ip, 30 subsystems

"#]]);
}

#[test]
fn quiet_says_nothing_when_nothing_is_wrong() {
    linkwright().args(["lint", "right.yaml", "--quiet"]).assert().success().stdout_eq("").stderr_eq("");
}

#[test]
fn all_findings_come_at_once_and_make_the_exit_code_1() {
    linkwright().args(["lint", "wrong.yaml"]).assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error[LW0201]: fields `enable` and `mode` overlap
  --> wrong.yaml:11:21
   |
10 |       enable: { bits: 0, doc: On. }
   |                       - `enable` is here
11 |       mode: { bits: 1:0, doc: Overlaps the field before. }
   |                     ^^^ bit 0 is in both
   |
   = note: writing one would change the other
   = help: correct the bits; only a read-only and a write-only field may share some

error[LW0102]: `CONTROL` and `STATUS` overlap
  --> wrong.yaml:12:3
   |
 6 |   CONTROL:
   |   ------- this register is at 0x0 to 0x3
...
12 |   STATUS:
   |   ^^^^^^ this register is at 0x2 to 0x5
   |
   = note: a write to one would change the other
   = help: correct an offset or a width; only a read-only and a write-only register may share a place, and those of different `view`s

error[LW0006]: unknown key `acess` in `STATUS`
  --> wrong.yaml:15:5
   |
15 |     acess: ro
   |     ^^^^^ no such key
   |
   = help: did you mean `access`?

3 errors in 1 file; `linkwright explain LW0201` tells more about a rule
`--fix` corrects 1 of them

"#]]);
}

#[test]
fn a_file_that_is_not_there_makes_the_exit_code_2() {
    linkwright().args(["lint", "absent.yaml"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error[LW0013]: the file cannot be read: No such file or directory (os error 2)
--> absent.yaml

1 error in 1 file; `linkwright explain LW0013` tells more about a rule

"#]]);
}

#[test]
fn machine_formats_go_to_standard_output_alone() {
    let run = |format: &str| {
        let outcome = linkwright().args(["lint", "wrong.yaml", "--format", format]).assert().code(1).stderr_eq("");
        String::from_utf8_lossy(&outcome.get_output().stdout).into_owned()
    };
    assert!(run("json").starts_with("{\n  \"version\": 1,\n  \"findings\": ["));
    assert!(run("sarif").contains("\"version\": \"2.1.0\""));
    assert!(run("github").starts_with("::error file=wrong.yaml,line="));
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let escape = |args: &[&str]| {
        let outcome = linkwright().args(["lint", "wrong.yaml"]).args(args).assert().code(1);
        outcome.get_output().stderr.contains(&0x1b)
    };
    assert!(!escape(&[]));
    assert!(!escape(&["--color", "never"]));
    assert!(escape(&["--color", "always"]));
    let outcome = linkwright().args(["lint", "wrong.yaml"]).env("NO_COLOR", "1").assert().code(1);
    assert!(!outcome.get_output().stderr.contains(&0x1b));
}

#[test]
fn a_rule_is_explained_by_id_and_by_name() {
    let page = |rule: &str| {
        let outcome = linkwright().args(["explain", rule]).assert().success().stderr_eq("");
        String::from_utf8_lossy(&outcome.get_output().stdout).into_owned()
    };
    assert_eq!(page("LW0102"), page("Overlapping-Registers"));
    assert!(page("lw0102").starts_with("# LW0102 overlapping-registers\n"));
}

#[test]
fn an_unknown_rule_suggests_others() {
    linkwright().args(["explain", "LW012"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no rule `LW012`
  help: did you mean `LW0012`?

"#]]);
    linkwright().args(["explain", "encodings"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no rule `encodings`
  help: did you mean `overlapping-encodings`?

"#]]);
}

#[test]
fn rules_are_listed_one_a_line() {
    let outcome = linkwright().arg("explain").assert().success().stderr_eq("");
    let text = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
    assert!(text.lines().count() > 40, "{text}");
    assert!(text.lines().all(|line| line.starts_with("LW") && line.ends_with('.')), "{text}");
}

#[test]
fn the_schema_is_json() {
    let outcome = linkwright().arg("schema").assert().success().stderr_eq("");
    let text = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
    assert!(text.starts_with("{\n") && text.ends_with("}\n") && text.contains("\"$schema\""));
}

#[test]
fn warnings_are_findings_only_when_strict() {
    let folder = TempDir::new().expect("a folder");
    let spec = "linkwright: 1\nip: odd\nwindow: { size: 4 }\nregisters:\n  A: { offset: 0, reset: 2, fields: { a: { bits: 0 } } }\n";
    fs::write(folder.path().join("odd.yaml"), spec).expect("a file");
    let lint = |args: &[&str]| linkwright().current_dir(folder.path()).args(["lint", "odd.yaml"]).args(args).assert();
    lint(&[]).success().stdout_eq("").stderr_eq(str![[r#"
warning[LW0110]: the reset value of `A` sets reserved bits
 --> odd.yaml:5:26
  |
5 |   A: { offset: 0, reset: 2, fields: { a: { bits: 0 } } }
  |   -                      ^ bit 1 belongs to no field
  |   |
  |   the fields of this register cover 0x1
  |
  = note: either a field is missing or misplaced, or the value is wrong
  = help: add the field; call it `reserved` if all that is known is that it must be one

1 warning in 1 file; `linkwright explain LW0110` tells more about a rule

"#]]);
    lint(&["--strict"]).code(1);
}
