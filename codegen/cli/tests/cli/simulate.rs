//! Scenarios played: the audio block of the Exynos5433 as Linux and as links run it, and a made-up chip.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::{fixtures, linkwright};

/// Milliseconds in nanoseconds.
const MS: u64 = 1_000_000;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The report of a scenario as JSON, and the exit code.
fn report(spec: &Path, scenario: &Path) -> (Value, i32) {
    let run = linkwright().arg("simulate").arg(spec).arg("--scenario").arg(scenario).args(["--format", "json"]);
    let output = run.output().expect("runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_slice(&output.stdout).expect("JSON"), output.status.code().expect("ends"))
}

pub(crate) fn exynos() -> (PathBuf, PathBuf) {
    (root().join("specs/soc/exynos5433.yaml"), root().join("docs/scenarios/exynos5433-audio.yaml"))
}

fn toy(name: &str) -> PathBuf {
    fixtures().join("simulate").join(name)
}

fn named<'v>(list: &'v Value, name: &str) -> &'v Value {
    let found = list.as_array().into_iter().flatten().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// When it was so, from and to.
fn spans(of: &Value, state: &str) -> Vec<(u64, u64)> {
    let spans = of["spans"].as_array().expect("spans").iter();
    spans.filter(|span| span["state"] == state).map(|span| (number(&span["from"]), number(&span["to"]))).collect()
}

/// Times that touch or overlap, as one.
fn joined(mut spans: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    spans.sort_unstable();
    let mut out: Vec<(u64, u64)> = Vec::new();
    for (from, to) in spans {
        match out.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

fn all_is_well(variant: &Value) {
    assert_eq!(variant["unpowered_visits"], 0, "{variant}");
    assert_eq!(variant["failures"], serde_json::json!([]));
    assert!(number(&variant["register_visits"]) > 0);
    for used in variant["uses"].as_array().expect("uses") {
        assert_eq!(used["lost"], 0, "{used}");
        assert!(number(&used["periods"]) > 0, "{used}");
    }
}

#[test]
fn linux_keeps_the_audio_domain_on_whenever_the_system_is_awake() {
    let (spec, scenario) = exynos();
    let (report, code) = report(&spec, &scenario);
    let linux = named(&report["variants"], "linux");
    let domain = named(&linux["domains"], "pd_aud");
    let (end, asleep) = (number(&report["end"]), number(&linux["asleep"]));
    assert_eq!((number(&domain["on"]), number(&domain["off"])), (end - asleep, 0));
    // Off in system sleep, which switches domains whatever runtime PM says, and never else.
    assert_eq!(joined(spans(domain, "on")), [(0, 21_000 * MS), (24_000 * MS, end)]);
    assert_eq!(asleep, 3_000 * MS);
    assert_eq!(domain["switched_on"], 1, "by the end of system sleep");
    // It is the irq-safe controller that does it, while nothing plays.
    let idle: Vec<&Value> =
        domain["spans"].as_array().expect("spans").iter().filter(|s| s["needed"] == false).collect();
    assert_eq!(idle.len(), 4);
    assert!(idle.iter().all(|span| span["why"] == "adma is irq-safe"), "{idle:?}");
    all_is_well(linux);
    assert_eq!(code, 0);
}

#[test]
fn links_let_the_audio_domain_go_off_whenever_nothing_plays() {
    let (spec, scenario) = exynos();
    let (report, _) = report(&spec, &scenario);
    let ours = named(&report["variants"], "linkwright");
    let (domain, used) = (named(&ours["domains"], "pd_aud"), named(&ours["uses"], "i2s0 tx"));
    let playing = spans(used, "on");
    let s = |at: u64| at * 1_000 * MS;
    assert_eq!(playing, [(s(1), s(6)), (s(10), s(14)), (s(18), s(21)), (s(24), s(27))], "as the scenario says");
    // On exactly while it plays, and for the controller's 20 ms of autosuspend afterwards and after probing; not after
    // what system sleep ends, which waits for nothing.
    let tail = 20 * MS;
    let mut expected = vec![(0, tail)];
    expected.extend(playing.iter().map(|&(from, to)| (from, if to == s(21) { to } else { to + tail })));
    assert_eq!(joined(spans(domain, "on")), expected);
    assert_eq!(number(&domain["unneeded"]), 4 * tail);
    assert_eq!(number(&domain["switched_on"]), 4);
    // Why it is on says whose doing it is.
    let needed: Vec<&Value> =
        domain["spans"].as_array().expect("spans").iter().filter(|s| s["needed"] == true).collect();
    assert!(needed.iter().all(|span| span["why"].as_str().expect("why").starts_with("held by i2s0 → adma")));
    let controller = named(&ours["devices"], "adma");
    assert!(controller["spans"].as_array().expect("spans").iter().any(|span| span["why"] == "held by i2s0 (dma tx)"));
    all_is_well(ours);
    assert_eq!(number(&used["periods"]), 1_500, "15 s of 10 ms");
    // Same music, less energy: 30 mW for the time that it is on.
    let linux = named(&report["variants"], "linux");
    assert_eq!(number(&named(&linux["uses"], "i2s0 tx")["periods"]), 1_500);
    assert_eq!((number(&linux["energy"]), number(&ours["energy"])), (810_000_000, 452_400_000));
}

#[test]
fn without_links_and_without_irq_safety_it_is_seen_to_break() {
    let (spec, scenario) = exynos();
    let text = fs::read_to_string(scenario).expect("reads").replace("    irq_safe: [adma, pdma0, pdma1]\n", "");
    let folder = TempDir::new().expect("a folder");
    let broken = folder.path().join("broken.yaml");
    fs::write(&broken, text).expect("writes");
    let (report, code) = report(&spec, &broken);
    let variant = named(&report["variants"], "linux");
    let used = named(&variant["uses"], "i2s0 tx");
    assert_eq!((number(&used["periods"]), number(&used["lost"])), (0, 1_500));
    assert!(number(&variant["unpowered_visits"]) >= 1_500);
    assert_eq!(variant["first_unpowered"][0]["device"], "adma");
    assert_eq!(variant["first_unpowered"][0]["off"], "adma is suspended");
    assert_eq!(code, 1);
    all_is_well(named(&report["variants"], "linkwright"));
}

#[test]
fn the_table_of_the_audio_block() {
    let (spec, scenario) = exynos();
    let run = linkwright().arg("simulate").arg(spec).arg("--scenario").arg(scenario);
    let golden = snapbox::file!["../fixtures/simulate/exynos5433-audio.txt"];
    run.assert().success().stderr_eq("").stdout_eq(golden.raw());
}

#[test]
fn a_made_up_chip_has_its_own_table() {
    let run = linkwright().arg("simulate").arg(toy("toy.yaml")).arg("--scenario").arg(toy("toy-day.yaml"));
    let golden = snapbox::file!["../fixtures/simulate/toy-day.txt"];
    run.assert().success().stderr_eq("").stdout_eq(golden.raw());
}

#[test]
fn domains_nest_and_a_device_may_be_in_two() {
    let (report, code) = report(&toy("toy.yaml"), &toy("toy-day.yaml"));
    let variant = named(&report["variants"], "spec");
    let on = |name: &str| joined(spans(named(&variant["domains"], name), "on"));
    let ms = |from: u64, to: u64| (from * MS, to * MS);
    let expected = [ms(0, 5), ms(10, 35), ms(50, 55), ms(65, 90)];
    assert_eq!(on("pd_io"), expected, "the sensor with its autosuspend, and the SPI around system sleep");
    assert_eq!(on("pd_core"), expected, "around pd_io");
    let sleep = number(&variant["asleep"]);
    assert_eq!(sleep, 10 * MS);
    for (name, periods) in [("sensor", 10), ("spi tx", 10), ("spi rx", 30)] {
        assert_eq!(number(&named(&variant["uses"], name)["periods"]), periods, "{name}");
    }
    // 60 ms of 100 mW, 40 ms of 1 mW, three times 500 uJ.
    assert_eq!(number(&named(&variant["domains"], "pd_core")["energy"]), 7_540_000);
    all_is_well(variant);
    assert_eq!(code, 0);
}

#[test]
fn the_same_scenario_gives_the_same_bytes() {
    let (spec, scenario) = exynos();
    let folder = TempDir::new().expect("a folder");
    let run = |format: &str, file: &str| {
        let picture = folder.path().join(file);
        let run = linkwright().arg("simulate").arg(&spec).arg("--scenario").arg(&scenario);
        let output = run.args(["--format", format, "--svg"]).arg(&picture).output().expect("runs");
        (output.stdout, fs::read(picture).expect("a picture"))
    };
    let (first, second) = (run("json", "a.svg"), run("json", "b.svg"));
    assert!(first == second);
    assert_eq!(run("human", "c.svg").1, first.1, "the picture does not depend on the table");
}

#[test]
fn the_scenario_in_the_documentation_plays() {
    let page = fs::read_to_string(root().join("docs/simulate.md")).expect("reads");
    let text = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a scenario");
    let folder = TempDir::new().expect("a folder");
    let scenario = folder.path().join("page.yaml");
    fs::write(&scenario, text).expect("writes");
    let (report, code) = report(&exynos().0, &scenario);
    assert_eq!(code, 0);
    let ours = named(&report["variants"], "linkwright");
    all_is_well(ours);
    // The last use ends by itself: 6 s after 18 s, and 3 s of system sleep.
    let last = *spans(named(&ours["uses"], "i2s0 tx"), "on").last().expect("played");
    assert_eq!(last, (24_000 * MS, 27_000 * MS));
}

#[test]
fn every_soc_boots_sleeps_and_wakes() {
    let folder = TempDir::new().expect("a folder");
    let scenario = folder.path().join("sleep.yaml");
    let text = "linkwright: 1\nscenario: sleep\nend: 3s\nvariants: { a: {}, b: { rules: linux } }\n\
                timeline: [{ at: 1s, suspend: 1s }]\n";
    fs::write(&scenario, text).expect("writes");
    let mut socs = 0;
    for entry in fs::read_dir(root().join("specs/soc")).expect("socs") {
        let spec = entry.expect("reads").path();
        let (report, code) = report(&spec, &scenario);
        assert_eq!(code, 0, "{}", spec.display());
        for variant in report["variants"].as_array().expect("variants") {
            assert_eq!((&variant["failures"], &variant["unpowered_visits"]), (&serde_json::json!([]), &0.into()));
            assert!(number(&variant["register_visits"]) > 0, "{}", spec.display());
            for domain in variant["domains"].as_array().expect("domains") {
                assert_eq!(domain["on"], 0, "nothing uses {} of {}", domain["name"], spec.display());
            }
        }
        socs += 1;
    }
    assert!(socs >= 3);
}

#[test]
fn a_scenario_is_no_spec() {
    let (_, scenario) = exynos();
    let output = linkwright().arg("lint").arg(scenario).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("this is a scenario; `linkwright simulate SPEC --scenario FILE` plays it"), "{told}");
}
