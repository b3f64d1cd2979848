//! The references that another program finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::board::{Edge, Reference};

/// What the second method says of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who refers to whom.
    pub edge: Edge,
    /// The numbers behind the phandle; `-` if a node within the supplier is meant.
    pub cells: String,
    /// Node and numbers as one word.
    pub word: String,
}

/// References of each tree, by a script over what `dtc` prints.
///
/// # Errors
/// The script cannot be run, or says what is wrong, or what it prints has another form.
pub fn references(trees: &[PathBuf]) -> Result<BTreeMap<PathBuf, Vec<Told>>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("second.py");
    let output = Command::new("python3").arg(script).args(trees).output();
    let output = output.map_err(|error| format!("cannot run python3: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut found: BTreeMap<PathBuf, Vec<Told>> = BTreeMap::new();
    let mut current = None;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(path) = line.strip_prefix("# ") {
            current = Some(found.entry(PathBuf::from(path)).or_default());
            continue;
        }
        let ([consumer, supplier, subsystem, cells, word], Some(current)) =
            (&line.split('\t').collect::<Vec<_>>()[..], &mut current)
        else {
            return Err(format!("the second method prints a line of another form: `{line}`"));
        };
        let edge = (consumer.to_string(), supplier.to_string(), subsystem.to_string());
        current.push(Told { edge, cells: cells.to_string(), word: word.to_string() });
    }
    Ok(found)
}

/// What only one of the two has, in words, with what each reference carries and how often it is there; empty if they
/// agree.
pub fn differences(ours: &[Reference], theirs: &[Told]) -> Vec<String> {
    // All references of a subsystem to one supplier are known by a name, or none.
    let by_name: BTreeSet<(&str, &str)> =
        ours.iter().filter(|own| own.by_name).map(|own| (own.edge.1.as_str(), own.edge.2.as_str())).collect();
    // How many times more often ours are there.
    let mut counts: BTreeMap<(&Edge, &str), isize> = BTreeMap::new();
    for own in ours {
        *counts.entry((&own.edge, &own.specifier)).or_default() += 1;
    }
    for told in theirs {
        let named = by_name.contains(&(told.edge.1.as_str(), told.edge.2.as_str()));
        *counts.entry((&told.edge, if named { &told.word } else { &told.cells })).or_default() -= 1;
    }
    let told = |(((consumer, supplier, subsystem), specifier), count): (&(&Edge, &str), &isize)| {
        let by = if *count > 0 { "imported" } else { "by the second method" };
        let specifier = if specifier.is_empty() { String::new() } else { format!(" {specifier}") };
        let times = if count.abs() > 1 { format!(", {} times", count.abs()) } else { String::new() };
        format!("only {by}: {consumer} -> {supplier} ({subsystem}{specifier}{times})")
    };
    counts.iter().filter(|(_, count)| **count != 0).map(told).collect()
}
