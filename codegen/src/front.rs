//! The one way from spec files to the resolved model.
//!
//! Command line, `build.rs` helper and derives all come through here, so the same input gives the same findings.

use crate::check;
use crate::load::{Input, Options, Workspace, load};
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
    let mut diagnostics = Diagnostics::new();
    let workspace = load(inputs, options, &mut diagnostics);
    check::run(&workspace, &mut diagnostics);
    let model = lower(&workspace, &mut diagnostics);
    Reading { workspace, diagnostics, model }
}
