//! A package whose build script generates its code: built by a real cargo, offline, again, with changes and mistakes.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use linkwright_codegen::Build;

const BOARD: &str = "\
linkwright: 1
soc: board
devices:
  gic: { ip: arm-gic }
  clock: { ip: pll, reg: 0x1000 }
  dmac: { ip: pl330, reg: 0xF8003000, clocks: { apb_pclk: clock/0 }, interrupts: { abort: gic/45, irq0: gic/46 } }
  serial: { ip: my-uart, reg: 0xE0000000, dmas: { tx: dmac/3 } }
";

const PLL: &str = "\
linkwright: 1
ip: pll
window: { size: 0x10 }
registers: { RATE: { offset: 0x0, doc: Megahertz. } }
provides: { clk: {} }
";

const UART: &str = "\
linkwright: 1
ip: my-uart
window: { size: 0x100 }
consumes: { dmas: { tx: { direction: memory-to-device, fifo: 0x20, width: 8 } } }
";

/// What a user writes.
const LIBRARY: &str = r#"
#![no_std]
#![deny(warnings)]
//! A board.

/// Generated.
pub mod chip {
    include!(concat!(env!("OUT_DIR"), "/linkwright.rs"));
}

use chip::board::{Clock, Dmac, Serial, TOPOLOGY, clock, dmac, serial};
use linkwright::power::{Device, SuppliedBy};

const _: () = assert!(clock::BASE == 0x1000 && dmac::PARAMETERS.threads == 8);
const _: () = assert!(chip::pll::regs::SIZE == 0x10);

fn supplied<D: SuppliedBy<S>, S: Device>() {}
fn port<E: linkwright::dma::Endpoint<Controller = Dmac>>() {}

/// Facts hold as types.
pub fn facts(block: dmac::Block<linkwright::mmio::Mmio<0x1000>>) -> (usize, chip::pl330::Pl330<linkwright::mmio::Mmio<0x1000>>) {
    supplied::<Serial, Dmac>();
    supplied::<Serial, Clock>();
    port::<serial::Tx>();
    (TOPOLOGY.links_of(Serial::ID).count(), block)
}
"#;

struct Package {
    root: tempfile::TempDir,
}

impl Package {
    fn new() -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository");
        let package = Self { root: tempfile::tempdir().expect("a directory") };
        let manifest = format!(
            "[package]\nname = \"board\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             linkwright = {{ path = {:?} }}\n\n[build-dependencies]\nlinkwright-codegen = {{ path = {:?} }}\n\n\
             [profile.dev]\ndebug = 0\n\n[workspace]\n",
            repository.join("runtime"),
            repository.join("codegen"),
        );
        package.write("Cargo.toml", &manifest);
        // The same versions, which are there, so that no network is needed.
        fs::copy(repository.join("Cargo.lock"), package.path("Cargo.lock")).expect("the lock file");
        package.write(
            "build.rs",
            "fn main() {\n    linkwright_codegen::Build::new().spec(\"specs/soc/board.yaml\").generate();\n}\n",
        );
        package.write("src/lib.rs", LIBRARY);
        package.write("specs/soc/board.yaml", BOARD);
        package.write("specs/ip/pll.yaml", PLL);
        package.write("specs/ip/my-uart.yaml", UART);
        package
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Success, and what cargo said. The dependencies are built once for all runs of this test.
    fn cargo(&self) -> (bool, String) {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--verbose"])
            .current_dir(self.root.path())
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_script"))
            .env("CARGO_TERM_COLOR", "never")
            .output()
            .expect("cargo runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The generated file of the last build.
    fn generated(&self) -> PathBuf {
        let build = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_script/debug/build");
        let outputs = fs::read_dir(build).expect("build scripts ran").flatten();
        let files = outputs.filter(|entry| entry.file_name().to_string_lossy().starts_with("board-"));
        let files = files.map(|entry| entry.path().join("out/linkwright.rs")).filter(|path| path.is_file());
        files.max_by_key(|path| changed(path)).expect("it was generated")
    }
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|data| data.modified()).expect("its time of change")
}

fn ran_script(said: &str) -> bool {
    said.lines().any(|line| line.trim_start().starts_with("Running") && line.contains("build-script-build"))
}

#[test]
fn a_package_builds_from_its_specs_and_again_only_when_they_change() {
    let package = Package::new();
    let (built, said) = package.cargo();
    assert!(built, "{said}");
    let file = package.generated();
    let (first, first_text) = (changed(&file), fs::read_to_string(&file).expect("it is there"));
    let place = package.root.path().to_string_lossy().into_owned();
    assert!(!first_text.contains(&place), "nothing depends on where it was built");

    // Nothing changed: nothing runs.
    let (built, said) = package.cargo();
    assert!(built && !ran_script(&said) && said.contains("Fresh board"), "{said}");

    // Changed, but not in meaning: the script runs, and the file stays.
    package.write("specs/ip/pll.yaml", &format!("# A note.\n{PLL}"));
    let (built, said) = package.cargo();
    assert!(built && ran_script(&said), "{said}");
    assert_eq!((changed(&file), fs::read_to_string(&file).expect("it is there")), (first, first_text.clone()));

    // Another address: another file.
    package.write("specs/soc/board.yaml", &BOARD.replace("ip: pll, reg: 0x1000", "ip: pll, reg: 0x2000"));
    let (built, said) = package.cargo();
    assert!(!built && said.contains("clock::BASE == 0x1000"), "the assertion of the library fails: {said}");

    // Wrong: what and where, as cargo shows it.
    package.write("specs/soc/board.yaml", &BOARD.replace("dmac/3", "dmaac/3"));
    let (built, said) = package.cargo();
    assert!(!built, "{said}");
    for line in ["error[LW0401]: `board` has no device `dmaac`", "--> specs/soc/board.yaml:7:", "did you mean `dmac`?"]
    {
        assert!(said.contains(line), "{line}:\n{said}");
    }

    // Right again, and then with a subsystem that nobody had before, in a folder that was not there.
    package.write("specs/soc/board.yaml", BOARD);
    let (built, said) = package.cargo();
    assert!(built, "{said}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), first_text);
    let (_, said) = package.cargo();
    assert!(!ran_script(&said), "a folder with all specs is no reason to run: {said}");
    package.write("specs/subsystems/broken.yaml", "linkwright: 1\nsubsystem: broken\nlink: { class: hardly }\n");
    let (built, said) = package.cargo();
    assert!(!built && said.contains("specs/subsystems/broken.yaml:3:"), "{said}");
}

#[test]
fn warnings_are_a_line_each_and_every_file_is_watched() {
    let package = Package::new();
    package.write(
        "specs/soc/board.yaml",
        &BOARD.replace("  gic: { ip: arm-gic }", "  gic: { ip: arm-gic, status: disabled }"),
    );
    let out = package.path("out");
    let built = Build::new().spec(package.path("specs/soc/board.yaml")).out_dir(&out).try_generate().expect("right");
    assert!(built.changed);
    let again = Build::new().spec(package.path("specs/soc/board.yaml")).out_dir(&out).try_generate().expect("right");
    assert!(!again.changed, "equal files are not written");
    assert_eq!(built.directives, again.directives);
    let watched = |name: &str| format!("cargo::rerun-if-changed={}", package.path(name).display());
    for name in ["specs/soc/board.yaml", "specs/ip/pll.yaml", "specs/ip/my-uart.yaml", "specs"] {
        assert!(built.directives.contains(&watched(name)), "{name}: {:?}", built.directives);
    }
    let warnings: Vec<_> = built.directives.iter().filter(|line| line.starts_with("cargo::warning=")).collect();
    assert!(warnings.iter().any(|line| line.contains("board.yaml:6:") && line.contains("[LW0430]")), "{warnings:?}");
    assert!(built.directives.iter().all(|line| !line.contains('\n')));
}

#[test]
fn a_soc_is_found_by_its_name_and_an_external_ip_is_not_made_again() {
    let out = tempfile::tempdir().expect("a directory");
    let file = |build: Build| {
        let built = build.out_dir(out.path()).try_generate().expect("right");
        fs::read_to_string(built.path).expect("it is there")
    };
    let whole = file(Build::new().soc("exynos5433"));
    assert!(whole.contains("\npub mod pl330 {\n") && whole.contains("\npub mod exynos5433 {\n"));
    assert!(!whole.contains("linkwright_pl330::"));
    let shared = file(Build::new().soc("exynos5433").external("pl330").file("chip.rs"));
    assert!(!shared.contains("\npub mod pl330 {\n") && shared.contains("linkwright_pl330::Pl330<B>"));
    let wrong = Build::new().soc("exynos5434").out_dir(out.path()).try_generate().expect_err("there is none");
    assert!(wrong.report.contains("did you mean `exynos5433`?"), "{wrong}");
}
