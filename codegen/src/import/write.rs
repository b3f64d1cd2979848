//! Imported specs on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::write::{self, Staged};

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
    #[error(transparent)]
    Io(#[from] write::WriteError),
}

/// Write specs, by their path in `out`. Nothing is written if one of them would replace a file that was not imported, or
/// if there is no room for all of them.
///
/// # Errors
/// [`WriteError`] about the first file that cannot be written.
pub fn write(out: &Path, files: &BTreeMap<String, String>) -> Result<Written, WriteError> {
    write::is_directory(out)?;
    let mut stale = Vec::new();
    let mut written = Written::default();
    for (name, text) in files {
        let path = out.join(name);
        match fs::read(&path) {
            Ok(there) if there == text.as_bytes() => written.unchanged += 1,
            Ok(there) if is_imported(&there) => stale.push((path, text)),
            Ok(_) => return Err(WriteError::Foreign(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push((path, text)),
            Err(source) => return Err(write::WriteError::Io { path, doing: "read", source }.into()),
        }
    }
    let staged: Result<Vec<Staged>, _> =
        stale.into_iter().map(|(path, text)| Staged::new(path, text.as_bytes())).collect();
    for mut file in staged? {
        file.settle()?;
        written.changed += 1;
    }
    Ok(written)
}

fn is_imported(text: &[u8]) -> bool {
    let mark = format!("# {MARK}");
    text.split(|byte| *byte == b'\n').take(8).any(|line| line.starts_with(mark.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_room_for_all_nothing_is_written() {
        let out = tempfile::tempdir().unwrap();
        // In the way of the second file while it waits.
        let waiting = format!("soc/.b.yaml.linkwright-{}", std::process::id());
        fs::create_dir_all(out.path().join(&waiting)).unwrap();
        let files = ["ip/a.yaml", "soc/b.yaml"].map(|name| (name.to_string(), "linkwright: 1\n".to_string()));
        let error = write(out.path(), &files.clone().into()).unwrap_err().to_string();
        assert!(error.starts_with("cannot write ") && error.contains("soc/b.yaml: "), "{error}");
        assert_eq!(fs::read_dir(out.path().join("ip")).unwrap().count(), 0);
        fs::remove_dir(out.path().join(waiting)).unwrap();
        assert_eq!(write(out.path(), &files.into()).unwrap(), Written { changed: 2, unchanged: 0 });
    }
}
