//! Findings that are known, so that only new ones count.
//!
//! A finding is known by its rule, its file, its title and the line it points at, without the line's number: lines
//! added above change nothing. Of equal ones as many are known as were there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::report::{Diagnostic, Diagnostics};
use crate::source::SourceMap;

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Key, usize>,
}

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    file: String,
    rule: String,
    title: String,
    line: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

fn is_one(count: &usize) -> bool {
    *count == 1
}

/// Version of the file.
const VERSION: u32 = 1;

impl Baseline {
    /// Everything in `findings` is known. Files are named as seen from `root`.
    pub fn of(findings: &Diagnostics, sources: &SourceMap, root: &Path) -> Self {
        let mut known = BTreeMap::new();
        for finding in findings.sorted() {
            *known.entry(key(finding, sources, root)).or_insert(0) += 1;
        }
        Self { known }
    }

    /// From the text of a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if written.version != VERSION {
            return Err(format!("it has version {}, and this program reads version {VERSION}", written.version));
        }
        Ok(Self { known: written.findings.into_iter().map(|entry| (entry.key, entry.count)).collect() })
    }

    /// The text of a file.
    pub fn text(&self) -> String {
        let findings = self.known.iter().map(|(key, count)| Entry { key: key.clone(), count: *count }).collect();
        let mut text = serde_json::to_string_pretty(&Written { version: VERSION, findings }).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.known.values().sum()
    }

    /// None?
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Leaves out what is known. Gives the rest, how many were known, and how many that are known are gone from the files
    /// that were read.
    pub fn apply(&self, findings: &Diagnostics, sources: &SourceMap, root: &Path) -> (Diagnostics, usize, usize) {
        let mut left = self.known.clone();
        let mut rest = Diagnostics::new();
        let mut known = 0;
        for finding in findings.sorted() {
            match left.get_mut(&key(finding, sources, root)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    known += 1;
                }
                _ => rest.push(finding.clone()),
            }
        }
        let read: BTreeSet<String> = sources.iter().map(|(_, file)| file_name(&file.name, root)).collect();
        let gone = left.iter().filter(|(key, _)| read.contains(&key.file)).map(|(_, count)| count).sum();
        (rest, known, gone)
    }
}

fn key(finding: &Diagnostic, sources: &SourceMap, root: &Path) -> Key {
    let span = finding.primary.span;
    let file = sources.file(span.file);
    let (line, _) = sources.line_column(span);
    Key {
        file: file_name(&file.name, root),
        rule: finding.rule.to_string(),
        title: finding.title.clone(),
        line: crate::yaml::shorten(file.text[file.line_range(line)].trim()),
    }
}

/// A file as seen from a directory.
fn file_name(name: &str, root: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let seen = absolute(Path::new(name)).zip(absolute(root));
    let seen = seen.and_then(|(file, root)| Some(file.strip_prefix(root).ok()?.to_path_buf()));
    seen.map_or(name.to_string(), |path| path.to_string_lossy().into_owned()).replace('\\', "/")
}

/// A number that stays the same as long as a finding does, for services that follow findings over time.
pub(crate) fn fingerprint(finding: &Diagnostic, sources: &SourceMap) -> String {
    let key = key(finding, sources, Path::new(""));
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    // FNV-1a: the standard library's hash may differ from one version to the next.
    for byte in [&key.file, &key.rule, &key.title, &key.line].into_iter().flat_map(|text| text.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}
