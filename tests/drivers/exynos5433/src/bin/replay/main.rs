//! Plays a scenario with real drivers: `replay SCENARIO VARIANT [MISTAKE]` prints the table of
//! `linkwright simulate specs/soc/exynos5433.yaml --scenario SCENARIO`, of one variant, as it comes out on this board.
//!
//! Time is virtual and goes by the simulated controller: a period is over when it has moved the last frame. What the
//! simulated hardware sees is what is told: its power domain, drivers that are called, frames that are heard.
#![forbid(unsafe_code)]

mod irq_safe;
mod player;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use example_exynos5433::chip::exynos5433 as soc;
use example_exynos5433::{ADMA, I2S0, Rest, Setup, hardware, set_up};
use linkwright::device::{Driver, Rules, VirtualTime};
use linkwright::power::Device;
use linkwright::topology::{Link, Topology};
use linkwright_codegen::load::{self, Input, Options};
use linkwright_codegen::lower::Model;
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::scenario::{self, Scenario, Variant};
use linkwright_codegen::{front, source::SourceMap};
use linkwright_simulate::{Observer, Report, table};
use player::Player;
use watch::Watched;

/// What a client, or a board, can do wrong. The table has to show it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mistake {
    /// None.
    None,
    /// The client keeps its guard when it stops playing.
    KeepsPower,
    /// References to DMA channels make no links, and nothing else powers the controller.
    NoLinks,
    /// The client skips a frame.
    SkipsAFrame,
    /// The client does not come in time.
    ComesLate,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (scenario, variant, mistake) = match arguments.as_slice() {
        [scenario, variant] => (scenario, variant, Mistake::None),
        [scenario, variant, mistake] => match mistake.as_str() {
            "keeps-power" => (scenario, variant, Mistake::KeepsPower),
            "no-links" => (scenario, variant, Mistake::NoLinks),
            "skips-a-frame" => (scenario, variant, Mistake::SkipsAFrame),
            "comes-late" => (scenario, variant, Mistake::ComesLate),
            _ => return usage(),
        },
        _ => return usage(),
    };
    match replay(Path::new(scenario), variant, mistake) {
        Ok(report) => {
            print!("{}", table(&report));
            if report.clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: replay SCENARIO VARIANT [keeps-power | no-links | skips-a-frame | comes-late]");
    ExitCode::from(2)
}

fn replay(file: &Path, variant: &str, mistake: Mistake) -> Result<Report, String> {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../specs/soc/exynos5433.yaml");
    let model = front::read(&[Input::File(spec)], &Options::default()).model.ok_or("the spec has errors")?;
    let scenario = read(&model, file, variant)?;
    let chip = &model.socs[0];
    let variant = &scenario.variants[0];
    watch::begin(Observer::new(chip, &scenario, variant));
    let irq_safe = variant.irq_safe.contains(&usize::from(soc::Adma::ID.get()));
    let adma: &'static dyn Driver<VirtualTime> = if irq_safe { &irq_safe::IrqSafe } else { &ADMA };
    set_up(Setup {
        topology: topology(variant, mistake),
        rules: if variant.linux { Rules::LINUX } else { Rules::default() },
        autosuspend: scenario.autosuspend.clone(),
        drivers: [Watched::of(adma), Watched::of(&I2S0)],
        rest: Watched::of(&Rest),
    });
    hardware().on_switch(watch::domain);
    Player::play(&scenario, irq_safe, mistake);
    Ok(Report::observed(chip, &scenario, vec![watch::end()]))
}

/// The scenario with this variant alone.
fn read(model: &Model, file: &Path, variant: &str) -> Result<Scenario, String> {
    let mut findings = Diagnostics::new();
    let spec = load::scenario(file, &mut SourceMap::new(), &mut findings);
    let scenario = spec.and_then(|spec| scenario::resolve(&spec, model, &model.socs[0], &mut findings));
    let mut scenario = scenario.ok_or_else(|| format!("{} has errors: {findings:?}", file.display()))?;
    scenario.variants.retain(|known| known.name == variant);
    let tx = |used: &scenario::Use| {
        used.device == usize::from(soc::I2s0::ID.get()) && used.dma.as_ref().is_some_and(|dma| dma.name == "tx")
    };
    match (scenario.variants.is_empty(), scenario.uses.as_slice()) {
        (true, _) => Err(format!("{} has no variant `{variant}`", file.display())),
        (false, [used]) if tx(used) => Ok(scenario),
        _ => Err("on this board only `i2s0` plays, through `tx`".to_string()),
    }
}

/// The chip's links, without those that the variant leaves out.
fn topology(variant: &Variant, mistake: Mistake) -> &'static Topology {
    let out = |link: &Link| {
        variant.without_links.iter().any(|subsystem| subsystem == link.subsystem)
            || mistake == Mistake::NoLinks && link.subsystem == "dma"
    };
    let links: Vec<Link> = soc::TOPOLOGY.links.iter().copied().filter(|link| !out(link)).collect();
    Box::leak(Box::new(Topology { links: links.leak(), ..soc::TOPOLOGY }))
}
