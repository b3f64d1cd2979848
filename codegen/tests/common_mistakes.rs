//! What people get wrong who write a spec for the first time: the message alone must tell what to change.
//!
//! `INSTA_UPDATE=always cargo test -p linkwright-codegen --test common_mistakes` accepts the reports; read them as if you
//! had never seen the format.
#![forbid(unsafe_code)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{ids, judge, report};

/// Each mistake in `common_mistakes/`, the rule that finds it, and what the message has to say.
const MISTAKES: &[(&str, &str, &[&str])] = &[
    ("broken_yaml", "LW0001", &["a `{` is not closed", "close it with `}`"]),
    ("irq_safe_in_a_domain", "LW0428", &["instead of `irq_safe`"]),
    ("missing_resource", "LW0404", &["add `clocks: { apb_pclk: slcr/<clock> }` to the device", "`slcr` has `armpll`"]),
    ("misspelt_key", "LW0006", &["did you mean `access`?"]),
    ("number_out_of_range", "LW0410", &["cannot be 12", "expected 1 to 8"]),
    ("parameter_outside_parameters", "LW0015", &["it is a parameter of `pl330`: `parameters: { threads: … }`"]),
    ("suppliers_in_a_circle", "LW0413", &["pmic -> clocks -> pmic", "post_init: true"]),
    ("tab_for_indentation", "LW0001", &["a tab indents this line", "indent with blanks"]),
    ("two_devices_at_one_address", "LW0414", &["share addresses", "correct an address or a size"]),
    ("unknown_supplier", "LW0401", &["no device `scrl`", "`slcr`"]),
    ("wrong_indentation", "LW0001", &["by 4 blanks to stand beside `offset`"]),
    ("wrong_number_of_cells", "LW0406", &["has 1 argument, not 3", "write `gic/<line>`"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common_mistakes")
}

#[test]
fn the_message_alone_tells_what_to_change() {
    let mut files: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".yaml")?.to_string()))
        .collect();
    files.sort();
    assert_eq!(files, MISTAKES.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (name, rule, said) in MISTAKES {
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        let text = read(folder().join(format!("{name}.yaml")));
        // Blocks that only these examples have.
        let blocks: Vec<String> = ["pmic", "clock-chip"]
            .iter()
            .filter(|ip| text.contains(&format!("ip: {ip},")))
            .map(|ip| read(folder().join(format!("ip/{ip}.yaml"))))
            .collect();
        let (workspace, findings) = judge(std::iter::once(text.as_str()).chain(blocks.iter().map(String::as_str)));
        let report = report(&workspace, &findings);
        assert_eq!(ids(&findings).first(), Some(rule), "{name}:\n{report}");
        for words in *said {
            assert!(report.contains(words), "{name} does not say \"{words}\":\n{report}");
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(*name, report));
    }
}
