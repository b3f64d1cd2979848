//! rustc on generated crates, without cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use linkwright_codegen::emit::Files;

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Write generated files below `out`.
pub(crate) fn put(out: &Path, files: &Files) {
    for (name, file) in files {
        let path = out.join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory for tests");
        std::fs::write(path, &file.text).expect("a file for tests");
    }
}

/// The compiled runtime, and the directory with what it depends on.
pub(crate) fn runtime() -> &'static (PathBuf, PathBuf) {
    static RUNTIME: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runtime");
        // Not `check`: only what is built carries the bodies that assembly needs.
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--message-format=json", "-p", "linkwright", "--target-dir"])
            .arg(&target)
            // As in a program: an optimised crate would call a debug library's copies of small functions.
            .envs([("CARGO_PROFILE_DEV_OPT_LEVEL", "3"), ("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false")])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let file = messages
            .filter(|message| message["target"]["name"] == "linkwright")
            .filter_map(|message| Some(PathBuf::from(message["filenames"].as_array()?.first()?.as_str()?)))
            .next_back()
            .expect("cargo tells the file of the runtime");
        let deps = target.join("debug/deps");
        (file, deps)
    })
}

/// The arguments that compile the crate at `source`; `others` are the crates it uses besides the runtime.
pub(crate) fn arguments(source: &Path, name: &str, others: &[(&str, &Path)]) -> Vec<String> {
    let (runtime, deps) = runtime();
    let mut arguments: Vec<String> =
        ["--edition", "2024", "--crate-type", "lib", "-D", "warnings", "--crate-name", name].map(String::from).to_vec();
    arguments.extend(["-L".into(), format!("dependency={}", deps.display())]);
    arguments.extend(["--extern".into(), format!("linkwright={}", runtime.display())]);
    for (other, file) in others {
        arguments.extend(["--extern".into(), format!("{other}={}", file.display())]);
        // For those that only another one uses.
        let directory = file.parent().unwrap_or(file);
        arguments.extend(["-L".into(), format!("dependency={}", directory.display())]);
    }
    arguments.push(source.display().to_string());
    arguments
}

/// The compiler.
pub(crate) fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
}

/// Check the crate in `directory` with warnings as errors; `others` are the crates it uses. Gives its metadata.
pub(crate) fn compile(directory: &Path, name: &str, others: &[(&str, &Path)]) -> Result<PathBuf, String> {
    run(directory, name, others, "metadata", "rmeta")
}

/// The crate of all subsystems, compiled from `directory`: once, for it is the same whatever a test's spec says.
#[allow(dead_code, reason = "not every test has drivers")]
pub(crate) fn subsystems(directory: &Path) -> Result<&'static Path, String> {
    static MADE: OnceLock<Result<(PathBuf, tempfile::TempDir), String>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let kept = tempfile::tempdir().expect("a directory for tests");
        let library = kept.path().join("liblinkwright_subsystems.rmeta");
        let first = compile(directory, "linkwright_subsystems", &[])?;
        std::fs::copy(first, &library).map_err(|error| error.to_string())?;
        Ok((library, kept))
    });
    made.as_ref().map(|(library, _)| library.as_path()).map_err(String::clone)
}

/// As [`compile`], with what drivers are made of; `handles` is the directory of the crate of all subsystems, which is not
/// there when nothing uses it.
#[allow(dead_code, reason = "not every test has drivers")]
pub(crate) fn compile_driver(directory: &Path, name: &str, handles: &Path) -> Result<PathBuf, String> {
    let mut command = rustc();
    let library = if handles.exists() { Some(subsystems(handles)?) } else { None };
    let others: Vec<(&str, &Path)> = library.map(|library| ("linkwright_subsystems", library)).into_iter().collect();
    command.args(arguments(&directory.join("src/lib.rs"), name, &others));
    command.args(["--cfg", "feature=\"driver\"", "--emit=metadata", "-o"]);
    let out = directory.join(format!("lib{name}.rmeta"));
    let output = command.arg(&out).output().expect("rustc runs");
    if output.status.success() { Ok(out) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// As [`compile`], with code. Gives its library.
#[allow(dead_code, reason = "not every test looks at code")]
pub(crate) fn build(directory: &Path, name: &str, others: &[(&str, &Path)]) -> Result<PathBuf, String> {
    run(directory, name, others, "link", "rlib")
}

fn run(directory: &Path, name: &str, others: &[(&str, &Path)], emit: &str, kind: &str) -> Result<PathBuf, String> {
    let out = directory.join(format!("lib{name}.{kind}"));
    let mut command = rustc();
    command.args(arguments(&directory.join("src/lib.rs"), name, others));
    let output = command.arg(format!("--emit={emit}")).arg("-o").arg(&out).output().expect("rustc runs");
    if output.status.success() { Ok(out) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
