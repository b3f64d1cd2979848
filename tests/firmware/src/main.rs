//! Builds the firmware of `boards/` with Debian's compiler, runs it on QEMU's boards and reads its reports; measures its
//! size, its stack and its interrupt.
//!
//! `cargo run -p firmware` does everything; with names (`zynq7000`, `exynos4210`, `minimal`, …) only that.
#![forbid(unsafe_code)]

mod build;
mod calls;
mod image;
mod machine;
mod panics;
mod source;
mod stack;
mod tap;
mod trace;
mod tutorial;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use machine::{Machine, Port};
use tap::Stack;

/// How long a board's cases may take. They take some ten seconds on an idle machine.
const PATIENCE: Duration = Duration::from_secs(150);

/// How deep the stacks of the boards that ran were, by package.
type Stacks = BTreeMap<&'static str, Stack>;
type Step = (&'static str, fn(&mut Stacks) -> Result<(), String>);

const STEPS: [Step; 6] = [
    ("source", |_| source::check()),
    ("minimal", minimal),
    ("zynq7000", zynq7000),
    ("exynos4210", exynos4210),
    ("sizes", |stacks| image::table(stacks)),
    ("tutorial", |_| tutorial::check()),
];

fn minimal(stacks: &mut Stacks) -> Result<(), String> {
    let image = build::image("minimal")?;
    machine::run(&image, &Machine { name: "xilinx-zynq-a9", ports: &[] }, PATIENCE)?;
    println!("minimal firmware: every byte is copied");
    image::check_minimal(&image)?;
    stacks.insert("minimal", stack::measure(&image)?);
    trace::interrupt(&image)
}

fn zynq7000(stacks: &mut Stacks) -> Result<(), String> {
    let machine = Machine { name: "xilinx-zynq-a9", ports: &[Port::Unused, Port::Report] };
    board("zynq7000", &machine, stacks)
}

fn exynos4210(stacks: &mut Stacks) -> Result<(), String> {
    let machine = Machine { name: "smdkc210", ports: &[Port::Peer, Port::Report, Port::Peer] };
    board("exynos4210", &machine, stacks)
}

fn board(name: &'static str, machine: &Machine<'_>, stacks: &mut Stacks) -> Result<(), String> {
    let image = build::image(name)?;
    let report = machine::run(&image, machine, PATIENCE)?;
    let (sums, stack) = tap::judge(&report)?;
    println!("{name}: {sums}");
    stacks.insert(name, stack);
    Ok(())
}

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|(step, _)| step != name)) {
        let steps: Vec<_> = STEPS.iter().map(|(name, _)| *name).collect();
        eprintln!("firmware: no step '{unknown}'; there are: {}", steps.join(" "));
        return ExitCode::from(2);
    }
    let (mut failed, mut stacks) = (false, Stacks::new());
    for (name, step) in STEPS {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        if let Err(error) = step(&mut stacks) {
            eprintln!("firmware: {name}: {error}");
            failed = true;
        }
    }
    ExitCode::from(u8::from(failed))
}
