//! The graph of the chip or board that a command is about.

use std::path::Path;

use linkwright_codegen::graph::Graph;
use linkwright_codegen::load::Input;

use super::specs;
use crate::args::SpecPath;
use crate::console::Console;
use crate::{Failure, Verdict};

/// Its graph, if it has one, and how the run ends. Errors are told; devices that need each other are no obstacle.
pub(super) fn graph(spec: &Path, path: &SpecPath, console: &Console) -> Result<(Option<Graph>, Verdict), Failure> {
    let reading = specs::read(&[Input::File(spec.to_path_buf())], path, console).despite_circles();
    if reading.diagnostics.has_errors() {
        console.findings(&reading.diagnostics, &reading.workspace.sources);
    }
    let verdict = specs::verdict(&reading);
    let Some(model) = &reading.model else { return Ok((None, verdict)) };
    match model.socs.as_slice() {
        [soc] => Ok((Some(Graph::new(soc, model)), verdict)),
        _ => Err(no_chip(spec)),
    }
}

pub(super) fn no_chip(spec: &Path) -> Failure {
    Failure::new(format!("{} describes no chip or board", spec.display())).help("give a spec that begins with `soc:`")
}
