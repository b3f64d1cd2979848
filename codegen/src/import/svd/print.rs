//! Blocks and chips as YAML that a person would write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::model::{Access, Block, Chip, Field, Item, Kind, Set, Value, Values};
use super::{fields, text};

/// Columns of a line.
const WIDTH: usize = 120;

pub(super) fn files(chip: &Chip) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for (name, block) in &chip.blocks {
        files.insert(format!("ip/{name}.yaml"), ip(chip, name, block));
    }
    files.insert(format!("soc/{}.yaml", chip.name), soc(chip));
    files
}

fn ip(chip: &Chip, name: &str, block: &Block) -> String {
    let mut out = Yaml::default();
    let licence = format!("Its licence stands in soc/{}.yaml.", chip.name);
    out.comments(0, &chip.head);
    if !chip.licence.is_empty() {
        out.comments(0, &[licence]);
    }
    out.line(0, "linkwright: 1");
    out.line(0, &format!("ip: {}", scalar(name)));
    out.doc(0, &block.doc.0);
    out.line(0, &format!("source: {}", scalar(&chip.source)));
    out.comments(0, &block.comments.0);
    out.line(0, &format!("window: {{ size: {:#x}, width: {} }}", block.window, block.width));
    if !block.enums.is_empty() {
        out.blank();
        out.line(0, "enums:");
        for (name, set) in &block.enums {
            out.line(1, &format!("{}:", key(name)));
            out.line(2, "values:");
            out.values(3, set);
        }
    }
    if !block.items.is_empty() {
        out.blank();
        out.line(0, "registers:");
        out.items(1, &block.items, block.width);
    }
    if !block.interrupts.is_empty() {
        out.blank();
        out.line(0, "consumes:");
        out.line(1, "interrupts:");
        for name in &block.interrupts {
            out.line(2, &format!("{}: {{ optional: true }}", key(name)));
        }
    }
    out.text
}

fn soc(chip: &Chip) -> String {
    let mut out = Yaml::default();
    out.comments(0, &chip.head);
    if !chip.licence.is_empty() {
        out.comments(0, &["The licence of the SVD file:".to_string()]);
        out.comments(0, &chip.licence);
    }
    out.line(0, "linkwright: 1");
    out.line(0, &format!("soc: {}", scalar(&chip.name)));
    out.doc(0, &chip.doc);
    out.line(0, &format!("source: {}", scalar(&chip.source)));
    out.blank();
    out.comments(0, &chip.comments);
    if chip.instances.is_empty() {
        return out.text;
    }
    out.line(0, "devices:");
    if let Some(nvic) = &chip.nvic {
        out.line(1, &format!("{nvic}: {{ ip: arm-nvic, reg: 0xe000e100 }}"));
    }
    for instance in &chip.instances {
        let (name, block) = &chip.blocks[instance.block];
        out.comments(1, &instance.comments);
        out.line(1, &format!("{}:", key(&instance.name)));
        out.line(2, &format!("ip: {}", scalar(name)));
        if instance.doc != block.doc.0 {
            out.doc(2, &instance.doc);
        }
        out.line(2, &format!("reg: {:#x}", instance.base));
        if instance.disabled {
            out.line(2, "status: disabled");
        }
        if let (Some(nvic), false) = (&chip.nvic, instance.interrupts.is_empty()) {
            let lines = block.interrupts.iter().zip(&instance.interrupts);
            let lines: Vec<String> = lines.map(|(name, line)| format!("{}: {nvic}/{line}", key(name))).collect();
            out.flow(2, "interrupts", &lines);
        }
    }
    out.text
}

#[derive(Default)]
struct Yaml {
    text: String,
}

impl Yaml {
    fn line(&mut self, depth: usize, line: &str) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn comments(&mut self, depth: usize, comments: &[String]) {
        for comment in comments {
            for line in text::wrap(comment, WIDTH - 2 - 2 * depth) {
                self.line(depth, &format!("# {line}"));
            }
        }
    }

    /// On one line, or folded at the width of a page.
    fn doc(&mut self, depth: usize, doc: &str) {
        if doc.is_empty() {
            return;
        }
        let one = scalar(doc);
        if 2 * depth + 5 + one.chars().count() <= WIDTH {
            return self.line(depth, &format!("doc: {one}"));
        }
        self.line(depth, "doc: |");
        for line in text::wrap(doc, WIDTH - 2 * depth - 2) {
            self.line(depth + 1, &line);
        }
    }

    /// A mapping on one line if it fits.
    fn flow(&mut self, depth: usize, name: &str, entries: &[String]) {
        let one = format!("{name}: {{ {} }}", entries.join(", "));
        if 2 * depth + one.chars().count() <= WIDTH {
            return self.line(depth, &one);
        }
        self.line(depth, &format!("{name}:"));
        for entry in entries {
            self.line(depth + 1, entry);
        }
    }

    fn items(&mut self, depth: usize, items: &[Item], width: u32) {
        for item in items {
            self.comments(depth, &item.comments.0);
            self.line(depth, &format!("{}:", key(&item.name)));
            self.doc(depth + 1, &item.doc.0);
            self.line(depth + 1, &format!("offset: {:#x}", item.offset));
            if let Some(view) = &item.view {
                self.line(depth + 1, &format!("view: {}", scalar(view)));
            }
            if let Some(array) = item.array {
                let array = format!("array: {{ count: {}, stride: {:#x} }}", array.count, array.stride);
                self.line(depth + 1, &array);
            }
            match &item.kind {
                Kind::Register(register) => self.register(depth + 1, register, width),
                Kind::Cluster(inner) => {
                    self.line(depth + 1, "registers:");
                    self.items(depth + 2, inner, width);
                }
            }
        }
    }

    fn register(&mut self, depth: usize, register: &super::model::Register, width: u32) {
        if register.width != width {
            self.line(depth, &format!("width: {}", register.width));
        }
        if register.access != Access::ReadWrite {
            self.line(depth, &format!("access: {}", register.access.word()));
        }
        if let Some(reset) = register.reset {
            self.line(depth, &format!("reset: {reset:#x}"));
        }
        if register.read_side_effect {
            self.line(depth, "read_side_effect: true");
        }
        if !register.fields.is_empty() {
            self.line(depth, "fields:");
            for field in &register.fields {
                self.field(depth + 1, field, register.access);
            }
        }
    }

    fn field(&mut self, depth: usize, field: &Field, register: Access) {
        self.comments(depth, &field.comments.0);
        let bits = match field.width {
            1 => format!("bits: {}", field.low),
            _ => format!("bits: {}:{}", field.high(), field.low),
        };
        let access = fields::differs(field, register).then(|| format!("access: {}", field.access.word()));
        let holds = match &field.values {
            Values::Number => None,
            Values::Shared(name) => Some(format!("enum: {}", flow_scalar(name))),
            Values::Inline(set) => inline(set),
        };
        let told = holds.is_some() || matches!(field.values, Values::Number);
        let doc = (!field.doc.0.is_empty()).then(|| format!("doc: {}", flow_scalar(&field.doc.0)));
        let short: Vec<String> =
            std::iter::once(bits.clone()).chain(access.clone()).chain(holds.clone()).chain(doc).collect();
        let one = format!("{}: {{ {} }}", key(&field.name), short.join(", "));
        if told && 2 * depth + one.chars().count() <= WIDTH {
            return self.line(depth, &one);
        }
        self.line(depth, &format!("{}:", key(&field.name)));
        self.doc(depth + 1, &field.doc.0);
        self.line(depth + 1, &bits);
        if let Some(access) = access {
            self.line(depth + 1, &access);
        }
        match (&field.values, holds) {
            (_, Some(holds)) if 2 * depth + 2 + holds.chars().count() <= WIDTH => self.line(depth + 1, &holds),
            (Values::Inline(set), _) => {
                self.line(depth + 1, "enum:");
                self.values(depth + 2, set);
            }
            (_, Some(holds)) => self.line(depth + 1, &holds),
            (_, None) => {}
        }
    }

    fn values(&mut self, depth: usize, set: &Set) {
        for value in &set.values {
            self.comments(depth, &value.comments.0);
            let one = short(value);
            if 2 * depth + one.chars().count() <= WIDTH {
                self.line(depth, &one);
                continue;
            }
            self.line(depth, &format!("{}:", key(&value.name)));
            self.line(depth + 1, &format!("value: {}", value.value));
            self.doc(depth + 1, &value.doc.0);
        }
    }
}

/// A value on one line.
fn short(value: &Value) -> String {
    match value.doc.0.as_str() {
        "" => format!("{}: {}", key(&value.name), value.value),
        doc => format!("{}: {{ value: {}, doc: {} }}", key(&value.name), value.value, flow_scalar(doc)),
    }
}

/// A set on one line, if nothing in it needs a comment.
fn inline(set: &Set) -> Option<String> {
    if set.values.iter().any(|value| !value.comments.0.is_empty()) {
        return None;
    }
    let mut out = "enum: { ".to_string();
    for (i, value) in set.values.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        let _ = write!(out, "{comma}{}", short(value));
    }
    out.push_str(" }");
    Some(out)
}

/// A key; words that YAML reads as something else are quoted.
fn key(name: &str) -> Cow<'_, str> {
    if is_typed(name) { Cow::Owned(quoted(name)) } else { Cow::Borrowed(name) }
}

/// A text in block context.
fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// A text between braces.
fn flow_scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) && !text.contains(['{', '}', '[', ']', ',']) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(quoted(text))
    }
}

fn is_plain(text: &str) -> bool {
    let first = text.chars().next();
    let begins = first.is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | '/' | '_' | '$'));
    begins
        && !is_typed(text)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.contains('\t')
}

/// Does YAML take it for a number, a truth, or nothing?
fn is_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(lower.as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "~" | "");
    let number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | ':'));
    let special = matches!(lower.as_str(), ".inf" | ".nan" | "inf" | "nan" | "infinity");
    word || number || special
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
