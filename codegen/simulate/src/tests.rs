//! Random scenarios: whatever happens and when, what has to hold holds.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use linkwright_codegen::front;
use linkwright_codegen::load::{self, Input, Options};
use linkwright_codegen::lower::Model;
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::scenario::{self, Scenario};
use linkwright_codegen::source::SourceMap;
use linkwright_codegen::spec::SleepPhase;

use super::record::{Lane, Level};
use super::report::{Outcome, Report};
use super::{simulate, svg, table};

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn model(file: &str) -> Model {
    let reading = front::read(&[Input::File(path(file))], &Options::default());
    reading.model.unwrap_or_else(|| panic!("{file} has errors"))
}

fn resolve(model: &Model, text: &str) -> Scenario {
    let mut findings = Diagnostics::new();
    let spec = load::scenario_text("random.yaml", text, &mut SourceMap::new(), &mut findings);
    let resolved = spec.and_then(|spec| scenario::resolve(&spec, model, &model.socs[0], &mut findings));
    resolved.unwrap_or_else(|| panic!("{findings:?}\n{text}"))
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit
    }
}

/// A scenario in which each device of `uses` starts, pauses, resumes and stops in turn, and the system sleeps at times.
fn random(random: &mut Random, uses: &[(&str, &str)], drivers: &[&str], head: &str) -> String {
    let mut text = format!("linkwright: 1\nscenario: random\n{head}drivers:\n");
    for driver in drivers {
        let _ = writeln!(text, "  {driver}: {{ autosuspend: {}ms }}", random.below(3) * random.below(60));
    }
    text.push_str("timeline:\n");
    let mut standing = vec!["idle"; uses.len()];
    let mut at = 0;
    for _ in 0..random.below(30) + 2 {
        at += random.below(4) * random.below(120);
        if random.below(8) == 0 {
            let length = 1 + random.below(300);
            let _ = writeln!(text, "  - {{ at: {at}ms, suspend: {length}ms }}");
            at += length;
            continue;
        }
        let which = random.below(uses.len() as u64) as usize;
        let (device, dma) = uses[which];
        let dma = if dma.is_empty() { String::new() } else { format!(", dma: {dma}") };
        let pick = random.below(3);
        let (event, next) = match (standing[which], pick) {
            ("idle", _) => {
                let period = random.below(20) + 1;
                (format!("start: {{ device: {device}{dma}, period: {period}ms }}"), "running")
            }
            ("running", 0) => (format!("pause: {{ device: {device}{dma} }}"), "paused"),
            ("paused", 0 | 1) => (format!("resume: {{ device: {device}{dma} }}"), "running"),
            _ => (format!("stop: {{ device: {device}{dma} }}"), "idle"),
        };
        standing[which] = next;
        let _ = writeln!(text, "  - {{ at: {at}ms, {event} }}");
    }
    let end = at + 1 + random.below(300);
    text.replace("scenario: random\n", &format!("scenario: random\nend: {end}ms\n"))
}

fn on(lane: &Lane) -> Vec<(u64, u64)> {
    let spans = lane.spans.iter().filter(|span| matches!(span.level, Level::On(_)));
    spans.map(|span| (span.from, span.to)).collect()
}

/// Lanes have no gaps, and what is used is on.
fn holds(report: &Report, outcome: &Outcome) {
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.unpowered, 0, "{:?}", outcome.first_unpowered);
    let slept = outcome.slept();
    let powered = || outcome.domains.iter().chain(&outcome.devices);
    for lane in powered().map(|powered| &powered.lane).chain(outcome.uses.iter().map(|used| &used.lane)) {
        let mut at = 0;
        for span in &lane.spans {
            assert!(span.from == at && span.to > at, "{lane:?}");
            at = span.to;
        }
        assert_eq!(at, report.end);
        assert!(lane.spans.windows(2).all(|pair| pair[0].level != pair[1].level), "{lane:?}");
    }
    for powered in powered() {
        assert_eq!(powered.on + powered.off + slept, report.end, "{}", powered.name);
        assert!(powered.idle <= powered.on);
    }
    for used in &outcome.uses {
        assert_eq!(used.lost, 0, "{}", used.name);
        let through = used.dma.iter().map(|(_, controller)| controller).chain([&used.device]);
        for name in through {
            let device = outcome.devices.iter().find(|device| device.name == *name).expect("has a lane");
            for (from, to) in on(&used.lane) {
                let covered = on(&device.lane).iter().map(|&(a, b)| b.min(to).saturating_sub(a.max(from))).sum::<u64>();
                assert_eq!(covered, to - from, "{name} is on while {} runs", used.name);
            }
        }
    }
}

#[test]
fn whatever_is_played_on_the_audio_block_links_power_it_exactly() {
    let model = model("../../specs/soc/exynos5433.yaml");
    let head =
        "variants:\n  linux: { rules: linux, irq_safe: [adma, pdma0, pdma1], without_links: [dma] }\n  links: {}\n";
    let mut dice = Random(7);
    for _ in 0..150 {
        let uses = [("i2s0", "tx"), ("i2s0", "rx"), ("serial3", ""), ("spi0", "tx")];
        let text = random(&mut dice, &uses, &["adma", "i2s0", "serial3", "cmu_aud"], head);
        let scenario = resolve(&model, &text);
        let report = simulate(&model.socs[0], &scenario).expect("plays");
        let domain =
            |outcome: &Outcome| outcome.domains.iter().position(|domain| domain.name == "pd_aud").expect("there");
        let [linux, links] = report.variants.as_slice() else { panic!("two variants") };
        for outcome in &report.variants {
            holds(&report, outcome);
        }
        let (irq_safe, linked) = (&linux.domains[domain(linux)], &links.domains[domain(links)]);
        assert_eq!(irq_safe.off, 0, "on whenever the system is awake\n{text}");
        // Beyond its use, each stop costs at most the autosuspend delays; so does boot, and waking up.
        let delays: i32 = scenario.autosuspend.iter().flatten().sum();
        let stops = scenario.events.len() as u64 + 2;
        assert!(linked.idle <= stops * delays.unsigned_abs() as u64 * 1_000_000, "{text}");
        for (a, b) in linux.uses.iter().zip(&links.uses) {
            assert_eq!((a.periods, a.ran), (b.periods, b.ran), "the same music");
        }
        // In which phase of going to sleep all are switched off makes no difference.
        let mut other = model.socs[0].clone();
        let phase = [SleepPhase::Suspend, SleepPhase::Noirq][dice.below(2) as usize];
        other.sleep_order.iter_mut().for_each(|step| step.phase = phase);
        assert_eq!(table(&simulate(&other, &scenario).expect("plays")), table(&report), "{text}");
        assert!(table(&report).len() > 100 && svg(&report).ends_with("</svg>\n"));
    }
}

#[test]
fn without_autosuspend_a_domain_is_on_exactly_while_it_is_used() {
    let model = model("../../specs/soc/exynos5433.yaml");
    let mut dice = Random(11);
    for _ in 0..100 {
        let text = random(&mut dice, &[("i2s0", "tx"), ("serial3", "")], &[], "").replace("drivers:\n", "");
        let report = simulate(&model.socs[0], &resolve(&model, &text)).expect("plays");
        let outcome = &report.variants[0];
        holds(&report, outcome);
        let domain = outcome.domains.iter().find(|domain| domain.name == "pd_aud").expect("there");
        assert_eq!(domain.idle, 0, "{text}");
        let mut used: Vec<(u64, u64)> = outcome.uses.iter().flat_map(|used| on(&used.lane)).collect();
        used.sort_unstable();
        let (mut covered, mut until) = (0, 0);
        for (from, to) in used {
            covered += to.saturating_sub(from.max(until));
            until = until.max(to);
        }
        assert_eq!(domain.on, covered, "{text}");
    }
}

#[test]
fn a_chip_of_ones_own_is_as_good() {
    let model = model("../cli/tests/fixtures/simulate/toy.yaml");
    let mut dice = Random(13);
    for _ in 0..100 {
        let uses = [("spi", "tx"), ("spi", "rx"), ("sensor", "")];
        let text = random(&mut dice, &uses, &["sensor", "dmac"], "");
        let report = simulate(&model.socs[0], &resolve(&model, &text)).expect("plays");
        holds(&report, &report.variants[0]);
        let [core, io] = &report.variants[0].domains[..] else { panic!("two domains") };
        for (from, to) in on(&io.lane) {
            let around = on(&core.lane).iter().map(|&(a, b)| b.min(to).saturating_sub(a.max(from))).sum::<u64>();
            assert_eq!(around, to - from, "the outer domain is on while the inner one is\n{text}");
        }
    }
}

/// One YAML file and no Rust: the gate waits for its providers, runtime PM and system sleep keep to its links.
#[test]
fn a_kind_of_resource_that_nobody_has_heard_of_gates_and_sleeps_like_any_other() {
    let texts = [
        (
            "subsystems/lantern.yaml",
            "linkwright: 1\nsubsystem: lantern\nkey: lanterns\nreference: { args: { lamp: u8 } }\n\
             link: { class: hard, runtime_pm: true }\n",
        ),
        ("ip/lighthouse.yaml", "linkwright: 1\nip: lighthouse\nprovides: { lantern: { capacity: 4 } }\n"),
        ("ip/buoy.yaml", "linkwright: 1\nip: buoy\nconsumes: { lanterns: { top: {} } }\n"),
        (
            "soc/coast.yaml",
            "linkwright: 1\nsoc: coast\ndevices:\n  buoy0: { ip: buoy, lanterns: { top: lighthouse0/2 } }\n  \
             lighthouse0: { ip: lighthouse }\n",
        ),
    ];
    let inputs = texts.map(|(name, text)| Input::Text(name.into(), text.into()));
    let model = front::read(&inputs, &Options::default()).model.expect("nothing is wrong");
    let coast = &model.socs[0];
    let order: Vec<&str> = coast.probe_order.iter().map(|at| coast.devices[*at].name.as_str()).collect();
    assert_eq!(order, ["lighthouse0", "buoy0"], "probed after its provider, though it stands before");

    let text = "linkwright: 1\nscenario: storm\nend: 6s\nshow: [buoy0, lighthouse0]\ndrivers: { buoy0: { autosuspend: 100ms } }\ntimeline:\n  \
                - { at: 1s, start: { device: buoy0, period: 10ms } }\n  - { at: 2s, suspend: 1s }\n  - { at: 4s, stop: buoy0 }\n";
    let report = simulate(coast, &resolve(&model, text)).expect("plays");
    holds(&report, &report.variants[0]);
    let lane = |name: &str| {
        let device = report.variants[0].devices.iter().find(|device| device.name == name).expect("has a lane");
        on(&device.lane)
    };
    let ms = |from: u64, to: u64| (from * 1_000_000, to * 1_000_000);
    // At boot, until sleep, and after it; the last 100 ms nobody uses it.
    let needed = [ms(0, 100), ms(1_000, 2_000), ms(3_000, 4_000), ms(4_000, 4_100)];
    assert_eq!(lane("buoy0"), needed);
    assert_eq!(lane("lighthouse0"), needed, "on exactly while it is needed");
}
