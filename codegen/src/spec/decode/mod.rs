//! From nodes to specs: the errors of form, all of them in one run.

mod cx;
mod fields;

#[cfg(feature = "schema")]
use schemars::{Schema, SchemaGenerator};

#[cfg(feature = "schema")]
use super::describe;
use super::{Document, Map, Name, OneOrMany, Scenario};
use crate::report::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::{FileId, Span, Spanned};
use crate::yaml::{Key, Node, Value, shorten};

pub(crate) use cx::Cx;
pub(crate) use fields::Fields;

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
    let mut cx = Cx::new(file, text, out);
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
    let mut cx = Cx::new(file, text, out);
    let at = At { span: cx.span(node.at), key: what };
    let value = T::decode(node, at, &mut cx);
    cx.finish();
    value
}

/// Read a scenario. `None`: it is unusable as a whole; every reason is reported.
pub fn decode_scenario(file: FileId, text: &str, node: &Node, out: &mut Diagnostics) -> Option<Scenario> {
    let mut cx = Cx::new(file, text, out);
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
