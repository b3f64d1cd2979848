//! The one way from spec files to the resolved model.
//!
//! Command line, `build.rs` helper and derives all come through here, so the same input gives the same findings.

use crate::check;
use crate::load::{Input, Options, Watch, Workspace, load_watched};
use crate::lower::{Model, lower};
use crate::report::Diagnostics;

/// What reading specs gave.
#[derive(Debug)]
pub struct Reading {
    /// The specs and their files, as they are written.
    pub workspace: Workspace,
    /// What was found.
    pub diagnostics: Diagnostics,
    /// The resolved model; there exactly when there are no errors.
    pub model: Option<Model>,
}

/// Read specs with everything they refer to, check them, and resolve them.
pub fn read(inputs: &[Input], options: &Options) -> Reading {
    read_watched(inputs, options, &())
}

/// As [`read`], and tells how far it is.
pub fn read_watched(inputs: &[Input], options: &Options, watch: &dyn Watch) -> Reading {
    let mut diagnostics = Diagnostics::new();
    let workspace = load_watched(inputs, options, watch, &mut diagnostics);
    check::run(&workspace, watch, &mut diagnostics);
    let model = lower(&workspace, &mut diagnostics);
    Reading { workspace, diagnostics, model }
}
