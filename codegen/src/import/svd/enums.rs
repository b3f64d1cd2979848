//! Sets of named values.

use std::collections::{HashMap, HashSet};

use svd_parser::svd::{EnumeratedValues, Field, Usage};

use super::model::{Access, Item, Kind, Set, Value, Values, Words};
use super::names::{Unique, legal};
use super::registers::Builder;
use super::resolve::NoBase;
use super::text;
use crate::names::{type_name, variant_name};

/// What a field holds.
pub(super) struct Held {
    pub(super) values: Values,
    /// What the values mean when written, if that is something else.
    pub(super) sentence: Option<String>,
    pub(super) comments: Vec<String>,
}

pub(super) fn held(builder: &mut Builder<'_, '_, '_>, field: &Field, access: Access) -> Held {
    let mut comments = Vec::new();
    let mut sets: Vec<(Usage, Set)> = Vec::new();
    for own in &field.enumerated_values {
        match builder.index.set(own, &builder.path) {
            Ok(values) => {
                let usage = values.usage.unwrap_or(Usage::ReadWrite);
                let set = set(builder, &values, field.bit_range.width, &mut comments);
                sets.push((usage, set));
            }
            Err(NoBase(why)) => builder.left_out("values", own.name.as_deref().unwrap_or_default(), &why),
        }
    }
    sets.retain(|(_, set)| !set.values.is_empty());
    // What is read has a type; what is written is said beside it where it is called otherwise.
    let main =
        sets.iter().position(|(usage, _)| access.reads() && *usage != Usage::Write).or(sets.len().checked_sub(1));
    let Some(main) = main else { return Held { values: Values::Number, sentence: None, comments } };
    let (_, set) = sets.remove(main);
    let others: Vec<String> =
        sets.iter().flat_map(|(_, other)| &other.values).filter_map(|v| written(v, &set)).collect();
    let verb = if access.writes() { "Written" } else { "Also" };
    let sentence = (!others.is_empty()).then(|| format!("{verb}: {}.", others.join(", ")));
    Held { values: Values::Inline(set), sentence, comments }
}

fn written(value: &Value, main: &Set) -> Option<String> {
    let known = main.values.iter().any(|other| other.value == value.value && other.name == value.name);
    let doc = value.doc.0.trim_end_matches('.');
    let doc = if doc.is_empty() { String::new() } else { format!(" ({doc})") };
    (!known).then(|| format!("`{}` is {}{doc}", value.name, value.value))
}

fn set(builder: &mut Builder<'_, '_, '_>, svd: &EnumeratedValues, width: u32, comments: &mut Vec<String>) -> Set {
    let mut names = Unique::default();
    let mut values: Vec<Value> = Vec::new();
    let most = u64::MAX >> 64_u32.saturating_sub(width.max(1)).min(63);
    for entry in &svd.values {
        let Some(value) = entry.value else {
            let what = if entry.is_default == Some(true) { "all other values" } else { "no value" };
            comments.push(builder.notes.mend(format!("`{}` means {what} in the SVD", entry.name)));
            continue;
        };
        if value > most {
            let path: Vec<&str> = builder.path.iter().map(String::as_str).chain([entry.name.as_str()]).collect();
            let title = format!("value `{}` does not fit into its field", path.join("."));
            builder.notes.left_out(&path, title, format!("{value:#x} has more than {width} bits"));
            continue;
        }
        if let Some(first) = values.iter().find(|first| first.value == value) {
            let comment = format!("{value} is `{}`, too, in the SVD", entry.name);
            if first.name != entry.name {
                comments.push(builder.notes.mend(comment));
            }
            continue;
        }
        let mut own = Vec::new();
        let wanted = legal(&entry.name);
        let name = match names.claim(&wanted, &[variant_name]) {
            name if name == wanted => name,
            // Two of one name are told apart by what they stand for.
            _ => names.claim(&format!("{}_{value}", wanted.chars().take(40).collect::<String>()), &[variant_name]),
        };
        if name != entry.name {
            own.push(builder.notes.mend(format!("`{}` in the SVD", entry.name)));
        }
        let doc = text::doc(entry.description.as_deref(), &entry.name);
        values.push(Value { name, value, doc: Words(doc), comments: Words(own) });
    }
    values.sort_by_key(|value| value.value);
    Set { width, name: Words(svd.name.clone()), values }
}

/// Fields that hold the same set hold one enum of the block. Gives the enums back.
pub(super) fn share(items: &mut [Item]) -> Vec<(String, Set)> {
    let mut uses: HashMap<Key, Use> = HashMap::new();
    each_field(items, &mut |register, field| {
        if let Values::Inline(set) = &field.values {
            let order = uses.len();
            let used = uses.entry(Key::of(set)).or_insert_with(|| Use::new(order, set.clone()));
            used.count += 1;
            used.fields.insert(field.name.clone());
            if used.first.is_empty() {
                used.first = format!("{register}_{}", field.name);
            }
        }
    });
    let mut shared: Vec<(Key, Use)> = uses.into_iter().filter(|(_, used)| used.count > 1).collect();
    shared.sort_by_key(|(_, used)| used.order);
    // Types of registers stand beside those of enums.
    let mut names = Unique::default();
    each_register(items, &mut |name| {
        names.claim(name, &[type_name]);
    });
    let mut map: HashMap<Key, String> = HashMap::new();
    let mut enums = Vec::new();
    for (key, used) in shared {
        let name = names.claim(&legal(&used.name()), &[type_name]);
        enums.push((name.clone(), used.set));
        map.insert(key, name);
    }
    each_field(items, &mut |_, field| {
        if let Values::Inline(set) = &field.values
            && let Some(name) = map.get(&Key::of(set))
        {
            field.values = Values::Shared(name.clone());
        }
    });
    enums
}

/// What makes sets the same, words included: they are what the values mean.
#[derive(PartialEq, Eq, Hash)]
struct Key(u32, Vec<(u64, String, String)>);

impl Key {
    fn of(set: &Set) -> Self {
        Self(set.width, set.values.iter().map(|v| (v.value, v.name.clone(), v.doc.0.clone())).collect())
    }
}

struct Use {
    order: usize,
    set: Set,
    count: usize,
    fields: HashSet<String>,
    /// Register and field that held it first.
    first: String,
}

impl Use {
    fn new(order: usize, set: Set) -> Self {
        Self { order, set, count: 0, fields: HashSet::new(), first: String::new() }
    }

    /// The SVD's name, the one name that all fields have, two short values, or the first field.
    fn name(&self) -> String {
        if let Some(name) = &self.set.name.0 {
            return legal(name);
        }
        if let (1, Some(field)) = (self.fields.len(), self.fields.iter().next()) {
            return type_name(field);
        }
        let values: String = self.set.values.iter().map(|value| type_name(&value.name)).collect();
        let spoken = self.set.values.iter().all(|value| value.name.chars().all(|c| c.is_ascii_alphabetic()));
        if self.set.values.len() <= 3 && values.len() <= 32 && spoken {
            return values;
        }
        type_name(&self.first)
    }
}

fn each_field(items: &mut [Item], f: &mut impl FnMut(&str, &mut super::model::Field)) {
    for item in items {
        match &mut item.kind {
            Kind::Register(register) => register.fields.iter_mut().for_each(|field| f(&item.name, field)),
            Kind::Cluster(inner) => each_field(inner, f),
        }
    }
}

fn each_register(items: &[Item], f: &mut impl FnMut(&str)) {
    for item in items {
        f(&item.name);
        if let Kind::Cluster(inner) = &item.kind {
            each_register(inner, f);
        }
    }
}
