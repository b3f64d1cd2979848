//! TOML text as the tree of nodes that YAML is read to.

use toml::de::{DeTable, DeValue};

use crate::check::INVALID_TOML;
use crate::report::Diagnostics;
use crate::source::{FileId, Span};
use crate::yaml::{Key, Node, Value};

/// `None`: it is no TOML; why is reported.
pub(super) fn read(file: FileId, text: &str, out: &mut Diagnostics) -> Option<Node> {
    match DeTable::parse(text) {
        Ok(table) => Some(Node { value: entries(table.get_ref(), text), at: (0, 0), anchor: None }),
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            let span = Span { file, start: range.start as u32, end: range.end as u32 };
            let title = error.message().lines().next().unwrap_or("this is not TOML").to_string();
            out.push(
                INVALID_TOML
                    .at(span, title, "not expected here")
                    .help("texts stand in quotes: `baseline = \"known.json\"`; a list is `[\"a\", \"b\"]`"),
            );
            None
        }
    }
}

fn entries(table: &DeTable<'_>, text: &str) -> Value {
    let mut entries: Vec<(Key, Node)> = table
        .iter()
        .map(|(key, value)| {
            let at = (key.span().start as u32, key.span().end as u32);
            let span = value.span();
            let node = Node {
                value: self::value(value.get_ref(), text),
                at: (span.start as u32, span.end as u32),
                anchor: None,
            };
            (Key { text: key.get_ref().to_string(), at }, node)
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.at);
    Value::Map(entries)
}

fn value(value: &DeValue<'_>, text: &str) -> Value {
    match value {
        DeValue::String(text) => Value::Str(text.to_string()),
        DeValue::Integer(number) => {
            i128::from_str_radix(number.as_str(), number.radix()).map_or(Value::Float(f64::INFINITY), Value::Int)
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Bool(*value),
        // No key takes one.
        DeValue::Datetime(_) => Value::Float(f64::NAN),
        DeValue::Array(items) => {
            let item = |item: &toml::Spanned<DeValue<'_>>| {
                let span = item.span();
                Node {
                    value: self::value(item.get_ref(), text),
                    at: (span.start as u32, span.end as u32),
                    anchor: None,
                }
            };
            Value::Seq(items.iter().map(item).collect())
        }
        DeValue::Table(table) => entries(table, text),
    }
}
