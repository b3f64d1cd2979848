//! What a project sets counts at each door: the front end as the command line calls it, and the build script's.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

use linkwright_codegen::Build;
use linkwright_codegen::front::{Reading, read_project};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::report::{Style, human};

/// A warning (LW0110), an error that can be lowered (LW0102), a warning that a comment answers, and one that answers
/// nothing.
const SPEC: &str = "\
linkwright: 1
ip: odd
window: { size: 0x20 }
registers:
  A: { offset: 0, reset: 2, fields: { a: { bits: 0 } } }
  B: { offset: 4, reset: 2, fields: { a: { bits: 0 } } } # linkwright: allow(LW0110) so it is
  C: { offset: 8 } # linkwright: allow(unused-enums) for later
  D: { offset: 8 }
";

struct Doors<'a> {
    folder: &'a Path,
}

impl Doors<'_> {
    fn front(&self) -> (Reading, String) {
        let input = Input::File(self.folder.join("odd.yaml"));
        let options = Options { above: false, ..Options::default() };
        let (reading, _) = read_project(&[input], &options, Some(&self.folder.join("linkwright.toml")), &());
        let report = human(&reading.diagnostics, &reading.workspace.sources, Style::default());
        (reading, report)
    }

    /// The report if it fails, else the directives.
    fn build(&self) -> Result<Vec<String>, String> {
        let build = Build::new().spec(self.folder.join("odd.yaml")).config(self.folder.join("linkwright.toml"));
        build
            .out_dir(self.folder.join("out"))
            .try_generate()
            .map(|built| built.directives)
            .map_err(|error| error.report)
    }

    fn levels(&self, text: &str) {
        fs::write(self.folder.join("linkwright.toml"), text).unwrap();
    }
}

fn doors(run: impl Fn(Doors<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("odd.yaml"), SPEC).unwrap();
    run(Doors { folder: folder.path() });
}

#[test]
fn errors_are_the_same_through_both_doors() {
    doors(|doors| {
        doors.levels("[levels]\nLW0110 = \"deny\"\n");
        let (reading, report) = doors.front();
        assert!(reading.model.is_none() && reading.allowed == 1, "{report}");
        assert!(report.contains("error[LW0110]") && report.contains("error[LW0102]"), "{report}");
        assert_eq!(doors.build().unwrap_err(), report);
    });
}

#[test]
fn what_is_lowered_is_generated_with_the_same_warnings() {
    doors(|doors| {
        doors.levels("[levels]\noverlapping-registers = \"warn\"\n");
        let (reading, report) = doors.front();
        assert!(reading.model.is_some(), "{report}");
        let warned: Vec<&str> = reading.diagnostics.sorted().iter().map(|finding| finding.rule).collect();
        assert_eq!(warned, ["LW0110", "LW0102"]);
        let directives = doors.build().unwrap();
        let told =
            |rule: &&&str| directives.iter().any(|line| line.starts_with("cargo::warning=") && line.contains(**rule));
        assert_eq!(warned.iter().filter(told).count(), warned.len(), "{directives:?}");
        let watched = format!("cargo::rerun-if-changed={}", doors.folder.join("linkwright.toml").display());
        assert!(directives.contains(&watched), "{directives:?}");
    });
}

#[test]
fn comments_in_vain_are_told_when_all_rules_were_tried() {
    doors(|doors| {
        doors.levels("[levels]\nLW0102 = \"allow\"\n");
        fs::write(doors.folder.join("odd.yaml"), SPEC.replace("  D: { offset: 8 }\n", "")).unwrap();
        let (_, report) = doors.front();
        assert!(report.contains("warning[LW0018]: nothing here is reported by LW0212 unused-enums"), "{report}");
    });
}

#[test]
fn a_file_that_is_wrong_stops_both_doors() {
    doors(|doors| {
        doors.levels("[level]\n");
        let (reading, report) = doors.front();
        assert!(reading.model.is_none() && report.contains("did you mean `levels`?"), "{report}");
        assert_eq!(doors.build().unwrap_err(), report);
    });
}
