//! Source of device trees, by way of the compiler `dtc`.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::ImportError;

/// The flattened form of source. Files that it includes with `/include/` are looked for beside it; what the C
/// preprocessor would do must be done already.
///
/// # Errors
/// [`ImportError::Source`]: `dtc` is not there, or says what is wrong.
pub fn compile(source: &Path) -> Result<Vec<u8>, ImportError> {
    let beside = source.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Labels are kept (`-@`): they are the names that people know the devices by.
    let mut dtc = Command::new("dtc");
    dtc.args(["-@", "-q", "-I", "dts", "-O", "dtb", "-i"]).arg(beside).args(["-o", "-", "--"]).arg(source);
    let output = dtc.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ImportError::Source {
            what: "source of a device tree needs the compiler `dtc`, which is not there".to_string(),
            help: "install it (Debian: `device-tree-compiler`), or import the compiled `.dtb`".to_string(),
        },
        _ => ImportError::Source { what: format!("cannot run `dtc`: {error}"), help: String::new() },
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().filter(|line| !line.is_empty()).take(12).collect();
    let text = crate::load::read(source).unwrap_or_default();
    let preprocessed = !String::from_utf8_lossy(&text).lines().any(|line| line.trim_start().starts_with("#include"));
    let help = match preprocessed {
        true => "correct the source".to_string(),
        false => format!(
            "`#include` is for the C preprocessor: cpp -nostdinc -undef -x assembler-with-cpp -I INCLUDES {} > board.dts",
            source.display()
        ),
    };
    Err(ImportError::Source { what: format!("`dtc` cannot compile it:\n{}", said.join("\n")), help })
}
