//! A folder of recordings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::scenario::{Op, Scenario};
use crate::trace::Trace;

/// A recording: scenario, trace, and from which step on the trace is not steady.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What was done.
    pub scenario: Scenario,
    /// What happened.
    pub trace: Trace,
    /// First step that another run of the same kernel does differently.
    pub steady: Option<usize>,
}

/// Read all recordings below `dir`, sorted by name.
///
/// # Errors
/// A sentence that names the file.
pub fn read(dir: &Path) -> Result<Vec<Recording>, String> {
    let unsteady: BTreeMap<String, usize> = match fs::read_to_string(dir.join("unsteady.json")) {
        Ok(text) => serde_json::from_str(&text).map_err(|e| format!("{}: {e}", dir.join("unsteady.json").display()))?,
        Err(_) => BTreeMap::new(),
    };
    let scenarios = dir.join("scenarios");
    let entries = fs::read_dir(&scenarios).map_err(|e| format!("{}: {e}", scenarios.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .collect();
    files.sort();
    files.iter().map(|path| read_one(dir, path, &unsteady)).collect()
}

fn read_one(dir: &Path, path: &Path, unsteady: &BTreeMap<String, usize>) -> Result<Recording, String> {
    let file = path.file_name().ok_or_else(|| format!("{}: no file name", path.display()))?;
    let scenario: Scenario = parse(path)?;
    let mut trace: Trace = parse(&dir.join("traces").join(file))?;
    for event in trace.steps.iter_mut().flat_map(|step| &mut step.events) {
        // Written as this crate writes operations, so that the two can be compared.
        if let Some(did) = event.get_mut("did") {
            let op: Op = serde_json::from_value(did.clone()).map_err(|e| format!("{}: {e}", path.display()))?;
            *did = serde_json::to_value(op).unwrap_or_default();
        }
    }
    let steady = unsteady.get(&scenario.name).copied();
    Ok(Recording { scenario, trace, steady })
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
