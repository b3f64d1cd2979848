//! The file being read, and what is wrong with its values.

use super::At;
use crate::report::{Diagnostic, Diagnostics, Fix, one_of};
use crate::source::{FileId, Span};
use crate::spec::value::{NAME_MAX, is_name};
use crate::yaml::{Key, MAX_SHOWN, Node, Range, Value, shorten};

/// The file being read, and where findings go.
pub(crate) struct Cx<'a> {
    file: FileId,
    text: &'a str,
    out: &'a mut Diagnostics,
    errors: usize,
}

impl<'a> Cx<'a> {
    pub(super) fn new(file: FileId, text: &'a str, out: &'a mut Diagnostics) -> Self {
        Self { file, text, out, errors: 0 }
    }
}

impl Cx<'_> {
    /// Report.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += 1;
        if self.errors <= MAX_SHOWN {
            self.out.push(diagnostic);
        }
    }

    pub(super) fn finish(self) {
        if self.errors > MAX_SHOWN {
            let span = Span { file: self.file, start: 0, end: 0 };
            let title = format!("{} more errors of form in this file", self.errors - MAX_SHOWN);
            self.out.push(Diagnostic::error("LW0002", title, span, format!("only the first {MAX_SHOWN} are shown")));
        }
    }

    /// The place of a node.
    pub(crate) fn span(&self, (start, end): Range) -> Span {
        Span { file: self.file, start, end }
    }

    /// Report an error of a value; behind an alias with the place of the anchor.
    pub(crate) fn fault(&mut self, node: &Node, error: Diagnostic) {
        let error = match node.anchor {
            Some(anchor) if self.span(anchor) != error.primary.span => {
                error.and(self.span(anchor), "written here, behind the alias")
            }
            _ => error,
        };
        self.push(error);
    }

    /// Report that a value is of another type.
    pub(crate) fn wrong_type(&mut self, node: &Node, at: At<'_>, expected: &str) {
        let error = self.of_wrong_type(node, at, expected);
        self.fault(node, error);
    }

    /// Report that a value is no mapping with these keys.
    pub(super) fn no_mapping(&mut self, node: &Node, at: At<'_>, keys: &[&'static str]) {
        let error = self.of_wrong_type(node, at, "a mapping").note(known_keys(keys));
        self.fault(node, error);
    }

    /// Report a key that nobody knows.
    pub(super) fn unknown_key(&mut self, title: String, key: &Key, known: &[&'static str]) {
        let mut error = Diagnostic::error("LW0006", title, self.span(key.at), "no such key");
        if !error.advise(&key.text, known.iter().copied()) {
            error = error.note(known_keys(known));
        }
        self.push(error);
    }

    fn of_wrong_type(&self, node: &Node, at: At<'_>, expected: &str) -> Diagnostic {
        let found = match &node.value {
            // Too long a number was read as a fraction.
            Value::Float(_) if self.spelled(node).bytes().all(|b| b.is_ascii_digit() || b == b'_') => {
                format!("`{}`", shorten(self.spelled(node)))
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                format!("{} `{}`", node.value.kind(), self.spelled(node))
            }
            Value::Str(text) => format!("text `{}`", shorten(text)),
            other => other.kind().to_string(),
        };
        // Nothing has no place of its own.
        let span = if matches!(node.value, Value::Null) { at.span } else { self.span(node.at) };
        let title = format!("`{}` must be {expected}", shorten(at.key));
        let error = Diagnostic::error("LW0004", title, span, format!("expected {expected}, found {found}"));
        match &node.value {
            Value::Int(_) | Value::Float(_) | Value::Bool(_) if expected == "text" => {
                let text = self.spelled(node);
                error.help("put it in quotes").correct(self.instead(node, format!("\"{text}\"")))
            }
            Value::Str(text) if expected == "true or false" => match text.to_ascii_lowercase().as_str() {
                "yes" | "on" => error.help("write `true`").correct(self.instead(node, "true".to_string())),
                "no" | "off" => error.help("write `false`").correct(self.instead(node, "false".to_string())),
                _ => error,
            },
            Value::Str(_) | Value::Float(_) if expected == "a number" => match number_like(self.spelled(node)) {
                Some(help) => {
                    error.help(help).correct(meant_number(self.spelled(node)).and_then(|n| self.instead(node, n)))
                }
                None => error,
            },
            _ => error,
        }
    }

    /// Another spelling of a scalar, unless it stands behind an alias.
    fn instead(&self, node: &Node, text: String) -> Option<Fix> {
        node.anchor.is_none().then(|| Fix::write(self.span(node.at), self.spelled(node), text))
    }

    /// Report that a text is not of its form.
    pub(crate) fn wrong_form(&mut self, node: &Node, span: Span, title: String, label: &str, help: &str) {
        let mut error = Diagnostic::error("LW0010", title, span, label);
        if !help.is_empty() {
            error = error.help(help);
        }
        self.fault(node, error);
    }

    /// A scalar as the file spells it.
    pub(crate) fn spelled(&self, node: &Node) -> &str {
        let (start, end) = node.anchor.unwrap_or(node.at);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Place of a part of a text, if the file has it as it is; else of the whole.
    pub(crate) fn part(&self, node: &Node, text: &str, start: usize, end: usize) -> Span {
        let whole = self.span(node.at);
        if node.anchor.is_some() {
            return whole;
        }
        let written = self.text.get(node.at.0 as usize..node.at.1 as usize).unwrap_or_default();
        // Plain scalars begin at once, quoted ones after the quote.
        let Some(skip) = (0..=1).find(|&skip| written.get(skip..).is_some_and(|w| w.starts_with(text))) else {
            return whole;
        };
        let first = node.at.0 + skip as u32;
        self.span((first + start as u32, first + end as u32))
    }

    /// Free text: no control characters but tab and line feed, nothing that reorders what an editor shows.
    pub(crate) fn text(&mut self, node: &Node, at: At<'_>) -> Option<String> {
        let Value::Str(text) = &node.value else {
            self.wrong_type(node, at, "text");
            return None;
        };
        let hidden = |c: char| {
            c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        if let Some(c) = text.chars().find(|&c| hidden(c)) {
            let title = format!("`{}` has a character that nobody sees", shorten(at.key));
            let label = format!("has U+{:04X}", u32::from(c));
            self.wrong_form(node, self.span(node.at), title, &label, "");
            return None;
        }
        Some(text.clone())
    }

    /// A name; numbers are taken as they are spelled.
    pub(crate) fn name(&mut self, node: &Node, at: At<'_>) -> Option<String> {
        let text = match &node.value {
            Value::Str(text) => text.clone(),
            Value::Int(_) | Value::Float(_) => self.spelled(node).to_string(),
            _ => {
                self.wrong_type(node, at, "a name");
                return None;
            }
        };
        let span = self.span(node.at);
        if !self.check_name(&text, span) {
            return None;
        }
        Some(text)
    }

    /// Is it a name? Reports if not.
    pub(crate) fn check_name(&mut self, text: &str, span: Span) -> bool {
        if is_name(text) {
            return true;
        }
        // `A { offset: 0 }` and `A:{ offset: 0 }` have their first colon too late.
        let late = text.find(['{', '[']).is_some();
        let why = if text.is_empty() {
            "it is empty".to_string()
        } else if text.len() > NAME_MAX {
            format!("it has {} characters; a name has at most {}", text.chars().count(), NAME_MAX)
        } else if let Some(c) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_' || *c == '-')) {
            format!("`{}` cannot be part of a name", c.escape_debug())
        } else {
            "it does not begin with a letter or digit".to_string()
        };
        let title = format!("`{}` is not a name", shorten(text).escape_debug());
        let error = Diagnostic::error("LW0007", title, span, why)
            .note("a name has letters, digits, `_` and `-`, and begins with a letter or digit");
        self.push(if late { error.help("a name is followed by a colon and a blank: `NAME: { … }`") } else { error });
        false
    }

    /// One of some words.
    pub(crate) fn word(&mut self, node: &Node, at: At<'_>, words: &'static [&'static str]) -> Option<&'static str> {
        let expected = || one_of(words.iter().copied());
        let Value::Str(text) = &node.value else {
            self.wrong_type(node, at, &expected());
            return None;
        };
        if let Some(word) = words.iter().find(|w| **w == text) {
            return Some(word);
        }
        let title = format!("`{}` cannot be `{}`", shorten(at.key), shorten(text).escape_debug());
        let mut error = Diagnostic::error("LW0009", title, self.span(node.at), format!("expected {}", expected()));
        error.advise(text, words.iter().copied());
        self.fault(node, error);
        None
    }
}

/// Help for text where a number should stand.
fn number_like(text: &str) -> Option<&'static str> {
    let quoted = text.starts_with(['"', '\'']);
    let digits = text.trim_matches(['"', '\'']);
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some("a number has no leading zero: it could be octal or decimal");
    }
    let hex = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let is_number = match hex {
        Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_'),
        None => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()),
    };
    match (is_number, quoted) {
        (true, true) => Some("remove the quotes"),
        (true, false) => Some("a number has at most 64 bits"),
        (false, _) if hex.is_some() => Some("hexadecimal digits are 0 to 9 and a to f, as in `0x1f`"),
        (false, _) if digits.len() > 1 && digits.ends_with(['h', 'H']) => {
            Some("a hexadecimal number is written `0x1f`")
        }
        (false, _) if digits.starts_with(['O', 'o']) => Some("a number begins with the digit 0, not with the letter"),
        (false, _) => None,
    }
}

/// The number that a text surely stands for: one in quotes, or one with an `h` behind it.
fn meant_number(text: &str) -> Option<String> {
    let inner = text.trim_matches(['"', '\'']);
    if inner.len() + 2 == text.len() {
        return Some(inner.to_string());
    }
    let digits = text.strip_suffix(['h', 'H'])?;
    let hexadecimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| format!("0x{digits}"))
}

fn known_keys(known: &[&'static str]) -> String {
    match known {
        [] => "it takes no keys".to_string(),
        known => format!("keys are {}", one_of(known.iter().copied())),
    }
}
