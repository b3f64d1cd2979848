//! Real drivers on simulated hardware do what `linkwright simulate` says: the same table, digit by digit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use linkwright_codegen::load::{self, Input, Options};
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::{front, scenario, source::SourceMap};
use linkwright_simulate::{simulate, table};

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(file)
}

fn audio() -> PathBuf {
    path("docs/scenarios/exynos5433-audio.yaml")
}

/// The table of `linkwright simulate`, of one variant.
fn simulated(file: &Path, variant: &str) -> String {
    let spec = Input::File(path("specs/soc/exynos5433.yaml"));
    let model = front::read(&[spec], &Options::default()).model.expect("the spec is right");
    let mut findings = Diagnostics::new();
    let scenario = load::scenario(file, &mut SourceMap::new(), &mut findings);
    let scenario = scenario.and_then(|spec| scenario::resolve(&spec, &model, &model.socs[0], &mut findings));
    let mut scenario = scenario.unwrap_or_else(|| panic!("{findings:?}"));
    scenario.variants.retain(|known| known.name == variant);
    table(&simulate(&model.socs[0], &scenario).expect("plays"))
}

fn replay(file: &Path, variant: &str, mistake: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replay"));
    command.arg(file).arg(variant).args(mistake).output().expect("runs")
}

fn played(file: &Path, variant: &str) -> String {
    let output = replay(file, variant, None);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    out.into_owned()
}

/// The table without how often registers were used: what the model counts as one visit is many accesses of a driver.
/// That none of them came without power stays.
fn but_for_accesses(table: &str) -> String {
    let one = |line: &str| match line.split_once(" of drivers to registers, ") {
        Some((visits, rest)) => {
            let digits: String = visits.chars().filter(char::is_ascii_digit).collect();
            assert!(digits.parse::<u64>().expect("a number") > 0, "{visits}");
            format!("registers: {rest}\n")
        }
        None => format!("{line}\n"),
    };
    table.lines().map(one).collect()
}

fn same(file: &Path, variant: &str) {
    let (theirs, ours) = (simulated(file, variant), played(file, variant));
    assert_eq!(but_for_accesses(&ours), but_for_accesses(&theirs), "{variant}: left with real drivers");
    assert!(theirs.contains(", 0 without power"), "{theirs}");
}

#[test]
fn the_scenario_on_the_first_page_as_linux_plays_it() {
    same(&audio(), "linux");
    assert!(played(&audio(), "linux").contains("pd_aud    27 000  100.0 %"), "on all the time awake");
}

#[test]
fn the_scenario_on_the_first_page_as_we_play_it() {
    same(&audio(), "linkwright");
}

/// Other times, other delays: nothing of the above is made for one scenario.
#[test]
fn scenarios_with_odd_times() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let head = "linkwright: 1\nscenario: odd\nend: 4s\nshow: [i2s0, adma, cmu_aud, lpass, pd_aud]\npower:\n  \
                pd_aud: { on: 20mW, off: 1mW, wake_up: 7uJ }\n  adma: { on: 3mW }\nvariants:\n  \
                linux: { rules: linux, irq_safe: [adma], without_links: [dma] }\n  ours: {}\n";
    let start = |at: &str, rest: &str| format!("  - {{ at: {at}, start: {{ device: i2s0, dma: tx, {rest} }} }}\n");
    let event = |at: &str, what: &str| format!("  - {{ at: {at}, {what}: i2s0 }}\n");
    let timelines = [
        // Paused in the middle of a period, and over by itself.
        start("100ms", "period: 8ms, for: 500ms") + &event("333ms", "pause") + &event("1001ms", "resume"),
        // Sleeps while it plays, while it is paused and while nothing happens.
        start("50ms", "period: 5ms")
            + "  - { at: 402ms, suspend: 300ms }\n"
            + &event("900ms", "pause")
            + "  - { at: 1s, suspend: 250ms }\n"
            + &event("1500ms", "resume")
            + &event("1777ms", "stop")
            + "  - { at: 2s, suspend: 1s }\n",
        // Again before the delays are over.
        (0..10).fold(String::new(), |all, at| {
            let from = 200 + at * 60;
            all + &start(&format!("{from}ms"), "period: 10ms") + &event(&format!("{}ms", from + 35), "stop")
        }),
    ];
    for drivers in ["", "adma: { autosuspend: 20ms }", "adma: { autosuspend: 7ms }, i2s0: { autosuspend: 40ms }"] {
        for (at, timeline) in timelines.iter().enumerate() {
            let mut text = head.to_string();
            if !drivers.is_empty() {
                let _ = writeln!(text, "drivers: {{ {drivers} }}");
            }
            let file = folder.join(format!("odd-{}-{at}.yaml", drivers.len()));
            std::fs::write(&file, format!("{text}timeline:\n{timeline}")).expect("writes");
            same(&file, "linux");
            same(&file, "ours");
        }
    }
}

/// A test that cannot fail says nothing.
#[test]
fn mistakes_are_seen() {
    let right = but_for_accesses(&simulated(&audio(), "linkwright"));
    for (mistake, seen) in [
        ("keeps-power", "pd_aud    29 020  96.7 %"),
        ("no-links", "3000 without power"),
        ("skips-a-frame", "1 500 periods, 2 lost"),
        ("comes-late", "Underrun"),
    ] {
        let output = replay(&audio(), "linkwright", Some(mistake));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{mistake}: {told}");
        assert!(told.contains(seen), "{mistake}: {told}");
        assert_ne!(but_for_accesses(&told), right, "{mistake}");
    }
}
