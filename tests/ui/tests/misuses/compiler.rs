//! rustc on one file, without cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// A directory for what this writes.
pub(crate) fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What every compilation is given: where the crates are that a case uses.
fn crates() -> &'static [OsString] {
    static CRATES: OnceLock<Vec<OsString>> = OnceLock::new();
    CRATES.get_or_init(|| {
        let target = scratch().join("ui");
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--message-format=json", "-p", "ui", "--target-dir"])
            .arg(&target)
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut arguments = vec!["-L".into(), joined("dependency=", &target.join("debug/deps"))];
        for message in messages(&output.stdout) {
            let library = message["target"]["kind"][0] == "lib";
            let (name, file) = (message["target"]["name"].as_str(), message["filenames"][0].as_str());
            if let (true, Some(name), Some(file)) = (library, name, file) {
                arguments.extend(["--extern".into(), joined(&format!("{}=", name.replace('-', "_")), Path::new(file))]);
            }
        }
        arguments
    })
}

fn joined(prefix: &str, path: &Path) -> OsString {
    let mut text = OsString::from(prefix);
    text.push(path);
    text
}

fn messages(lines: &[u8]) -> impl Iterator<Item = Value> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// One error of the compiler.
#[derive(Debug)]
pub(crate) struct Error {
    /// Its code, or the lint's name.
    pub(crate) code: String,
    /// The lines it points at, from 1; not those that explain.
    pub(crate) lines: Vec<(PathBuf, usize)>,
    /// Every text that belongs to it: message, labels, notes, helps.
    pub(crate) texts: Vec<String>,
    /// As the user sees it.
    pub(crate) rendered: String,
}

impl Error {
    fn of(message: &Value) -> Option<Self> {
        if message["level"] != "error" {
            return None;
        }
        let code = message["code"]["code"].as_str();
        // "aborting due to ..." is no error of its own.
        if code.is_none() && message["spans"].as_array()?.is_empty() {
            return None;
        }
        let mut error =
            Self { code: code.unwrap_or("none").into(), lines: Vec::new(), texts: Vec::new(), rendered: String::new() };
        error.add(message);
        Some(error)
    }

    fn add(&mut self, message: &Value) {
        let primary = message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true);
        self.lines.extend(
            primary.filter_map(|s| Some((s["file_name"].as_str()?.into(), s["line_start"].as_u64()? as usize))),
        );
        collect(message, &mut self.texts);
        self.rendered.push_str(message["rendered"].as_str().unwrap_or_default());
    }
}

fn errors(lines: &[u8]) -> Vec<Error> {
    let mut errors: Vec<Error> = Vec::new();
    for message in messages(lines) {
        match (Error::of(&message), errors.last_mut()) {
            (Some(error), _) => errors.push(error),
            // Where the constant is used whose evaluation failed comes as a message of its own.
            (None, Some(error)) if message["level"] == "note" => error.add(&message),
            _ => {}
        }
    }
    errors
}

fn collect(message: &Value, texts: &mut Vec<String>) {
    // Where the cases import a type from says nothing.
    let mut add = |text: &Value| texts.extend(text.as_str().map(|text| text.replace("ui::", "")));
    add(&message["message"]);
    for span in message["spans"].as_array().into_iter().flatten() {
        add(&span["label"]);
    }
    for child in message["children"].as_array().into_iter().flatten() {
        collect(child, texts);
    }
}

/// Check a library crate, warnings being errors but for what is merely unused. Its errors, or `None` if it compiles.
pub(crate) fn compile(source: &Path, name: &str, codegen: bool) -> Option<Vec<Error>> {
    let out = scratch().join(format!("{name}.out"));
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
        .args(["--edition", "2024", "--crate-type", "lib", "--crate-name", "case", "--error-format", "json"])
        .args(["-D", "warnings", "-A", "unused", "-D", "unused_must_use"])
        .args(["--emit", if codegen { "obj" } else { "metadata" }, "-o"])
        .args([out.as_os_str(), source.as_os_str()])
        .args(crates())
        // Where the paths in the runtime's and the generated crates' metadata start, for excerpts in messages.
        .current_dir(root())
        .output()
        .expect("rustc runs");
    let _ = std::fs::remove_file(out);
    if output.status.success() {
        return None;
    }
    let errors = errors(&output.stderr);
    assert!(!errors.is_empty(), "rustc fails without an error: {}", String::from_utf8_lossy(&output.stderr));
    Some(errors)
}
