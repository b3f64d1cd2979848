//! YAML text as a tree of nodes that know their place.
//!
//! The only user of `serde_yaml`. Knows no spec format: what a key means is not its business.
//!
//! # What is accepted
//!
//! YAML 1.2 with these exceptions: no tags of one's own, no merge keys (`<<`), no octal (`0o17`) or binary (`0b1`)
//! numbers, no key twice, one document a file. `yes`, `no`, `on` and `off` are text. `010` is text too, so that
//! whoever wants a number complains. A byte-order mark is skipped by [`decode_text`].
//!
//! # Limits
//!
//! A file may have [`MAX_FILE`] bytes, [`MAX_NODES`] values, [`MAX_DEPTH`] levels and [`MAX_ALIASES`] aliases that
//! repeat [`MAX_REPLAYED`] values in all. Whatever the bytes, [`read`] ends with a tree or a finding that has a place,
//! within 2 seconds and 512 MiB of memory in an optimised build on a machine of 2020; the worst inputs known take half
//! of either (`tests/hostile.rs`).

mod fault;
mod node;

use std::collections::HashMap;

pub use node::{Key, Node, Range, Value};

use crate::report::{Diagnostic, Diagnostics, Edit, Fix};
use crate::source::{FileId, Span};
use node::{Raw, RawValue};

/// Longest file in bytes.
pub const MAX_FILE: usize = 8 << 20;
/// Most values (mappings, lists, scalars) in a file.
pub const MAX_NODES: usize = 500_000;
/// Deepest nesting of mappings and lists.
pub const MAX_DEPTH: usize = 32;
/// Most aliases (`*name`), and most anchors (`&name`), in a file.
pub const MAX_ALIASES: usize = 4_096;
/// Errors of one kind in a file before the rest is only counted.
pub(crate) const MAX_SHOWN: usize = 1_000;
/// Most parser events that aliases may repeat in all.
pub const MAX_REPLAYED: usize = 100_000;

fn options() -> serde_yaml::Options {
    use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
    serde_yaml::options! {
        strict_booleans: true,
        reject_unsupported_tags: true,
        leading_zero_numbers_as_strings: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
        budget: serde_yaml::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_total_scalar_bytes: 2 * MAX_FILE,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_recorded_anchor_events: MAX_REPLAYED,
            max_recorded_anchor_bytes: MAX_FILE,
            enforce_alias_anchor_ratio: false,
            max_documents: 2,
        },
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MAX_REPLAYED },
    }
}

/// Why bytes are not the text of a spec.
#[derive(Debug)]
pub struct BadText {
    /// Rule.
    pub rule: &'static str,
    /// What is wrong.
    pub title: String,
    /// What is there.
    pub label: String,
    /// The text as far as it can be shown.
    pub shown: String,
    /// Where in it the trouble is.
    pub at: Range,
}

/// The text of a file, without a byte-order mark.
pub fn decode_text(mut bytes: Vec<u8>) -> Result<String, BadText> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.len() > MAX_FILE {
        let title = "the file is too long".to_string();
        let label = format!("a spec has at most {MAX_FILE} bytes");
        return Err(BadText { rule: "LW0002", title, label, shown: String::new(), at: (0, 0) });
    }
    String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let bad = error.as_bytes()[start];
        // The replacement character stands where the bad bytes stood.
        let end = start + char::REPLACEMENT_CHARACTER.len_utf8();
        BadText {
            rule: "LW0001",
            title: "the file is not UTF-8 text".to_string(),
            label: format!("byte {bad:#04x} does not belong here"),
            shown: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            at: (start as u32, end as u32),
        }
    })
}

/// Read a file of a [`crate::source::SourceMap`]. `None`: it has no tree at all; why is reported.
pub fn read(file: FileId, text: &str, out: &mut Diagnostics) -> Option<Node> {
    let span = |(start, end): Range| Span { file, start, end };
    if text.len() > MAX_FILE {
        out.push(
            Diagnostic::error("LW0002", "the file is too long", span((0, 0)), format!("it has {} bytes", text.len()))
                .note(format!("a spec has at most {MAX_FILE} bytes")),
        );
        return None;
    }
    if let Some((at, c)) = text.char_indices().find(|&(_, c)| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        let at = (at as u32, (at + c.len_utf8()) as u32);
        let title = format!("control character U+{:04X} in a text file", u32::from(c));
        out.push(Diagnostic::error("LW0001", title, span(at), "not allowed in YAML"));
        return None;
    }
    let raw = match serde_yaml::from_str_with_options::<Raw>(text, options()) {
        Ok(raw) => raw,
        Err(error) => {
            out.push(fault::diagnostic(&error, file, text));
            return None;
        }
    };
    if matches!(raw.value, RawValue::Null) && is_blank(text) {
        out.push(fault::empty(span((0, 0))));
        return None;
    }
    let mut tree = Tree { file, text, out, errors: 0 };
    let node = tree.node(raw);
    if tree.errors > MAX_SHOWN {
        let title = format!("{} more errors like these in this file", tree.errors - MAX_SHOWN);
        let label = format!("only the first {MAX_SHOWN} are shown");
        out.push(Diagnostic::error("LW0002", title, span((0, 0)), label));
    }
    Some(node)
}

/// Nothing but comments, white space and document marks?
fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#') || line == "---" || line == "...")
}

struct Tree<'a> {
    file: FileId,
    text: &'a str,
    out: &'a mut Diagnostics,
    errors: usize,
}

impl Tree<'_> {
    fn report(&mut self, error: Diagnostic) {
        self.errors += 1;
        if self.errors <= MAX_SHOWN {
            self.out.push(error);
        }
    }

    fn node(&mut self, raw: Raw) -> Node {
        let at = fault::range(&raw.at, self.text);
        let anchor = (raw.at != raw.defined).then(|| fault::range(&raw.defined, self.text));
        let value = match raw.value {
            RawValue::Null => Value::Null,
            RawValue::Bool(b) => Value::Bool(b),
            RawValue::Int(n) => {
                self.plain_radix(n, anchor.unwrap_or(at), at);
                Value::Int(n)
            }
            RawValue::Float(f) => Value::Float(f),
            RawValue::Str(s) => Value::Str(s),
            RawValue::Seq(items) => Value::Seq(items.into_iter().map(|item| self.node(item)).collect()),
            RawValue::Map(entries) => Value::Map(self.map(entries)),
        };
        Node { value, at, anchor }
    }

    fn map(&mut self, entries: Vec<(Raw, Raw)>) -> Vec<(Key, Node)> {
        let mut seen: HashMap<String, Range> = HashMap::with_capacity(entries.len());
        let mut map = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let value = self.node(value);
            let Some(key) = self.key(key) else { continue };
            if let Some(&first) = seen.get(&key.text) {
                let title = format!("key `{}` is given twice", shorten(&key.text));
                self.report(
                    Diagnostic::error("LW0003", title, self.span(key.at), "second time")
                        .and(self.span(first), "first time")
                        .correct(self.same_line(first, key.at, &value)),
                );
                continue;
            }
            seen.insert(key.text.clone(), key.at);
            map.push((key, value));
        }
        map
    }

    /// Remove the second of two lines that say the same.
    fn same_line(&self, first: Range, second: Range, value: &Node) -> Option<Fix> {
        let line = |at: Range| {
            let start = self.text[..at.0 as usize].rfind('\n').map_or(0, |end| end + 1);
            let end = self.text[start..].find('\n').map_or(self.text.len(), |end| start + end + 1);
            // Nothing but blanks before the key.
            self.text[start..at.0 as usize].trim().is_empty().then_some(start..end)
        };
        let (first, second) = (line(first)?, line(second)?);
        let scalar = !matches!(value.value, Value::Null | Value::Seq(_) | Value::Map(_));
        let ends = scalar && (value.at.1 as usize) <= second.end && value.at.0 as usize >= second.start;
        let same = self.text[first].trim() == self.text[second.clone()].trim();
        (ends && same).then(|| Fix {
            what: "remove the second line".to_string(),
            edits: vec![Edit {
                span: self.span((second.start as u32, second.end as u32)),
                was: self.text[second].to_string(),
                text: String::new(),
            }],
        })
    }

    fn key(&mut self, raw: Raw) -> Option<Key> {
        let at = fault::range(&raw.at, self.text);
        let written = if raw.at == raw.defined { at } else { fault::range(&raw.defined, self.text) };
        let text = match raw.value {
            RawValue::Str(text) => text,
            RawValue::Bool(_) | RawValue::Int(_) | RawValue::Float(_) => self.slice(written).to_string(),
            RawValue::Null | RawValue::Seq(_) | RawValue::Map(_) => {
                let found =
                    if matches!(raw.value, RawValue::Null) { "found nothing" } else { "found a list or mapping" };
                self.report(Diagnostic::error("LW0004", "a key must be a name", self.span(at), found));
                return None;
            }
        };
        if text == "<<" {
            self.report(
                Diagnostic::error("LW0001", "merge keys are not supported", self.span(at), "a merge key")
                    .help("use an alias for a whole value, or write the keys out"),
            );
            return None;
        }
        Some(Key { text, at })
    }

    /// Only decimal and hexadecimal numbers: `0o17` and `0b1` read too much like names.
    fn plain_radix(&mut self, number: i128, written: Range, at: Range) {
        let text = self.slice(written).trim_start_matches(['+', '-']);
        // The number that YAML takes it for.
        let fix =
            (written == at && number >= 0).then(|| Fix::write(self.span(at), self.slice(at), format!("{number:#x}")));
        let what = match text.as_bytes() {
            [b'0', b'o' | b'O', ..] => "an octal number",
            [b'0', b'b' | b'B', ..] => "a binary number",
            _ => return,
        };
        self.report(
            Diagnostic::error("LW0008", "numbers are decimal or hexadecimal", self.span(at), what)
                .help("write it as a decimal number or as `0x…`")
                .correct(fix),
        );
    }

    fn slice(&self, (start, end): Range) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn span(&self, (start, end): Range) -> Span {
        Span { file: self.file, start, end }
    }
}

/// At most 64 characters of a text, for messages.
pub(crate) fn shorten(text: &str) -> String {
    shorten_to(text, 64)
}

fn shorten_to(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_string(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
