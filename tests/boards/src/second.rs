//! The edges that another program finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::board::Edge;

/// Edges of each tree, by a script over what `dtc` prints.
///
/// # Errors
/// The script cannot be run, or says what is wrong.
pub fn edges(trees: &[PathBuf]) -> Result<BTreeMap<PathBuf, BTreeSet<Edge>>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("second.py");
    let output = Command::new("python3").arg(script).args(trees).output();
    let output = output.map_err(|error| format!("cannot run python3: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut found: BTreeMap<PathBuf, BTreeSet<Edge>> = BTreeMap::new();
    let mut current = PathBuf::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(path) = line.strip_prefix("# ") {
            current = PathBuf::from(path);
            found.entry(current.clone()).or_default();
        } else if let [consumer, supplier, subsystem] = line.split('\t').collect::<Vec<_>>()[..] {
            let edge = (consumer.to_string(), supplier.to_string(), subsystem.to_string());
            found.entry(current.clone()).or_default().insert(edge);
        }
    }
    Ok(found)
}

/// What only one of the two has, in words; empty if they agree.
pub fn differences(ours: &BTreeSet<Edge>, theirs: &BTreeSet<Edge>) -> Vec<String> {
    let told =
        |(consumer, supplier, subsystem): &Edge, by: &str| format!("only {by}: {consumer} -> {supplier} ({subsystem})");
    let ours_only = ours.difference(theirs).map(|edge| told(edge, "imported"));
    ours_only.chain(theirs.difference(ours).map(|edge| told(edge, "by the second method"))).collect()
}
