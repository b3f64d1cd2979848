//! What a driver crate does not say: nothing about power, links, or where a register is.

use std::path::{Path, PathBuf};

/// What drivers of other systems are full of.
const NEVER: [&str; 21] = [
    "resume",
    "suspend",
    "get_if_active",
    "power_if_on",
    "runtime_pm",
    "Grant",
    "PowerCore",
    "SuppliedBy",
    "domain",
    "link_",
    "add_link",
    "unsafe",
    "enable(cx",
    ".prepare(cx)",
    "deassert",
    "offset",
    "BASE",
    "Reg::new",
    ".load(0",
    ".store(0",
    "0x",
];
/// Lines of a file that is read at one sitting.
const LONG: usize = 200;

/// What is wrong with a driver's code.
fn complaints(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default().replace("#![forbid(unsafe_code)]", "");
        let words = NEVER.iter().filter(|word| code.contains(**word));
        found.extend(words.map(|word| format!("line {}: `{word}` in `{}`", number + 1, line.trim())));
    }
    if text.lines().count() > LONG {
        found.push(format!("more than {LONG} lines"));
    }
    found
}

/// Every file of the crates beside this one that know no chip: those that need no build script and no host.
fn drivers() -> Vec<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders =
        std::fs::read_dir(beside).expect("the folder of drivers").map(|entry| entry.expect("readable").path());
    let mut files = Vec::new();
    for folder in folders {
        let Ok(root) = std::fs::read_to_string(folder.join("src/lib.rs")) else { continue };
        if root.contains("#![no_std]") {
            let sources = std::fs::read_dir(folder.join("src")).expect("readable");
            files.extend(sources.map(|entry| entry.expect("readable").path()));
        }
    }
    files
}

#[test]
fn drivers_say_nothing_about_power_links_or_offsets() {
    let files = drivers();
    for driver in ["dmac", "i2s", "memcpy", "spi", "uart"] {
        assert!(files.iter().any(|file| file.iter().any(|part| part == driver)), "{driver} is looked at");
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let complaints = complaints(&text);
        assert!(complaints.is_empty(), "{}: {}", file.display(), complaints.join("\n"));
    }
}

#[test]
fn the_driver_of_the_tutorial_is_as_plain() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/tutorials/driver.md");
    let page = std::fs::read_to_string(page).expect("the tutorial");
    let typed = page.split("`src/lib.rs`:\n\n```rust\n").nth(1).and_then(|rest| rest.split("\n```\n").next());
    let driver = typed.expect("a driver");
    assert!(driver.contains("#[derive(Consumer)]"));
    assert_eq!(complaints(driver), [""; 0]);
}

#[test]
fn what_they_must_not_say_is_found() {
    let bad = [
        "pm_runtime_resume_and_get(dev)?;",
        "self.power.suspend();",
        "let held = Uart::power_if_on();",
        "core.device_link_add(consumer, supplier);",
        "self.clock.enable(cx)?;",
        "self.reset.deassert(cx)?;",
        "io.store(0x20, byte);",
        "bus.store(32 + offset, 1);",
        "let fifo = serial0::BASE + 32;",
        "unsafe { pointer.write_volatile(1) };",
    ];
    for line in bad {
        assert_eq!(complaints(line).len().min(1), 1, "{line}");
    }
    assert_eq!(complaints("/// The offset is 0x20, says the manual: resume there.\nlet a = 1;"), [""; 0]);
    assert_eq!(complaints(&"\n".repeat(LONG + 1)).len(), 1);
}
