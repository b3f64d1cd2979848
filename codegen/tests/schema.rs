//! The JSON Schema accepts what the decoder accepts, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::source::SourceMap;
use linkwright_codegen::yaml::{self, Node, Value as Yaml};
use linkwright_codegen::{schema, spec};
use serde_json::{Map, Value, json};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&schema::schema()).expect("the schema is a schema")
}

fn read(text: &str) -> Option<Node> {
    let mut sources = SourceMap::new();
    yaml::read(sources.add("test.yaml", None, text), text, &mut Diagnostics::new())
}

/// Does the decoder find nothing wrong?
fn decodes(text: &str) -> bool {
    let mut sources = SourceMap::new();
    let file = sources.add("test.yaml", None, text);
    let mut out = Diagnostics::new();
    let node = yaml::read(file, text, &mut out);
    let Some(node) = node else { return false };
    let scenario = matches!(&node.value, Yaml::Map(entries) if entries.iter().any(|(key, _)| key.text == "scenario"));
    let read = match scenario {
        true => spec::decode_scenario(file, text, &node, &mut out).is_some(),
        false => spec::decode(file, text, &node, &mut out).is_some(),
    };
    read && out.is_empty()
}

fn to_json(node: &Node) -> Value {
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(b) => json!(b),
        Yaml::Int(n) => u64::try_from(*n).map_or_else(|_| json!(*n as i64), |n| json!(n)),
        Yaml::Float(f) => json!(f),
        Yaml::Str(s) => json!(s),
        Yaml::Seq(items) => items.iter().map(to_json).collect(),
        Yaml::Map(entries) => {
            Value::Object(entries.iter().map(|(k, n)| (k.text.clone(), to_json(n))).collect::<Map<_, _>>())
        }
    }
}

/// The texts of `tests/everything`, which have every key of the format between them; small, so that changes are cheap.
fn everything() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/everything");
    let files = std::fs::read_dir(folder).expect("the fixtures are there");
    let paths = files.map(|file| file.expect("it can be read").path());
    paths.map(|path| (path.clone(), std::fs::read_to_string(path).expect("it is text"))).collect()
}

#[test]
fn every_spec_is_accepted() {
    let validator = validator();
    let mut count = 0;
    for kind in ["subsystems", "ip", "soc"] {
        for entry in std::fs::read_dir(repository().join("specs").join(kind)).expect("the specs are there") {
            let path = entry.expect("it can be read").path();
            let text = std::fs::read_to_string(&path).expect("it is text");
            let json = to_json(&read(&text).expect("it is YAML"));
            let errors: Vec<String> =
                validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            count += 1;
        }
    }
    assert!(count > 50, "only {count} specs");
}

/// Every change of one place of a document that is one of some: a key gone, misspelt or added, a value of another type.
fn changes(value: &Value) -> Vec<Value> {
    let others = [json!(null), json!(true), json!(-1), json!(7), json!("-x-"), json!("x"), json!([]), json!({})];
    let mut all: Vec<Value> = others.into_iter().filter(|other| other != value).collect();
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                let with = |change: &dyn Fn(&mut Map<String, Value>)| {
                    let mut map = map.clone();
                    change(&mut map);
                    Value::Object(map)
                };
                all.push(with(&|map| drop(map.remove(key))));
                all.push(with(&|map| {
                    let value = map.remove(key).unwrap_or_default();
                    map.insert(format!("{key}x"), value);
                }));
                all.push(with(&|map| drop(map.insert(format!("{key}-2"), below.clone()))));
                all.extend(
                    changes(below).into_iter().map(|new| with(&|map| drop(map.insert(key.clone(), new.clone())))),
                );
            }
        }
        Value::Array(items) => {
            for (at, below) in items.iter().enumerate() {
                for new in changes(below) {
                    let mut items = items.clone();
                    items[at] = new;
                    all.push(Value::Array(items));
                }
            }
        }
        _ => {}
    }
    all
}

/// JSON is YAML.
#[test]
fn decoder_and_schema_agree_on_every_small_change() {
    let validator = validator();
    let (mut accepted, mut rejected) = (0, 0);
    for (name, text) in everything() {
        assert!(decodes(&text), "{} is no longer right", name.display());
        let json = to_json(&read(&text).expect("it is YAML"));
        assert!(validator.is_valid(&json), "{}", name.display());
        for change in changes(&json) {
            let decoder = decodes(&change.to_string());
            assert_eq!(decoder, validator.is_valid(&change), "decoder: {decoder}, schema differs: {change}");
            *(if decoder { &mut accepted } else { &mut rejected }) += 1;
        }
    }
    // Both verdicts are really tried.
    assert!(accepted > 200 && rejected > 2_000, "{accepted} accepted, {rejected} rejected");
}

#[test]
fn the_fixtures_have_every_key() {
    fn keys(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                into.insert(key.clone());
                keys(value, into);
            }),
            Value::Array(items) => items.iter().for_each(|item| keys(item, into)),
            _ => {}
        }
    }
    fn properties(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                if let (true, Value::Object(map)) = (key == "properties", value) {
                    into.extend(map.keys().cloned());
                }
                properties(value, into);
            }),
            Value::Array(items) => items.iter().for_each(|item| properties(item, into)),
            _ => {}
        }
    }
    let (mut used, mut known) = (BTreeSet::new(), BTreeSet::new());
    for (_, text) in everything() {
        keys(&to_json(&read(&text).expect("it is YAML")), &mut used);
    }
    properties(&schema::schema(), &mut known);
    let missing: Vec<_> = known.difference(&used).collect();
    assert!(missing.is_empty(), "tests/everything lacks {missing:?}");
}

#[test]
fn the_file_in_the_repository_is_current() {
    let path = repository().join("docs/schema/linkwright-1.schema.json");
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    let command = "cargo run -p linkwright-cli -- schema > docs/schema/linkwright-1.schema.json";
    assert!(file == schema::text(), "{} is not current; run: {command}", path.display());
}
