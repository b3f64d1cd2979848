//! The corpus command on a board of our own: no download, a few seconds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use boards::board::{Edge, Reference};
use boards::second::Told;
use boards::{board, compile, pl330, report, second};
use linkwright_codegen::import::devicetree::Catalog;
use linkwright_codegen::load::Options;
use linkwright_codegen::report::Diagnostics;

/// Our board, compiled into a folder.
fn tree(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../codegen/tests/devicetree/board.dts");
    let tree = folder.join("board.dtb");
    let dtc = Command::new("dtc").args(["-q", "-I", "dts", "-O", "dtb", "-o"]).arg(&tree).arg(source).status();
    assert!(dtc.expect("`dtc` is needed here; Debian: apt-get install device-tree-compiler").success());
    tree
}

fn outcome(tree: &Path) -> board::Outcome {
    let mut diagnostics = Diagnostics::new();
    let catalog = Catalog::load(&Options { above: false, ..Options::default() }, &mut diagnostics);
    assert!(!diagnostics.has_errors());
    board::run("board", &std::fs::read(tree).expect("readable"), &catalog).expect("importable")
}

#[test]
fn both_methods_find_the_same_edges() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path());
    let outcome = outcome(&tree);
    let theirs = second::references(std::slice::from_ref(&tree)).expect("python3 and dtc are there");
    assert_eq!(second::differences(&outcome.references, &theirs[&tree]), [""; 0]);
    let edges: BTreeSet<Edge> = theirs[&tree].iter().map(|told| told.edge.clone()).collect();
    assert_eq!(outcome.edges, edges);
    assert_eq!(outcome.edges.len(), 23);
    assert!(!pl330::has(outcome.soc.as_ref().expect("right")) || outcome.ordered > 0);
}

#[test]
fn a_difference_is_told_from_both_sides() {
    let edge = |to: &str| ("/a".to_string(), to.to_string(), "clk".to_string());
    let own = |to: &str, by_name, text: &str| Reference { edge: edge(to), by_name, specifier: text.to_string() };
    let other =
        |to: &str, cells: &str, word: &str| Told { edge: edge(to), cells: cells.to_string(), word: word.to_string() };
    let ours = [own("/b", false, "1"), own("/c", false, "2/3"), own("/e", true, "out_1")];
    let same = [other("/b", "1", "self_1"), other("/c", "2/3", "self_2_3"), other("/e", "-", "out_1")];
    assert_eq!(second::differences(&ours, &same), [""; 0]);
    let theirs = [
        other("/c", "2/4", "self_2_4"),
        other("/d", "", "self"),
        other("/d", "", "self"),
        other("/e", "-", "out_2"),
        other("/b", "-", "1"),
    ];
    assert_eq!(
        second::differences(&ours, &theirs),
        [
            "only by the second method: /a -> /b (clk -)",
            "only imported: /a -> /b (clk 1)",
            "only imported: /a -> /c (clk 2/3)",
            "only by the second method: /a -> /c (clk 2/4)",
            "only by the second method: /a -> /d (clk, 2 times)",
            "only imported: /a -> /e (clk out_1)",
            "only by the second method: /a -> /e (clk out_2)",
        ]
    );
}

#[test]
fn requests_are_held_against_the_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = outcome(&tree(folder.path()));
    let soc = outcome.soc.as_ref().expect("right");
    // The UART of the board is where an Exynos 4 has its first, and has its requests.
    let chip = ["samsung,exynos4".to_string()];
    let compared = pl330::compare(soc, &chip, &pl330::rows().expect("well-formed"));
    let second = [
        "13810000 tx: 18 of 12680000; the table says 16 of 12690000",
        "13810000 rx: not there; the table says 15 of 12690000",
    ];
    assert_eq!(compared.same, 2);
    assert_eq!(compared.wrong, second, "where it has its second");
    let compared = pl330::compare(soc, &outcome.chip, &pl330::rows().expect("well-formed"));
    assert_eq!((compared.same, compared.wrong), (0, vec![]), "no chip of the table");
    let table = "samsung,exynos3 samsung,exynos4\t13800000\t12680000\ttx=16 rx=14 up=1\tbook\n\
                 samsung,exynos4\tserial0\t12690000\ttx=16\tbook\n";
    let compared = pl330::compare(soc, &chip, &pl330::parse(table).expect("well-formed"));
    assert_eq!(compared.same, 1);
    assert_eq!(
        compared.wrong,
        [
            "13800000 rx: 15 of 12680000; the table says 14 of 12680000",
            "13800000 up: not there; the table says 1 of 12680000",
            "serial0 tx: 16 of 12680000; the table says 16 of 12690000",
        ]
    );
    for row in ["a\tb\tc", "a\tb\tzz\ttx=1\tbook", "a\tb\t1\ttx=x\tbook", "a\tb\t1\ttx\tbook", "a\t\t1\ttx=1\tbook"] {
        assert!(pl330::parse(row).is_err_and(|error| error.starts_with("line 1: ")), "{row}");
    }
}

#[test]
fn what_is_generated_compiles() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = outcome(&tree(folder.path()));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    compile::check(&outcome.imported, folder.path(), &target).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn findings_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcomes = [outcome(&tree(folder.path()))];
    let (lines, rules) = report::frequent(outcomes.iter());
    assert!(rules >= lines.len() && lines.len() <= 10);
    let dangling = "on    1 boards  LW1001 dangling-phandles";
    assert!(lines.iter().any(|line| line.ends_with(dangling)), "{lines:?}");
}

/// What the command writes to a terminal that `script` makes for it, or to pipes.
fn said(tree: &Path, terminal: bool) -> String {
    let program = env!("CARGO_BIN_EXE_boards");
    let tree = tree.display();
    let line = format!("{program} --compare 0 --compile 0 {tree}");
    let output = match terminal {
        true => Command::new("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").output(),
        false => Command::new("sh").args(["-c", &line]).output(),
    };
    let output = output.expect("`script` is needed here; Debian: apt-get install bsdutils");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_terminal_gets_a_bar_and_a_pipe_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path());
    let (terminal, pipe) = (said(&tree, true), said(&tree, false));
    assert!(terminal.contains("Importing, judging, ordering ["), "{terminal}");
    assert!(!pipe.contains("Importing, judging, ordering"), "{pipe}");
    for text in [terminal, pipe] {
        assert!(text.contains("1 boards in ") && text.contains("boards: nothing wrong"), "{text}");
    }
}
