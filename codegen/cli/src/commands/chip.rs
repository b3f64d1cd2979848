//! The graph of the chip or board that a command is about.

use std::collections::HashMap;
use std::path::Path;

use linkwright_codegen::front::Reading;
use linkwright_codegen::graph::Graph;
use linkwright_codegen::load::Input;

use super::specs;
use crate::args::SpecPath;
use crate::console::Console;
use crate::{Failure, Verdict};

/// Its graph, if it has one, and how the run ends. Errors are told; devices that need each other are no obstacle.
pub(super) fn graph(spec: &Path, path: &SpecPath, console: &Console) -> Result<(Option<Graph>, Verdict), Failure> {
    let (_, graph, verdict) = read(spec, path, console)?;
    Ok((graph, verdict))
}

fn read(spec: &Path, path: &SpecPath, console: &Console) -> Result<(Reading, Option<Graph>, Verdict), Failure> {
    let reading = specs::read(&[Input::File(spec.to_path_buf())], path, console).despite_circles();
    if reading.diagnostics.has_errors() {
        console.findings(&reading.diagnostics, &reading.workspace.sources);
    }
    let verdict = specs::verdict(&reading);
    let graph = match reading.model.as_ref().map(|model| (model, model.socs.as_slice())) {
        Some((model, [soc])) => Some(Graph::new(soc, model)),
        Some(_) => return Err(no_chip(spec)),
        None => None,
    };
    Ok((reading, graph, verdict))
}

/// As [`graph()`]; places name files as the command line does, so that they can be opened from here.
pub(super) fn graph_from_here(
    spec: &Path,
    path: &SpecPath,
    console: &Console,
) -> Result<(Option<Graph>, Verdict), Failure> {
    let (reading, graph, verdict) = read(spec, path, console)?;
    let Some(mut graph) = graph else { return Ok((None, verdict)) };
    let specs = &reading.workspace;
    let names: HashMap<&str, &str> = specs
        .socs
        .iter()
        .map(|loaded| (loaded.file.as_str(), specs.sources.file(loaded.spec.name.span.file).name.as_str()))
        .collect();
    for edge in &mut graph.edges {
        if let Some((file, line)) = edge.place.rsplit_once(':')
            && let Some(name) = names.get(file)
        {
            edge.place = format!("{name}:{line}");
        }
    }
    Ok((Some(graph), verdict))
}

pub(super) fn no_chip(spec: &Path) -> Failure {
    Failure::new(format!("{} describes no chip or board", spec.display())).help("give a spec that begins with `soc:`")
}
