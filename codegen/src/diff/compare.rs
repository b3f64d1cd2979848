//! Two trees of entries, one beside the other.

use super::entries::Entry;
use super::{Change, Happened, effect};

/// What happened between two trees, each thing once.
pub(super) fn compare(old: &Entry, new: &Entry) -> Vec<Change> {
    let mut changes = Vec::new();
    let old = &with_new_names(old, new);
    if old.name != new.name {
        changes.push(effect::judged(new.what, new.name.clone(), Happened::Renamed(old.name.clone()), new));
    }
    entry(old, new, "", &new.name, &mut changes);
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

/// Facts of one entry, and what is in it. `path`: of what is around what is in it.
fn entry(old: &Entry, new: &Entry, path: &str, own: &str, changes: &mut Vec<Change>) {
    for (fact, before) in &old.facts {
        let Some((_, after)) = new.facts.iter().find(|(name, _)| name == fact) else { continue };
        if before != after {
            let happened = Happened::Changed { fact, old: before.clone(), new: after.clone() };
            changes.push(effect::judged(new.what, own.to_string(), happened, new));
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
        if let Some(other) = new.children.iter().find(|other| is(child, other)) {
            entry(child, other, &below(other), &below(other), changes);
            continue;
        }
        match renamed(child, &lost, &fresh) {
            Some(at) => {
                let other = fresh.remove(at);
                changes.push(effect::judged(other.what, below(other), Happened::Renamed(child.name.clone()), other));
                entry(child, other, &below(other), &below(other), changes);
            }
            None => {
                let what = Happened::Removed(summary(child));
                changes.push(effect::judged(child.what, below(child), what, child));
            }
        }
    }
    for child in fresh {
        changes.push(effect::judged(child.what, below(child), Happened::Added(summary(child)), child));
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
