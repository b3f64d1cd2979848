use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::{firmware, libraries, run, rustc};

/// The functions of the firmware that must not be able to panic or to allocate.
pub const ENTRIES: [&str; 13] = [
    "entry_submit",
    "entry_submit_list",
    "entry_rearm_list",
    "entry_issue",
    "entry_issue_detached",
    "entry_rearm",
    "entry_rearm_same",
    "entry_finish",
    "entry_start",
    "entry_kill",
    "entry_state",
    "entry_clear",
    "entry_drop",
];

/// What belongs to a panic or to the heap.
const FORBIDDEN: [&str; 7] =
    ["panicking", "panic_", "rust_begin_unwind", "_failed", "slice_index", "__rust_alloc", "__rust_realloc"];

/// The driver's atomic calls, compiled.
#[derive(Debug)]
pub struct Firmware {
    libraries: Vec<PathBuf>,
    /// Mangled names of its functions.
    symbols: Vec<String>,
    out: PathBuf,
}

impl Firmware {
    /// Compile them.
    ///
    /// # Errors
    /// What a tool said, or that it is not there.
    pub fn build() -> Result<Self, String> {
        let release = firmware("no-std", &["--lib"], "")?;
        let core = PathBuf::from(rustc("target-libdir")?);
        let mut all = vec![release.join("libbench_firmware.rlib")];
        // Builds of before may lie there too; the one that was made last counts.
        for name in ["liblinkwright-", "liblinkwright_pl330-", "libcritical_section-"] {
            let age = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
            let newest = libraries(&release.join("deps"), name)?.into_iter().max_by_key(age);
            all.push(newest.ok_or_else(|| format!("{name}*.rlib is missing"))?);
        }
        all.extend(libraries(&core, "libcore-")?);
        let names = run(Command::new("nm").args(["--defined-only", "--format=posix"]).arg(&all[0]))?;
        let symbols = names.lines().filter_map(|line| line.split(' ').next()).map(str::to_string).collect();
        Ok(Self { libraries: all, symbols, out: release })
    }

    /// The names of all functions that `entry` can reach.
    ///
    /// # Errors
    /// As [`build`](Self::build), or that there is no such function.
    pub fn reached(&self, entry: &str) -> Result<Vec<String>, String> {
        // The length before the name is part of the mangling.
        let mangled = format!("{}{entry}", entry.len());
        let symbol = self.symbols.iter().find(|s| s.contains(&mangled)).ok_or_else(|| format!("no {entry}"))?;
        let image = self.out.join(format!("{entry}.elf"));
        let mut link = Command::new("ld");
        link.args(["--gc-sections", "--unresolved-symbols=ignore-all", "-static", "-e", symbol, "-u", symbol, "-o"]);
        run(link.arg(&image).args(&self.libraries))?;
        let names = |path: &Path| run(Command::new("nm").arg("-C").arg(path));
        let functions = names(&image)?;
        let function = |line: &str| {
            let kind = line.split_whitespace().find(|word| word.len() == 1)?;
            let name = line.split_once(&format!(" {kind} "))?.1;
            matches!(kind, "T" | "t" | "U" | "w" | "W").then(|| name.to_string())
        };
        Ok(functions.lines().filter_map(function).collect())
    }

    /// What `entry` can reach of panics and of the heap.
    ///
    /// # Errors
    /// As [`reached`](Self::reached).
    pub fn forbidden(&self, entry: &str) -> Result<Vec<String>, String> {
        let reached = self.reached(entry)?;
        if !reached.iter().any(|name| name.contains(entry)) {
            return Err(format!("{entry} was linked away"));
        }
        Ok(reached.into_iter().filter(|name| FORBIDDEN.iter().any(|f| name.contains(f))).collect())
    }
}
