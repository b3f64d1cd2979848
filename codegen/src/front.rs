//! The one way from spec files to the resolved model.
//!
//! Command line, `build.rs` helper and derives all come through here, so the same input gives the same findings.

use std::path::Path;

use crate::check;
use crate::load::{Input, Options, Watch, Workspace, load_beside};
use crate::lower::{Model, lower, lower_despite_circles};
use crate::project::{self, Project};
use crate::report::Diagnostics;

/// What reading specs gave.
#[derive(Debug)]
pub struct Reading {
    /// The specs and their files, as they are written.
    pub workspace: Workspace,
    /// What was found.
    pub diagnostics: Diagnostics,
    /// How many findings comments in the specs answered.
    pub allowed: usize,
    /// The resolved model; there exactly when there are no errors.
    pub model: Option<Model>,
}

/// Read specs with everything they refer to, check them, and resolve them.
pub fn read(inputs: &[Input], options: &Options) -> Reading {
    read_watched(inputs, options, &())
}

/// As [`read_watched`], for a project: what its file says counts where `options` do not say otherwise.
///
/// A file that cannot be used is what is found; nothing else is read then.
pub fn read_project(inputs: &[Input], options: &Options, file: Option<&Path>, watch: &dyn Watch) -> (Reading, Project) {
    let Some(file) = file else { return (read_watched(inputs, options, watch), Project::default()) };
    let mut workspace = Workspace::default();
    let mut diagnostics = Diagnostics::new();
    match project::read(file, &mut workspace.sources, &mut diagnostics) {
        Some(project) => (read_watched(inputs, &project.options(options), watch), project),
        None => (Reading { workspace, diagnostics, allowed: 0, model: None }, Project::default()),
    }
}

/// As [`read`], and tells how far it is.
pub fn read_watched(inputs: &[Input], options: &Options, watch: &dyn Watch) -> Reading {
    reading(None, inputs, options, watch)
}

/// As [`read`], of ips and socs beside specs that were read before with the same options
/// ([`load_beside`]).
pub fn read_beside(known: &Workspace, inputs: &[Input], options: &Options) -> Reading {
    reading(Some(known), inputs, options, &())
}

fn reading(known: Option<&Workspace>, inputs: &[Input], options: &Options, watch: &dyn Watch) -> Reading {
    let mut diagnostics = Diagnostics::new();
    let workspace = load_beside(known, inputs, options, watch, &mut diagnostics);
    check::run(&workspace, watch, &mut diagnostics);
    let (mut diagnostics, allowed) = check::suppress::apply(&workspace.sources, diagnostics);
    diagnostics.retain_fixes(|fix| fix.fits(&workspace.sources));
    let mut diagnostics = options.levels.apply(diagnostics);
    let model = lower(&workspace, &mut diagnostics);
    Reading { workspace, diagnostics, allowed, model }
}

impl Reading {
    /// Specs whose only errors are devices that need each other have a model, too: the links that should give way do
    /// ([`Edge::proposed_cut`](crate::lower::Edge::proposed_cut)). For what shows such circles.
    pub fn despite_circles(mut self) -> Self {
        if self.model.is_none() {
            self.model = lower_despite_circles(&self.workspace, &self.diagnostics);
        }
        self
    }
}
