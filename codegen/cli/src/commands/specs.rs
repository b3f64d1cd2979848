//! Reading specs, with progress.

use linkwright_codegen::check::Rule;
use linkwright_codegen::front::{Reading, read_watched};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::report::Diagnostics;

use crate::Verdict;
use crate::args::SpecPath;
use crate::console::Console;
use crate::progress::Bars;

/// Rule of files that cannot be read: not a finding about a spec, but a failure of the run.
const UNREADABLE: &str = "unreadable-files";

pub(super) fn read(inputs: &[Input], path: &SpecPath, console: &Console) -> Reading {
    let options = Options { spec_paths: path.spec_path.clone(), ..Options::default() };
    read_watched(inputs, &options, &Bars::new(console))
}

/// How a run that read these specs ends.
pub(super) fn verdict(reading: &Reading) -> Verdict {
    of_findings(&reading.diagnostics)
}

/// How a run that found this ends.
pub(super) fn of_findings(findings: &Diagnostics) -> Verdict {
    let unreadable = Rule::find(UNREADABLE).map(|rule| rule.id);
    if findings.iter().any(|finding| Some(finding.rule) == unreadable) {
        return Verdict::Unreadable;
    }
    if findings.has_errors() { Verdict::Findings } else { Verdict::Clean }
}
