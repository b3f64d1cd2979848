//! Where the firmware may be `unsafe`: start-up and the construction of registers.

use std::path::{Path, PathBuf};

use crate::build::boards;

/// Files that may say it.
const ALLOWED: [&str; 7] = [
    "minimal/src/start.rs",
    "zynq7000/src/start.rs",
    "exynos4210/src/start.rs",
    "support/src/memory.rs",
    "support/src/mmu.rs",
    "support/src/stack.rs",
    "support/src/start.rs",
];

/// Every Rust file below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Lines of code that say `unsafe`; attributes and comments only talk about it.
fn says_unsafe(text: &str) -> Vec<usize> {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_string();
    let says = |line: &str| {
        !line.trim_start().starts_with("#!")
            && code(line).split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == "unsafe")
    };
    text.lines().zip(1..).filter(|(line, _)| says(line)).map(|(_, number)| number).collect()
}

/// Is it said only there?
pub(crate) fn check() -> Result<(), String> {
    let root = boards();
    let mut all = Vec::new();
    files(&root, &mut all)?;
    let mut wrong = Vec::new();
    let mut allowed = 0;
    for path in &all {
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
        let lines = says_unsafe(&text);
        if ALLOWED.contains(&name.as_str()) {
            allowed += lines.len();
        } else {
            wrong.extend(lines.iter().map(|line| format!("{name}:{line}")));
        }
    }
    if all.is_empty() || allowed == 0 {
        return Err(format!("{} has no firmware", root.display()));
    }
    if !wrong.is_empty() {
        return Err(format!("`unsafe` outside start-up and the construction of registers: {}", wrong.join(", ")));
    }
    println!("firmware: `unsafe` in {allowed} lines of start-up and construction of registers, and nowhere else");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn words() {
        let text = "#![allow(unsafe_code)]\n// unsafe\nunsafe { x() }\nnot_unsafe();\n    fn f() { unsafe fn g() {} }";
        assert_eq!(super::says_unsafe(text), [3, 5]);
    }

    #[test]
    fn the_boards() {
        super::check().expect("nowhere else");
    }
}
