//! Device trees become specs that are right, complete and readable; damaged ones become errors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dtoolkit::fdt::{Fdt, FdtNode};
use dtoolkit::{Node as _, Property as _};
use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::import::devicetree::{Blob, Catalog, ImportError, Imported, Settings, compile, import};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::report::{Diagnostics, Style, human};

fn options() -> Options {
    Options { above: false, ..Options::default() }
}

fn catalog() -> Catalog {
    let mut out = Diagnostics::new();
    let catalog = Catalog::load(&options(), &mut out);
    assert!(!out.has_errors());
    catalog
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devicetree/board.dts")
}

/// The board without labels, as kernels ship trees.
fn board() -> Vec<u8> {
    let output = std::process::Command::new("dtc").args(["-q", "-I", "dts", "-O", "dtb"]).arg(source()).output();
    let output = output.expect("`dtc` is needed here; Debian: apt-get install device-tree-compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn imported(bytes: &[u8], settings: Settings) -> Imported {
    let blob = Blob { name: "board", origin: "board.dtb", bytes };
    import(&[blob], &catalog(), settings).expect("the tree is right")
}

fn judged(imported: &Imported) -> Reading {
    let inputs: Vec<Input> =
        imported.files.iter().map(|(path, text)| Input::Text(path.clone(), text.clone())).collect();
    read(&inputs, &options())
}

fn said(reading: &Reading) -> String {
    human(&reading.diagnostics, &reading.workspace.sources, Style { color: false, width: 120 })
}

#[test]
fn a_board_is_told_as_a_person_would() {
    let imported = imported(&board(), Settings::default());
    let text: String = imported.files.iter().map(|(path, text)| format!("# ---- {path}\n{text}\n")).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_imported_is_accepted() {
    let imported = imported(&board(), Settings::default());
    let reading = judged(&imported);
    assert!(reading.model.is_some(), "{}", said(&reading));
}

#[test]
fn every_reference_is_an_edge() {
    let imported = imported(&board(), Settings::default());
    let reading = judged(&imported);
    let model = reading.model.as_ref().expect("accepted");
    let soc = &model.socs[0];
    let name = |device: usize| soc.devices[device].name.as_str();
    let edges: BTreeSet<String> = soc
        .edges
        .iter()
        .map(|edge| format!("{} {} {}", name(edge.consumer), name(edge.supplier), edge.subsystem))
        .collect();
    insta::assert_snapshot!(edges.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn circles_are_cut_or_reported_with_the_same_cut() {
    let cut = imported(&board(), Settings::default());
    let cuts = &cut.boards[0].cuts;
    assert_eq!(cuts.len(), 1);
    assert_eq!(cuts[0].circle.first(), cuts[0].circle.last());
    let kept = imported(&board(), Settings { keep_cycles: true });
    assert_eq!(kept.boards[0].cuts, []);
    let reading = judged(&kept);
    assert!(reading.model.is_none());
    let text = said(&reading);
    let proposed = format!("let `{}` probe without `{}`", cuts[0].consumer, cuts[0].supplier);
    assert!(text.contains("LW0413") && text.contains(&proposed), "{proposed}\n{text}");
}

#[test]
fn the_same_tree_gives_the_same_specs() {
    let board = board();
    assert_eq!(imported(&board, Settings::default()), imported(&board, Settings::default()));
}

#[test]
fn source_gives_devices_their_labels() {
    let bytes = compile(&source()).expect("dtc is there, and the source right");
    let imported = imported(&bytes, Settings::default());
    let soc = &imported.files[0].1;
    for name in ["  gic: {", "  debug_uart:\n", "  display:\n", "Also called serial0."] {
        assert!(soc.contains(name), "{name}: {soc}");
    }
    assert!(judged(&imported).model.is_some());
}

#[test]
fn wrong_source_is_the_compilers_word_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wrong.dts");
    std::fs::write(&path, "/dts-v1/;\n#include <dt-bindings/clock.h>\n/ { a = <&b>; };\n").expect("written");
    let Err(ImportError::Source { what, help }) = compile(&path) else { panic!("it is wrong") };
    assert!(what.contains("wrong.dts:2"), "{what}");
    assert!(help.contains("cpp"), "{help}");
}

#[test]
fn boards_that_are_imported_together_share_their_ips() {
    let bytes = board();
    let blob = |name| Blob { name, origin: "board.dtb", bytes: &bytes };
    let both = import(&[blob("one"), blob("two")], &catalog(), Settings::default()).expect("right");
    let alone = imported(&bytes, Settings::default());
    assert_eq!(both.files.len(), alone.files.len() + 1);
    assert!(judged(&both).model.is_some());
}

/// Everything that the reader finds, a well-kept crate finds too, where it accepts the tree.
#[test]
fn the_reader_agrees_with_another_one() {
    let bytes = board();
    let fdt = Fdt::new(&bytes).expect("it accepts this one");
    fn paths(node: FdtNode<'_>, above: &str, out: &mut BTreeSet<String>) {
        for child in node.children() {
            let path = format!("{above}/{}", child.name());
            if child.properties().any(|property| property.name() == "compatible") {
                out.insert(path.clone());
            }
            paths(child, &path, out);
        }
    }
    let mut theirs = BTreeSet::new();
    paths(fdt.root(), "", &mut theirs);
    let imported = imported(&bytes, Settings::default());
    let ours: BTreeSet<String> = imported.files[0]
        .1
        .split("source: ")
        .map(|rest| {
            rest.split([' ', '\n']).next().unwrap_or_default().trim_end_matches(',').trim_matches('"').to_string()
        })
        .filter(|path| path.starts_with('/'))
        .collect();
    let left_out: Vec<&String> = theirs.difference(&ours).collect();
    assert_eq!(ours.difference(&theirs).count(), 0);
    assert_eq!(left_out, ["/reserved-memory/pool@40000000", "/soc"], "neither is a device");
}

/// Imports and judges; whatever comes out is an error or specs that the checks can read.
fn survive(bytes: &[u8], catalog: &Catalog) {
    let blob = Blob { name: "x", origin: "x.dtb", bytes };
    if let Ok(imported) = import(&[blob], catalog, Settings::default()) {
        let reading = judged(&imported);
        let badly_written = |rule: &str| rule < "LW0100";
        for finding in reading.diagnostics.iter() {
            assert!(!badly_written(finding.rule), "{}\n{}", said(&reading), imported.files[0].1);
        }
    }
}

/// A generator that is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }
}

#[test]
fn damaged_trees_are_errors_or_specs() {
    let (board, catalog) = (board(), catalog());
    let mut random = Random(1);
    for round in 0..800 {
        let mut bytes = board.clone();
        for _ in 0..1 + round % 4 {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.below(256) as u8,
                // A cell, such as a phandle, a token or a length.
                2 => {
                    let value = random.below(64) as u32;
                    let at = at & !3;
                    bytes.get_mut(at..at + 4).into_iter().for_each(|cell| cell.copy_from_slice(&value.to_be_bytes()));
                }
                _ => bytes.truncate(at.max(1)),
            }
        }
        survive(&bytes, &catalog);
    }
}

#[test]
fn any_bytes_are_an_error() {
    let catalog = catalog();
    let mut random = Random(2);
    for length in 0..600_usize {
        let mut bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        survive(&bytes, &catalog);
        // A header that is right, and anything behind it.
        let header: [u32; 10] =
            [0xd00d_feed, length as u32, 40, 40, 40, 17, 16, 0, 0, length.saturating_sub(40) as u32];
        for (cell, value) in bytes.chunks_exact_mut(4).zip(header) {
            cell.copy_from_slice(&value.to_be_bytes());
        }
        survive(&bytes, &catalog);
    }
}

#[test]
fn errors_say_what_and_where() {
    let board = board();
    let error = |bytes: &[u8]| {
        let blob = Blob { name: "x", origin: "x.dtb", bytes };
        let failures = import(&[blob], &catalog(), Settings::default()).expect_err("it is wrong");
        assert!(!failures[0].1.help().is_empty());
        failures[0].1.to_string()
    };
    assert_eq!(error(b""), "not a flattened device tree: it does not begin with d0 0d fe ed");
    assert_eq!(error(b"/dts-v1/;"), "not a flattened device tree: it does not begin with d0 0d fe ed");
    assert_eq!(error(&board[..20]), "a damaged device tree: the header ends too early, at byte 20");
    assert_eq!(error(&board[..2000]), "a damaged device tree: the file is shorter than its header says, at byte 4");
    assert_eq!(error(&vec![0; 5 << 20]), "a device tree with more than 4194304 bytes");
    let mut old = board.clone();
    old[23] = 3;
    assert_eq!(error(&old), "a device tree of version 3 (readable as 16); versions from 17 can be read");
}

/// Nodes within nodes, and as many tokens as fit: time is bounded, and the stack is not used.
#[test]
fn hostile_trees_end_soon() {
    let catalog = catalog();
    let tree = |structure: &[u32], strings: &[u8]| {
        let size = structure.len() as u32 * 4;
        let total = 40 + size + strings.len() as u32;
        let header = [0xd00d_feed, total, 40, 40 + size, 40, 17, 16, 0, strings.len() as u32, size];
        let words = header.iter().chain(structure).flat_map(|word| word.to_be_bytes());
        words.chain(strings.iter().copied()).collect::<Vec<u8>>()
    };
    let begin = [1, u32::from_be_bytes(*b"n\0\0\0")];
    let deep: Vec<u32> = [1, 0].into_iter().chain(begin.into_iter().cycle().take(1_000_000)).collect();
    let wide = [1, 0].into_iter().chain([begin[0], begin[1], 2].into_iter().cycle().take(1_000_000)).chain([2, 9]);
    let wide: Vec<u32> = wide.collect();
    // A device that refers to itself with every cell, and whose name is taken by another.
    let strings = b"compatible\0phandle\0leds\0";
    let mut links = vec![1, 0, 1, u32::from_be_bytes(*b"n\0\0\0"), 3, 2, 0, u32::from_be_bytes(*b"x\0\0\0")];
    links.extend([3, 4, 11, 1, 3, 3_600_000, 19]);
    links.extend(std::iter::repeat_n(1, 900_000));
    links.extend([2, 2, 9]);
    let start = std::time::Instant::now();
    for (tree, what) in
        [(tree(&deep, b""), "levels"), (tree(&wide, b""), "nodes"), (tree(&links, strings), "references")]
    {
        let blob = Blob { name: "x", origin: "x.dtb", bytes: &tree };
        let failures = import(&[blob], &catalog, Settings::default()).expect_err("too large");
        assert!(
            matches!(failures[0].1, ImportError::TooLarge { what: said, .. } if said.contains(what)),
            "{failures:?}"
        );
    }
    // A generous bound for a build without optimisation on a busy machine.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// A tree of our own, by way of `dtc`.
fn compiled(source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tree.dts");
    std::fs::write(&path, source).expect("a file");
    compile(&path).expect("it compiles")
}

#[test]
fn what_is_meant_within_a_device_is_kept_apart_though_its_name_is_nearly_the_same() {
    // Nodes whose paths give the same word; cells whose digits are the same in a row.
    let regulators = ["ldo1_1", "ldo11", "ldo,11", "group/ldo@0", "group_ldo0"];
    let node = |path: &str, at: usize| match path.split_once('/') {
        Some((outer, inner)) => format!("{outer} {{ r{at}: {inner} {{ }}; }};"),
        None => format!("r{at}: {path} {{ }};"),
    };
    let nodes: String = regulators.iter().enumerate().map(|(at, path)| node(path, at)).collect();
    let supplies: String = (0..regulators.len()).map(|at| format!("v{at}-supply = <&r{at}>;")).collect();
    let source = format!(
        "/dts-v1/; / {{ #address-cells = <1>; #size-cells = <1>; pmic {{ compatible = \"example,pmic\"; {nodes} }}; \
         clk: clocks {{ compatible = \"example,clocks\"; #clock-cells = <2>; \
         one: one {{ #clock-cells = <1>; }}; }}; \
         user {{ compatible = \"example,user\"; {supplies} clocks = <&clk 1 11>, <&clk 11 1>, <&clk 1 11>, <&one 1>; }}; }};"
    );
    let reading = judged(&imported(&compiled(&source), Settings::default()));
    let model = reading.model.as_ref().unwrap_or_else(|| panic!("{}", said(&reading)));
    let user = model.socs[0].devices.iter().find(|device| device.name == "user").expect("a device");
    let numbers = |subsystem: &str| -> Vec<Vec<u64>> {
        user.references.iter().filter(|r| r.subsystem == subsystem).map(|r| r.args.clone()).collect()
    };
    let distinct = numbers("regulator").into_iter().collect::<BTreeSet<_>>();
    assert_eq!(distinct.len(), regulators.len(), "{distinct:?}");
    let clocks = numbers("clk");
    assert_eq!(clocks[0], clocks[2]);
    assert_eq!(clocks.iter().collect::<BTreeSet<_>>().len(), 3, "{clocks:?}");
}
