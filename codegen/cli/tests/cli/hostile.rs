//! Whatever is given and wherever it goes: no panic, nothing half-written, and a message that says what to do.

use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::fixtures;

const BOARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/devicetree/board.dts");
const CHIP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/svd/features.svd");

fn linkwright(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linkwright"));
    command.current_dir(folder);
    command
}

/// What a command said, which must not be that it panicked.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!text.contains("panicked") && output.status.code().is_some_and(|code| code <= 2), "{output:?}");
    text
}

/// All files below a folder with their contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push((entry.clone(), fs::read(&entry).expect("readable")));
        }
    }
    found.sort();
    found
}

fn compiled(folder: &Path) -> Vec<u8> {
    let out = folder.join("board.dtb");
    let dtc = Command::new("dtc").args(["-q", "-I", "dts", "-O", "dtb", "-o"]).arg(&out).arg(BOARD).status();
    assert!(dtc.expect("`dtc` is needed here; Debian: apt-get install device-tree-compiler").success());
    fs::read(out).expect("the board")
}

#[test]
fn what_is_no_input_is_refused_with_its_name_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let tree = compiled(at);
    // Bytes of all kinds without a pattern, always the same.
    let junk: Vec<u8> = (0_u32..20_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(at.join("empty"), "").expect("written");
    fs::write(at.join("junk"), &junk).expect("written");
    fs::write(at.join("cut"), &tree[..tree.len() / 2]).expect("written");
    fs::write(at.join("lines"), "a: [\n\u{1b}[31m{ ]\n".repeat(50)).expect("written");
    fs::create_dir(at.join("folder")).expect("made");
    let before = files(at);
    let commands: &[&[&str]] = &[
        &["lint", "X"],
        &["lint", "--fix", "X"],
        &["lint", "--format", "json", "X"],
        &["lint", "--format", "sarif", "X"],
        &["lint", "--format", "github", "X"],
        &["generate", "X", "--out", "out"],
        &["graph", "X", "--output", "out.svg"],
        &["order", "X"],
        &["explain", "a", "b", "--spec", "X"],
        &["diff", "X", "X"],
        &["import", "dtb", "X", "--out", "out"],
        &["import", "dts", "X", "--out", "out"],
        &["import", "svd", "X", "--out", "out"],
        &["simulate", "X", "--scenario", "X"],
        &["asm", "X", "--output", "out"],
        &["lint", "X", "--config", "X"],
        &["lint", "X", "--baseline", "X"],
    ];
    for command in commands {
        for input in ["empty", "junk", "cut", "lines", "folder", "nowhere", "/dev/zero", "/dev/null"] {
            // A program of no instructions is one, and so is no findings.
            if command[0] == "asm" && ["empty", "/dev/null"].contains(&input) {
                continue;
            }
            let words = command.iter().map(|word| if *word == "X" { input } else { word });
            let output = linkwright(at).args(words).output().expect("runs");
            let (told, shown) = (said(&output), String::from_utf8_lossy(&output.stdout));
            assert_ne!(output.status.code(), Some(0), "{command:?} {input}: {output:?}");
            assert!(told.contains(input) || shown.contains(input), "{command:?} {input}: {told}{shown}");
            assert!(!told.contains("\u{1b}[31m{"), "control characters of a file are none on a terminal: {told}");
        }
    }
    assert_eq!(files(at), before);
}

#[test]
fn who_stops_listening_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("empty.yaml"), "").expect("written");
    let right = fixtures().join("right.yaml");
    let full = || File::options().write(true).open("/dev/full").expect("Linux has it");
    // Standard error is full: the exit code says what was found all the same.
    for (words, code) in [(&["lint", "empty.yaml"][..], 1), (&["import", "dtb", "empty.yaml"], 2), (&["schema"], 0)] {
        let mut command = linkwright(folder.path());
        command.args(words).stdout(File::create("/dev/null").expect("there")).stderr(full());
        assert_eq!(command.status().expect("runs").code(), Some(code), "{words:?}");
    }
    // A result that was not written is an error.
    for words in [&["schema"][..], &["lint", "empty.yaml", "--format", "json"]] {
        let output = linkwright(folder.path()).args(words).stdout(full()).output().expect("runs");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(said(&output).contains("cannot write to standard output"), "{output:?}");
    }
    // `| head -1`
    let program = env!("CARGO_BIN_EXE_linkwright");
    for words in ["schema", "explain", "explain LW0413", "--help", "lint empty.yaml --format sarif"] {
        let line = format!("{program} {words} | head -c 1; exit ${{PIPESTATUS[0]}}");
        let output = Command::new("bash").args(["-c", &line]).current_dir(&folder).output().expect("runs");
        assert_eq!(said(&output), "", "{words}");
        assert_eq!(output.status.code(), Some(i32::from(words.starts_with("lint"))), "{words}");
    }
    let quiet = linkwright(folder.path()).arg("lint").arg(right).stderr(full()).status().expect("runs");
    assert!(quiet.success());
}

#[test]
fn paths_need_not_be_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let name = |end: &str| at.join(std::ffi::OsString::from_vec([b"n\xff", end.as_bytes()].concat()));
    fs::write(name(".dtb"), compiled(at)).expect("written");
    fs::copy(fixtures().join("right.yaml"), name(".yaml")).expect("copied");
    fs::create_dir(name("")).expect("made");
    let run = |words: &[&str], path: &Path, more: &[&str]| {
        let output = linkwright(at).args(words).arg(path).args(more).output().expect("runs");
        said(&output);
        assert!(output.status.success(), "{words:?}: {output:?}");
    };
    run(&["lint"], &name(".yaml"), &["--spec-path", "."]);
    run(&["lint", "--spec-path"], &name(""), &[&fixtures().join("right.yaml").display().to_string()]);
    run(&["generate", "--out", "out"], &name(".yaml"), &[]);
    run(&["import", "dtb", "--out", "specs"], &name(".dtb"), &[]);
    run(&["import", "dtb"], &name(".dtb"), &["--name", "board", "--out", "named"]);
    run(&["graph", "named/soc/board.yaml", "--output"], &name(".svg"), &[]);
}

#[test]
fn places_that_take_no_output_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    compiled(at);
    fs::write(at.join("file"), "mine\n").expect("written");
    fs::create_dir(at.join("folder")).expect("made");
    let right = fixtures().join("right.yaml").display().to_string();
    let toy = fixtures().join("simulate/toy.yaml").display().to_string();
    let specs = fixtures().join("simulate/specs").display().to_string();
    let before = files(at);
    let cases: &[(&[&str], &str)] = &[
        (&["generate", &right, "--out", "file"], "cannot write into file: "),
        (&["generate", &right, "--out", "file", "--check"], "cannot write into file: "),
        (&["import", "dtb", "board.dtb", "--out", "file"], "cannot write into file: "),
        (&["import", "svd", CHIP, "--out", "file"], "cannot write into file: "),
        (&["import", "dtb", "board.dtb", "--out", "/proc/nowhere"], "cannot make /proc/nowhere"),
        (&["generate", &right, "--out", "/proc/nowhere"], "cannot make /proc/nowhere"),
        (&["man", "--out", "file"], "cannot write manual pages to file: "),
        (&["graph", &toy, "--spec-path", &specs, "--output", "folder"], "cannot write folder: "),
        (&["graph", &toy, "--spec-path", &specs, "--output", "nowhere/a.svg"], "cannot write nowhere/a.svg: "),
        (&["graph", &toy, "--spec-path", &specs, "--output", "/proc/a.svg"], "cannot write /proc/a.svg: "),
        (&["lint", &right, "--baseline", "folder", "--write-baseline"], "cannot write folder: "),
        (&["lint", &right, "--spec-path", "nowhere"], "there is no such directory"),
        (&["lint", &right, "--spec-path", "file"], "there is no such directory"),
    ];
    for (words, expected) in cases {
        let output = linkwright(at).args(*words).output().expect("runs");
        let told = said(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.contains(expected), "{words:?}: {told}");
    }
    assert_eq!(files(at), before);
}
