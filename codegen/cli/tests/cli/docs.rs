//! docs/cli.md says what is so: its commands run, its project's file is read, its comments answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const SPEC: &str =
    "linkwright: 1\nip: timer\nwindow: { size: 0x100 }\nregisters:\n  CONTROL: { offset: 0x10, acces: rw }\n";

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md")).expect("the page")
}

fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn project(spec: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("specs/ip")).expect("folders");
    fs::write(folder.path().join("specs/ip/timer.yaml"), spec).expect("a spec");
    folder
}

/// Exit code, and what was written.
fn shell(command: &str, folder: &Path) -> (i32, String) {
    let bin = Path::new(env!("CARGO_BIN_EXE_linkwright")).parent().expect("a directory");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output =
        Command::new("sh").args(["-c", command]).current_dir(folder).env("PATH", path).output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn every_command_of_the_page_runs() {
    let page = page();
    let folder = project(SPEC);
    let mut run = 0;
    for command in blocks(&page, "sh").into_iter().flat_map(str::lines) {
        let (code, text) = shell(command, folder.path());
        let finds = text.contains("LW0006") || text.contains("Would correct 1 finding in 1 file");
        assert!(code == 0 || code == 1 && finds, "`{command}` ends with {code}: {text}");
        run += 1;
    }
    assert!(run > 12, "{run}");
    // Corrected on the way.
    let spec = fs::read_to_string(folder.path().join("specs/ip/timer.yaml")).expect("the spec");
    assert_eq!(spec, SPEC.replace("acces:", "access:"));
}

#[test]
fn the_commands_of_the_page_are_those_there_are() {
    let page = page();
    let (_, help) = shell("linkwright --help", Path::new("."));
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    let there: BTreeSet<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for command in &there {
        assert!(page.contains(&format!("`linkwright {command}")), "docs/cli.md does not mention `{command}`");
    }
    let (_, lint) = shell("linkwright lint --help", Path::new("."));
    let options = lint
        .split_whitespace()
        .filter(|word| word.starts_with("--"))
        .map(|word| word.trim_end_matches(|c: char| !c.is_alphanumeric()));
    for option in options.filter(|option| !["--help", "--spec-path", "--format|json"].contains(option)) {
        assert!(page.contains(option), "docs/cli.md does not mention `{option}`");
    }
}

#[test]
fn the_projects_file_of_the_page_is_read() {
    let page = page();
    let folder = project(&SPEC.replace("acces", "access"));
    let [toml] = blocks(&page, "toml")[..] else { panic!("one file") };
    fs::write(folder.path().join("linkwright.toml"), toml).expect("a file");
    shell("linkwright lint --write-baseline", folder.path());
    let (code, text) = shell("linkwright lint -v", folder.path());
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("Project: linkwright.toml\n"), "{text}");
}

#[test]
fn the_comments_of_the_page_answer() {
    let page = page();
    let yaml = *blocks(&page, "yaml").iter().find(|block| block.contains("allow(")).expect("comments");
    // Without fields no bit is reserved.
    let yaml = yaml.replace("reset: 0x2 }", "reset: 0x2, fields: { a: { bits: 0 } } }");
    let yaml = yaml.replace("reset: 0xff00", "reset: 0xff00\n    fields: { a: { bits: 0 } }");
    let spec = format!("linkwright: 1\nip: timer\nwindow: {{ size: 0x100 }}\npower: {{ lost: all }}\n{yaml}");
    let folder = project(&spec);
    let (code, text) = shell("linkwright lint specs --strict -v --allow LW0114", folder.path());
    assert!(!text.contains("LW0110") && text.contains("allowed by comments"), "{code}: {text}");
}
