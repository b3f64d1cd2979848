//! The facts the device model rests on, one scenario a test: what is done, and exactly what comes of it.
//!
//! `bench.rs` tells how to read a scenario. The number above a test is the scenario's in the list of facts (97 in five
//! groups); the test below counts them. Where our outcome is deliberately not Linux's, the test names the rule
//! (`runtime/DEVIATIONS.md`).
#![forbid(unsafe_code)]

mod bench;
mod domains;
mod firmware;
mod links;
mod runtime_pm;
mod sleep;

use std::ops::RangeInclusive;

/// Name, text, its scenarios. Where a part of one is not here, the end of the module's documentation says why.
const GROUPS: [(&str, &str, RangeInclusive<u16>); 5] = [
    ("links", include_str!("links.rs"), 1..=32),
    ("firmware", include_str!("firmware.rs"), 33..=43),
    ("runtime_pm", include_str!("runtime_pm.rs"), 44..=74),
    ("domains", include_str!("domains.rs"), 75..=83),
    ("sleep", include_str!("sleep.rs"), 84..=97),
];

/// The numbers above the tests of a file: `// 17` before `#[test]`.
fn numbers(text: &str) -> Vec<u16> {
    let lines: Vec<&str> = text.lines().collect();
    let above = lines.windows(2).filter(|pair| pair[1].starts_with("#[test]"));
    above
        .map(|pair| pair[0].strip_prefix("// ").and_then(|n| n.parse().ok()).expect("a number above each test"))
        .collect()
}

#[test]
fn every_scenario_has_its_test() {
    let mut total = 0;
    for (name, text, scenarios) in GROUPS {
        let here = numbers(text);
        assert_eq!(here, scenarios.clone().collect::<Vec<_>>(), "scenarios of {name}.rs");
        println!("{name}: {} of {}", here.len(), scenarios.count());
        total += here.len();
    }
    println!("{total} of 97");
    assert_eq!(total, 97);
}
