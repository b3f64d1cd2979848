//! The tutorial for a driver, typed in: every file and every command of docs/tutorials/driver.md, in a fresh folder.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tutorial takes the checkout to be.
const CHECKOUT: &str = "../linkwright";

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// Files by their names, and commands: what stands in fences, after a line that names it or in a shell's.
fn typed(page: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut files, mut commands) = (BTreeMap::new(), Vec::new());
    let (mut name, mut lines) = (None, page.lines());
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match (name.take(), language) {
                (Some(name), _) => assert!(files.insert(name, body.join("\n") + "\n").is_none(), "given twice"),
                (None, "sh") => commands.extend(body.iter().map(|line| (*line).to_string())),
                (None, other) => panic!("a fence of {other} that no line names"),
            }
        } else if !line.is_empty() {
            name = line.strip_prefix('`').and_then(|line| line.strip_suffix("`:")).map(str::to_string);
        }
    }
    (files, commands)
}

/// Runs a command of the tutorial. The dependencies are those that the tests of build scripts build, too.
fn run(command: &str, folder: &Path) -> (bool, String) {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("cargo"), "{command}");
    let output = Command::new(env!("CARGO"))
        .args(words)
        .arg("--offline")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_script"))
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .expect("cargo runs");
    let both = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&both).into_owned())
}

#[test]
fn what_is_typed_in_passes_its_test() {
    let page = fs::read_to_string(checkout().join("docs/tutorials/driver.md")).expect("the tutorial");
    let (files, commands) = typed(&page);
    assert_eq!(commands, ["cargo test"]);
    let driver = files["src/lib.rs"].lines().filter(|line| !line.trim().is_empty()).count();
    assert!(driver < 40, "{driver} lines of driver");
    assert!(page.contains(&format!("{driver} lines of driver")), "the page says how many: {driver}");

    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in &files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, text.replace(CHECKOUT, checkout().to_str().expect("a path of text"))).expect("a file");
    }
    // The versions that are there, so that no network is needed.
    fs::copy(checkout().join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("the lock file");

    let (passed, told) = run("cargo test", folder.path());
    assert!(passed && told.contains("every_sample_is_played ... ok"), "{told}");
    assert!(!told.contains("warning"), "{told}");

    // The test sees a driver that does not play, and the compiler one that forgets a resource.
    let right = &files["src/lib.rs"];
    let change = |from: &str, to: &str| {
        assert!(right.contains(from), "{from}");
        fs::write(folder.path().join("src/lib.rs"), right.replace(from, to)).expect("a file");
        run("cargo test", folder.path())
    };
    let (passed, told) = change("Linear::new(bytes)", "Linear::new(bytes / 2)");
    assert!(!passed && told.contains("every sample, once, in order"), "{told}");
    let (passed, told) = change("    clock: dac::clocks::Sample<I>,\n", "");
    assert!(!passed && told.contains("ip/wave-dac.yaml lists under `consumes`"), "{told}");
}
