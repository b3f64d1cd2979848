//! What Clippy would say of the firmware, whose compiler is packaged without it: where it may be `unsafe` (start-up and
//! the construction of registers), that each place says why, and that nothing is left to do.

use std::path::{Path, PathBuf};

use crate::build::boards;

/// Files that may say it.
const ALLOWED: [&str; 6] = [
    "minimal/src/start.rs",
    "zynq7000/src/start.rs",
    "exynos4210/src/start.rs",
    "support/src/memory.rs",
    "support/src/mmu.rs",
    "support/src/stack.rs",
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

/// Macros of code that is not finished.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// Lines that call one of them.
fn unfinished(text: &str) -> Vec<usize> {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_string();
    let calls = |line: &str| UNFINISHED.iter().any(|name| code(line).contains(name));
    text.lines().zip(1..).filter(|(line, _)| calls(line)).map(|(_, number)| number).collect()
}

/// Lines with an `unsafe` block or `unsafe impl` without a comment `SAFETY` above the statement or item.
fn without_reason(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let ends = |line: &str| line.is_empty() || line.ends_with([';', '{', '}']);
    let said = |number: &usize| {
        // The rest of the statement or item, then comments and attributes above it.
        let above = lines.get(..number - 1).unwrap_or_default().iter().rev();
        let mut above = above.skip_while(|line| !ends(line) && !line.starts_with("//") && !line.starts_with('#'));
        above.by_ref().take_while(|line| line.starts_with("//") || line.starts_with('#')).any(|l| l.contains("SAFETY"))
    };
    let needs = |number: &usize| {
        let line = lines[number - 1];
        ["unsafe {", "unsafe impl"].iter().any(|word| line.contains(word))
    };
    says_unsafe(text).into_iter().filter(needs).filter(|number| !said(number)).collect()
}

/// Is it said only there?
pub(crate) fn check() -> Result<(), String> {
    let root = boards();
    let mut all = Vec::new();
    files(&root, &mut all)?;
    let mut wrong = Vec::new();
    let (mut silent, mut open) = (Vec::new(), Vec::new());
    let (mut allowed, mut seen) = (0, Vec::new());
    for path in &all {
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
        let lines = says_unsafe(&text);
        silent.extend(without_reason(&text).iter().map(|line| format!("{name}:{line}")));
        open.extend(unfinished(&text).iter().map(|line| format!("{name}:{line}")));
        if ALLOWED.contains(&name.as_str()) && !lines.is_empty() {
            allowed += lines.len();
            seen.push(name);
        } else {
            wrong.extend(lines.iter().map(|line| format!("{name}:{line}")));
        }
    }
    if let Some(stale) = ALLOWED.iter().find(|name| !seen.iter().any(|seen| seen == *name)) {
        return Err(format!("{stale} may be `unsafe`, but is not there or is not"));
    }
    if !wrong.is_empty() {
        return Err(format!("`unsafe` outside start-up and the construction of registers: {}", wrong.join(", ")));
    }
    if !silent.is_empty() {
        return Err(format!("`unsafe` without a comment `SAFETY` above: {}", silent.join(", ")));
    }
    if !open.is_empty() {
        return Err(format!("not finished: {}", open.join(", ")));
    }
    println!(
        "firmware: `unsafe` in {allowed} lines of start-up and construction of registers, and nowhere else; each block says why"
    );
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
    fn reasons() {
        let said =
            "// SAFETY: a\nunsafe { x() };\n// SAFETY: b\n#[x]\nstatic A: B =\n    unsafe { y() };\nunsafe fn f() {}";
        assert_eq!(super::without_reason(said), [0; 0]);
        let silent = "// SAFETY: a\nunsafe { x() };\nunsafe { y() };\n// why\nunsafe impl X for Y {}";
        assert_eq!(super::without_reason(silent), [3, 5]);
    }

    #[test]
    fn unfinished() {
        assert_eq!(super::unfinished("a();\ntodo!()\n// todo!\nlet x = dbg!(1);"), [2, 4]);
    }

    #[test]
    fn the_boards() {
        super::check().expect("nowhere else");
    }
}
