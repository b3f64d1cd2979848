//! What a driver crate does not say: nothing about power, links, or where a register is.

use std::path::Path;

/// What drivers of other systems are full of.
const NEVER: [&str; 12] = [
    "resume",
    "suspend",
    "get_if_active",
    "power_if_on",
    "Grant",
    "PowerCore",
    "SuppliedBy",
    "link_add",
    "unsafe",
    "enable(cx",
    "prepare(cx)",
    "0x",
];

#[test]
fn drivers_say_nothing_about_power_links_or_offsets() {
    let drivers = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for driver in ["uart", "i2s", "dmac", "memcpy"] {
        let file = drivers.join(driver).join("src/lib.rs");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().replace("#![forbid(unsafe_code)]", "");
            for word in NEVER {
                assert!(!code.contains(word), "{driver}, line {}: `{word}` in `{}`", number + 1, line.trim());
            }
        }
        assert!(text.lines().count() < 140, "{driver} is short");
    }
}
