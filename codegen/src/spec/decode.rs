//! From nodes to specs: the errors of form, all of them in one run.

#[cfg(feature = "schema")]
use schemars::{Schema, SchemaGenerator};

#[cfg(feature = "schema")]
use super::describe;
use super::value::is_name;
use super::{Document, Map, Name, OneOrMany, Scenario};
use crate::report::{Diagnostic, Diagnostics, Fix, did_you_mean, one_of};
use crate::source::{FileId, Span, Spanned};
use crate::yaml::{Key, MAX_SHOWN, Node, Range, Value, shorten};

/// Where a value stands and what it is called there.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    /// The key, or the item of a list.
    pub(crate) span: Span,
    /// The key, or that of the list.
    pub(crate) key: &'a str,
}

/// A part of a spec that can be read from a node.
///
/// `decode` gives `None` when the node is unusable, and has reported why.
pub(crate) trait Decode: Sized {
    /// What stands for a missing key, if the key may be missing.
    fn missing() -> Option<Self> {
        None
    }

    /// Read it.
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self>;

    /// Its JSON Schema.
    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema;

    /// A collection with nothing in it?
    fn is_vacant(&self) -> bool {
        false
    }
}

/// A value without parts; in specs it is [`Spanned`].
pub(crate) trait Leaf: Sized {
    /// Read it.
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self>;

    /// Its JSON Schema.
    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema;
}

/// A mapping with known keys.
pub(crate) trait Record {
    /// The keys.
    const KEYS: &'static [&'static str];
}

/// Read a document. `None`: it is unusable as a whole; every reason is reported.
pub fn decode(file: FileId, text: &str, node: &Node, out: &mut Diagnostics) -> Option<Document> {
    let mut cx = Cx { file, text, out, errors: 0 };
    let document = document(node, &mut cx);
    cx.finish();
    document
}

/// Read a mapping that is a file of its own; messages call it `what`. `None`: it is unusable as a whole.
pub(crate) fn decode_record<T: Decode>(
    file: FileId,
    text: &str,
    node: &Node,
    what: &str,
    out: &mut Diagnostics,
) -> Option<T> {
    let mut cx = Cx { file, text, out, errors: 0 };
    let at = At { span: cx.span(node.at), key: what };
    let value = T::decode(node, at, &mut cx);
    cx.finish();
    value
}

/// Read a scenario. `None`: it is unusable as a whole; every reason is reported.
pub fn decode_scenario(file: FileId, text: &str, node: &Node, out: &mut Diagnostics) -> Option<Scenario> {
    let mut cx = Cx { file, text, out, errors: 0 };
    let at = At { span: cx.span(node.at), key: "scenario" };
    let scenario = Scenario::decode(node, at, &mut cx);
    cx.finish();
    scenario
}

const KINDS: [&str; 3] = ["subsystem", "ip", "soc"];

/// Kind key and name of a document, readable or not.
pub fn identity(node: &Node) -> Option<(&str, &str)> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find_map(|(key, node)| match &node.value {
        Value::Str(name) if KINDS.contains(&key.text.as_str()) => Some((key.text.as_str(), name.as_str())),
        _ => None,
    })
}

fn document(node: &Node, cx: &mut Cx<'_>) -> Option<Document> {
    let at = At { span: cx.span(node.at), key: "spec" };
    let Value::Map(entries) = &node.value else {
        let label = format!("expected a mapping, found {}", node.value.kind());
        let error = Diagnostic::error("LW0004", "a spec must be a mapping", at.span, label);
        cx.push(error.help("begin with `linkwright: 1` and one of `subsystem:`, `ip:` and `soc:`"));
        return None;
    };
    let mut kinds = entries.iter().map(|(key, _)| key).filter(|key| KINDS.contains(&key.text.as_str()));
    let Some(kind) = kinds.next() else {
        let mut error = Diagnostic::error("LW0005", "the kind of spec is missing", at.span, "expected a kind key")
            .note("a spec has one of the keys `subsystem`, `ip` and `soc`");
        if entries.iter().any(|(key, _)| key.text == "scenario") {
            error = error.help("this is a scenario; `linkwright simulate SPEC --scenario FILE` plays it");
        } else if let Some(help) = entries.iter().find_map(|(key, _)| did_you_mean(&key.text, KINDS)) {
            error = error.help(help);
        }
        cx.push(error);
        return None;
    };
    let at = At { span: cx.span(kind.at), key: &kind.text };
    if let Some(other) = kinds.next() {
        let title = format!("a spec is either `{}` or `{}`", kind.text, other.text);
        let error = Diagnostic::error("LW0006", title, cx.span(other.at), "a second kind")
            .and(at.span, "the first kind")
            .help("put each spec into a file of its own");
        cx.push(error);
        return None;
    }
    match kind.text.as_str() {
        "subsystem" => Decode::decode(node, at, cx).map(Document::Subsystem),
        "ip" => Decode::decode(node, at, cx).map(Document::Ip),
        _ => Decode::decode(node, at, cx).map(Document::Soc),
    }
}

/// The file being read, and where findings go.
pub(crate) struct Cx<'a> {
    file: FileId,
    text: &'a str,
    out: &'a mut Diagnostics,
    errors: usize,
}

impl Cx<'_> {
    /// Report.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += 1;
        if self.errors <= MAX_SHOWN {
            self.out.push(diagnostic);
        }
    }

    fn finish(self) {
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
        let error = match &node.value {
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
        };
        self.fault(node, error);
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
        } else if text.len() > super::value::NAME_MAX {
            format!("it has {} characters; a name has at most {}", text.chars().count(), super::value::NAME_MAX)
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

/// The entries of a mapping that is being read.
pub(crate) struct Fields<'n> {
    entries: Vec<(&'n Key, &'n Node)>,
    short: Option<(&'static str, &'n Node)>,
    at: Span,
    what: String,
}

impl<'n> Fields<'n> {
    /// The node must be a mapping, or any scalar if a key may stand for it.
    pub(crate) fn open(node: &'n Node, at: At<'_>, short: Option<&'static str>, cx: &mut Cx<'_>) -> Option<Self> {
        let what = shorten(at.key);
        match (&node.value, short) {
            (Value::Map(entries), _) => {
                Some(Self { entries: entries.iter().map(|(k, n)| (k, n)).collect(), short: None, at: at.span, what })
            }
            (Value::Seq(_) | Value::Null, _) | (_, None) => {
                cx.wrong_type(node, at, "a mapping");
                None
            }
            (_, Some(key)) => Some(Self { entries: Vec::new(), short: Some((key, node)), at: at.span, what }),
        }
    }

    /// Read a key and forget it.
    pub(crate) fn take<T: Decode>(&mut self, key: &'static str, required: bool, cx: &mut Cx<'_>) -> Option<T> {
        let found = match self.entries.iter().position(|(k, _)| k.text == key) {
            Some(found) => {
                let (k, node) = self.entries.remove(found);
                Some((cx.span(k.at), key, node))
            }
            // The file has no such key: messages speak of what the value stands behind.
            None => self.short.filter(|(s, _)| *s == key).map(|(_, node)| (self.at, self.what.as_str(), node)),
        };
        let Some((span, called, node)) = found else {
            if !required && let Some(missing) = T::missing() {
                return Some(missing);
            }
            let title = format!("`{}` has no `{key}`", self.what);
            cx.push(Diagnostic::error("LW0005", title, self.at, format!("`{key}` is missing")));
            return None;
        };
        let Some(value) = T::decode(node, At { span, key: called }, cx) else {
            // The error is reported; the rest of the record is worth reading.
            return if required { None } else { T::missing() };
        };
        if required && value.is_vacant() {
            if matches!(&node.value, Value::Seq(items) if !items.is_empty()) {
                // What was in it is reported.
                return None;
            }
            let title = format!("`{key}` of `{}` is empty", self.what);
            cx.push(Diagnostic::error("LW0005", title, span, "nothing is in it"));
            return None;
        }
        Some(value)
    }

    /// The entries that no key took.
    pub(crate) fn rest(&mut self) -> Vec<(&'n Key, &'n Node)> {
        std::mem::take(&mut self.entries)
    }

    /// Report the keys that nobody knows.
    pub(crate) fn close(self, known: &[&'static str], cx: &mut Cx<'_>) {
        for (key, _) in self.entries {
            let title = format!("unknown key `{}` in `{}`", shorten(&key.text).escape_debug(), self.what);
            let mut error = Diagnostic::error("LW0006", title, cx.span(key.at), "no such key");
            if !error.advise(&key.text, known.iter().copied()) {
                error = error.note(match known {
                    [] => "it takes no keys".to_string(),
                    known => format!("keys are {}", one_of(known.iter().copied())),
                });
            }
            cx.push(error);
        }
    }
}

impl<T: Leaf> Decode for Spanned<T> {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let span = cx.span(node.at);
        // An empty place cannot be underlined.
        let span = if span.start == span.end { at.span } else { span };
        T::read(node, at, cx).map(|value| Spanned::new(value, span))
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        T::describe(generator)
    }
}

impl<T: Decode> Decode for Option<T> {
    fn missing() -> Option<Self> {
        Some(None)
    }

    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        Some(T::decode(node, at, cx))
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        T::describe(generator)
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        T::decode(node, at, cx).map(Box::new)
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        T::describe(generator)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn missing() -> Option<Self> {
        Some(Vec::new())
    }

    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Seq(items) = &node.value else {
            cx.wrong_type(node, at, "a list");
            return None;
        };
        let item = |item: &Node, cx: &mut Cx<'_>| T::decode(item, At { span: cx.span(item.at), key: at.key }, cx);
        Some(items.iter().filter_map(|node| item(node, cx)).collect())
    }

    fn is_vacant(&self) -> bool {
        self.is_empty()
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::schema(serde_json::json!({ "type": "array", "items": T::describe(generator).to_value() }))
    }
}

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.value {
            Value::Seq(_) => Vec::decode(node, at, cx).map(OneOrMany),
            _ => T::decode(node, at, cx).map(|one| OneOrMany(vec![one])),
        }
    }

    fn is_vacant(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        let many = serde_json::json!({ "type": "array", "minItems": 1, "items": T::describe(generator).to_value() });
        describe::any_of([T::describe(generator), describe::schema(many)])
    }
}

impl<T: Decode> Decode for Map<T> {
    fn missing() -> Option<Self> {
        Some(Map::default())
    }

    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            cx.wrong_type(node, at, "a mapping");
            return None;
        };
        Some(Map::collect(entries.iter().map(|(k, n)| (k, n)), cx))
    }

    fn is_vacant(&self) -> bool {
        self.is_empty()
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::map_of(T::describe(generator))
    }
}

/// What the keys that a record does not list may be.
pub(crate) trait Rest: Sized {
    /// Read entries.
    fn collect<'n>(entries: impl IntoIterator<Item = (&'n Key, &'n Node)>, cx: &mut Cx<'_>) -> Self;
}

impl<T: Decode> Rest for Map<T> {
    fn collect<'n>(entries: impl IntoIterator<Item = (&'n Key, &'n Node)>, cx: &mut Cx<'_>) -> Self {
        let mut read = Vec::new();
        let mut broken = Vec::new();
        for (key, node) in entries {
            let span = cx.span(key.at);
            let named = cx.check_name(&key.text, span);
            if key.text.contains(['{', '[']) {
                // The value is what is left of a mapping whose colon came too late.
                broken.push(Spanned::new(key.text.clone(), span));
                continue;
            }
            let name: Name = Spanned::new(key.text.clone(), span);
            match T::decode(node, At { span, key: &key.text }, cx) {
                Some(value) if named => read.push((name, value)),
                _ => broken.push(name),
            }
        }
        Map::new(read, broken)
    }
}

impl Leaf for super::Prose {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        cx.text(node, at).map(super::Prose)
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::schema(serde_json::json!({ "type": "string" }))
    }
}

impl Leaf for String {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        cx.name(node, at)
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::name()
    }
}

impl Leaf for bool {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match node.value {
            Value::Bool(value) => Some(value),
            _ => {
                cx.wrong_type(node, at, "true or false");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::schema(serde_json::json!({ "type": "boolean" }))
    }
}

impl Leaf for u64 {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Int(number) = node.value else {
            cx.wrong_type(node, at, "a number");
            return None;
        };
        if let Ok(number) = u64::try_from(number) {
            return Some(number);
        }
        let (title, label) = if number < 0 {
            (format!("`{}` cannot be negative", shorten(at.key)), "below zero")
        } else {
            (format!("`{}` is too big", shorten(at.key)), "has more than 64 bits")
        };
        let error = Diagnostic::error("LW0008", title, cx.span(node.at), label);
        cx.fault(node, error);
        None
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::natural()
    }
}
