use std::collections::BTreeSet;
use std::fmt;

use super::{Diagnostic, Level};

/// How many findings of which level, in how many files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Files they are in.
    pub files: usize,
}

impl Summary {
    /// Counts findings; give [`Diagnostics::sorted`](super::Diagnostics::sorted), which has none twice.
    pub fn of(findings: &[&Diagnostic]) -> Self {
        let errors = findings.iter().filter(|d| d.level == Level::Error).count();
        let files: BTreeSet<_> = findings.iter().map(|d| d.primary.span.file).collect();
        Self { errors, warnings: findings.len() - errors, files: files.len() }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let levels = match (self.errors, self.warnings) {
            (0, 0) => return f.write_str("no findings"),
            (errors, 0) => counted(errors, "error"),
            (0, warnings) => counted(warnings, "warning"),
            (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
        };
        write!(f, "{levels} in {}", counted(self.files, "file"))
    }
}
