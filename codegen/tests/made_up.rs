//! A kind of resource that nobody has heard of is one YAML file and no Rust: it is in links, both orders, proofs,
//! getters, data and pages like any other.
#![forbid(unsafe_code)]

mod compiler;

use std::path::{Path, PathBuf};

use compiler::{arguments, put, rustc};
use linkwright_codegen::emit::{Choices, Files, all};
use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::load::{Input, Options};

const SUBSYSTEM: &str = "\
linkwright: 1
subsystem: lantern
doc: Lamps that ships see.
key: lanterns
reference: { args: { lamp: u8 } }
link: { class: hard, runtime_pm: true }
operations:
  light: { context: sleepable, doc: Let it shine., undo: darken }
  darken: { context: sleepable }
  brightness: { context: atomic, power: active, returns: u16, doc: In lux. }
stages: { resume: [light] }
";

const LIGHTHOUSE: &str = "\
linkwright: 1
ip: lighthouse
window: { size: 0x10 }
registers: { LAMP: { offset: 0x0 } }
provides: { lantern: { capacity: 4 } }
";

const BUOY: &str = "\
linkwright: 1
ip: buoy
window: { size: 0x10 }
registers: { STATE: { offset: 0x0 } }
consumes: { lanterns: { top: { optional: true } } }
";

const COAST: &str = "\
linkwright: 1
soc: coast
devices:
  raft0: { ip: buoy, reg: 0x3000 }
  buoy0: { ip: buoy, reg: 0x1000, lanterns: { top: lighthouse0/2 } }
  lighthouse0: { ip: lighthouse, reg: 0x2000 }
";

/// What a user writes: a provider, and a consumer of its resources.
const USER: &str = r#"
#![no_std]
#![deny(warnings)]
//! A provider and a consumer.

use linkwright::consumer::{OperationError, Reference};
use linkwright::context::Task;
use linkwright::power::{Active, SuppliedBy};
use linkwright_coast::{Buoy0, Lighthouse0, instances};
use linkwright_subsystems::lantern::{Handle, Provider};

/// Has the lamps.
#[derive(Debug)]
pub struct Keeper;

impl Provider for Keeper {
    fn light(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        if args == [2] { Ok(()) } else { Err(OperationError::Unsupported) }
    }
}

/// Light may sleep; looking at it needs the buoy on, and so the lighthouse.
pub fn look(
    lamp: &Handle<instances::buoy0::LanternsTop>,
    cx: &Task<'_>,
    power: &Active<Buoy0>,
) -> Result<u16, OperationError> {
    lamp.light(cx)?;
    lamp.brightness(power)
}

fn supplied<D: SuppliedBy<Lighthouse0>>() {}

/// The edge of the spec as a type.
pub fn proof() {
    supplied::<Buoy0>();
}

const _: () = assert!(<instances::buoy0::LanternsTop as Reference>::ARGS[0] == 2);
"#;

fn reading(texts: &[(&str, &str)]) -> Reading {
    let input = |(name, text): &(&str, &str)| Input::Text(name.to_string(), text.to_string());
    read(&texts.iter().map(input).collect::<Vec<_>>(), &Options::default())
}

fn coast(soc: &str) -> Reading {
    reading(&[
        ("subsystems/lantern.yaml", SUBSYSTEM),
        ("ip/lighthouse.yaml", LIGHTHOUSE),
        ("ip/buoy.yaml", BUOY),
        ("soc/coast.yaml", soc),
    ])
}

fn generated(reading: &Reading) -> Files {
    let model = reading.model.as_ref().expect("nothing is wrong");
    all(model, &Choices::default()).expect("the built-in templates are right")
}

/// Compiles generated crates and what uses them, each after those that it uses.
struct Crates {
    root: tempfile::TempDir,
    made: Vec<(String, PathBuf)>,
}

impl Crates {
    fn new(files: &Files) -> Self {
        let root = tempfile::tempdir().expect("a directory for tests");
        put(root.path(), files);
        Self { root, made: Vec::new() }
    }

    fn compile(&mut self, directory: &str) -> Result<(), String> {
        let name = format!("linkwright_{}", directory.replace('-', "_"));
        let others: Vec<(&str, &Path)> = self.made.iter().map(|(name, path)| (name.as_str(), path.as_path())).collect();
        let folder = self.root.path().join(directory);
        let out = folder.join(format!("lib{name}.rmeta"));
        let mut command = rustc();
        command.args(arguments(&folder.join("src/lib.rs"), &name, &others));
        for folder in self.made.iter().filter_map(|(_, path)| path.parent()) {
            command.arg("-L").arg(format!("dependency={}", folder.display()));
        }
        let output = command.args(["--cfg", "feature=\"driver\"", "--emit=metadata", "-o"]).arg(&out).output();
        let output = output.expect("rustc runs");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        self.made.push((name, out));
        Ok(())
    }

    fn user(&mut self, text: &str) -> Result<(), String> {
        let folder = self.root.path().join("user/src");
        std::fs::create_dir_all(&folder).expect("a directory for tests");
        std::fs::write(folder.join("lib.rs"), text).expect("a file for tests");
        self.compile("user")
    }
}

#[test]
fn its_references_are_links_and_order_devices() {
    let reading = coast(COAST);
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    let soc = &reading.model.as_ref().expect("nothing is wrong").socs[0];
    let edge = &soc.edges[0];
    assert_eq!((edge.consumer, edge.supplier, edge.runtime_pm), (1, 2, true));
    assert_eq!(
        (edge.subsystem.as_str(), edge.name.as_str(), edge.place.as_str()),
        ("lantern", "top", "soc/coast.yaml:5")
    );
    assert_eq!(soc.probe_order, [0, 2, 1], "the supplier first, though it is written last");
    let sleep: Vec<usize> = soc.sleep_order.iter().map(|step| step.device).collect();
    assert_eq!(sleep, [1, 2, 0], "the consumer first");
    let fifth = coast(&COAST.replace("lighthouse0/2", "lighthouse0/4"));
    assert_eq!(fifth.diagnostics.sorted()[0].rule, "LW0407", "there are four lamps");
    let misspelt = coast(&COAST.replace("lanterns:", "lantern:"));
    assert!(misspelt.diagnostics.sorted()[0].help.iter().any(|help| help.contains("`lanterns`")));
}

#[test]
fn data_and_pages_have_it() {
    let files = generated(&coast(COAST));
    let text = |name: &str| files[name].text.as_str();
    let topology = text("coast/src/topology.rs").split_whitespace().collect::<String>();
    let link = "Link::managed(Buoy0::ID,Lighthouse0::ID,Hard,\"lantern\",\"top\",\"soc/coast.yaml:5\"";
    assert!(topology.contains(link), "{topology}");
    assert!(topology.contains("probe_order:&[Raft0::ID,Lighthouse0::ID,Buoy0::ID]"), "{topology}");
    assert!(topology.contains("sleep_order:&[Buoy0::ID,Lighthouse0::ID,Raft0::ID]"), "{topology}");
    assert!(text("coast/src/wiring.rs").contains("unsafe impl SuppliedBy<Lighthouse0> for Buoy0 {}"));
    let reference = text("coast/reference.md");
    assert!(
        reference.contains("| `buoy0` | `lighthouse0` | lantern top | runtime PM | soc/coast.yaml:5 |"),
        "{reference}"
    );
    assert!(reference.contains("`buoy0`, after `lighthouse0` (lantern top)"), "{reference}");
    assert!(reference.contains("`lighthouse0`, after `buoy0` (lantern top)"), "{reference}");
    assert!(text("coast/src/devices.rs").contains("pub mod lanterns"), "its numbers");
    let handles = text("subsystems/README.md");
    let row = handles.lines().find(|line| line.contains("| `lantern` |")).expect("a row");
    assert!(row.contains("Lamps that ships see") && row.contains("at resume: `light`"), "{row}");
}

#[cfg(feature = "graph")]
#[test]
fn pictures_have_its_edge_and_name() {
    use linkwright_codegen::graph::{Choices, Graph, Lanes, svg};

    let reading = coast(COAST);
    let model = reading.model.as_ref().expect("nothing is wrong");
    let graph = Choices::default().apply(&Graph::new(&model.socs[0], model)).expect("nothing is asked for");
    let [edge] = graph.edges.as_slice() else { panic!("{:?}", graph.edges) };
    assert_eq!((edge.consumer, edge.supplier, edge.resource.as_str()), (1, 2, "2"));
    assert_eq!((edge.what().as_str(), edge.runtime_pm, edge.orders()), ("lantern top", true, true));
    let picture = svg(&graph, Lanes::None);
    let document = roxmltree::Document::parse(&picture).expect("it is well-formed");
    let has = |attribute: &str, value: &str| document.descendants().find(|n| n.attribute(attribute) == Some(value));
    let line = has("data-edges", "0").expect("its edge");
    let says = |node: roxmltree::Node<'_, '_>| node.descendants().filter_map(|n| n.text()).collect::<String>();
    assert!(says(line).contains("lantern top"), "{picture}");
    assert!(says(has("data-device", "buoy0").expect("the consumer")).contains("lantern"), "{picture}");
}

#[test]
fn handles_and_proofs_are_types_and_nothing_else_compiles() {
    let mut crates = Crates::new(&generated(&coast(COAST)));
    for name in ["subsystems", "lighthouse", "buoy", "coast", "user"] {
        let made = if name == "user" { crates.user(USER) } else { crates.compile(name) };
        made.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let user = |from: &str, to: &str| USER.replace(from, to);
    for (why, text, says) in [
        ("no edge", user("supplied::<Buoy0>()", "supplied::<linkwright_coast::Raft0>()"), "Raft0"),
        ("sleeping without a task", user("lamp.light(cx)?", "lamp.light()?"), "Task"),
        ("looking without power", user("lamp.brightness(power)", "lamp.brightness()"), "Active<Buoy0>"),
    ] {
        let error = crates.user(&text).expect_err(why);
        assert!(error.contains(says), "{why}: {error}");
    }
}

/// Buoys are off in the last phase, and so is the lighthouse, which says nothing and shines for one of them.
#[test]
fn phases_of_sleep_are_facts_of_devices() {
    let reading = reading(&[
        ("subsystems/lantern.yaml", SUBSYSTEM),
        ("ip/lighthouse.yaml", LIGHTHOUSE),
        ("ip/buoy.yaml", &BUOY.replace("window:", "sleep: { off: noirq }\nwindow:")),
        (
            "soc/coast.yaml",
            &format!("{COAST}  lighthouse1: {{ ip: lighthouse, reg: 0x4000, runtime_pm: {{ always_on: true }} }}\n"),
        ),
    ]);
    let files = generated(&reading);
    let topology = files["coast/src/topology.rs"].text.split_whitespace().collect::<String>();
    let order = "sleep_order:&[Lighthouse1::ID,Buoy0::ID,Lighthouse0::ID,Raft0::ID]";
    assert!(topology.contains(order), "{topology}");
    let reference = &files["coast/reference.md"].text;
    for step in ["`lighthouse1` in phase late\n", "`lighthouse0` in phase noirq, after `buoy0` (lantern top)\n"] {
        assert!(reference.contains(step), "{step}: {reference}");
    }
    let row = reference.lines().find(|line| line.starts_with("| `lighthouse1`")).expect("a row");
    assert!(row.contains("| Never suspended. "), "{row}");
    let mut crates = Crates::new(&files);
    for name in ["subsystems", "lighthouse", "buoy", "coast"] {
        crates.compile(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let user = |device: &str, phase: &str| {
        format!(
            "#![no_std]\n//! A fact.\nuse linkwright::power::{{Device, OffPhase}};\n\
             const _: () = assert!(matches!(<linkwright_coast::{device} as Device>::OFF, OffPhase::{phase}));\n"
        )
    };
    for (device, phase) in [("Buoy0", "Noirq"), ("Lighthouse0", "Noirq"), ("Lighthouse1", "Late")] {
        crates.user(&user(device, phase)).unwrap_or_else(|error| panic!("{device}: {error}"));
    }
    crates.user(&user("Buoy0", "Late")).expect_err("it is off in another phase");
}

/// Basins keep what is in them afloat; a harbour has two, and lies in the sea.
#[test]
fn a_domain_need_not_be_called_so() {
    let soc = "\
linkwright: 1
soc: coast
devices:
  sea: { ip: basin, runtime_pm: { always_on: true } }
  harbour: { ip: basin, tides: { to: sea, gate: 0 } }
  boat0: { ip: boat, tides: harbour/1 }
  boat1: { ip: boat, tides: harbour/0 }
  boat2: { ip: boat, tides: harbour/1 }
  boat3: { ip: boat, tides: harbour/1, status: disabled }
";
    let domain = "linkwright: 1\nsubsystem: tide\nkey: tides\nreference: { args: { gate: u8 } }\n\
                  link: { class: hard, runtime_pm: true, domain: true }\n";
    let reading = |domain: &str| {
        reading(&[
            ("subsystems/tide.yaml", domain),
            (
                "ip/basin.yaml",
                "linkwright: 1\nip: basin\nprovides: { tide: {} }\nconsumes: { tides: { optional: true } }\n",
            ),
            ("ip/boat.yaml", "linkwright: 1\nip: boat\nconsumes: { tides: {} }\n"),
            ("soc/coast.yaml", soc),
        ])
    };
    let files = generated(&reading(domain));
    let reference = &files["coast/reference.md"].text;
    for row in [
        "| sea/0 | `sea` |  |  | always on |",
        "| harbour/1 | `harbour` | sea/0 | `boat0`, `boat2` |  |",
        "| harbour/0 | `harbour` | sea/0 | `boat1` |  |",
    ] {
        assert!(reference.contains(row), "{row}: {reference}");
    }
    let topology = files["coast/src/topology.rs"].text.split_whitespace().collect::<String>();
    let harbour = "Domain{name:\"harbour/1\",provider:Harbour::ID,args:&[1],irq_safe:false,always_on:false,outer:&[0],\
                   members:&[Boat0::ID,Boat2::ID],}";
    assert!(topology.contains(harbour), "{topology}");
    let mut crates = Crates::new(&files);
    crates.compile("coast").unwrap_or_else(|error| panic!("coast: {error}"));
    let files = generated(&reading(&domain.replace(", domain: true", "")));
    assert!(!files["coast/reference.md"].text.contains("Power domains"), "any other supplier");
    assert!(files["coast/src/topology.rs"].text.contains("domains: &[],"));
}

/// Accepted specs must compile: an endpoint's proof of power has nothing to stand on where the controller may be away.
#[test]
fn a_port_whose_controller_need_not_run_is_not_wired() {
    let soc = "\
linkwright: 1
soc: harbour
devices:
  gic: { ip: arm-gic }
  clock: { ip: pll }
  later: { ip: pl330, reg: 0x10000, clocks: { apb_pclk: clock/0 } }
  never: { ip: pl330, reg: 0x20000, clocks: { apb_pclk: clock/0 }, status: disabled }
  uart0:
    ip: samsung-uart
    reg: 0x30000
    clocks: { uart: clock/0, clk_uart_baud0: clock/0 }
    interrupts: { irq: gic/40 }
    dmas: { tx: { to: later, request: 3, post_init: true }, rx: never/4 }
";
    let reading =
        reading(&[("ip/pll.yaml", "linkwright: 1\nip: pll\nprovides: { clk: {} }\n"), ("soc/harbour.yaml", soc)]);
    let files = generated(&reading);
    let wiring = &files["harbour/src/wiring.rs"].text;
    assert!(!wiring.contains("impl Endpoint") && wiring.contains("SuppliedBy<Clock> for Uart0"), "{wiring}");
    let topology = files["harbour/src/topology.rs"].text.split_whitespace().collect::<String>();
    assert!(topology.contains("PostInit,\"dma\",\"tx\""), "{topology}");
    let mut crates = Crates::new(&files);
    for name in ["subsystems", "pl330", "samsung-uart", "harbour"] {
        crates.compile(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
