//! What a spec means, judged: one rule a file, all findings of a run together.
//!
//! Assumes that the form of each value is right (`spec`), and establishes all that `lower` and `emit` rely on: whatever
//! passes without an error can be generated, and what is generated compiles. A pass marks what it found broken, and
//! later passes leave that alone, so nothing is reported twice. Each takes time linear in the size of a spec, or
//! n log n.

mod cx;
mod engine;
mod fields;
mod instructions;
mod microcode;
mod registers;
mod rule;
mod scenario;
mod structure;
mod subsystems;
mod table;
mod topology;

pub use rule::Rule;

use cx::Cx;
use rule::rule;
use table::TABLE;

use crate::load::Workspace;
use crate::report::Diagnostics;

/// Judges all specs of a run.
pub fn run(workspace: &Workspace, findings: &mut Diagnostics) {
    let mut cx = Cx::new(workspace, findings);
    topology::check_subsystems(&mut cx);
    subsystems::check(&mut cx);
    for ip in cx.ips() {
        registers::check(ip, &mut cx);
        fields::check(ip, &mut cx);
        instructions::check(ip, &mut cx);
        fields::check_enums(ip, &mut cx);
        engine::check(ip, &mut cx);
        topology::check_ip(ip, &mut cx);
    }
    for loaded in &workspace.socs {
        topology::check_soc(&loaded.spec, &mut cx);
    }
}
