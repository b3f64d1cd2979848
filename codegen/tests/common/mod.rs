//! Specs given as texts, judged as the command line does.
#![allow(dead_code, reason = "each test file uses a part")]

use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options, Workspace};
use linkwright_codegen::report::{Diagnostics, Style, human};

/// `ip/timer.yaml`, from the text's own kind and name.
pub(crate) fn file_name(text: &str) -> String {
    for (key, folder) in [("ip:", "ip"), ("soc:", "soc"), ("subsystem:", "subsystems")] {
        if let Some(line) = text.lines().find(|line| line.starts_with(key)) {
            return format!("{folder}/{}.yaml", line[key.len()..].trim());
        }
    }
    "spec.yaml".to_string()
}

/// Reads and judges all texts together. What has no error must have a model.
pub(crate) fn judge<'t>(texts: impl IntoIterator<Item = &'t str>) -> (Workspace, Diagnostics) {
    let inputs: Vec<Input> = texts.into_iter().map(|text| Input::Text(file_name(text), text.to_string())).collect();
    let front::Reading { workspace, diagnostics, model, .. } = front::read(&inputs, &Options::default());
    assert_eq!(model.is_none(), diagnostics.has_errors());
    (workspace, diagnostics)
}

/// The report without colours.
pub(crate) fn report(workspace: &Workspace, findings: &Diagnostics) -> String {
    human(findings, &workspace.sources, Style::default())
}

/// Ids of the findings, in order, each once.
pub(crate) fn ids(findings: &Diagnostics) -> Vec<&'static str> {
    let mut ids: Vec<&str> = findings.sorted().iter().map(|d| d.rule).collect();
    ids.dedup();
    ids
}

/// Are snapshots to be rewritten? The same variable as insta's.
pub(crate) fn accept() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always")
}
