//! The programs, and how they are called.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// Version that is installed.
const SVD2RUST: &str = "svd2rust@0.37.1";

pub(crate) struct Tools {
    linkwright: PathBuf,
    svd2rust: PathBuf,
    pub(crate) chiptool: Option<PathBuf>,
    /// What chiptool needs for files whose names are no words of Rust.
    transform: PathBuf,
}

impl Tools {
    /// Build or install what is not there.
    pub(crate) fn find(root: &Path, work: &Path) -> Result<Self> {
        let linkwright = match std::env::var_os("LINKWRIGHT") {
            Some(path) => PathBuf::from(path),
            None => {
                cargo(root, &["build", "--quiet", "--release", "--locked", "-p", "linkwright-cli"])?;
                let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
                target.join("release/linkwright")
            }
        };
        let svd2rust = match std::env::var_os("SVD2RUST") {
            Some(path) => PathBuf::from(path),
            None => {
                let tools = work.join("tools");
                let path = tools.join("bin/svd2rust");
                if !path.exists() {
                    let directory = tools.display().to_string();
                    cargo(root, &["install", "--quiet", "--locked", SVD2RUST, "--root", &directory])?;
                }
                path
            }
        };
        let transform = work.join("chiptool.yaml");
        std::fs::write(&transform, "transforms:\n  - !Sanitize {}\n")?;
        Ok(Self { linkwright, svd2rust, chiptool: std::env::var_os("CHIPTOOL").map(PathBuf::from), transform })
    }

    pub(crate) fn import(&self, svd: &Path, out: &Path) -> Command {
        let mut command = Command::new(&self.linkwright);
        command.args(["--quiet", "import", "svd"]).arg(svd).arg("--out").arg(out);
        command
    }

    /// Of the one soc in `specs`.
    pub(crate) fn generate(&self, specs: &Path, out: &Path, root: &Path) -> Result<Command> {
        let soc = std::fs::read_dir(specs.join("soc"))?.next().ok_or("no soc was imported")??.path();
        let mut command = Command::new(&self.linkwright);
        command.args(["--quiet", "generate"]).arg(soc).arg("--out").arg(out);
        command.arg("--runtime").arg(root.join("runtime")).args(["--target", "rust"]);
        Ok(command)
    }

    pub(crate) fn svd2rust(&self, svd: &Path, out: &Path) -> Command {
        let mut command = Command::new(&self.svd2rust);
        command.arg("-i").arg(svd).args(["--target", "none"]).current_dir(out);
        command
    }

    pub(crate) fn chiptool(&self, svd: &Path, out: &Path) -> Command {
        let mut command = Command::new(self.chiptool.as_deref().unwrap_or(Path::new("chiptool")));
        command.args(["generate", "--svd"]).arg(svd).arg("--transform").arg(&self.transform).current_dir(out);
        command
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo").args(arguments).current_dir(root).status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments.join(" ")).into()) }
}
