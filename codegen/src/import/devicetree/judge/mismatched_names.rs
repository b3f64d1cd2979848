#![doc = include_str!("../../../../rules/LW1005.md")]

use std::collections::HashMap;

use super::super::bindings::{self, Binding};
use super::super::links::Collector;
use super::super::tree::Tree;
use super::{Kind, counted};
use crate::check::devicetree::MISMATCHED_NAMES;

const KIND: Kind = Kind {
    rule: &MISMATCHED_NAMES,
    note: "a driver that asks by name gets none, or another one than it means",
    help: "give each entry its name, in the order of the entries",
};

/// Names of the entries of one property, which were all read.
pub(in super::super) fn check(
    collector: &mut Collector<'_, '_, '_>,
    node: usize,
    (names, named): (&str, usize),
    (property, entries): (&str, usize),
    paired: bool,
) {
    if named == entries || paired && 2 * named == entries {
        return;
    }
    let (named, entries) = (counted(named, "name", "names"), counted(entries, "entry", "entries"));
    collector.find(&KIND, node, format!("`{names}` has {named}, and `{property}` {entries}"));
}

/// Names without what they name, and those of a series of properties.
pub(super) fn series(tree: &Tree<'_>, bindings: &[Binding<'_>], find: &mut dyn FnMut(&'static Kind, usize, String)) {
    let mut known: HashMap<&str, Option<usize>> = HashMap::new();
    let mut of: HashMap<&str, &Binding<'_>> = HashMap::new();
    for binding in bindings {
        of.extend(binding.names.map(|names| (names, binding)));
    }
    for (number, node) in tree.nodes.iter().enumerate() {
        let named = node.properties.iter().filter_map(|(name, _)| Some((*name, *of.get(name)?)));
        for (names, binding) in named.collect::<Vec<_>>() {
            let mut of_it = |property| {
                let found = *known.entry(property).or_insert_with(|| bindings::find(bindings, property));
                found.is_some_and(|at| std::ptr::eq(bindings[at].subsystem, binding.subsystem))
            };
            let entries = node.properties.iter().filter(|(property, _)| of_it(*property)).count();
            let named = node.strings(names).count();
            if entries > 0 && (!binding.is_series() || entries == named) {
                continue;
            }
            let what = &binding.subsystem.name.value;
            let text = match entries {
                0 => format!("`{names}` has {}, and the node has no {what}", counted(named, "name", "names")),
                1 => format!("`{names}` has {named} names for one state of {what}"),
                _ => format!("`{names}` has {} for {entries} states of {what}", counted(named, "name", "names")),
            };
            find(&KIND, number, text);
        }
    }
}
