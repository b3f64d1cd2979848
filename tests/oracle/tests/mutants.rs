//! The interleaving tests notice when the core forgets to wait or to mark: each mutant of the model's source is built,
//! and the interleaving tests must fail on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Mutant {
    file: &'static str,
    original: &'static str,
    mutated: &'static str,
    what: &'static str,
    /// The test that must fail.
    caught_by: &'static str,
}

const MUTANTS: [Mutant; 3] = [
    Mutant {
        file: "rpm/suspend.rs",
        original: "        r.status = RpmStatus::Suspending;\n        Step::Call",
        mutated: "        Step::Call",
        what: "a suspend is not marked before the lock is dropped",
        caught_by: "suspend_against_resume",
    },
    Mutant {
        file: "rpm/resume.rs",
        original: "RpmStatus::Suspending | RpmStatus::Resuming => return Step::Wait,",
        mutated: "RpmStatus::Suspending | RpmStatus::Resuming => {}",
        what: "a resume does not wait for a transition of another context",
        caught_by: "get_and_put_from_two_contexts",
    },
    Mutant {
        file: "rpm/status.rs",
        original: "(!r.status.in_transition() && !r.idle_notification).then_some(())",
        mutated: "(!r.idle_notification).then_some(())",
        what: "disabling does not wait for a transition of another context",
        caught_by: "put_against_unbind",
    },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            if !["data", "sim", "facts"].iter().any(|name| entry.file_name() == *name) {
                copy(&from, &to);
            }
        } else {
            fs::copy(&from, &to).expect("a copy");
        }
    }
}

/// The workspace's manifest, with the two crates that are needed.
fn manifest() -> String {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let start = text.find("members = [").expect("members");
    let end = start + text[start..].find(']').expect("end of members");
    let lines = text[end + 1..].lines().filter(|line| {
        // No path dependencies on crates that are not copied.
        !line.contains("path = ") || line.contains("path = \"runtime\"")
    });
    format!("{}members = [\"runtime\", \"tests/oracle\"]{}\n", &text[..start], lines.collect::<Vec<_>>().join("\n"))
}

fn cargo(dir: &Path, args: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO"))
        .args(["test", "--offline", "--package", "oracle", "--no-default-features", "--test", "interleavings"])
        .args(args)
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/mutants"))
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("cargo runs")
}

#[test]
fn each_mutant_is_caught() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    copy(&root().join("runtime"), &dir.join("runtime"));
    copy(&root().join("tests/oracle"), &dir.join("tests/oracle"));
    fs::copy(root().join("Cargo.lock"), dir.join("Cargo.lock")).expect("a copy");
    fs::write(dir.join("Cargo.toml"), manifest()).expect("a file");
    // What only the tests left behind need.
    let oracle = dir.join("tests/oracle/Cargo.toml");
    let text = fs::read_to_string(&oracle).expect("a manifest");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("linkwright-")).collect();
    fs::write(&oracle, lines.join("\n").replace("\"dep:linkwright-codegen\"", "")).expect("a file");
    let runtime = dir.join("runtime/Cargo.toml");
    let text = fs::read_to_string(&runtime).expect("a manifest");
    let derive = |line: &&str| line.starts_with("linkwright-macros") || line.starts_with("derive =");
    let lines: Vec<&str> = text.lines().filter(|line| !derive(line)).collect();
    fs::write(&runtime, lines.join("\n")).expect("a file");
    for mutant in &MUTANTS {
        let file = dir.join("runtime/src/device").join(mutant.file);
        let source = fs::read_to_string(&file).expect("the model's source");
        assert_eq!(source.matches(mutant.original).count(), 1, "{}: the source has changed", mutant.what);
        fs::write(&file, source.replace(mutant.original, mutant.mutated)).expect("a file");
        let built = cargo(dir, &["--no-run"]);
        assert!(built.status.success(), "{}: {}", mutant.what, String::from_utf8_lossy(&built.stderr));
        let run = cargo(dir, &["--", mutant.caught_by]);
        assert!(!run.status.success(), "{}: not caught by {}", mutant.what, mutant.caught_by);
        let output = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(output.contains("test result: FAILED"), "{}: {output}", mutant.what);
        println!("caught: {}", mutant.what);
        fs::write(&file, source).expect("a file");
    }
}
