//! Findings, and how people see them.
//!
//! The only place that knows a terminal.

mod diagnostic;

pub use diagnostic::{Diagnostic, Diagnostics, Label, Level};
