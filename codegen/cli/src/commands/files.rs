//! The specs that a command line means: files, directories, patterns, or what the project says.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use linkwright_codegen::project::Project;

use crate::Failure;
use crate::console::{Console, many};

/// Bytes of a file within which a spec says that it is one.
const HEAD: u64 = 4096;

/// As in a shell: `*` stays within a directory, `**` does not, hidden files are named explicitly.
const SHELL: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The files, each once. A file that is named is taken whatever it is; of directories and patterns those that are specs
/// and that the project does not exclude.
pub(super) fn expand(named: &[PathBuf], project: &Project, console: &Console) -> Result<Vec<PathBuf>, Failure> {
    let patterns: Vec<PathBuf> = project.specs.iter().map(PathBuf::from).collect();
    let named = if named.is_empty() { &patterns } else { named };
    if named.is_empty() {
        return Err(Failure::new("no spec is named")
            .help("name files, directories or patterns, or set `specs` in linkwright.toml"));
    }
    let excluded = project.exclude.iter().map(|text| pattern(text)).collect::<Result<Vec<Pattern>, Failure>>()?;
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    let mut left_out = 0;
    for path in named {
        let mut found = Vec::new();
        if path.is_dir() {
            walk(path, &mut found);
            // `./a.yaml` is `a.yaml` to people.
            found =
                found.into_iter().map(|path| path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path)).collect();
        } else if !path.exists() && is_pattern(path) {
            pattern(&path.to_string_lossy())?;
            let matches = glob::glob_with(&path.to_string_lossy(), SHELL).into_iter().flatten().flatten();
            found.extend(matches.filter(|path| path.is_file()));
        } else {
            // What cannot be read is reported as a finding.
            if seen.insert(path.clone()) {
                files.push(path.clone());
            }
            continue;
        }
        found.sort();
        let is_excluded = |path: &Path| {
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            excluded.iter().any(|pattern| pattern.matches_path_with(&absolute, SHELL))
        };
        let (wanted, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|path| is_spec(path) && !is_excluded(path));
        left_out += others.len();
        if wanted.is_empty() {
            return Err(Failure::new(format!("there is no spec in `{}`", path.display()))
                .help("a spec is a YAML file with a line `linkwright: 1`"));
        }
        files.extend(wanted.into_iter().filter(|path| seen.insert(path.clone())));
    }
    if left_out > 0 {
        console.detail(&format!("Left out {}: no specs, or excluded", many(left_out, "file")));
    }
    Ok(files)
}

fn pattern(text: &str) -> Result<Pattern, Failure> {
    let absolute = std::path::absolute(text).unwrap_or_else(|_| PathBuf::from(text));
    Pattern::new(&absolute.to_string_lossy())
        .map_err(|error| Failure::new(format!("`{text}` is not a pattern: {}", error.msg)))
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// A line at the top says so. Scenarios say it, too.
fn is_spec(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    // Who cannot read it will say so.
    let text = String::from_utf8_lossy(&head);
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    read.is_err() || has("linkwright") && !has("scenario:")
}

/// YAML files below a directory, without hidden ones and those of cargo. Links to directories are not followed.
fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if name != "target" {
                walk(&path, found);
            }
        } else if is_yaml(&path) && path.is_file() {
            found.push(path);
        }
    }
}
