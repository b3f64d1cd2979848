//! Differences for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Change, Diff, Happened, OrderChange, Place};
use crate::report::command;

/// At most so many pairs of devices are told to people.
const PAIRS: usize = 24;
/// Longer values are cut.
const LONG: usize = 80;

impl Diff {
    /// For people; empty if there is no difference. `-` is gone, `+` is new, `~` is different. Behind each change is where
    /// it stands in the new spec; where it stood in the old one, if it is gone.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (breaking, title) in [(true, "Breaking"), (false, "Compatible")] {
            let changes: Vec<&Change> = self.changes.iter().filter(|change| change.breaking == breaking).collect();
            if changes.is_empty() {
                continue;
            }
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}{title} for users of {} {}:", self.kind, self.name);
            for change in changes {
                let place = match change.happened {
                    Happened::Removed(_) => &change.was,
                    _ => &change.place,
                };
                let place = place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
                let _ = writeln!(out, "  {}{}{place}", told(change), reason(change));
            }
        }
        if self.order.is_empty() {
            return out;
        }
        let _ = writeln!(out, "\nOrder of probing:");
        for change in self.order.iter().take(PAIRS) {
            let Some((sign, text)) = waiting(change) else { continue };
            let _ = match change.through.len() {
                0..=2 => writeln!(out, "  {sign} {text}"),
                _ => writeln!(out, "  {sign} {text} ({})", change.through.join(" -> ")),
            };
        }
        if self.order.len() > PAIRS {
            let _ = writeln!(out, "    and {} more pairs, which follow from these", self.order.len() - PAIRS);
        }
        out
    }

    /// As workflow commands of GitHub Actions: annotations beside the lines of the new spec. What breaks is a warning, the
    /// rest a notice.
    pub fn github(&self) -> String {
        let mut out = String::new();
        let mut say = |level, place: &Option<Place>, title: &str, text: &str| {
            let place = place.as_ref().map(|place| (place.file.as_str(), place.line, place.column));
            out.push_str(&command(level, place, title, text));
        };
        for change in &self.changes {
            let text = format!("{}{}", &told(change)[2..], reason(change));
            match change.breaking {
                true => say("warning", &change.place, "breaking change", &text),
                false => say("notice", &change.place, "change", &text),
            }
        }
        for change in self.order.iter().take(PAIRS) {
            if let Some((_, text)) = waiting(change) {
                say("notice", &change.place, "changed order", &text);
            }
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
            #[serde(skip_serializing_if = "Option::is_none")]
            place: Option<PlaceOut<'d>>,
        }
        let order = self.order.iter().map(|change| OrderOut {
            device: &change.device,
            other: &change.other,
            waits: change.waits,
            reversed: change.reversed,
            through: &change.through,
            place: change.place.as_ref().map(PlaceOut::new),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceOut<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<PlaceOut<'d>>,
}

#[derive(Serialize)]
struct PlaceOut<'d> {
    file: &'d str,
    line: usize,
    column: usize,
}

impl<'d> PlaceOut<'d> {
    fn new(place: &'d Place) -> Self {
        Self { file: &place.file, line: place.line, column: place.column }
    }
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
        let [place, was] = [&change.place, &change.was].map(|place| place.as_ref().map(PlaceOut::new));
        Self { what, path, happened, fact, old, new, breaking: *breaking, because, place, was }
    }
}

/// What happened, without its reason.
fn told(change: &Change) -> String {
    let Change { what, path, .. } = change;
    match &change.happened {
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
    }
}

fn reason(change: &Change) -> String {
    if change.because.is_empty() { String::new() } else { format!(": {}", change.because) }
}

/// Who waits for whom now, or no longer. `None`: the other way round it is told, too.
fn waiting(change: &OrderChange) -> Option<(char, String)> {
    let (sign, word, before) = match (change.waits, change.reversed) {
        (true, true) => ('~', "waits now for", ", which waited for it"),
        (true, false) => ('+', "waits now for", ""),
        (false, true) => return None,
        (false, false) => ('-', "no longer waits for", ""),
    };
    Some((sign, format!("{} {word} {}{before}", change.device, change.other)))
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
