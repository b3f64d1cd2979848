use linkwright_codegen::front::Reading;
use linkwright_codegen::load::Input;
use linkwright_codegen::report;

use super::specs;
use crate::args::{Format, Lint};
use crate::console::{Console, many};
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Lint, console: &Console) -> Result<Verdict, Failure> {
    let inputs: Vec<Input> = args.specs.iter().cloned().map(Input::File).collect();
    let reading = specs::read(&inputs, &args.path, console);
    let (findings, sources) = (&reading.diagnostics, &reading.workspace.sources);
    match args.format {
        Format::Human => console.findings(findings, sources),
        Format::Json => console.result(report::json(findings, sources).as_bytes())?,
        Format::Sarif => console.result(report::sarif(findings, sources).as_bytes())?,
        Format::Github => console.result(report::github(findings, sources).as_bytes())?,
    }
    if findings.is_empty() && args.format == Format::Human {
        console.say(&format!("Nothing wrong: {}", counts(&reading)));
    }
    Ok(match specs::verdict(&reading) {
        Verdict::Clean if args.strict && !findings.is_empty() => Verdict::Findings,
        verdict => verdict,
    })
}

/// What was read.
fn counts(reading: &Reading) -> String {
    let specs = &reading.workspace;
    let kinds = [(specs.socs.len(), "soc"), (specs.ips.len(), "ip"), (specs.subsystems.len(), "subsystem")];
    let told: Vec<String> = kinds.iter().filter(|kind| kind.0 > 0).map(|kind| many(kind.0, kind.1)).collect();
    told.join(", ")
}
