use linkwright_codegen::front::Reading;
use linkwright_codegen::load::Input;
use linkwright_codegen::report;

use super::specs;
use crate::args::{Format, Lint};
use crate::console::Console;
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
    Ok(specs::verdict(&reading))
}

fn counts(reading: &Reading) -> String {
    let specs = &reading.workspace;
    let many = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let parts = [many(specs.socs.len(), "soc"), many(specs.ips.len(), "ip"), many(specs.subsystems.len(), "subsystem")];
    parts.join(", ")
}
