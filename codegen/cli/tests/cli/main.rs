//! The command line as a person or a script sees it: help, results, messages and exit codes.
//!
//! `SNAPSHOTS=overwrite cargo test -p linkwright-cli` accepts what changed.

mod diff;
mod docs;
mod generate;
mod graph;
mod help;
mod hostile;
mod import_devicetree;
mod import_svd;
mod lint;
mod microcode;
mod project;
mod shell;
mod simulate;
mod simulate_hostile;
mod simulate_svg;

use std::path::{Path, PathBuf};

use snapbox::cmd::Command;

/// The command, in the folder of the fixtures, with nothing of the caller's taste.
fn linkwright() -> Command {
    Command::new(env!("CARGO_BIN_EXE_linkwright"))
        .current_dir(fixtures())
        .env("COLUMNS", "100")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}
