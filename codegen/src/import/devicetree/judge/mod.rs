//! What is wrong in a tree: one rule a file. What cannot be read is found where references are collected (`links`), the
//! rest when devices are known.

pub(super) mod absent_consoles;
pub(super) mod cut_entries;
pub(super) mod dangling_phandles;
pub(super) mod deviceless_references;
pub(super) mod idle_suppliers;
pub(super) mod mismatched_names;
pub(super) mod one_sided_endpoints;
pub(super) mod stranded_devices;
pub(super) mod uncounted_cells;
pub(super) mod unrouted_interrupts;

use super::bindings::Binding;
use super::devices::Devices;
use super::links::{Links, Note};
use super::tree::Tree;
use crate::check::Rule;

/// What is told with each finding of a rule.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) rule: &'static Rule,
    /// What follows.
    pub(super) note: &'static str,
    /// What to do.
    pub(super) help: &'static str,
}

/// Findings of a tree; nobody reads more.
const MOST: usize = 1_000;

pub(super) fn note(tree: &Tree<'_>, notes: &mut Vec<Note>, kind: &'static Kind, node: usize, text: String) {
    if notes.len() < MOST {
        notes.push(Note { node, device: tree.owner(node), kind, text });
    }
}

/// What is wrong with devices and with pairs of nodes.
pub(super) fn judge(tree: &Tree<'_>, bindings: &[Binding<'_>], links: &mut Links<'_>, devices: &Devices) {
    let Links { links, notes } = links;
    let mut find = |kind: &'static Kind, node: usize, text: String| note(tree, notes, kind, node, text);
    cut_entries::addresses(tree, &mut find);
    mismatched_names::series(tree, bindings, &mut find);
    one_sided_endpoints::check(tree, bindings, links, &mut find);
    stranded_devices::check(tree, devices, &mut find);
    idle_suppliers::check(tree, links, devices, &mut find);
    absent_consoles::check(tree, &mut find);
}

/// How many entries of a property a name stands for.
pub(super) fn entries_per_name(binding: &Binding<'_>, entries: usize, names: usize) -> usize {
    if binding.paired && names > 0 && entries == 2 * names { 2 } else { 1 }
}

/// "1 name", "2 names", "2 entries".
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
