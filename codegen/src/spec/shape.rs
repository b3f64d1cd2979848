//! Decoders of values that may have several shapes, or a form within a text.

#[cfg(feature = "schema")]
use schemars::{Schema, SchemaGenerator};

use super::decode::{At, Cx, Decode, Leaf};
#[cfg(feature = "schema")]
use super::describe;
use super::soc::LongReference;
use super::{
    ArgumentType, Bits, BytePattern, Cluster, Consumed, Consumes, Engine, EnumUse, Lost, Map, Node as RegisterNode,
    Path, Range, Reference, ReferenceArgs, References, Register, Scalar, Version,
};
use crate::report::Diagnostic;
use crate::source::{Span, Spanned};
use crate::yaml::{Node, Value, shorten};

impl Leaf for Version {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match node.value {
            Value::Int(1) => Some(Version),
            Value::Int(other) => {
                let title = format!("version {other} of the format is not supported");
                let error = Diagnostic::error("LW0011", title, cx.span(node.at), "this program reads version 1");
                cx.fault(node, error);
                None
            }
            _ => {
                cx.wrong_type(node, at, "a number");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::schema(serde_json::json!({ "const": 1 }))
    }
}

impl Leaf for Bits {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        const HELP: &str = "write the highest and the lowest bit as `7:4`, or one bit as `9`";
        let (high, low) = match &node.value {
            Value::Int(bit) => (small(*bit), small(*bit)),
            Value::Str(text) => match text.split_once(':') {
                Some((high, low)) => (decimal(high), decimal(low)),
                None => (decimal(text), decimal(text)),
            },
            _ => {
                cx.wrong_type(node, at, "bits such as `7:4` or `9`");
                return None;
            }
        };
        match (high, low) {
            (Some(high), Some(low)) => Some(Bits { high, low }),
            _ => {
                let title = format!("`{}` does not name bits", shorten(cx.spelled(node)).escape_debug());
                let span = cx.span(node.at);
                cx.wrong_form(node, span, title, "expected bits", HELP);
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        let number = "(0|[1-9][0-9]*)";
        describe::any_of([describe::natural(), describe::pattern(&format!("{number}(:{number})?"))])
    }
}

/// A bit number.
fn small(bit: i128) -> Option<u32> {
    u16::try_from(bit).ok().map(u32::from)
}

/// A bit number without sign or leading zero.
fn decimal(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse::<u16>().ok()).flatten().map(u32::from)
}

impl Leaf for Range {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Str(text) = &node.value else {
            cx.wrong_type(node, at, "a range such as `1..8`");
            return None;
        };
        let ends = text.split_once("..").and_then(|(low, high)| Some((number(low)?, number(high)?)));
        match ends {
            Some((low, high)) => Some(Range { low, high }),
            None => {
                let title = format!("`{}` is not a range", shorten(text).escape_debug());
                let span = cx.span(node.at);
                cx.wrong_form(node, span, title, "expected a range", "write the first and the last value as `1..8`");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::range()
    }
}

/// A number within a text: decimal without leading zero, or `0x…`.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16).ok(),
        None if text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0')) => {
            text.parse().ok()
        }
        _ => None,
    }
}

impl Decode for Path {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Str(text) = &node.value else {
            // A register may be called `8250`.
            return cx.name(node, at).map(|name| {
                let span = cx.span(node.at);
                Path { parts: vec![Spanned::new(name, span)], span }
            });
        };
        let parts = parts(cx, node, text, '.');
        // All of them: each bad name is an error of its own.
        let bad = parts.iter().filter(|part| !cx.check_name(part, part.span)).count();
        (bad == 0).then(|| Path { parts, span: cx.span(node.at) })
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        let form = format!("^{}$", describe::names(r"\."));
        describe::schema(serde_json::json!({ "type": ["string", "integer"], "minimum": 0, "pattern": form }))
    }
}

/// Parts of a text between separators, each at its place.
fn parts(cx: &Cx<'_>, node: &Node, text: &str, separator: char) -> Vec<Spanned<String>> {
    let mut start = 0;
    text.split(separator)
        .map(|part| {
            let span = cx.part(node, text, start, start + part.len());
            start += part.len() + separator.len_utf8();
            Spanned::new(part.to_string(), if span.start == span.end { cx.span(node.at) } else { span })
        })
        .collect()
}

impl Leaf for Lost {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.value {
            Value::Seq(_) => Vec::decode(node, at, cx).map(Lost::Some),
            Value::Str(_) => {
                cx.word(node, at, &["all", "none"]).map(|w| if w == "all" { Lost::All } else { Lost::None })
            }
            _ => {
                cx.wrong_type(node, at, "`all`, `none` or a list of registers");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::any_of([describe::pattern("all|none"), <Vec<Path>>::describe(generator)])
    }
}

impl Leaf for Scalar {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.value {
            Value::Int(_) => u64::read(node, at, cx).map(Scalar::Number),
            Value::Str(_) => cx.name(node, at).map(Scalar::Name),
            _ => {
                cx.wrong_type(node, at, "a number or a name");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::any_of([describe::natural(), describe::pattern(describe::NAME)])
    }
}

impl Leaf for ArgumentType {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Str(text) = &node.value else {
            cx.wrong_type(node, at, "`u1` to `u32` or `id`");
            return None;
        };
        let bits = text.strip_prefix('u').and_then(decimal).filter(|bits| (1..=32).contains(bits));
        match (text.as_str(), bits) {
            ("id", _) => Some(ArgumentType::Id),
            (_, Some(bits)) => Some(ArgumentType::Bits(bits as u8)),
            _ => {
                let title = format!("`{}` is not a type of argument", shorten(text).escape_debug());
                let span = cx.span(node.at);
                cx.wrong_form(node, span, title, "expected `u1` to `u32` or `id`", "");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::pattern("id|u([1-9]|[12][0-9]|3[0-2])")
    }
}

impl Leaf for char {
    fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let mut letters = match &node.value {
            Value::Str(text) => text.chars(),
            _ => {
                cx.wrong_type(node, at, "a letter");
                return None;
            }
        };
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii_alphabetic() => Some(letter),
            _ => {
                let title = format!("`{}` is not a letter", shorten(cx.spelled(node)).escape_debug());
                let span = cx.span(node.at);
                cx.wrong_form(node, span, title, "expected one letter from a to z or A to Z", "");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        describe::pattern("[A-Za-z]")
    }
}

impl Decode for BytePattern {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        const HELP: &str = "a byte is eight of `0`, `1` and operand letters (`010101r0`), or `operand[15:8]`";
        let span = cx.span(node.at);
        let Value::Str(text) = &node.value else {
            if matches!(node.value, Value::Int(_) | Value::Float(_)) {
                let title = format!("`{}` is a number, not the pattern of a byte", shorten(cx.spelled(node)));
                cx.wrong_form(node, span, title, "expected text", "put it in quotes");
            } else {
                cx.wrong_type(node, at, "the pattern of a byte");
            }
            return None;
        };
        if let Some((operand, bits)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            let ends = bits.split_once(':').and_then(|(high, low)| Some((decimal(high)?, decimal(low)?)));
            let place = cx.part(node, text, 0, operand.len());
            let named = cx.check_name(operand, if place.start == place.end { span } else { place });
            let Some((high, low)) = ends else {
                let title = format!("`{}` is not the pattern of a byte", shorten(text).escape_debug());
                cx.wrong_form(node, span, title, "expected bits such as `[15:8]`", HELP);
                return None;
            };
            return named.then(|| BytePattern::Slice {
                operand: Spanned::new(operand.to_string(), place),
                high,
                low,
                span,
            });
        }
        if !cx.spelled(node).starts_with(['"', '\'']) && text.bytes().all(|b| b.is_ascii_digit()) {
            // `01010101` is text only because it begins with 0.
            let title = format!("`{}` is a number, not the pattern of a byte", shorten(text));
            cx.wrong_form(node, span, title, "expected text", "put it in quotes");
            return None;
        }
        let characters: Vec<char> = text.chars().take(9).collect();
        if let Some(bad) = characters.iter().find(|c| !c.is_ascii_alphabetic() && !matches!(c, '0' | '1')) {
            let title = format!("`{}` is not the pattern of a byte", shorten(text).escape_debug());
            let label = format!("`{}` is neither a bit nor a letter", bad.escape_debug());
            cx.wrong_form(node, span, title, &label, HELP);
            return None;
        }
        match <[char; 8]>::try_from(characters) {
            Ok(bits) => Some(BytePattern::Bits(Spanned::new(bits, span))),
            Err(_) => {
                let title = format!("`{}` is not the pattern of a byte", shorten(text).escape_debug());
                let label = format!("has {} bits", text.chars().count());
                cx.wrong_form(node, span, title, &label, HELP);
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(_: &mut SchemaGenerator) -> Schema {
        let number = "(0|[1-9][0-9]*)";
        describe::pattern(&format!(r"[01A-Za-z]{{8}}|{}\[{number}:{number}\]", describe::NAME))
    }
}

fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(entries) => entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node),
        _ => None,
    }
}

impl Decode for RegisterNode {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match get(node, "registers") {
            Some(_) => Cluster::decode(node, at, cx).map(RegisterNode::Cluster),
            None => Register::decode(node, at, cx).map(RegisterNode::Register),
        }
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::any_of([Register::describe(generator), Cluster::describe(generator)])
    }
}

impl Decode for EnumUse {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.value {
            Value::Map(entries) if entries.is_empty() => {
                let error = Diagnostic::error("LW0005", "an enum without values", at.span, "nothing is in it");
                cx.fault(node, error);
                None
            }
            Value::Map(_) => Map::decode(node, at, cx).map(EnumUse::Inline),
            Value::Str(_) => Decode::decode(node, at, cx).map(EnumUse::Named),
            _ => {
                cx.wrong_type(node, at, "the name of an enum, or a mapping of names and values");
                None
            }
        }
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        let mut values = <super::EnumValues>::describe(generator).to_value();
        values["minProperties"] = 1.into();
        describe::any_of([describe::pattern(describe::NAME), describe::schema(values)])
    }
}

impl Decode for Engine {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        Decode::decode(node, at, cx).map(Engine::MicrocodeDma)
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        super::MicrocodeDma::describe(generator)
    }
}

impl Decode for Consumes {
    /// A mapping with a key of a reference that holds no mapping itself is one reference; else keys are names.
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let keys = <Consumed as super::decode::Record>::KEYS;
        let one = match &node.value {
            Value::Map(entries) => {
                let plain = |value: &Value| !matches!(value, Value::Map(_));
                entries.is_empty() || entries.iter().any(|(k, n)| keys.contains(&k.text.as_str()) && plain(&n.value))
            }
            _ => true,
        };
        if one {
            Consumed::decode(node, at, cx).map(Consumes::One)
        } else {
            Map::decode(node, at, cx).map(Consumes::Named)
        }
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::any_of([Consumed::describe(generator), <Map<Consumed>>::describe(generator)])
    }
}

impl Decode for References {
    /// Text is one reference, and so is a mapping with the key `to` that holds no mapping; else keys are names.
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let one = match &node.value {
            Value::Map(_) => get(node, "to").is_some_and(|to| !matches!(to.value, Value::Map(_))),
            Value::Seq(_) => {
                let title = format!("`{}` is a list", shorten(at.key));
                let error =
                    Diagnostic::error("LW0004", title, cx.span(node.at), "expected a reference or a mapping of them")
                        .help("give each reference the name that the ip's `consumes` has for it");
                cx.fault(node, error);
                return None;
            }
            _ => true,
        };
        if one {
            Reference::decode(node, at, cx).map(References::One)
        } else {
            Map::decode(node, at, cx).map(References::Named)
        }
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::any_of([Reference::describe(generator), <Map<Reference>>::describe(generator)])
    }
}

impl Decode for Reference {
    fn decode(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let span = cx.span(node.at);
        let text = match &node.value {
            Value::Map(_) => {
                let long = LongReference::decode(node, at, cx)?;
                let LongReference { to: provider, burst, handshake, post_init, args, span } = long;
                let args = ReferenceArgs::Named(args);
                return Some(Reference { provider, args, burst, handshake, post_init, span });
            }
            Value::Str(text) => text,
            _ => {
                cx.wrong_type(node, at, "a reference such as `pdma0/16`");
                return None;
            }
        };
        let mut parts = parts(cx, node, text, '/').into_iter();
        let provider = parts.next()?;
        let mut sound = cx.check_name(&provider, provider.span);
        let mut args = Vec::new();
        for part in parts {
            match argument(&part, part.span, cx) {
                Some(scalar) => args.push(Spanned::new(scalar, part.span)),
                None => sound = false,
            }
        }
        let args = ReferenceArgs::Positional(args);
        sound.then_some(Reference { provider, args, burst: None, handshake: None, post_init: None, span })
    }

    #[cfg(feature = "schema")]
    fn describe(generator: &mut SchemaGenerator) -> Schema {
        describe::any_of([describe::pattern(&describe::names("/")), LongReference::describe(generator)])
    }
}

/// A number or a name between slashes.
fn argument(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<Scalar> {
    if let Some(number) = number(text) {
        return Some(Scalar::Number(number));
    }
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() || text.starts_with("0x") {
        let title = format!("`{}` is not a number", shorten(text));
        let error = Diagnostic::error("LW0008", title, span, "expected a number of at most 64 bits")
            .note("numbers are decimal without leading zero, or `0x…`");
        cx.push(error);
        return None;
    }
    cx.check_name(text, span).then(|| Scalar::Name(text.to_string()))
}
