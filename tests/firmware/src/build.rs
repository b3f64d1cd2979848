//! Builds firmware with Debian's compiler, whose library's source is at hand.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's, not those of rustup: its package `rust-web-src` is the source of the library of this very compiler.
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const TARGET: &str = "thumbv7a-none-eabi";

/// Where the firmware's sources are.
pub(crate) fn boards() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("boards")
}

/// Run a command and give what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{program}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{program}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Debian's cargo in the directory, without what rustup's cargo told this program.
pub(crate) fn cargo(directory: &Path) -> Command {
    let mut cargo = Command::new(CARGO);
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("RUST") || (told.starts_with("CARGO") && told != "CARGO_HOME") {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(directory).env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TERM_COLOR", "never");
    cargo
}

/// Where everything is built: beside the directory of this program.
pub(crate) fn target() -> Result<PathBuf, String> {
    let exe = std::env::current_exe().map_err(|e| e.to_string())?;
    let profile = exe.ancestors().find(|dir| dir.ends_with("debug") || dir.ends_with("release"));
    let root = profile.and_then(Path::parent).ok_or_else(|| format!("{} is in no target directory", exe.display()))?;
    Ok(root.join("firmware"))
}

/// Build a package of the boards; gives its image.
pub(crate) fn image(package: &str) -> Result<PathBuf, String> {
    if !Path::new(CARGO).exists() {
        return Err(format!("{CARGO} is missing: install the packages rustc-web, cargo-web, rust-web-src and lld"));
    }
    let target = target()?;
    let mut cargo = cargo(&boards());
    cargo.args(["build", "--quiet", "--locked", "--release", "-p", package, "--target-dir"]).arg(&target);
    output(&mut cargo)?;
    Ok(target.join(TARGET).join("release").join(package))
}
