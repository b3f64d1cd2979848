//! Scenarios: what is wrong with one is told with its place, the examples on the rules' pages do what the pages say,
//! and what is right has no name left to look up.
//!
//! `INSTA_UPDATE=always cargo test -p linkwright-codegen --test scenario` rewrites the reports on the pages.
#![forbid(unsafe_code)]

mod common;

use linkwright_codegen::check::Rule;
use linkwright_codegen::front;
use linkwright_codegen::load::{self, Input, Options};
use linkwright_codegen::report::{Diagnostics, Style, human};
use linkwright_codegen::scenario::{self, Action, Scenario};

use common::{accept, file_name, ids};

const BOARD: &str = "\
linkwright: 1
soc: board
devices:
  gic: { ip: arm-gic, reg: 0x1000 }
  cmu: { ip: exynos5433-cmu-fsys, reg: 0x2000, clocks: { aclk_fsys_200: top/ACLK_FSYS_200 } }
  top: { ip: exynos5433-cmu-top, reg: 0x10000 }
  dmac: { ip: pl330, reg: 0x20000, clocks: { apb_pclk: cmu/PDMA0 }, interrupts: { combined: gic/1 } }
  i2s: { ip: samsung-i2s, reg: 0x30000, clocks: { iis: cmu/PDMA1 }, dmas: { tx: dmac/1, rx: dmac/2 } }
  old: { ip: arm-gic, reg: 0x40000, status: disabled }
";

/// What a scenario is on a soc, with the findings and how they look.
fn resolve(specs: &[&str], text: &str) -> (Option<Scenario>, Diagnostics, String) {
    let inputs: Vec<Input> = specs.iter().map(|text| Input::Text(file_name(text), (*text).to_string())).collect();
    let mut reading = front::read(&inputs, &Options::default());
    let model = reading.model.expect("the specs are right");
    let mut findings = Diagnostics::new();
    let spec = load::scenario_text("scenario.yaml", text, &mut reading.workspace.sources, &mut findings);
    let soc = model.socs.first().expect("a soc");
    let resolved = spec.and_then(|spec| scenario::resolve(&spec, &model, soc, &mut findings));
    assert_eq!(resolved.is_none(), findings.has_errors());
    let shown = human(&findings, &reading.workspace.sources, Style::default());
    (resolved, findings, shown)
}

fn with(lines: &str) -> String {
    format!("linkwright: 1\nscenario: s\n{lines}")
}

/// Rule and title of each finding.
fn titles(lines: &str) -> Vec<String> {
    let (resolved, findings, shown) = resolve(&[BOARD], &with(lines));
    let titles: Vec<String> = findings.sorted().iter().map(|d| format!("{} {}", d.rule, d.title)).collect();
    assert_eq!(resolved.is_none(), !titles.is_empty(), "{shown}");
    titles
}

fn blocks<'p>(page: &'p str, section: &str) -> Vec<&'p str> {
    let start = page.find(&format!("\n## {section}\n")).expect("a section");
    let body = &page[start + 4..];
    let body = &body[..body.find("\n## ").unwrap_or(body.len())];
    body.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn examples_are_reported_and_their_corrections_are_clean() {
    for rule in Rule::all().iter().filter(|rule| rule.id.starts_with("LW08")) {
        let bad = blocks(rule.page, "Example");
        let [specs @ .., text] = bad.as_slice() else { panic!("{} has no example", rule.id) };
        let (resolved, findings, shown) = resolve(specs, text);
        assert_eq!((resolved, ids(&findings)), (None, vec![rule.id]), "{shown}");
        let [good] = blocks(rule.page, "Use instead")[..] else { panic!("{} has no correction", rule.id) };
        let (resolved, findings, _) = resolve(specs, good);
        assert!(resolved.is_some() && findings.is_empty(), "{}", rule.id);
        let (report, _summary) = shown.trim_end().rsplit_once("\n\n").expect("a summary");
        let wanted = format!("This is reported:\n\n```text\n{report}\n```\n\n");
        if rule.page.contains(&wanted) {
            continue;
        }
        assert!(accept(), "the page of {} does not show the report of its example:\n{report}", rule.id);
        let end = rule.page.find("## Use instead").expect("a section");
        let start = rule.page[..end].find("This is reported:").unwrap_or(end);
        let path = format!("{}/rules/{}.md", env!("CARGO_MANIFEST_DIR"), rule.id);
        std::fs::write(path, format!("{}{wanted}{}", &rule.page[..start], &rule.page[end..])).expect("writes");
    }
}

#[test]
fn a_right_scenario_has_devices_and_no_names() {
    let text = with(
        "end: 10s\ndrivers: { dmac: { autosuspend: 20ms } }\npower: { i2s: { on: 1.5mW, wake_up: 2uJ } }\n\
         variants:\n  a: { irq_safe: [dmac], without_links: [dmas], rules: linux }\n  b: { title: Better }\n\
         timeline:\n  - { at: 1s, start: { device: i2s, dma: tx, period: 10ms, for: 2s } }\n  \
         - { at: 2s, pause: { device: i2s, dma: tx } }\n  - { at: 3s, resume: i2s }\n  - { at: 3500ms, suspend: 1s }\n  \
         - { at: 5.2s, start: { device: i2s, dma: tx, period: 1ms } }\n  - { at: 6s, stop: i2s }\n",
    );
    let (resolved, findings, shown) = resolve(&[BOARD], &text);
    assert!(findings.is_empty(), "{shown}");
    let scenario = resolved.expect("right");
    assert_eq!(scenario.autosuspend, [None, None, None, Some(20), None, None]);
    assert_eq!((scenario.power[0].on, scenario.power[0].wake_up), (1_500, 2_000));
    assert_eq!(scenario.variants[0].without_links, ["dma"], "the key is understood");
    assert!(scenario.variants[0].linux && !scenario.variants[1].linux);
    assert_eq!(scenario.uses.len(), 1);
    assert_eq!(scenario.uses[0].dma.as_ref().map(|dma| dma.controller), Some(3));
    let times: Vec<u64> = scenario.events.iter().map(|event| event.at / 1_000_000).collect();
    assert_eq!(times, [1_000, 2_000, 3_000, 3_500, 5_200, 6_000]);
    assert_eq!(scenario.events[1].action, Action::Pause(vec![0]));
}

#[test]
fn what_cannot_happen_is_told() {
    let start = "- { at: 1s, start: { device: i2s, dma: tx, period: 10ms } }";
    let cases = [
        (format!("{start}\n  - {{ at: 2s, resume: i2s }}"), "LW0802 `i2s` is in use, not paused"),
        (format!("{start}\n  {start}"), "LW0802 `i2s` is started while it is in use"),
        (format!("{start}\n  - {{ at: 2s, pause: {{ device: i2s, dma: rx }} }}"), "LW0802 `i2s` has not been started"),
        (format!("{start}\n  - {{ at: 0s, stop: i2s }}"), "LW0802 events are out of order"),
        (format!("{start}\n  - {{ at: 11s, stop: i2s }}"), "LW0802 an event after the end"),
        (
            format!("{start}\n  - {{ at: 2s, suspend: 2s }}\n  - {{ at: 3s, stop: i2s }}"),
            "LW0802 an event while the system sleeps",
        ),
        (format!("{start}\n  - {{ at: 9s, suspend: 2s }}"), "LW0802 the system sleeps beyond the end"),
        ("- { at: 1s }".to_string(), "LW0005 an event in which nothing happens"),
        ("- { at: 1s, stop: i2s, suspend: 1s }".to_string(), "LW0006 two things in one event"),
        (
            "- { at: 1s, start: { device: i2s, dma: txx, period: 1ms } }".to_string(),
            "LW0801 `i2s` has no DMA reference `txx`",
        ),
        ("- { at: 1s, start: { device: old, period: 1ms } }".to_string(), "LW0801 device `old` is disabled"),
        ("- { at: 1s, start: { device: i2s, period: 0s } }".to_string(), "LW0010 a period cannot be 0"),
        ("- { at: 1s, suspend: 0s }".to_string(), "LW0010 the time that the system sleeps cannot be 0"),
        // One mistake, told once.
        ("- { at: 1s, start: { device: i2s } }".to_string(), "LW0005 `start` has no `period`"),
        ("- { at: 1s, start: i2s }".to_string(), "LW0004 `start` must be a mapping"),
        (
            "- { at: 1s, start: { device: i2s, period: 1us } }".to_string(),
            "LW0002 a scenario plays at most 1000000 periods",
        ),
        ("[]".to_string(), "LW0005 `timeline` of `scenario` is empty"),
    ];
    for (timeline, expected) in cases {
        let lines = format!("end: 10s\ntimeline:\n  {timeline}\n");
        assert_eq!(titles(&lines), [expected], "{lines}");
    }
    let timeline = "timeline: [{ at: 1s, start: { device: i2s, period: 1s } }]\n";
    let cases = [
        ("end: 10", "LW0010 `10` is not a time"),
        ("end: 10 sec", "LW0010 `10 sec` is not a time"),
        ("end: 10000h", "LW0008 `10000h` is too much"),
        ("end: [1s]", "LW0004 `end` must be a time such as `30s`"),
        ("end: 5s\nshow: [i3s]", "LW0801 `board` has no device `i3s`"),
        ("end: 5s\nvariants: { a: { without_links: [dna] } }", "LW0801 there is no subsystem `dna`"),
        ("end: 5s\nvariants: { a: { rules: lunix } }", "LW0009 `rules` cannot be `lunix`"),
        ("end: 5s\ndrivers: { i2s: { autosuspend: 1.5ms } }", "LW0010 an autosuspend delay is whole milliseconds"),
        ("end: 5s\ndrivers: { i2s: { autosuspend: 600h } }", "LW0010 an autosuspend delay is at most 24 days"),
        ("end: 5s\npower: { i2s: { on: 5uJ } }", "LW0010 `5uJ` is not a power"),
        ("end: 5s\nspeed: 3", "LW0006 unknown key `speed` in `scenario`"),
    ];
    for (lines, expected) in cases {
        let (_, findings, shown) = resolve(&[BOARD], &with(&format!("{lines}\n{timeline}")));
        let found: Vec<String> = findings.sorted().iter().map(|d| format!("{} {}", d.rule, d.title)).collect();
        assert_eq!(found, [expected], "{shown}");
    }
}

#[test]
fn a_misspelt_name_is_shown_with_its_place_and_the_right_one() {
    let text = with("end: 5s\ntimeline:\n  - { at: 1s, start: { device: i2c, period: 10ms } }\n");
    let (_, _, shown) = resolve(&[BOARD], &text);
    assert!(shown.contains("scenario.yaml:5:32") && shown.contains("did you mean `i2s`?"), "{shown}");
    let (_, _, shown) = resolve(&[BOARD], &with("end: 5s\ntimeline: [{ at: 1s, start: i2s }]\n"));
    assert!(shown.contains("keys are `device`, `dma`, `period` or `for`"), "{shown}");
}

#[test]
fn a_use_too_many_is_too_many() {
    let device = |at: usize| format!("  d{at}: {{ ip: arm-gic, reg: {} }}\n", 0x1000 * (at + 1));
    let board: String = (0..65).map(device).collect();
    let start = |at: usize| format!("  - {{ at: 0s, start: {{ device: d{at}, period: 1s }} }}\n");
    let events = |count: usize| with(&format!("end: 1s\ntimeline:\n{}", (0..count).map(start).collect::<String>()));
    let board = format!("linkwright: 1\nsoc: many\ndevices:\n{board}");
    let (_, findings, _) = resolve(&[&board], &events(65));
    assert_eq!(ids(&findings), ["LW0002"]);
    let (resolved, _, shown) = resolve(&[&board], &events(64));
    assert!(resolved.is_some(), "{shown}");
}
