//! Findings, and how people see them.
//!
//! The only place that knows a terminal.

mod diagnostic;
mod fix;
mod human;
mod machine;
mod suggest;
mod summary;

pub use diagnostic::{Diagnostic, Diagnostics, Label, Level};
pub use fix::{Edit, Fix};
pub use human::{Style, human};
#[cfg(feature = "diff")]
pub(crate) use machine::command;
pub use machine::{github, json, sarif};
pub use suggest::{did_you_mean, one_of, suggest};
pub use summary::Summary;
