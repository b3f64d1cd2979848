//! Reading a scenario file.

use std::path::Path;

use super::search::Found;
use crate::report::{Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};
use crate::{spec, yaml};

/// Read a scenario, as specs are read. `None`: it is unusable as a whole; every reason is reported.
pub fn scenario(path: &Path, sources: &mut SourceMap, out: &mut Diagnostics) -> Option<spec::Scenario> {
    decode(&Found::requested(path), path.display().to_string(), sources, out)
}

/// As [`scenario`], from a text; messages call it `name`.
pub fn scenario_text(name: &str, text: &str, sources: &mut SourceMap, out: &mut Diagnostics) -> Option<spec::Scenario> {
    decode(&Found::from_text(name, text), name.to_string(), sources, out)
}

fn decode(found: &Found, name: String, sources: &mut SourceMap, out: &mut Diagnostics) -> Option<spec::Scenario> {
    let path = found.path.as_deref();
    match found.text() {
        Ok(text) => {
            let file = sources.add(name, path, text);
            let text = sources.file(file).text.clone();
            let node = yaml::read(file, &text, out)?;
            spec::decode_scenario(file, &text, &node, out)
        }
        Err(error) => {
            let file = sources.add(name, path, error.shown);
            let (start, end) = error.at;
            out.push(Diagnostic::error(error.rule, error.title, Span { file, start, end }, error.label));
            None
        }
    }
}
