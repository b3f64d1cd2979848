//! JSON Schema of the shapes that specs are made of.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::decode::Decode;

/// Names, as a regular expression without anchors.
pub(crate) const NAME: &str = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";
/// Numbers within a text.
const NUMBER: &str = "(0[xX][0-9A-Fa-f]+|0|[1-9][0-9]*)";

/// Lines of a doc comment as Markdown.
fn prose(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
}

/// From a value of ours.
pub(crate) fn schema(value: Value) -> Schema {
    match value {
        Value::Object(map) => map.into(),
        other => Schema::from(!matches!(other, Value::Bool(false))),
    }
}

/// One of several shapes.
pub(crate) fn any_of(shapes: impl IntoIterator<Item = Schema>) -> Schema {
    let shapes: Vec<Value> = shapes.into_iter().map(Schema::to_value).collect();
    schema(json!({ "anyOf": shapes }))
}

/// Text of a form.
pub(crate) fn pattern(form: &str) -> Schema {
    schema(json!({ "type": "string", "pattern": format!("^({form})$") }))
}

/// A name, or a number that is spelled like one.
pub(crate) fn name() -> Schema {
    schema(json!({ "type": ["string", "integer"], "minimum": 0, "pattern": format!("^{NAME}$") }))
}

/// Names with something between.
pub(crate) fn names(separator: &str) -> String {
    format!("{NAME}({separator}{NAME})*")
}

/// A range such as `1..8`.
pub(crate) fn range() -> Schema {
    pattern(&format!(r"\s*{NUMBER}\s*\.\.\s*{NUMBER}\s*"))
}

/// A natural number.
pub(crate) fn natural() -> Schema {
    schema(json!({ "type": "integer", "minimum": 0 }))
}

/// One of some words.
pub(crate) fn words(docs: &[&str], words: &[(&str, &[&str])]) -> Schema {
    let words: Vec<Value> =
        words.iter().map(|(word, docs)| json!({ "const": word, "description": prose(docs) })).collect();
    schema(json!({ "description": prose(docs), "oneOf": words }))
}

/// A mapping from names.
pub(crate) fn map_of(values: Schema) -> Schema {
    schema(json!({
        "type": "object",
        "propertyNames": { "pattern": format!("^{NAME}$") },
        "additionalProperties": values.to_value(),
    }))
}

/// The schema of a record while it is put together.
pub(crate) struct Object {
    doc: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    rest: Value,
    short: Option<&'static str>,
}

impl Object {
    pub(crate) fn new(docs: &[&str]) -> Self {
        Self { doc: prose(docs), properties: Map::new(), required: Vec::new(), rest: Value::Bool(false), short: None }
    }

    pub(crate) fn property<T: Decode>(
        &mut self,
        generator: &mut SchemaGenerator,
        key: &'static str,
        docs: &[&str],
        required: bool,
    ) {
        let mut value = T::describe(generator).to_value();
        if let Value::Object(map) = &mut value {
            map.insert("description".to_string(), prose(docs).into());
            if required {
                let least = if map.get("type") == Some(&json!("object")) { "minProperties" } else { "minItems" };
                map.insert(least.to_string(), 1.into());
            }
        }
        if required || T::missing().is_none() {
            self.required.push(key);
        }
        self.properties.insert(key.to_string(), value);
    }

    /// A lone value may stand for this key.
    pub(crate) fn short(&mut self, key: &'static str) {
        self.short = Some(key);
    }

    /// Keys that are not listed are entries of a map.
    pub(crate) fn rest<T: Decode>(&mut self, generator: &mut SchemaGenerator) {
        self.rest = T::describe(generator).to_value()["additionalProperties"].take();
    }

    pub(crate) fn finish(self) -> Schema {
        let mut object = json!({ "type": "object", "properties": self.properties, "additionalProperties": self.rest });
        if !self.required.is_empty() {
            object["required"] = json!(self.required);
        }
        if self.rest != Value::Bool(false) {
            object["propertyNames"] = json!({ "pattern": format!("^{NAME}$") });
        }
        let mut value = match self.short.and_then(|key| self.properties.get(key)) {
            Some(short) => json!({ "anyOf": [short, object] }),
            None => object,
        };
        value["description"] = self.doc.into();
        schema(value)
    }
}
