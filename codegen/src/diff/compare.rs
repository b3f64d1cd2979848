//! Two trees of entries, one beside the other.

use super::entries::Entry;
use super::{Change, Happened, effect};

/// A change, and where it is in the old and in the new spec, as keys.
pub(super) struct Found {
    pub(super) change: Change,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// What happened between two trees, each thing once.
pub(super) fn compare(old: &Entry, new: &Entry) -> Vec<Found> {
    let mut changes = Vec::new();
    let old = &with_new_names(old, new);
    if old.name != new.name {
        let change = effect::judged(new.what, new.name.clone(), Happened::Renamed(old.name.clone()), new);
        changes.push(Found { change, old: Some(old.what.to_string()), new: Some(new.what.to_string()) });
    }
    entry((old, ""), (new, ""), "", &new.name, &mut changes);
    changes
}

/// The old tree, in which what refers to a renamed device or enum does so by its new name: that is told once.
fn with_new_names(old: &Entry, new: &Entry) -> Entry {
    let lost = missing(old, new);
    let fresh = missing(new, old);
    let pairs = lost.iter().filter_map(|child| Some((*child, fresh[renamed(child, &lost, &fresh)?])));
    let names: Vec<(&'static str, String, String)> = pairs
        .filter_map(|(child, other)| match child.what {
            "device" => Some(("supplier", child.name.clone(), other.name.clone())),
            "enum" => Some(("type", format!("enum {}", child.name), format!("enum {}", other.name))),
            _ => None,
        })
        .collect();
    fn rename(entry: &mut Entry, names: &[(&'static str, String, String)]) {
        for (fact, value) in &mut entry.facts {
            if let Some((.., new)) = names.iter().find(|(name, old, _)| name == fact && old == value) {
                value.clone_from(new);
            }
        }
        entry.children.iter_mut().for_each(|child| rename(child, names));
    }
    let mut tree = old.clone();
    rename(&mut tree, &names);
    tree
}

/// What is in one and has no namesake in the other.
fn missing<'e>(one: &'e Entry, other: &Entry) -> Vec<&'e Entry> {
    let is = |child: &Entry, other: &Entry| child.what == other.what && child.name == other.name;
    one.children.iter().filter(|child| !other.children.iter().any(|other| is(child, other))).collect()
}

/// Facts of one entry, and what is in it, each with its keys. `path`: of what is around what is in it.
fn entry(
    (old, old_at): (&Entry, &str),
    (new, new_at): (&Entry, &str),
    path: &str,
    own: &str,
    changes: &mut Vec<Found>,
) {
    for (fact, before) in &old.facts {
        let Some((_, after)) = new.facts.iter().find(|(name, _)| name == fact) else { continue };
        if before != after {
            let happened = Happened::Changed { fact, old: before.clone(), new: after.clone() };
            let at = |around: &str| Some(below_keys(around, key_of(new.what, fact)));
            let change = effect::judged(new.what, own.to_string(), happened, new);
            changes.push(Found { change, old: at(old_at), new: at(new_at) });
        }
    }
    let below = |child: &Entry| match (path, child.what) {
        ("", _) => child.name.clone(),
        // A device and what it refers to are not a path.
        (path, "edge" | "value" | "enum value" | "operand" | "id") => format!("{path} {}", child.name),
        (path, _) => format!("{path}.{}", child.name),
    };
    let is = |child: &Entry, other: &Entry| child.what == other.what && child.name == other.name;
    let lost = missing(old, new);
    let mut fresh = missing(new, old);
    for child in &old.children {
        let child_at = below_keys(old_at, &child.keys);
        if let Some(other) = new.children.iter().find(|other| is(child, other)) {
            let other_at = below_keys(new_at, &other.keys);
            entry((child, &child_at), (other, &other_at), &below(other), &below(other), changes);
            continue;
        }
        match renamed(child, &lost, &fresh) {
            Some(at) => {
                let other = fresh.remove(at);
                let other_at = below_keys(new_at, &other.keys);
                let change = effect::judged(other.what, below(other), Happened::Renamed(child.name.clone()), other);
                changes.push(Found { change, old: Some(child_at.clone()), new: Some(other_at.clone()) });
                entry((child, &child_at), (other, &other_at), &below(other), &below(other), changes);
            }
            None => {
                let what = Happened::Removed(summary(child));
                let change = effect::judged(child.what, below(child), what, child);
                // In the new spec: where it would be.
                changes.push(Found { change, new: Some(below_keys(new_at, &child.keys)), old: Some(child_at) });
            }
        }
    }
    for child in fresh {
        let change = effect::judged(child.what, below(child), Happened::Added(summary(child)), child);
        changes.push(Found { change, old: None, new: Some(below_keys(new_at, &child.keys)) });
    }
}

fn below_keys(around: &str, keys: &str) -> String {
    if around.is_empty() { keys.to_string() } else { format!("{around}/{keys}") }
}

/// The keys of a fact in a spec, where it is not called the same.
fn key_of(what: &str, fact: &'static str) -> &'static str {
    match (what, fact) {
        ("subsystem", "class") => "link/class",
        ("subsystem", "runtime PM") => "link/runtime_pm",
        ("subsystem", "arguments") => "reference/args",
        ("subsystem", "at probe" | "at resume") => "stages",
        ("subsystem", "device-tree properties" | "device-tree cells" | "device-tree names") => "devicetree",
        ("device", "irq-safe" | "runtime PM callbacks" | "always on") => "runtime_pm",
        ("ip", "lost with power" | "restored") => "power",
        ("ip", "last use in sleep" | "off in sleep") => "sleep",
        (_, "address" | "size") => "reg",
        (_, "elements" | "stride") => "array",
        (_, "enabled") => "status",
        (_, "type") => "enum",
        (_, "post-init") => "post_init",
        (_, "memory to memory") => "memory_to_memory",
        (_, "arguments") => "args",
        (_, fact) => fact,
    }
}

/// The one new entry that is the same under another name, if no other lost one could be it.
fn renamed(child: &Entry, lost: &[&Entry], fresh: &[&Entry]) -> Option<usize> {
    let identity = child.identity.as_ref()?;
    let same = |other: &&&Entry| other.what == child.what && other.identity.as_ref() == Some(identity);
    if lost.iter().filter(same).count() != 1 || fresh.iter().filter(same).count() != 1 {
        return None;
    }
    fresh.iter().position(|other| same(&other))
}

/// What an entry is, by its first facts.
fn summary(entry: &Entry) -> String {
    const SHOWN: usize = 2;
    let told = entry.facts.iter().filter(|(_, value)| !value.is_empty() && value != "none").take(SHOWN);
    told.map(|(fact, value)| format!("{fact} {value}")).collect::<Vec<_>>().join(", ")
}
