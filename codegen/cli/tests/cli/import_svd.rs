use snapbox::str;

use crate::linkwright;

const CHIP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/svd/features.svd");

#[test]
fn a_chip_becomes_specs_that_lint_and_generate_take() {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs");
    let out = specs.display().to_string();
    let import = linkwright().args(["import", "svd", CHIP, "--out", &out, "--peripheral", "DMA"]).assert();
    import.success().stdout_eq("").stderr_eq(str![[r#"
1 peripheral of 1 distinct block: 6 registers with 0 fields
2 files written to [..]specs

"#]]);
    let soc = specs.join("soc/acme1.yaml").display().to_string();
    linkwright().args(["lint", "--strict", &soc]).assert().success();
    let generated = folder.path().join("generated").display().to_string();
    linkwright().args(["--quiet", "generate", &soc, "--out", &generated]).assert().success().stderr_eq("");
}

#[test]
fn what_is_left_out_is_told_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let import = linkwright().args(["import", "svd", CHIP, "--out"]).arg(folder.path()).assert().success();
    let told = String::from_utf8_lossy(&import.get_output().stderr).into_owned();
    assert!(told.contains("warning[LW0020]: field `TIM1.BAD.OUT` cannot be in a spec"), "{told}");
    assert!(told.contains("features.svd:103:20"), "{told}");
    assert!(told.contains("\n8 left out, see above\n"), "{told}");
}

#[test]
fn a_spec_that_somebody_wrote_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("soc")).expect("a folder");
    let soc = folder.path().join("soc/acme1.yaml");
    std::fs::write(&soc, "mine\n").expect("writable");
    linkwright().args(["import", "svd", CHIP, "--out"]).arg(folder.path()).arg("--quiet").assert().code(2);
    assert_eq!(std::fs::read_to_string(&soc).expect("readable"), "mine\n");
    assert!(!folder.path().join("ip").exists());
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    linkwright().args(["import", "svd", "nowhere.svd"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: cannot read nowhere.svd: No such file or directory (os error 2)

"#]]);
    linkwright().args(["import", "svd", CHIP, "--peripheral", "TIM9"]).assert().code(1);
}
