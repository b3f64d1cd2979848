//! Findings, and how people see them.
//!
//! The only place that knows a terminal.

mod diagnostic;
mod suggest;

pub use diagnostic::{Diagnostic, Diagnostics, Label, Level};
pub use suggest::{did_you_mean, one_of, suggest};
