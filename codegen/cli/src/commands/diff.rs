use std::path::Path;

use linkwright_codegen::diff::{DiffError, diff};
use linkwright_codegen::front::Reading;
use linkwright_codegen::load::Input;

use super::specs;
use crate::args::{Diff, DiffFormat};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Diff, console: &Console) -> Result<Verdict, Failure> {
    let read = |path: &Path| -> Reading {
        let reading = specs::read(&[Input::File(path.to_path_buf())], &args.path, console);
        if reading.diagnostics.has_errors() {
            console.findings(&reading.diagnostics, &reading.workspace.sources);
        }
        reading
    };
    let (old, new) = (read(&args.old), read(&args.new));
    let found = diff(&old, &new).map_err(|error| match error {
        DiffError::Errors => Failure::new(error.to_string()),
        DiffError::Kinds(..) => Failure::new(error.to_string()).help("give two specs of the same kind"),
    })?;
    match args.format {
        DiffFormat::Human => console.sentences(&found.text())?,
        DiffFormat::Json => console.result(found.json().as_bytes())?,
        DiffFormat::Github => console.result(found.github().as_bytes())?,
    }
    if found.is_empty() {
        console.say(&format!("No difference between {} and {}", args.old.display(), args.new.display()));
    }
    Ok(if found.is_empty() { Verdict::Clean } else { Verdict::Findings })
}
