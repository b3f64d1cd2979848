//! Corrects what has one right answer, in memory.
//!
//! Only the texts that findings point at change: comments and layout stay.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::front::{Reading, read_watched};
use crate::load::{Input, Options, Watch};
use crate::report::{Diagnostics, Edit};
use crate::source::{FileId, SourceMap};
use crate::yaml;

/// A file that was corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// As it is on disk.
    pub before: String,
    /// As it should be.
    pub after: String,
    /// Findings that were answered.
    pub fixes: usize,
}

/// Rounds after which corrections that lead to others end.
const ROUNDS: usize = 8;

/// Corrects the files among `inputs` until nothing more can be corrected. Gives what is found then, and the files that
/// changed, by path. Writes nothing.
pub fn fix(inputs: &[Input], options: &Options, watch: &dyn Watch) -> (Reading, Vec<Change>) {
    let mut options = options.clone();
    let mut changes: BTreeMap<PathBuf, Change> = BTreeMap::new();
    let mut reading = read_watched(inputs, &options, watch);
    for _ in 0..ROUNDS {
        let mut corrected = false;
        for (id, after, fixes) in corrections(&reading.diagnostics, &reading.workspace.sources) {
            let file = reading.workspace.sources.file(id);
            let asked = |path: &&PathBuf| inputs.iter().any(|i| matches!(i, Input::File(file) if file == *path));
            let Some(path) = file.path.as_ref().filter(asked) else { continue };
            let change = changes.entry(path.clone()).or_insert_with(|| Change {
                path: path.clone(),
                before: file.text.to_string(),
                after: String::new(),
                fixes: 0,
            });
            change.fixes += fixes;
            change.after.clone_from(&after);
            options.texts.insert(path.clone(), Arc::from(after));
            corrected = true;
        }
        if !corrected {
            break;
        }
        reading = read_watched(inputs, &options, watch);
    }
    (reading, changes.into_values().filter(|change| change.before != change.after).collect())
}

/// The texts with the fixes of these findings, and how many there are.
fn corrections(findings: &Diagnostics, sources: &SourceMap) -> Vec<(FileId, String, usize)> {
    let mut edits: BTreeMap<FileId, (Vec<&Edit>, usize)> = BTreeMap::new();
    for finding in findings.sorted() {
        let Some(fix) = &finding.fix else { continue };
        let Some(file) = fix.edits.first().map(|edit| edit.span.file) else { continue };
        let (taken, fixes) = edits.entry(file).or_default();
        let meets = |a: &Edit, b: &Edit| a.span.start < b.span.end && b.span.start < a.span.end || a.span == b.span;
        // What is changed already is looked at again in the next round.
        if fix.edits.iter().any(|edit| taken.iter().any(|other| meets(edit, other))) {
            continue;
        }
        taken.extend(&fix.edits);
        *fixes += 1;
    }
    let corrected =
        edits.into_iter().map(|(file, (edits, fixes))| (file, apply(&sources.file(file).text, edits), fixes));
    corrected.filter(|(file, after, _)| still_yaml(*file, &sources.file(*file).text, after)).collect()
}

fn apply(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let mut out = text.to_string();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    out
}

/// A text that could be read can be read after.
fn still_yaml(file: FileId, before: &str, after: &str) -> bool {
    let reads = |text: &str| yaml::read(file, text, &mut Diagnostics::new()).is_some();
    reads(after) || !reads(before)
}

/// Writes corrected files: all or none. What others wrote in the meantime is not overwritten.
///
/// # Errors
/// A sentence: which file could not be read or written, and why.
pub fn save(changes: &[Change]) -> Result<(), String> {
    for change in changes {
        let found = std::fs::read(&change.path).map_err(|error| told(&change.path, "read", &error))?;
        let found =
            yaml::decode_text(found).map_err(|_| format!("`{}` has changed in the meantime", change.path.display()))?;
        if found != change.before {
            return Err(format!("`{}` has changed in the meantime", change.path.display()));
        }
    }
    let files: Vec<(&Path, &[u8])> =
        changes.iter().map(|change| (change.path.as_path(), change.after.as_bytes())).collect();
    crate::write::replace(&files).map_err(|error| error.to_string())
}

fn told(path: &Path, doing: &str, error: &std::io::Error) -> String {
    format!("cannot {doing} `{}`: {error}", path.display())
}
