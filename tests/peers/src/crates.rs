//! What was generated, as crates that cargo checks.
//!
//! Dependencies are checked before, so that what counts is the generated code.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::measure::{Cost, run};

/// Cost, or why there is none.
type Checked = std::result::Result<Cost, String>;

/// Head of the manifest of a peer's output.
pub(crate) const PEER: &str = "[package]\nname = \"made\"\nedition = \"2021\"\n[features]\nrt = []\ndefmt = []\n\
                               [dependencies]\nvcell = \"0.1\"\ncritical-section = \"1\"\ncortex-m = \"0.7\"\n";

/// `cargo check` of all crates of a chip at once.
pub(crate) fn check_ours(generated: &Path, root: &Path) -> Result<Checked> {
    let warm = generated.join("warm");
    fs::create_dir_all(warm.join("src"))?;
    fs::write(warm.join("src/lib.rs"), "#![no_std]\n")?;
    let runtime = root.join("runtime").display().to_string();
    fs::write(
        warm.join("Cargo.toml"),
        format!(
            "[package]\nname = \"warm\"\nedition = \"2024\"\n[dependencies]\nlinkwright = {{ path = {runtime:?} }}\n"
        ),
    )?;
    let mut members = Vec::new();
    for entry in fs::read_dir(generated)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            members.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    fs::write(generated.join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"))?;
    let checked = checked(generated, &["-p", "warm"]).and_then(|_| checked(generated, &["--workspace"]));
    fs::remove_dir_all(&warm)?;
    fs::remove_file(generated.join("Cargo.toml"))?;
    Ok(checked.map_err(|error| error.to_string()))
}

/// Lines of a peer's `lib.rs` once it is formatted, and `cargo check` of it.
pub(crate) fn check_peer(out: &Path) -> Result<(usize, Checked)> {
    let made = out.join("lib.rs");
    let source = out.join("src/lib.rs");
    fs::create_dir_all(out.join("src"))?;
    fs::write(&source, "#![no_std]\n")?;
    fs::write(out.join("Cargo.toml"), format!("{PEER}[workspace]\n"))?;
    let warm = checked(out, &[]);
    fs::copy(&made, &source)?;
    let checked = warm.and_then(|_| checked(out, &[]));
    Command::new("rustfmt").args(["--edition", "2021"]).arg(&source).output()?;
    Ok((count(&source)?, checked.map_err(|error| error.to_string())))
}

fn checked(directory: &Path, arguments: &[&str]) -> Result<Cost> {
    let mut command = Command::new("cargo");
    command.args(["check", "--quiet"]).args(arguments).current_dir(directory);
    command.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", directory.join("target"));
    command.env("RUSTFLAGS", "--cap-lints=allow");
    run(command)
}

/// Lines of Rust in a directory, without what cargo makes.
pub(crate) fn lines(directory: &Path) -> Result<usize> {
    let mut sum = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sum += lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sum += count(&path)?;
        }
    }
    Ok(sum)
}

fn count(file: &Path) -> Result<usize> {
    Ok(fs::read(file)?.split(|byte| *byte == b'\n').count() - 1)
}
