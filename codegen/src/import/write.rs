//! Imported specs on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// First words of every imported spec, behind its comment sign; a file without them is never overwritten.
pub const MARK: &str = "Imported by linkwright";

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have other contents than before.
    pub changed: usize,
    /// Files that were as they should be, and were not touched.
    pub unchanged: usize,
}

/// Why nothing, or not all, was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file of that name is somebody's work.
    #[error("{} is there and was not imported", .0.display())]
    Foreign(PathBuf),
    /// The system says no.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
}

/// Write specs, by their path in `out`. Nothing is written if one of them would replace a file that was not imported; a
/// file appears under its name only when it is complete.
///
/// # Errors
/// [`WriteError`] about the first file that cannot be written.
pub fn write(out: &Path, files: &BTreeMap<String, String>) -> Result<Written, WriteError> {
    let mut stale = Vec::new();
    let mut written = Written::default();
    for (name, text) in files {
        let path = out.join(name);
        match fs::read(&path) {
            Ok(there) if there == text.as_bytes() => written.unchanged += 1,
            Ok(there) if is_imported(&there) => stale.push((path, text)),
            Ok(_) => return Err(WriteError::Foreign(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push((path, text)),
            Err(source) => return Err(WriteError::Io { path, source }),
        }
    }
    for (path, text) in stale {
        put(&path, text).map_err(|source| WriteError::Io { path, source })?;
        written.changed += 1;
    }
    Ok(written)
}

fn is_imported(text: &[u8]) -> bool {
    let mark = format!("# {MARK}");
    text.split(|byte| *byte == b'\n').take(8).any(|line| line.starts_with(mark.as_bytes()))
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut staged = path.as_os_str().to_owned();
    staged.push(".part");
    fs::write(&staged, text)?;
    fs::rename(&staged, path).inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })
}
