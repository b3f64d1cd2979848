use linkwright_codegen::load::{self, Input};
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::scenario;
use linkwright_codegen::write;
use linkwright_simulate::{json, simulate, svg, table};

use super::{chip, specs};
use crate::args::{ReportFormat, Simulate};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Simulate, console: &Console) -> Result<Verdict, Failure> {
    let mut reading = specs::read(&[Input::File(args.spec.clone())], &args.path, console);
    let Some(model) = &reading.model else {
        console.findings(&reading.diagnostics, &reading.workspace.sources);
        return Ok(specs::verdict(&reading));
    };
    let [soc] = model.socs.as_slice() else {
        return Err(chip::no_chip(&args.spec));
    };
    let mut findings = Diagnostics::new();
    let sources = &mut reading.workspace.sources;
    let spec = load::scenario(&args.scenario, sources, &mut findings);
    let scenario = spec.and_then(|spec| scenario::resolve(&spec, model, soc, &mut findings));
    console.findings(&findings, sources);
    let Some(scenario) = scenario else { return Ok(specs::of_findings(&findings)) };

    console.progress("Playing");
    let report = simulate(soc, &scenario);
    console.done();
    let report = report.map_err(|why| Failure::new(format!("the scenario cannot be played: {why}")))?;
    if let Some(path) = &args.svg {
        write::put(path, svg(&report).as_bytes()).map_err(|error| Failure::new(error.to_string()))?;
    }
    let text = match args.format {
        ReportFormat::Human => table(&report),
        ReportFormat::Json => json(&report),
    };
    console.result(text.as_bytes())?;
    Ok(if report.clean() { Verdict::Clean } else { Verdict::Findings })
}
