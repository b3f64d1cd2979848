//! What a spec means, judged: one rule a file, all findings of a run together.
//!
//! Assumes that the form of each value is right (`spec`), and establishes all that `lower` and `emit` rely on: whatever
//! passes without an error can be generated, and what is generated compiles. A pass marks what it found broken, and
//! later passes leave that alone, so nothing is reported twice. Each takes time linear in the size of a spec, or
//! n log n.

mod configuration;
mod cx;
pub(crate) mod devicetree;
mod engine;
mod fields;
mod instructions;
mod levels;
mod microcode;
mod registers;
mod rule;
mod scenario;
mod structure;
mod subsystems;
pub(crate) mod suppress;
mod table;
mod topology;

pub(crate) use configuration::{INVALID_TOML, LOWERED_ERRORS, UNKNOWN_RULES};
pub use levels::{Fixed, Levels, Setting};
pub use rule::Rule;

use cx::Cx;
use rule::rule;
use table::TABLE;

use std::collections::HashSet;

use crate::load::{Watch, Workspace};
use crate::parallel;
use crate::report::Diagnostics;

/// Judges all specs of a run, each ip and soc on its own, on all processors.
pub fn run(workspace: &Workspace, watch: &dyn Watch, findings: &mut Diagnostics) {
    let nothing = HashSet::new();
    let mut cx = Cx::new(workspace, &nothing);
    topology::check_subsystems(&mut cx);
    subsystems::check(&mut cx);
    let (found, mut broken) = cx.into_found();
    findings.extend(found);
    watch.begin("Checking specs", workspace.ips.len() + workspace.socs.len());
    let judged = parallel::map(&workspace.ips, |loaded| {
        let mut cx = Cx::new(workspace, &broken);
        let ip = &loaded.spec;
        registers::check(ip, &mut cx);
        fields::check(ip, &mut cx);
        instructions::check(ip, &mut cx);
        fields::check_enums(ip, &mut cx);
        engine::check(ip, &mut cx);
        topology::check_ip(ip, &mut cx);
        watch.step();
        cx.into_found()
    });
    for (found, marked) in judged {
        findings.extend(found);
        broken.extend(marked);
    }
    let judged = parallel::map(&workspace.socs, |loaded| {
        let mut cx = Cx::new(workspace, &broken);
        topology::check_soc(&loaded.spec, &mut cx);
        watch.step();
        cx.into_found().0
    });
    judged.into_iter().for_each(|found| findings.extend(found));
}
