//! YAML as a person would write it.

use std::fmt::Write as _;

/// Characters of a line.
const WIDTH: usize = 120;

/// A text as a YAML value: plain if it means itself.
pub(super) fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-/.+@".contains(c);
    let word = text.chars().all(plain) && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let number = text.trim_start_matches(['.', '+', '-']).starts_with(|c: char| c.is_ascii_digit());
    if word && !number && !reserved.iter().any(|r| r.eq_ignore_ascii_case(text)) {
        return text.to_string();
    }
    quoted(text)
}

/// In double quotes, whatever it is.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || !c.is_ascii() => out.push('?'),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Lines of a comment, broken between words.
pub(super) fn comment(out: &mut String, indent: usize, text: &str) {
    let room = WIDTH - indent - 2;
    let mut line = String::new();
    let clean: String = text.chars().map(|c| if c.is_control() || !c.is_ascii() { '?' } else { c }).collect();
    let flush = |out: &mut String, line: &str| {
        let _ = writeln!(out, "{:indent$}# {line}", "");
    };
    for word in clean.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > room {
            flush(out, &line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    if !line.is_empty() {
        flush(out, &line);
    }
}

/// A mapping under a name: in one line if it fits, else a line for each key.
pub(super) struct Mapping {
    name: String,
    entries: Vec<Entry>,
}

enum Entry {
    /// `key: value`.
    Value(String, String),
    /// `key: { name: value, … }`.
    Inner(String, Vec<(String, String)>),
}

impl Mapping {
    pub(super) fn new(name: &str) -> Self {
        Self { name: scalar(name), entries: Vec::new() }
    }

    pub(super) fn value(&mut self, key: &str, value: impl Into<String>) {
        self.entries.push(Entry::Value(scalar(key), value.into()));
    }

    pub(super) fn inner(&mut self, key: &str, entries: Vec<(String, String)>) {
        let entries = entries.into_iter().map(|(name, value)| (scalar(&name), value)).collect();
        self.entries.push(Entry::Inner(scalar(key), entries));
    }

    pub(super) fn write(&self, out: &mut String, indent: usize) {
        let flow = |entries: &[(String, String)]| {
            let entries: Vec<String> = entries.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            if entries.is_empty() { "{}".to_string() } else { format!("{{ {} }}", entries.join(", ")) }
        };
        let lines: Vec<(&str, String)> = self
            .entries
            .iter()
            .map(|entry| match entry {
                Entry::Value(key, value) => (key.as_str(), value.clone()),
                Entry::Inner(key, entries) => (key.as_str(), flow(entries)),
            })
            .collect();
        let all: Vec<String> = lines.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let all = if all.is_empty() { "{}".to_string() } else { format!("{{ {} }}", all.join(", ")) };
        let one = format!("{:indent$}{}: {all}", "", self.name);
        // A long line of many keys reads worse than some short ones.
        if one.len() <= WIDTH && (self.entries.len() <= 3 || one.len() <= WIDTH * 2 / 3) {
            out.push_str(&one);
            out.push('\n');
            return;
        }
        let _ = writeln!(out, "{:indent$}{}:", "", self.name);
        let inside = indent + 2;
        for (entry, (key, value)) in self.entries.iter().zip(lines) {
            match entry {
                Entry::Inner(_, entries) if inside + key.len() + 2 + value.len() > WIDTH => {
                    let _ = writeln!(out, "{:inside$}{key}:", "");
                    let inside = inside + 2;
                    for (name, value) in entries {
                        let _ = writeln!(out, "{:inside$}{name}: {value}", "");
                    }
                }
                _ => {
                    let _ = writeln!(out, "{:inside$}{key}: {value}", "");
                }
            }
        }
    }
}
