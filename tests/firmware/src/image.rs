//! How large an image is, and what is in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::build::{self, output};
use crate::panics;
use crate::tap::Stack;

/// What the code of the minimal firmware must stay under, in bytes.
const MOST_TEXT: u64 = 16 << 10;

/// Bytes of an image's sections, by name.
fn sections(image: &Path) -> Result<BTreeMap<String, u64>, String> {
    let text = output(Command::new("size").arg("-A").arg(image))?;
    let section = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_string(), words.next()?.parse().ok()?))
    };
    Ok(text.lines().filter(|line| line.starts_with('.')).filter_map(section).collect())
}

fn size(sections: &BTreeMap<String, u64>, name: &str) -> u64 {
    sections.get(name).copied().unwrap_or(0)
}

/// Functions of an image, demangled.
fn functions(image: &Path) -> Result<Vec<String>, String> {
    let text = output(Command::new("nm").arg("-C").arg(image))?;
    let function = |line: &str| {
        let (_, rest) = line.split_once(' ')?;
        let (kind, name) = rest.split_once(' ')?;
        matches!(kind, "T" | "t" | "W" | "w").then(|| name.to_string())
    };
    Ok(text.lines().filter_map(function).collect())
}

/// The table of sizes, and of the stacks of those that ran.
pub(crate) fn table(stacks: &BTreeMap<&'static str, Stack>) -> Result<(), String> {
    println!("| firmware | .text | .rodata | .data | .bss | stack used |\n|---|---|---|---|---|---|");
    for package in ["minimal", "zynq7000", "exynos4210"] {
        let sections = sections(&build::image(package)?)?;
        let [text, rodata, data, bss] = [".text", ".rodata", ".data", ".bss"].map(|name| size(&sections, name));
        let stack = stacks.get(package).map_or("not measured".to_string(), |s| format!("{} of {}", s.used, s.size));
        println!("| {package} | {text} | {rodata} | {data} | {bss} | {stack} |");
    }
    Ok(())
}

/// Has the minimal firmware no allocator, and no way to a panic from atomic code? How large is it?
pub(crate) fn check_minimal(image: &Path) -> Result<(), String> {
    let text = size(&sections(image)?, ".text");
    println!("minimal firmware: .text {text} bytes, under {MOST_TEXT}");
    if text >= MOST_TEXT {
        return Err(format!("its code has grown to {text} bytes; it must stay under {MOST_TEXT}"));
    }
    let functions = functions(image)?;
    let heap = functions.iter().find(|name| name.contains("__rust_alloc") || name.starts_with("alloc::"));
    if let Some(name) = heap {
        return Err(format!("the image has an allocator: {name}"));
    }
    println!("minimal firmware: no allocator");
    panics::check(image)
}
