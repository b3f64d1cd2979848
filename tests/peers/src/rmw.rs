//! Instructions of a read-modify-write: a register's three-bit enum is set to a constant and its four-bit number to what
//! the caller says, all else is kept.
//!
//! Compiled for the host without link-time optimisation; the generated crate and its user are optimised alike. Counted
//! in the assembly that rustc writes, which is what `objdump` would show of the function.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::measure::run;
use crate::tools::Tools;

/// Levels of optimisation.
pub(crate) const LEVELS: [&str; 2] = ["3", "s"];

/// One way to write it.
pub(crate) struct Way {
    pub(crate) tool: &'static str,
    /// At each level; an error is why not.
    pub(crate) instructions: Vec<std::result::Result<usize, String>>,
}

const BY_HAND: &str = "
#[unsafe(no_mangle)]
pub fn rmw(count: u32) {
    let place = 0x4000_0004 as *mut u32;
    unsafe { place.write_volatile(place.read_volatile() & !0xf70 | 5 << 4 | (count & 15) << 8) };
}
";

const LINKWRIGHT: &str = "
use linkwright::mmio::{Bounded, Io, Mmio};
use linkwright_rmw_ctl::regs::{CTRL, Ctrl, CtrlMode};
#[unsafe(no_mangle)]
pub fn rmw(count: Bounded<0, 15>) {
    let registers = unsafe { Mmio::<0x10>::new(0x4000_0000) };
    registers.modify(CTRL, |v| v.with(Ctrl::MODE, CtrlMode::Fast).with(Ctrl::COUNT, count));
}
";

const SVD2RUST: &str = "
#[unsafe(no_mangle)]
pub fn rmw(count: u32) {
    let ctl = unsafe { made::Ctl::steal() };
    ctl.ctrl().modify(|_, w| unsafe { w.mode().fast().count().bits(count as u8) });
}
";

const CHIPTOOL: &str = "
#[unsafe(no_mangle)]
pub fn rmw(count: u32) {
    made::CTL.ctrl().modify(|w| {
        w.set_mode(made::ctl::vals::Mode::Fast);
        w.set_count(count as u8);
    });
}
";

/// Count all of them.
pub(crate) fn count(tools: &Tools, root: &Path, work: &Path) -> Result<Vec<Way>> {
    let svd = root.join("tests/peers/data/rmw.svd");
    let out = work.join("rmw");
    crate::fresh(&out)?;
    let (specs, generated) = (out.join("specs"), out.join("generated"));
    run(tools.import(&svd, &specs))?;
    run(tools.generate(&specs, &generated, root)?)?;
    let runtime = root.join("runtime").display().to_string();
    let ours =
        format!("linkwright = {{ path = {runtime:?} }}\nlinkwright-rmw-ctl = {{ path = \"../generated/rmw-ctl\" }}\n");
    let mut ways = vec![
        way("by hand", &out.join("hand"), BY_HAND, ""),
        way("linkwright", &out.join("linkwright"), LINKWRIGHT, &ours),
    ];
    let made = out.join("svd2rust-made");
    made_by(tools.svd2rust(&svd, &fresh(&made)?), &made)?;
    ways.push(way("svd2rust 0.37.1", &out.join("svd2rust"), SVD2RUST, "made = { path = \"../svd2rust-made\" }\n"));
    if tools.chiptool.is_some() {
        let made = out.join("chiptool-made");
        made_by(tools.chiptool(&svd, &fresh(&made)?), &made)?;
        ways.push(way("chiptool", &out.join("chiptool"), CHIPTOOL, "made = { path = \"../chiptool-made\" }\n"));
    }
    Ok(ways)
}

fn fresh(directory: &Path) -> Result<std::path::PathBuf> {
    crate::fresh(directory)?;
    Ok(directory.to_path_buf())
}

/// A peer's output as a crate.
fn made_by(command: Command, directory: &Path) -> Result<()> {
    run(command)?;
    fs::create_dir_all(directory.join("src"))?;
    fs::rename(directory.join("lib.rs"), directory.join("src/lib.rs"))?;
    Ok(fs::write(directory.join("Cargo.toml"), format!("{}[workspace]\n", crate::crates::PEER))?)
}

fn way(tool: &'static str, directory: &Path, source: &str, dependencies: &str) -> Way {
    let instructions = LEVELS.iter().map(|level| {
        listing(directory, source, dependencies, level).and_then(|text| instructions(&text)).map_err(|e| e.to_string())
    });
    Way { tool, instructions: instructions.collect() }
}

/// The assembly of a user of the register.
fn listing(directory: &Path, source: &str, dependencies: &str, level: &str) -> Result<String> {
    fs::create_dir_all(directory.join("src"))?;
    fs::write(directory.join("src/lib.rs"), source)?;
    let manifest = "[package]\nname = \"user\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n";
    fs::write(directory.join("Cargo.toml"), format!("{manifest}{dependencies}"))?;
    let target = directory.join(format!("target-{level}"));
    let mut command = Command::new("cargo");
    command.args(["rustc", "--quiet", "--release", "--", "--emit=asm"]).current_dir(directory);
    command.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level);
    command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1").env("RUSTFLAGS", "--cap-lints=allow");
    run(command)?;
    for entry in fs::read_dir(target.join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("user-") && name.ends_with(".s") {
            return Ok(fs::read_to_string(path)?);
        }
    }
    Err("rustc wrote no assembly".into())
}

/// Instructions of `rmw`, up to its end.
fn instructions(listing: &str) -> Result<usize> {
    let body = listing.lines().skip_while(|line| *line != "rmw:").skip(1);
    let body = body.take_while(|line| !line.starts_with(".Lfunc_end")).map(str::trim);
    let count = body.filter(|line| !line.is_empty() && !line.starts_with(['.', '#']) && !line.ends_with(':')).count();
    if count == 0 { Err("no function `rmw` in the assembly".into()) } else { Ok(count) }
}
