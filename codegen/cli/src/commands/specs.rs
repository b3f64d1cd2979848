//! Reading specs, as the project wants them read, with progress.

use std::path::{Path, PathBuf};

use linkwright_codegen::check::Rule;
use linkwright_codegen::front::{Reading, read_watched};
use linkwright_codegen::load::{Input, Options, Workspace};
use linkwright_codegen::project::{self, Project};
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::source::SourceMap;

use crate::Verdict;
use crate::args::SpecPath;
use crate::console::Console;
use crate::progress::Bars;

/// Rule of files that cannot be read: not a finding about a spec, but a failure of the run.
const UNREADABLE: &str = "LW0013";
/// Rules about the project's file: likewise.
const PROJECT: &str = "LW07";

pub(super) fn read(inputs: &[Input], path: &SpecPath, console: &Console) -> Reading {
    let first = inputs.iter().find_map(|input| match input {
        Input::File(path) => Some(path.as_path()),
        _ => None,
    });
    let (project, sources, diagnostics) = open(path, first, console);
    match project {
        Some(project) => {
            let given = Options { spec_paths: path.spec_path.clone(), ..Options::default() };
            read_watched(inputs, &project.options(&given), &Bars::new(console))
        }
        None => {
            let mut workspace = Workspace::default();
            workspace.sources = sources;
            Reading { workspace, diagnostics, allowed: 0, model: None }
        }
    }
}

/// The project that a run is in. `Err`: its file cannot be used, and it was said why.
pub(super) fn project(path: &SpecPath, spec: Option<&Path>, console: &Console) -> Result<Project, Verdict> {
    let (project, sources, findings) = open(path, spec, console);
    project.ok_or_else(|| {
        console.findings(&findings, &sources);
        Verdict::Unreadable
    })
}

fn open(path: &SpecPath, spec: Option<&Path>, console: &Console) -> (Option<Project>, SourceMap, Diagnostics) {
    let (mut sources, mut findings) = (SourceMap::new(), Diagnostics::new());
    let Some(file) = path.config.clone().or_else(|| nearest(spec)) else {
        return (Some(Project::default()), sources, findings);
    };
    console.detail(&format!("Project: {}", file.display()));
    let project = project::read(&file, &mut sources, &mut findings);
    if let Some(color) = project.as_ref().and_then(|project| project.color) {
        console.prefer(color);
    }
    (project, sources, findings)
}

/// The nearest project's file above a spec, else above the working directory.
fn nearest(spec: Option<&Path>) -> Option<PathBuf> {
    let above = spec.and_then(|spec| project::find(if spec.is_dir() { spec } else { spec.parent()? }));
    let file = above.or_else(|| project::find(Path::new("")))?;
    // As people would write it.
    let here = std::env::current_dir().ok()?;
    Some(file.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(file))
}

/// How a run that read these specs ends.
pub(super) fn verdict(reading: &Reading) -> Verdict {
    of_findings(&reading.diagnostics)
}

/// How a run that found this ends.
pub(super) fn of_findings(findings: &Diagnostics) -> Verdict {
    debug_assert!(Rule::find(UNREADABLE).is_some());
    let project = |rule: &str| rule.starts_with(PROJECT);
    let of_project = findings.iter().any(|finding| project(finding.rule));
    if of_project || findings.iter().any(|finding| finding.rule == UNREADABLE) {
        return Verdict::Unreadable;
    }
    if findings.has_errors() { Verdict::Findings } else { Verdict::Clean }
}
