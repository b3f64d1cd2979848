//! Rust text written line by line, for files of thousands of items that all look alike.
//!
//! Tokens that become text, are parsed and printed by prettyplease cost several times as much as all else that a
//! generator does. What is written here looks the same: one line for an item that fits, blank lines where
//! [`print`](super::print) leaves them.

use crate::emit::Generated;
use crate::emit::origin::Origin;

/// Columns of a line.
const WIDTH: usize = 120;

/// A file that grows.
pub(super) struct Sheet {
    text: String,
    /// Lines written.
    lines: usize,
    origins: Vec<Origin>,
    /// The item before, in the block that is open.
    last: Option<Last>,
}

#[derive(Clone, Copy)]
struct Last {
    body: bool,
    docs: usize,
}

impl Sheet {
    /// Goes on where `head` ends.
    pub(super) fn new(head: Generated) -> Self {
        let lines = head.text.lines().count();
        Self { text: head.text, lines, origins: head.origins, last: Some(Last { body: true, docs: 0 }) }
    }

    pub(super) fn finish(self, spec: &str) -> Generated {
        Generated { text: self.text, spec: spec.to_string(), origins: self.origins }
    }

    /// A constant of one line, or two when it is long: `start` ends before the space after `=`.
    pub(super) fn constant(&mut self, indent: usize, mark: String, docs: &[String], start: &str, value: &str) {
        self.lead(indent, Some(mark), docs, false);
        if indent + start.len() + 1 + value.len() <= WIDTH {
            self.put(indent, &[start, " ", value]);
        } else {
            self.put(indent, &[start]);
            self.put(indent + 4, &[value]);
        }
    }

    /// The first line of an item with a body, which ends the item if `whole`.
    pub(super) fn body(&mut self, mark: Option<String>, docs: &[String], first: &str) {
        self.lead(0, mark, docs, true);
        self.put(0, &[first]);
    }

    /// A list within an item, on one line if it fits.
    pub(super) fn list(&mut self, open: &str, elements: &[String], close: &str) {
        let length = elements.iter().map(|element| element.len() + 2).sum::<usize>().saturating_sub(2);
        if 4 + open.len() + length + close.len() <= WIDTH {
            return self.put(4, &[open, &elements.join(", "), close]);
        }
        self.put(4, &[open]);
        for element in elements {
            self.put(8, &[element, ","]);
        }
        self.put(4, &[close]);
    }

    /// A line as it is.
    pub(super) fn line(&mut self, indent: usize, parts: &[&str]) {
        self.put(indent, parts);
    }

    /// The items of a block begin.
    pub(super) fn open(&mut self) {
        self.last = None;
    }

    /// The block is over.
    pub(super) fn close(&mut self) {
        self.put(0, &["}"]);
        self.last = Some(Last { body: true, docs: 0 });
    }

    /// A variant, which has no blank line before it.
    pub(super) fn variant(&mut self, mark: Option<String>, docs: &[String], text: &[&str]) {
        self.docs(4, mark, docs);
        self.put(4, text);
    }

    /// What stands before an item.
    fn lead(&mut self, indent: usize, mark: Option<String>, docs: &[String], body: bool) {
        let apart = self.last.is_some_and(|last| body || last.body || docs.len() > 1 || last.docs > 1);
        if apart {
            self.put(0, &[]);
        }
        self.docs(indent, mark, docs);
        self.last = Some(Last { body, docs: docs.len() });
    }

    fn docs(&mut self, indent: usize, mark: Option<String>, docs: &[String]) {
        if let Some(path) = mark.filter(|path| self.origins.last().is_none_or(|last| last.path != *path)) {
            self.origins.push(Origin { line: self.lines + 1, path });
        }
        for line in docs {
            self.put(indent, &["///", line]);
        }
    }

    fn put(&mut self, indent: usize, parts: &[&str]) {
        if !parts.is_empty() {
            const SPACES: &str = "            ";
            self.text.push_str(&SPACES[..indent.min(SPACES.len())]);
        }
        for part in parts {
            self.text.push_str(part);
        }
        self.text.push('\n');
        self.lines += 1;
    }
}
