//! Differences for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Change, Diff, Happened};

/// At most so many pairs of devices are told to people.
const PAIRS: usize = 24;
/// Longer values are cut.
const LONG: usize = 80;

impl Diff {
    /// For people; empty if there is no difference. `-` is gone, `+` is new, `~` is different.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (breaking, title) in [(true, "Breaking"), (false, "Compatible")] {
            let changes: Vec<&Change> = self.changes.iter().filter(|change| change.breaking == breaking).collect();
            if changes.is_empty() {
                continue;
            }
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}{title} for users of {} {}:", self.kind, self.name);
            changes.into_iter().for_each(|change| line(change, &mut out));
        }
        if self.order.is_empty() {
            return out;
        }
        let _ = writeln!(out, "\nOrder (of probing; going to sleep is the reverse):");
        for change in self.order.iter().take(PAIRS) {
            let (sign, word, before) = match (change.waits, change.reversed) {
                (true, true) => ('~', "waits now for", ", which waited for it"),
                (true, false) => ('+', "waits now for", ""),
                (false, true) => continue,
                (false, false) => ('-', "no longer waits for", ""),
            };
            let _ = write!(out, "  {sign} {} {word} {}{before}", change.device, change.other);
            let _ = match change.through.len() {
                0..=2 => writeln!(out),
                _ => writeln!(out, " ({})", change.through.join(" -> ")),
            };
        }
        if self.order.len() > PAIRS {
            let _ = writeln!(out, "    and {} more pairs, which follow from these", self.order.len() - PAIRS);
        }
        out
    }

    /// As one JSON object, ending in a line feed.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Root<'d> {
            version: u32,
            kind: &'d str,
            name: &'d str,
            breaking: bool,
            changes: Vec<ChangeOut<'d>>,
            order: Vec<OrderOut<'d>>,
        }
        #[derive(Serialize)]
        struct OrderOut<'d> {
            device: &'d str,
            other: &'d str,
            waits: bool,
            reversed: bool,
            through: &'d [String],
        }
        let order = self.order.iter().map(|change| OrderOut {
            device: &change.device,
            other: &change.other,
            waits: change.waits,
            reversed: change.reversed,
            through: &change.through,
        });
        let root = Root {
            version: 1,
            kind: self.kind,
            name: &self.name,
            breaking: self.breaking,
            changes: self.changes.iter().map(ChangeOut::new).collect(),
            order: order.collect(),
        };
        // A value of structs and texts always has a form in JSON.
        let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct ChangeOut<'d> {
    what: &'d str,
    path: &'d str,
    happened: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'d str>,
    breaking: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    because: &'d str,
}

impl<'d> ChangeOut<'d> {
    fn new(change: &'d Change) -> Self {
        let (happened, fact, old, new) = match &change.happened {
            Happened::Added(what) => ("added", None, None, Some(what.as_str())),
            Happened::Removed(what) => ("removed", None, Some(what.as_str()), None),
            Happened::Renamed(name) => ("renamed", None, Some(name.as_str()), None),
            Happened::Changed { fact, old, new } => ("changed", Some(*fact), Some(old.as_str()), Some(new.as_str())),
        };
        let Change { what, path, breaking, because, .. } = change;
        Self { what, path, happened, fact, old, new, breaking: *breaking, because }
    }
}

fn line(change: &Change, out: &mut String) {
    let Change { what, path, because, .. } = change;
    let told = match &change.happened {
        Happened::Added(is) => format!("+ {what} {path}{} added", inside(is)),
        Happened::Removed(was) => format!("- {what} {path}{} removed", inside(was)),
        Happened::Renamed(old) => format!("~ {what} {path}: was called {old}"),
        Happened::Changed { fact, old, new } if is_place(what, fact) => {
            format!("~ {what} {path} moved from {old} to {new}")
        }
        Happened::Changed { fact, old, new } => match (old.len() > LONG, new.len() > LONG) {
            (true, _) | (_, true) => format!("~ {what} {path}: {fact} is different"),
            _ => format!("~ {what} {path}: {fact} {} -> {}", quoted(old), quoted(new)),
        },
    };
    let because = if because.is_empty() { String::new() } else { format!(": {because}") };
    let _ = writeln!(out, "  {told}{because}");
}

fn is_place(what: &str, fact: &str) -> bool {
    matches!((what, fact), ("register" | "cluster", "offset") | ("field", "bits") | ("device", "address"))
        || (what == "edge" && fact == "supplier")
}

fn inside(text: &str) -> String {
    if text.is_empty() || text.len() > LONG { String::new() } else { format!(" ({text})") }
}

fn quoted(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}
