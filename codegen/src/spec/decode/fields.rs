//! Mappings with known keys.

use super::{At, Cx, Decode};
use crate::report::Diagnostic;
use crate::source::Span;
use crate::yaml::{Key, Node, Value, shorten};

/// The entries of a mapping that is being read.
pub(crate) struct Fields<'n> {
    entries: Vec<(&'n Key, &'n Node)>,
    short: Option<(&'static str, &'n Node)>,
    at: Span,
    what: String,
}

impl<'n> Fields<'n> {
    /// The node must be a mapping, or any scalar if a key may stand for it.
    pub(crate) fn open(
        node: &'n Node,
        at: At<'_>,
        short: Option<&'static str>,
        keys: &[&'static str],
        cx: &mut Cx<'_>,
    ) -> Option<Self> {
        let what = shorten(at.key);
        match (&node.value, short) {
            (Value::Map(entries), _) => {
                Some(Self { entries: entries.iter().map(|(k, n)| (k, n)).collect(), short: None, at: at.span, what })
            }
            (Value::Seq(_) | Value::Null, _) | (_, None) => {
                cx.no_mapping(node, at, keys);
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
            cx.unknown_key(title, key, known);
        }
    }
}
