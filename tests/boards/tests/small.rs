//! The corpus command on a board of our own: no download, a few seconds.

use std::path::{Path, PathBuf};
use std::process::Command;

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
    let theirs = second::edges(std::slice::from_ref(&tree)).expect("python3 and dtc are there");
    assert_eq!(second::differences(&outcome.edges, &theirs[&tree]), [""; 0]);
    assert_eq!(outcome.edges.len(), 23);
    assert!(!pl330::has(outcome.soc.as_ref().expect("right")) || outcome.ordered > 0);
}

#[test]
fn a_difference_is_told_from_both_sides() {
    let edge = |to: &str| ("/a".to_string(), to.to_string(), "clk".to_string());
    let (ours, theirs) = ([edge("/b"), edge("/c")].into(), [edge("/c"), edge("/d")].into());
    let told = second::differences(&ours, &theirs);
    assert_eq!(told, ["only imported: /a -> /b (clk)", "only by the second method: /a -> /d (clk)"]);
}

#[test]
fn what_is_generated_compiles() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = outcome(&tree(folder.path()));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    compile::check(&outcome.imported, folder.path(), &target).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn findings_and_comments_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcomes = [outcome(&tree(folder.path()))];
    let comments = report::not_understood(outcomes.iter());
    assert!(comments.iter().any(|line| line.contains("leads nowhere")), "{comments:?}");
    assert!(report::frequent(outcomes.iter()).len() <= 10);
}
