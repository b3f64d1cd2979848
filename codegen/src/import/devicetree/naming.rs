//! Names of the format for names of device trees.

use std::collections::{HashMap, HashSet};

use crate::spec;

/// A word of the format: other characters become `_`, and it is cut where it would be too long.
pub(super) fn word(text: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let word: String = text.chars().map(fits).take(ROOM).collect();
    let word = word.trim_matches(|c| c == '_' || c == '-');
    if word.is_empty() { "unnamed".to_string() } else { word.to_string() }
}

/// As a person would call something in Rust: `dma-controller` is `dma_controller`.
pub(super) fn identifier(text: &str) -> String {
    word(text).replace('-', "_")
}

/// Leaves room for a number behind it.
const ROOM: usize = spec::NAME_MAX - 6;

/// What tells names apart in any spelling: generated code may join words, and has types where the spec has names.
pub(super) fn essence(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Taken {
    names: HashSet<String>,
    /// The next number behind a name.
    next: HashMap<String, u32>,
}

impl Taken {
    /// Takes the name if it is free.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.names.insert(essence(name))
    }

    /// Takes the name, or one with a number behind it.
    pub(super) fn unique(&mut self, name: String, separator: char) -> String {
        if self.take(&name) {
            return name;
        }
        loop {
            let next = self.next.entry(name.clone()).or_insert(1);
            *next += 1;
            let numbered = format!("{name}{separator}{next}");
            if self.take(&numbered) {
                return numbered;
            }
        }
    }
}
