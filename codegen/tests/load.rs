//! Finding specs: the search path, boards, and what happens when nothing is there.

use std::fs;
use std::path::Path;

use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::Soc;
use tempfile::TempDir;

const CLK: &str =
    "linkwright: 1\nsubsystem: clk\nkey: clocks\nreference: { args: { output: id } }\nlink: { class: hard }\n";
const POWER: &str =
    "linkwright: 1\nsubsystem: power-domain\nkey: power-domains\nlink: { class: hard, runtime_pm: true }\n";
const CMU: &str = "linkwright: 1\nip: cmu\nprovides: { clk: { ids: { A: 1, B: 2 } }, power-domain: {} }\n";
const UART: &str = "\
linkwright: 1
ip: uart
window: { size: 0x100 }
parameters: { fifo: { range: 1..64, default: 16 } }
consumes:
  clocks: { core: {}, bus: { optional: true } }
  power-domains: { optional: true }
quirks: { slow: {}, loud: {} }
";
const CHIP: &str = "\
linkwright: 1
soc: chip
doc: A chip.
devices:
  uart0:
    ip: uart
    reg: 0x1000
    clocks: { core: cmu/A }
    quirks: [slow]
  cmu: { ip: cmu }
";

/// A folder of files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
    folder
}

/// The specs of above, as one would keep them.
fn specs(more: &[(&str, &str)]) -> TempDir {
    let mut files = vec![
        ("specs/subsystems/clk.yaml", CLK),
        ("specs/subsystems/power-domain.yaml", POWER),
        ("specs/ip/cmu.yaml", CMU),
        ("specs/ip/uart.yaml", UART),
        ("specs/soc/chip.yaml", CHIP),
    ];
    files.extend(more);
    folder(&files)
}

fn options() -> Options {
    Options { built_in: false, ..Options::default() }
}

fn read_file(folder: &Path, file: &str) -> Reading {
    read(&[Input::File(folder.join(file))], &options())
}

/// Findings, with places within the folder.
fn findings(reading: &Reading, folder: &Path) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    let place = |span| reading.workspace.sources.place(span).replace(&prefix, "");
    let all = reading.diagnostics.sorted();
    all.into_iter().map(|d| format!("{} {} {}", place(d.primary.span), d.rule, d.title)).collect()
}

fn soc(reading: &Reading) -> &Soc {
    let errors: Vec<_> = reading.diagnostics.iter().map(|d| &d.title).collect();
    &reading.model.as_ref().unwrap_or_else(|| panic!("there are errors: {errors:?}")).socs[0]
}

#[test]
fn a_soc_brings_what_it_refers_to() {
    let folder = specs(&[]);
    let reading = read_file(folder.path(), "specs/soc/chip.yaml");
    let soc = soc(&reading);
    assert_eq!(soc.file, "soc/chip.yaml");
    let uart = &soc.devices[0];
    assert_eq!((uart.reg, uart.parameters.as_slice()), (Some((0x1000, 0x100)), [("fifo".to_string(), 16)].as_slice()));
    assert_eq!((uart.references[0].args.as_slice(), uart.references[0].id.as_str()), ([1].as_slice(), "A"));
    assert_eq!(soc.edges[0].place, "soc/chip.yaml:8");
    assert_eq!(soc.probe_order, [1, 0]);
    let ips: Vec<_> = reading.workspace.ips.iter().map(|l| (l.spec.name.value.as_str(), l.requested)).collect();
    assert_eq!(ips, [("uart", false), ("cmu", false)]);
}

#[test]
fn specs_are_found_above_and_on_the_spec_path_first() {
    let folder = specs(&[
        ("deep/below/board.yaml", "linkwright: 1\nsoc: board\nextends: chip\n"),
        ("mine/ip/uart.yaml", &UART.replace("0x100 }", "0x80 }")),
    ]);
    let board = Input::File(folder.path().join("deep/below/board.yaml"));
    let reading = read(std::slice::from_ref(&board), &options());
    assert_eq!(soc(&reading).devices[0].reg, Some((0x1000, 0x100)));
    assert_eq!(soc(&reading).file, "board.yaml");
    let reading = read(&[board], &Options { spec_paths: vec![folder.path().join("mine")], ..options() });
    assert_eq!(soc(&reading).devices[0].reg, Some((0x1000, 0x80)));
}

#[test]
fn a_file_that_is_asked_for_goes_before_the_search_path() {
    let folder = specs(&[("other.yaml", &UART.replace("0x100 }", "0x40 }"))]);
    let file = |name: &str| Input::File(folder.path().join(name));
    let reading = read(&[file("specs/soc/chip.yaml"), file("other.yaml")], &options());
    assert_eq!(soc(&reading).devices[0].reg, Some((0x1000, 0x40)));
}

#[test]
fn built_in_specs_come_last_and_by_name() {
    let reading = read(&[Input::Ip("pl330".to_string())], &Options::default());
    assert!(reading.model.is_some_and(|model| model.ip("pl330").is_some_and(|ip| ip.file == "ip/pl330.yaml")));
    let reading = read(&[Input::Ip("pl331".to_string())], &Options::default());
    let findings: Vec<_> = reading.diagnostics.iter().map(|d| (d.rule, d.help.join(""))).collect();
    assert_eq!(findings, [("LW0012", "did you mean `pl330`?".to_string())]);
}

#[test]
fn a_board_changes_what_it_extends() {
    let board = "\
linkwright: 1
soc: board
extends: chip
devices:
  uart0:
    parameters: { fifo: 64 }
    clocks: { bus: cmu/2 }
    quirks: []
    power-domains: cmu
  uart1: { ip: uart, clocks: { core: cmu/B } }
  cmu: { status: okay, doc: Clocks. }
";
    let folder = specs(&[("specs/soc/board.yaml", board)]);
    let reading = read_file(folder.path(), "specs/soc/board.yaml");
    let soc = soc(&reading);
    assert_eq!((soc.name.as_str(), soc.doc.as_str()), ("board", "A chip."));
    let names: Vec<_> = soc.devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(names, ["uart0", "cmu", "uart1"]);
    let uart = &soc.devices[0];
    assert_eq!(uart.parameters, [("fifo".to_string(), 64)]);
    assert_eq!((uart.ip.as_str(), uart.quirks.len(), uart.reg), ("uart", 0, Some((0x1000, 0x100))));
    let references: Vec<_> = uart.references.iter().map(|r| (r.name.as_str(), r.place.as_str())).collect();
    assert_eq!(references, [("core", "soc/chip.yaml:8"), ("bus", "soc/board.yaml:7"), ("", "soc/board.yaml:9")]);
    assert_eq!(soc.devices[1].doc, "Clocks.");
}

#[test]
fn a_disabled_device_takes_what_is_on_it_with_it() {
    let board = "\
linkwright: 1
soc: board
extends: chip
devices:
  bus: { ip: cmu, status: disabled }
  uart0: { parent: bus }
";
    let folder = specs(&[("specs/soc/board.yaml", board)]);
    let reading = read_file(folder.path(), "specs/soc/board.yaml");
    let soc = soc(&reading);
    let enabled: Vec<_> = soc.devices.iter().filter(|d| d.enabled).map(|d| d.name.as_str()).collect();
    assert_eq!(enabled, ["cmu"]);
    assert!(soc.edges.is_empty());
    assert_eq!(soc.probe_order, [1]);
}

#[test]
fn what_extends_itself_is_an_error() {
    let folder = specs(&[
        ("specs/soc/a.yaml", "linkwright: 1\nsoc: a\nextends: b\n"),
        ("specs/soc/b.yaml", "linkwright: 1\nsoc: b\nextends: a\n"),
        ("specs/soc/c.yaml", "linkwright: 1\nsoc: c\nextends: c\n"),
    ]);
    let reading = read_file(folder.path(), "specs/soc/a.yaml");
    assert_eq!(findings(&reading, folder.path()), ["specs/soc/b.yaml:3:10 LW0014 `a` extends itself"]);
    let reading = read_file(folder.path(), "specs/soc/c.yaml");
    assert_eq!(findings(&reading, folder.path()), ["specs/soc/c.yaml:3:10 LW0014 `c` extends itself"]);
}

#[test]
fn names_that_lead_nowhere_are_errors_at_the_name() {
    let soc = "\
linkwright: 1
soc: bad
extends: chp
devices:
  a: { ip: uartt }
  b: { ip: uart, clock: { core: c/A }, rag: 0x1000 }
  c: { reg: 0x2000 }
";
    let ip = "linkwright: 1\nip: odd\nprovides: { clocks: {} }\nconsumes: { clk: {}, nothing-alike: {} }\n";
    let folder = specs(&[("specs/soc/bad.yaml", soc), ("specs/ip/odd.yaml", ip)]);
    let reading = read_file(folder.path(), "specs/soc/bad.yaml");
    assert_eq!(
        findings(&reading, folder.path()),
        [
            "specs/soc/bad.yaml:3:10 LW0012 there is no soc `chp`",
            "specs/soc/bad.yaml:5:12 LW0012 there is no ip `uartt`",
            "specs/soc/bad.yaml:6:3 LW0404 `b` lacks `clocks.core`",
            "specs/soc/bad.yaml:6:18 LW0015 `clock` is no key of a device, and no subsystem has it",
            "specs/soc/bad.yaml:6:40 LW0015 `rag` is no key of a device, and no subsystem has it",
            "specs/soc/bad.yaml:7:3 LW0005 `c` has no `ip`",
        ]
    );
    let help: Vec<_> = reading.diagnostics.sorted().iter().flat_map(|d| d.help.clone()).collect();
    let meant = ["chip", "uart", "clocks", "reg"].map(|name| format!("did you mean `{name}`?"));
    assert!(meant.iter().all(|help_| help.contains(help_)), "{help:?}");
    let reading = read_file(folder.path(), "specs/ip/odd.yaml");
    assert_eq!(
        findings(&reading, folder.path()),
        [
            "specs/ip/odd.yaml:3:13 LW0015 there is no subsystem `clocks`",
            "specs/ip/odd.yaml:4:13 LW0015 `clk` is no key of `consumes`, and no subsystem has it",
            "specs/ip/odd.yaml:4:22 LW0015 `nothing-alike` is no key of `consumes`, and no subsystem has it",
        ]
    );
}

#[test]
fn a_broken_spec_is_reported_once_however_many_use_it() {
    let folder = specs(&[("specs/ip/uart.yaml", "linkwright: 1\nip: [uart]\n")]);
    fs::write(folder.path().join("specs/ip/uart.yaml"), "linkwright: 1\nip: uart\nquirks: [\n")
        .expect("it can be written");
    let chip = format!("{CHIP}  uart1: {{ ip: uart }}\n");
    fs::write(folder.path().join("specs/soc/chip.yaml"), chip).expect("it can be written");
    let reading = read_file(folder.path(), "specs/soc/chip.yaml");
    let findings = findings(&reading, folder.path());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("specs/ip/uart.yaml:3:9 LW0001"), "{findings:?}");
}

#[test]
fn a_file_that_does_not_hold_what_its_place_says_is_an_error() {
    let folder = specs(&[("specs/ip/uart.yaml", "linkwright: 1\nip: usart\n")]);
    let reading = read_file(folder.path(), "specs/soc/chip.yaml");
    let expected = "specs/ip/uart.yaml:2:5 LW0016 the file of ip `uart` describes ip `usart`";
    assert_eq!(findings(&reading, folder.path()), [expected]);
}

#[test]
fn the_same_thing_twice_is_an_error() {
    let folder = specs(&[
        ("copy.yaml", UART),
        ("specs/subsystems/clk2.yaml", "linkwright: 1\nsubsystem: clk2\nkey: clocks\nlink: { class: hard }\n"),
    ]);
    let file = |name: &str| Input::File(folder.path().join(name));
    let reading = read(&[file("specs/ip/uart.yaml"), file("copy.yaml")], &options());
    assert_eq!(
        findings(&reading, folder.path()),
        [
            "copy.yaml:2:5 LW0016 `uart` is described twice",
            "specs/subsystems/clk2.yaml:2:12 LW0016 two subsystems have the key `clocks`",
        ]
    );
}

#[test]
fn files_that_cannot_be_read_are_findings() {
    let folder = folder(&[("a.yaml", "linkwright: 1\nip: a\n")]);
    fs::write(folder.path().join("latin1.yaml"), b"linkwright: 1\nip: a\ndoc: caf\xe9\n").expect("it can be written");
    fs::create_dir(folder.path().join("dir.yaml")).expect("it can be made");
    let one = |file: &str| {
        let found = findings(&read_file(folder.path(), file), folder.path());
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    };
    assert!(one("missing.yaml").starts_with("missing.yaml:1:1 LW0013 the file cannot be read"));
    assert!(one("dir.yaml").starts_with("dir.yaml:1:1 LW0013 the file cannot be read"));
    assert_eq!(one("latin1.yaml"), "latin1.yaml:3:9 LW0001 the file is not UTF-8 text");
}

#[test]
fn beside_specs_that_were_read_before_the_same_is_found() {
    use linkwright_codegen::front::read_beside;
    use linkwright_codegen::load::{ip_names, load};
    use linkwright_codegen::report::{Diagnostics, Style, human};

    let options = Options { above: false, ..Options::default() };
    let all: Vec<Input> = ip_names(&options).into_iter().map(Input::Ip).collect();
    let known = load(&all, &options, &mut Diagnostics::new());
    let soc = "linkwright: 1\nsoc: board\ndevices:\n  gic: { ip: arm-gic, reg: 0x1000 }\n  \
               own: { ip: own, reg: 0x10000, interrupts: gic/40 }\n  dmac: { ip: pl330, reg: 0x1100 }\n  \
               x: { ip: nowhere }\n";
    let own = "linkwright: 1\nip: own\nwindow: { size: 0x100 }\nconsumes: { interrupts: {} }\n";
    for soc in [soc.to_string(), soc.replace("  x: { ip: nowhere }\n", "").replace("pl330", "own")] {
        let inputs =
            [Input::Text("soc/board.yaml".to_string(), soc), Input::Text("ip/own.yaml".to_string(), own.to_string())];
        let (alone, beside) = (read(&inputs, &options), read_beside(&known, &inputs, &options));
        let told = |reading: &Reading| human(&reading.diagnostics, &reading.workspace.sources, Style::default());
        assert_eq!(told(&alone), told(&beside));
        assert!(!beside.diagnostics.is_empty());
        let socs = |reading: &Reading| reading.model.as_ref().map(|model| model.socs.clone());
        assert_eq!(socs(&alone), socs(&beside));
    }
}
