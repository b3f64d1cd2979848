use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the firmware is built: beside the directory of the running program, in the same target directory.
fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap_or_else(|e| panic!("{e}"));
    let profile = exe.ancestors().find(|dir| dir.ends_with("debug") || dir.ends_with("release"));
    let root = profile.and_then(Path::parent).unwrap_or_else(|| panic!("{} is in no target directory", exe.display()));
    root.join("bench-firmware")
}

/// Run a tool and give what it printed.
///
/// # Errors
/// What it said, or that it is not there.
pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{program}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Build the package with these arguments, small and without unwinding; gives the directory of what was built.
pub(super) fn firmware(name: &str, arguments: &[&str], flags: &str) -> Result<PathBuf, String> {
    let target = target().join(name);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware/Cargo.toml");
    let mut command = cargo();
    command.args(["build", "--offline", "--release", "--manifest-path"]).arg(manifest).args(arguments);
    command.arg("--target-dir").arg(&target).env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", flags);
    for (setting, value) in [("OPT_LEVEL", "s"), ("PANIC", "abort"), ("DEBUG", "0"), ("CODEGEN_UNITS", "1")] {
        command.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    run(&mut command)?;
    Ok(target.join("release"))
}

/// What rustc prints when asked for it.
pub(super) fn rustc(print: &str) -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    run(Command::new(rustc).args(["--print", print])).map(|out| out.trim().to_string())
}

/// The libraries in a directory whose names begin so.
pub(super) fn libraries(directory: &Path, name: &str) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let is = |path: &PathBuf| {
        let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
        file.starts_with(name) && file.ends_with(".rlib")
    };
    Ok(entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is).collect())
}
