use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::{firmware, libraries, run, rustc};

/// The functions of the firmware that must not be able to panic or to allocate.
pub const ENTRIES: [&str; 40] = [
    "entry_submit",
    "entry_issue",
    "entry_issue_detached",
    "entry_rearm",
    "entry_rearm_same",
    "entry_submit_list",
    "entry_rearm_list",
    "entry_finish",
    "entry_queue_submit",
    "entry_queue_issue",
    "entry_queue_pop",
    "entry_queue_terminate",
    "entry_queue_resubmit",
    "entry_queue_made",
    "entry_ring_start",
    "entry_ring_push",
    "entry_ring_pull",
    "entry_gated_start",
    "entry_ring_grant",
    "entry_transmit",
    "entry_receive",
    "entry_rect",
    "entry_pause",
    "entry_resume",
    "entry_is_paused",
    "entry_residue",
    "entry_cancel",
    "entry_recover",
    "entry_cancel_submitted",
    "entry_drop_transfer",
    "entry_drop_prepared",
    "entry_irq",
    "entry_watch",
    "entry_start",
    "entry_kill",
    "entry_kill_manager",
    "entry_send_event",
    "entry_state",
    "entry_clear",
    "entry_drop",
];

/// What belongs to a panic or to the heap.
const FORBIDDEN: [&str; 7] =
    ["panicking", "panic_", "rust_begin_unwind", "_failed", "slice_index", "__rust_alloc", "__rust_realloc"];

/// Sections of the engine's way to the planner.
const PLAN: &str = ".text.*engine..Hardware$GT$4plan*";

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
        for name in ["liblinkwright-", "liblinkwright_pl330-", "libbench_board-", "libcritical_section-"] {
            let age = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
            let newest = libraries(&release.join("deps"), name)?.into_iter().max_by_key(age);
            all.push(newest.ok_or_else(|| format!("{name}*.rlib is missing"))?);
        }
        all.extend(libraries(&core, "libcore-")?);
        let names = run(Command::new("nm").args(["--defined-only", "--format=posix"]).arg(&all[0]))?;
        let symbols = names.lines().filter_map(|line| line.split(' ').next()).map(str::to_string).collect();
        // Planning is a task's, before anything starts; only the table of what a controller can do leads from the
        // interrupt body there. So what it calls is not followed.
        for library in &mut all[..2] {
            let cut =
                release.join(library.file_name().map(|n| format!("unplanned-{}", n.display())).unwrap_or_default());
            let mut objcopy = Command::new("objcopy");
            run(objcopy.args(["--remove-relocations", PLAN]).arg(&*library).arg(&cut))?;
            *library = cut;
        }
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
