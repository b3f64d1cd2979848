//! What a program costs, its children included.

use std::process::{Command, Stdio};

use wait4::Wait4 as _;

use crate::Result;

/// CPU time and memory of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Seconds, user and system.
    pub(crate) cpu: f64,
    /// Bytes that were resident at most, of the largest process.
    pub(crate) peak: u64,
}

impl Cost {
    /// More than anything.
    pub(crate) const MOST: Self = Self { cpu: f64::MAX, peak: u64::MAX };

    /// The cheaper one in each.
    pub(crate) fn min(self, other: Self) -> Self {
        Self { cpu: self.cpu.min(other.cpu), peak: self.peak.min(other.peak) }
    }

    /// One after the other.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, peak: self.peak.max(other.peak) }
    }

    pub(crate) fn megabytes(self) -> u64 {
        self.peak.div_ceil(1 << 20)
    }
}

/// Run a command to its end.
///
/// # Errors
/// The last line it wrote if it fails.
pub(crate) fn run(mut command: Command) -> Result<Cost> {
    let log = tempfile(&command)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&log)?);
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let used = child.wait4()?;
    if !used.status.success() {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        let is_error = |line: &&str| line.to_ascii_lowercase().starts_with("error") || line.contains("panicked");
        let mut errors = said.lines().filter(is_error);
        // What is behind an error says more than the error.
        let cause = said.lines().skip_while(|line| *line != "Caused by:").nth(1).map(str::trim);
        let first = cause.or(errors.next().map(str::trim)).or(said.lines().last()).unwrap_or("it says nothing");
        return Err(first.chars().take(90).collect::<String>().replace('|', "/").into());
    }
    let cpu = used.rusage.utime.as_secs_f64() + used.rusage.stime.as_secs_f64();
    Ok(Cost { cpu, peak: used.rusage.maxrss })
}

/// A file for what the command says; one at a time.
fn tempfile(command: &Command) -> Result<std::path::PathBuf> {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let directory = std::env::temp_dir().join(format!("linkwright-peers-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    Ok(directory.join(program))
}
