use std::path::Path;
use std::process::Command;

use snapbox::str;

use crate::linkwright;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/devicetree/board.dts");

/// The board, compiled.
fn board(folder: &Path) -> String {
    let blob = folder.join("board.dtb").display().to_string();
    let dtc = Command::new("dtc").args(["-q", "-I", "dts", "-O", "dtb", "-o", &blob, SOURCE]).status();
    assert!(dtc.expect("`dtc` is needed here; Debian: apt-get install device-tree-compiler").success());
    blob
}

#[test]
fn a_tree_becomes_specs_that_lint_and_generate_take() {
    let folder = tempfile::tempdir().expect("a folder");
    let blob = board(folder.path());
    let specs = folder.path().join("specs").display().to_string();
    linkwright().args(["import", "dtb", &blob, "--out", &specs]).assert().success().stdout_eq("").stderr_eq(str![[r#"
15 files written to [..]specs
warning[LW1001]: `backlight`: phandle 0x7777 leads nowhere
  --> [..]soc/board.yaml:80:3
   |
80 |   flash_0_0:
   |   ^^^^^^^^^ node /soc/bus@8000000/flash@0,0
   |
   = note: what is behind it in the property is not read either
   = help: refer to a node that is there, or remove the property

warning[LW1002]: `phys` refers to /oscillator, which does not say its `#phy-cells`
  --> [..]soc/board.yaml:80:3
   |
80 |   flash_0_0:
   |   ^^^^^^^^^ node /soc/bus@8000000/flash@0,0
   |
   = note: it cannot be told where the next reference begins, so the rest of the property is not read
   = help: refer to a node that provides this, or let it say how many cells it asks for

2 warnings in 1 file; `linkwright explain LW1001` tells more about a rule
board: 16 devices (2 disabled), 35 references
  described already: pl330
  made anew, each with a word at its top, though a spec describes such a block:
    arm-gic-400: `arm-gic` does not fit, references to its `interrupt` carry other arguments
  circles cut by `post_init` at 1 reference:
    `display_3900000` is probed without `bridge_3a00000` (remote-endpoints): display_3900000 -> bridge_3a00000 -> display_3900000
Next:
  linkwright lint [..]soc/board.yaml

"#]]);
    let soc = format!("{specs}/soc/board.yaml");
    linkwright().args(["lint", &soc]).assert().success();
    let out = folder.path().join("generated").display().to_string();
    linkwright().args(["generate", &soc, "--out", &out]).assert().success();
    assert!(folder.path().join("generated/board/src/lib.rs").exists());
}

#[test]
fn what_a_person_changed_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let blob = board(folder.path());
    let specs = folder.path().join("specs");
    let import = || linkwright().args(["import", "dtb", &blob, "--out"]).arg(&specs).assert();
    import().success();
    import().success();
    let soc = specs.join("soc/board.yaml");
    let edited = std::fs::read_to_string(&soc).expect("written").replace("Example board", "My board");
    std::fs::write(&soc, &edited).expect("writable");
    import().code(2).stderr_eq(str![[r#"
error: [..]soc/board.yaml is there with other contents
  help: nothing was written: boards that share a directory are imported together; else choose another --out

"#]]);
    assert_eq!(std::fs::read_to_string(&soc).expect("there"), edited);
}

#[test]
fn source_goes_through_dtc() {
    let print = linkwright().args(["import", "dts", SOURCE]).assert().success();
    let text = String::from_utf8_lossy(&print.get_output().stdout).into_owned();
    assert!(text.starts_with("# ---- soc/board.yaml\n") && text.contains("debug_uart:"), "{text}");
}

#[test]
fn source_without_dtc_says_what_to_install() {
    linkwright().args(["import", "dts", SOURCE]).env("PATH", "/nowhere").assert().code(2).stderr_eq(str![[r#"
error: [..]board.dts: source of a device tree needs the compiler `dtc`, which is not there
  help: install it (Debian: `device-tree-compiler`), or import the compiled `.dtb`

"#]]);
}

#[test]
fn no_tree_is_an_error_with_advice() {
    linkwright().args(["import", "dtb", SOURCE]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: [..]board.dts: not a flattened device tree: it does not begin with d0 0d fe ed
  help: source (`.dts`) is compiled by `linkwright import dts`; the kernel's build makes `.dtb`

"#]]);
    linkwright().args(["import", "dtb", "/nowhere.dtb"]).assert().code(2).stderr_eq(str![[r#"
error: cannot read /nowhere.dtb: No such file or directory (os error 2)

"#]]);
}
