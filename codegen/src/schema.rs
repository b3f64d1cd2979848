//! JSON Schema of the spec format, from the same declarations as the decoder.
//!
//! For editors: it completes keys, shows their documentation and finds errors of form. What values mean, and whether
//! names lead anywhere, only `linkwright lint` knows.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::spec::{Decode as _, Ip, Scenario, Soc, Subsystem};

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let kinds = [
        Subsystem::describe(&mut generator).to_value(),
        Ip::describe(&mut generator).to_value(),
        Soc::describe(&mut generator).to_value(),
        Scenario::describe(&mut generator).to_value(),
    ];
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Linkwright spec, version 1",
        "description": "A kind of resource (`subsystem`), a class of hardware block (`ip`), a chip (`soc`), or what \
            happens to one (`scenario`).",
        "oneOf": kinds,
        "$defs": generator.take_definitions(true),
    })
}

/// The schema as a file, ending in a line feed; keys are sorted.
pub fn text() -> String {
    format!("{:#}\n", sorted(schema()))
}

/// Whether maps keep their order depends on features that other crates switch on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        other => other,
    }
}
