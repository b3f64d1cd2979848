//! Directories, files, and the text in them.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Options;
use crate::yaml::{self, BadText};

/// Kind of spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Subsystem,
    Ip,
    Soc,
}

impl Kind {
    pub(super) const ALL: [Kind; 3] = [Kind::Subsystem, Kind::Ip, Kind::Soc];

    pub(super) fn folder(self) -> &'static str {
        match self {
            Kind::Subsystem => "subsystems",
            Kind::Ip => "ip",
            Kind::Soc => "soc",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Kind::Subsystem => "subsystem",
            Kind::Ip => "ip",
            Kind::Soc => "soc",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Kind::Subsystem => "subsystem",
            Kind::Ip => "ip",
            Kind::Soc => "soc",
        }
    }
}

/// The spec directories of a run.
#[derive(Debug)]
pub(super) struct Search {
    directories: Vec<PathBuf>,
    built_in: bool,
}

/// A file that was found, not yet read.
#[derive(Debug)]
pub(super) struct Found {
    /// For messages.
    pub(super) name: String,
    /// Relative to its spec directory.
    pub(super) file: String,
    /// On disk.
    pub(super) path: Option<PathBuf>,
    text: Option<Cow<'static, str>>,
}

impl Found {
    /// A file that was asked for.
    pub(super) fn requested(path: &Path) -> Self {
        let root = root(path);
        let file = path.strip_prefix(&root).unwrap_or(path);
        Self { name: path.display().to_string(), file: slashes(file), path: Some(path.to_path_buf()), text: None }
    }

    /// A text that was asked for.
    pub(super) fn from_text(name: &str, text: &str) -> Self {
        Self { name: name.to_string(), file: name.to_string(), path: None, text: Some(text.to_string().into()) }
    }

    fn built_in(file: &'static str, text: &'static str) -> Self {
        Self { name: format!("<built-in>/{file}"), file: file.to_string(), path: None, text: Some(text.into()) }
    }

    /// Name of the spec that such a file has.
    pub(super) fn stem(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".yaml").unwrap_or(name).to_string()
    }
}

impl Found {
    /// The text.
    pub(super) fn text(&self) -> Result<String, BadText> {
        let bytes = match (&self.text, &self.path) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(path)) => read(path).map_err(|error| BadText {
                rule: "LW0013",
                title: format!("the file cannot be read: {error}"),
                label: String::new(),
                shown: String::new(),
                at: (0, 0),
            })?,
            (None, None) => Vec::new(),
        };
        yaml::decode_text(bytes)
    }
}

/// One byte more than a spec may have at most, also of files that say they are short.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_most(path, yaml::MAX_FILE as u64 + 4)
}

/// The contents of a file, cut off after so many bytes. What has no end (a device) or may have none for a long time (a
/// pipe) is not read.
///
/// # Errors
/// It is no file, or the system says no.
pub fn read_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Before it is opened: that alone waits for ever for a pipe that nobody writes.
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    if !kind.is_file() {
        return Err(io::Error::other("it is a pipe or a device"));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Search {
    pub(super) fn new<'a>(options: &Options, files: impl Iterator<Item = &'a Path>) -> Self {
        let mut directories: Vec<PathBuf> = Vec::new();
        let mut add = |directory: PathBuf| {
            if directory.is_dir() && !directories.iter().any(|d| same(d, &directory)) {
                directories.push(directory);
            }
        };
        options.spec_paths.iter().cloned().for_each(&mut add);
        for file in files {
            add(root(file));
            if !options.above {
                continue;
            }
            // The path as given may be relative; what is above it is known to the system only.
            let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
            absolute.ancestors().skip(1).map(|above| above.join("specs")).for_each(&mut add);
        }
        Self { directories, built_in: options.built_in }
    }

    /// The directories.
    pub(super) fn on_disk(&self) -> &[PathBuf] {
        &self.directories
    }

    /// How many directories; the built-in specs count as one.
    pub(super) fn directories(&self) -> usize {
        self.directories.len() + usize::from(self.built_in)
    }

    /// The file of a spec.
    pub(super) fn find(&self, kind: Kind, name: &str) -> Option<Found> {
        let in_folder = format!("{}/{name}.yaml", kind.folder());
        for directory in &self.directories {
            for file in [in_folder.clone(), format!("{name}.yaml")] {
                let path = directory.join(&file);
                if path.is_file() {
                    return Some(Found { name: shown(&path), file, path: Some(path), text: None });
                }
            }
        }
        let built_in = linkwright_specs::FILES.iter().filter(|_| self.built_in);
        built_in.copied().find(|(file, _)| *file == in_folder).map(|(file, text)| Found::built_in(file, text))
    }

    /// The files of subsystems in one directory, by name.
    pub(super) fn subsystems(&self, directory: usize) -> Vec<Found> {
        let folder = Kind::Subsystem.folder();
        let Some(directory) = self.directories.get(directory) else {
            let built_in = linkwright_specs::FILES.iter().filter(|(file, _)| file.starts_with(folder));
            return built_in.map(|(file, text)| Found::built_in(file, text)).collect();
        };
        let found = |name: String| {
            let file = format!("{folder}/{name}.yaml");
            let path = directory.join(&file);
            Found { name: shown(&path), file, path: Some(path), text: None }
        };
        names_in(&directory.join(folder)).into_iter().map(found).collect()
    }

    /// Names of all specs of a kind, for suggestions.
    pub(super) fn names(&self, kind: Kind) -> Vec<String> {
        let mut names: Vec<String> = self.directories.iter().flat_map(|d| names_in(&d.join(kind.folder()))).collect();
        let prefix = format!("{}/", kind.folder());
        let built_in = linkwright_specs::FILES.iter().filter(|_| self.built_in);
        names.extend(built_in.filter_map(|(f, _)| Some(f.strip_prefix(&prefix)?.strip_suffix(".yaml")?.to_string())));
        names
    }
}

/// Spec directory of a file: its own, or the one above if its own is a kind's folder.
fn root(file: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(Path::new(""));
    let is_kind = own.file_name().is_some_and(|name| Kind::ALL.iter().any(|kind| name == kind.folder()));
    let root = if is_kind { own.parent().unwrap_or(Path::new("")) } else { own };
    if root.as_os_str().is_empty() { PathBuf::from(".") } else { root.to_path_buf() }
}

/// `*.yaml` of a folder without the suffix, sorted.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok()?.strip_suffix(".yaml").map(str::to_string))
        .collect();
    names.sort();
    names
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// A path as people would write it: relative to where they are, if it is below.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let path = here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
