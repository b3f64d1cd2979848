//! Every file below `cases` is a misuse that must not compile, with a message that tells what to do; with its one wrong
//! line replaced it must. `UI=part-of-a-path cargo test -p ui -- --nocapture` runs some and shows their messages.

mod case;
mod compiler;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Case;
use compiler::{Error, compile, scratch};

/// Does the misuse fail for the stated reason, and for no other? Gives what the user sees.
fn judge(case: &Case) -> Result<String, String> {
    let Some(errors) = compile(&case.path, &case.name, case.codegen) else { return Err("it compiles".into()) };
    let rendered: String = errors.iter().map(|error| error.rendered.as_str()).collect();
    let wrong = |what: String| format!("{what}\n{rendered}");
    for error in &errors {
        if error.code != case.error {
            return Err(wrong(format!("{} instead of {}", error.code, case.error)));
        }
        let here = |(file, line): &(PathBuf, usize)| *file == case.path && *line == case.line;
        if !error.lines.iter().any(here) {
            return Err(wrong(format!("not at line {} but at {:?}", case.line, error.lines)));
        }
    }
    let said = |text: &str| errors.iter().any(|error: &Error| error.texts.iter().any(|said| said.contains(text)));
    if let Some(text) = case.says.iter().find(|text| !said(text)) {
        return Err(wrong(format!("nothing says `{text}`")));
    }
    let control = scratch().join(format!("{}-control.rs", case.name));
    std::fs::write(&control, &case.control).map_err(|error| error.to_string())?;
    match compile(&control, &format!("{}-control", case.name), case.codegen) {
        None => Ok(rendered),
        Some(errors) => {
            let rendered: Vec<&str> = errors.iter().map(|error| error.rendered.as_str()).collect();
            Err(format!("its control does not compile\n{}", rendered.concat()))
        }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory with cases");
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    entries
}

/// The cases of each group.
fn groups() -> impl Iterator<Item = Vec<PathBuf>> {
    entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).into_iter().map(|group| entries(&group))
}

#[test]
fn no_misuse_compiles_and_every_control_does() {
    let wanted = std::env::var("UI").unwrap_or_default();
    let files: Vec<PathBuf> = groups().flatten().filter(|file| file.to_string_lossy().contains(&wanted)).collect();
    assert!(!files.is_empty(), "no case is called `{wanted}`");
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get());
    let failed: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut failed = Vec::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                match Case::read(file).and_then(|case| judge(&case)) {
                    Ok(rendered) => println!("=== {}\n{rendered}", file.display()),
                    Err(why) => failed.push(format!("=== {}: {why}", file.display())),
                }
            }
            failed
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    assert!(failed.is_empty(), "{} of {} cases:\n{}", failed.len(), files.len(), failed.join("\n"));
}

#[test]
fn the_cases_of_a_group_are_numbered() {
    let mut count = 0;
    for group in groups() {
        for (number, file) in (1_usize..).zip(&group) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            assert!(name.starts_with(&format!("{number:02}-")), "{} should have number {number:02}", file.display());
        }
        count += group.len();
    }
    assert!(count >= 40, "only {count} misuses");
}

/// What the harness says to a case that is not as it claims to be.
fn verdict(name: &str, source: &str) -> String {
    let path = scratch().join(format!("{name}.rs"));
    std::fs::write(&path, source).expect("a file for tests");
    Case::parse(&path, source).and_then(|case| judge(&case)).expect_err("it must be refused")
}

const SOUND: &str = "//! error: E0308
//! says: expected `u8`, found `bool`
pub fn f() -> u8 {
    true //~ error
    //~ control: 1
}
";

#[test]
fn a_sound_case_is_accepted() {
    let path = scratch().join("sound.rs");
    std::fs::write(&path, SOUND).expect("a file for tests");
    let case = Case::parse(&path, SOUND).expect("a case");
    assert_eq!((case.line, case.control.lines().nth(3)), (4, Some("1")));
    judge(&case).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn an_unsound_case_is_refused() {
    for (name, from, to, expected) in [
        ("compiles", "true //~ error", "1 //~ error", "it compiles"),
        ("other-code", "E0308", "E0277", "E0308 instead of E0277"),
        ("other-line", "u8 {\n    true //~ error", "u8 { //~ error\n    true", "not at line 3"),
        ("other-text", "found `bool`", "found `char`", "nothing says"),
        ("second-error", "pub fn", "pub fn g() { let x: u8 = false; }\npub fn", "not at line 5"),
        ("bad-control", "control: 1", "control: 'c'", "its control does not compile"),
        ("warning-in-control", "//~ control: 1", "//~ control: drop(&1); 1", "its control does not compile"),
        ("no-control", "//~ control: 1", "", "without a `//~ control"),
        ("no-mark", " //~ error", "", "one line must end"),
        ("no-text", "//! says", "//", "needs a `//! says"),
        ("no-code", "//! error", "//", "needs one `//! error"),
        ("typing-error", "//~ error", "//~ eror", "mean something"),
    ] {
        assert!(SOUND.contains(from), "{name}");
        let said = verdict(name, &SOUND.replace(from, to));
        assert!(said.contains(expected), "{name}: {said}");
    }
}
