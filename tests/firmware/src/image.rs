//! How large an image is, and what is in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::build::{self, output};
use crate::calls;

/// What the code of the minimal firmware should not exceed, in bytes.
const GOAL: u64 = 16 << 10;
/// What it must not exceed: a little more than it has.
const MOST_TEXT: u64 = 54 << 10;

/// What may panic: preparing, whose planner divides, and which a task does before anything starts; and start-up, which
/// checks the memory map and makes what stands in statics.
const TASKS: [&str; 5] = [
    "linkwright::dma::plan::",
    "Hardware>::plan",
    "linkwright::dma::equip::plan_in",
    "aarch32_cpu::mmu::",
    "OnceCell<",
];
/// What the atomic part of the driver is made of; each is in the image.
const ATOMIC: [&str; 5] = [
    "linkwright::dma::irq::serve",
    "<linkwright::dma::irq::Todo>::work",
    "<linkwright::dma::link::Link>::load",
    "<linkwright::dma::link::Link>::go",
    "<linkwright::dma::link::Link>::deliver",
];

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

/// The table of sizes of both.
pub(crate) fn table() -> Result<(), String> {
    println!("| firmware | .text | .rodata | .data | .bss |\n|---|---|---|---|---|");
    for package in ["minimal", "zynq7000", "exynos4210"] {
        let sections = sections(&build::image(package)?)?;
        let [text, rodata, data, bss] = [".text", ".rodata", ".data", ".bss"].map(|name| size(&sections, name));
        println!("| {package} | {text} | {rodata} | {data} | {bss} |");
    }
    Ok(())
}

/// Has the minimal firmware no allocator, and no way to a panic but from preparing and start-up? How large is it?
pub(crate) fn check_minimal(image: &Path) -> Result<(), String> {
    let text = size(&sections(image)?, ".text");
    let verdict = if text < GOAL { "reached" } else { "NOT reached" };
    println!("minimal firmware: .text {text} bytes; the goal of {GOAL} is {verdict}");
    if text > MOST_TEXT {
        return Err(format!("its code has grown to {text} bytes; at most {MOST_TEXT} are allowed"));
    }
    let functions = functions(image)?;
    let heap = functions.iter().find(|name| name.contains("__rust_alloc") || name.starts_with("alloc::"));
    if let Some(name) = heap {
        return Err(format!("the image has an allocator: {name}"));
    }
    if let Some(missing) = ATOMIC.iter().find(|part| !functions.iter().any(|name| name == *part)) {
        return Err(format!("the image has no function {missing}"));
    }
    let panics = |name: &str| name.starts_with("core::panicking::") || name.contains("_fail");
    let calls = calls::direct(image)?;
    let tasks = |name: &str| TASKS.iter().any(|part| name.contains(part));
    let mut callers: Vec<_> = calls.iter().filter(|(_, called)| panics(called)).map(|(caller, _)| caller).collect();
    callers.sort();
    callers.dedup();
    let others: Vec<_> = callers.iter().filter(|caller| !tasks(caller) && !panics(caller)).collect();
    if !others.is_empty() {
        return Err(format!("panics are called by {others:?}"));
    }
    println!(
        "minimal firmware: no allocator; of {} functions {} can panic, all of them preparing or start-up",
        functions.len(),
        callers.iter().filter(|caller| tasks(caller)).count()
    );
    Ok(())
}
