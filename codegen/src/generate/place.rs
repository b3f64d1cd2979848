//! Where things are, seen from the generated crates.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::GenerateError;
use crate::emit::rust::Runtime;

/// How crates generated below `out` find the runtime: where `given` says, in a directory `runtime` beside or above
/// `out`, or in the registry.
pub(super) fn runtime(out: &Path, given: Option<&Path>) -> Result<Runtime, GenerateError> {
    let out = real(out)?;
    let directory = match given {
        Some(path) => {
            let found = real(path)?;
            if !is_runtime(&found) {
                return Err(GenerateError::NoRuntime(path.to_path_buf()));
            }
            found
        }
        None => match out.ancestors().skip(1).map(|above| above.join("runtime")).find(|near| is_runtime(near)) {
            Some(found) => found,
            None => return Ok(Runtime::Registry),
        },
    };
    // A crate is one directory further down, and which does not matter.
    let path = relative(&out.join("crate"), &directory).ok_or(GenerateError::Unreachable(directory))?;
    Ok(Runtime::Path(path))
}

/// A cargo workspace around the generated crates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its manifest.
    pub manifest: PathBuf,
    /// What its `members` have to list for the generated crates: `generated/*`.
    pub member: String,
    /// They seem to list it.
    pub listed: bool,
}

/// The cargo workspace that `out` is in, if it is in one.
pub fn workspace(out: &Path) -> Option<Workspace> {
    let out = real(out).ok()?;
    let (manifest, text) = out.ancestors().skip(1).find_map(|above| {
        let manifest = above.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).ok()?;
        text.lines().any(|line| line.trim() == "[workspace]").then_some((manifest, text))
    })?;
    let inner = out.strip_prefix(manifest.parent()?).ok()?;
    let member = format!("{}/*", slashes(inner)?);
    let listed = text.contains(&format!("\"{member}\""));
    Some(Workspace { manifest, member, listed })
}

fn is_runtime(directory: &Path) -> bool {
    let manifest = fs::read_to_string(directory.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == "name = \"linkwright\""))
}

/// The absolute path without links and `..`, for a path that need not be there yet.
fn real(path: &Path) -> Result<PathBuf, GenerateError> {
    let fail = |error: io::Error| GenerateError::Path(path.to_path_buf(), error);
    let absolute = std::path::absolute(path).map_err(fail)?;
    let there = absolute.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"));
    let mut real = there.canonicalize().map_err(fail)?;
    let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
    for component in rest.components() {
        match component {
            Component::ParentDir => drop(real.pop()),
            Component::Normal(name) => real.push(name),
            _ => {}
        }
    }
    Ok(real)
}

/// `to` as seen from `from`, with `/` between folders.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if same == 0 {
        return None;
    }
    let up = from[same..].iter().map(|_| Some(".."));
    let down = to[same..].iter().map(|component| component.as_os_str().to_str());
    let parts: Option<Vec<&str>> = up.chain(down).collect();
    parts.map(|parts| if parts.is_empty() { ".".to_string() } else { parts.join("/") })
}

fn slashes(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|component| component.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime_in(root: &Path, at: &str) {
        let directory = root.join(at);
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join("Cargo.toml"), "[package]\nname = \"linkwright\"\n").expect("a file");
    }

    fn path_of(found: Result<Runtime, GenerateError>) -> Option<String> {
        match found.expect("nothing is wrong") {
            Runtime::Path(path) => Some(path),
            Runtime::Registry => None,
        }
    }

    #[test]
    fn a_runtime_beside_or_above_is_found() {
        let root = tempfile::tempdir().expect("a directory");
        let out = root.path().join("a/b/generated");
        assert_eq!(path_of(runtime(&out, None)), None);
        runtime_in(root.path(), "runtime");
        assert_eq!(path_of(runtime(&out, None)).as_deref(), Some("../../../../runtime"));
        runtime_in(root.path(), "a/b/runtime");
        assert_eq!(path_of(runtime(&out, None)).as_deref(), Some("../../runtime"));
        assert_eq!(path_of(runtime(&root.path().join("a/b/../b/generated/."), None)).as_deref(), Some("../../runtime"));
    }

    #[test]
    fn a_directory_of_that_name_with_another_crate_is_not_the_runtime() {
        let root = tempfile::tempdir().expect("a directory");
        fs::create_dir(root.path().join("runtime")).expect("a directory");
        fs::write(root.path().join("runtime/Cargo.toml"), "[package]\nname = \"other\"\n").expect("a file");
        assert_eq!(path_of(runtime(&root.path().join("out"), None)), None);
        let given = root.path().join("runtime");
        assert!(matches!(runtime(&root.path().join("out"), Some(&given)), Err(GenerateError::NoRuntime(_))));
    }

    #[test]
    fn the_given_runtime_goes_before_a_near_one() {
        let root = tempfile::tempdir().expect("a directory");
        runtime_in(root.path(), "runtime");
        runtime_in(root.path(), "elsewhere/mine");
        let given = root.path().join("elsewhere/mine");
        assert_eq!(path_of(runtime(&root.path().join("out"), Some(&given))).as_deref(), Some("../../elsewhere/mine"));
    }

    #[test]
    fn a_workspace_around_the_output_is_found_with_what_it_must_list() {
        let root = tempfile::tempdir().expect("a directory");
        let manifest = root.path().join("Cargo.toml");
        fs::write(&manifest, "[workspace]\nmembers = [\"x\"]\n").expect("a file");
        let out = root.path().join("some/out");
        let found = workspace(&out).expect("it is in one");
        assert_eq!((found.member.as_str(), found.listed), ("some/out/*", false));
        fs::write(&manifest, "[workspace]\nmembers = [\"x\", \"some/out/*\"]\n").expect("a file");
        assert!(workspace(&out).expect("it is in one").listed);
        fs::write(&manifest, "[package]\nname = \"x\"\n").expect("a file");
        assert_eq!(workspace(&out).map(|found| found.member), None);
    }
}
