//! Rust identifiers for names of specs: the one place where a spelling is chosen.
//!
//! Several names may give one identifier (`FOO_A`, `foo-a`); the rules about colliding names use these very functions,
//! so whatever is accepted has distinct identifiers. Results are always valid: a leading digit gets an underscore
//! (`1BIT` is `_1Bit`), a keyword is raw (`type` is `r#type`), and a keyword that cannot be raw gets an underscore
//! behind it (`self` is `self_`).

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// Type, trait or enum variant: `THREAD_STATE` is `ThreadState`.
pub fn type_name(name: &str) -> String {
    let camel = name.to_upper_camel_case();
    let digits = camel.bytes().take_while(u8::is_ascii_digit).count();
    match (digits, camel.as_str()) {
        (0, "Self") => "Self_".to_string(),
        (0, _) => camel,
        (n, _) => {
            let (head, tail) = camel.split_at(n);
            let mut tail = tail.chars();
            let first: String = tail.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
            format!("_{head}{first}{}", tail.as_str())
        }
    }
}

/// Enum variant; spelled like a type.
pub fn variant_name(name: &str) -> String {
    type_name(name)
}

/// Constant, of a field, register or number: `num-chnls` is `NUM_CHNLS`.
pub fn const_name(name: &str) -> String {
    digit_first(name.to_shouty_snake_case())
}

/// Constant of a register or field within blocks: `CHANNEL.SAR` is `CHANNEL_SAR`.
pub fn const_path<'a>(path: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<String> = path.into_iter().map(|part| part.to_shouty_snake_case()).collect();
    digit_first(parts.join("_"))
}

/// Module: `zynq-slcr` is `zynq_slcr`.
pub fn module_name(name: &str) -> String {
    keyword(digit_first(name.to_snake_case()))
}

/// Function, method, parameter or struct field: `type` is `r#type`.
pub fn value_name(name: &str) -> String {
    module_name(name)
}

fn digit_first(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

fn keyword(name: String) -> String {
    match name.as_str() {
        "self" | "super" | "crate" => format!("{name}_"),
        _ if KEYWORDS.binary_search(&name.as_str()).is_ok() => format!("r#{name}"),
        _ => name,
    }
}

/// Keywords of all editions, reserved ones included, in lower case and sorted; without those that cannot be raw.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        assert_eq!(type_name("THREAD_STATE"), "ThreadState");
        assert_eq!(type_name("ThreadState"), "ThreadState");
        assert_eq!(type_name("zynq-slcr"), "ZynqSlcr");
        assert_eq!(const_name("num_chnls"), "NUM_CHNLS");
        assert_eq!(const_path(["CHANNEL", "SAR"]), "CHANNEL_SAR");
        assert_eq!(module_name("zynq-slcr"), "zynq_slcr");
    }

    #[test]
    fn digits_and_keywords_are_no_trouble() {
        assert_eq!(variant_name("1BIT"), "_1Bit");
        assert_eq!(type_name("64"), "_64");
        assert_eq!(type_name("self"), "Self_");
        assert_eq!(const_name("1bit"), "_1BIT");
        assert_eq!(module_name("8250"), "_8250");
        assert_eq!(value_name("type"), "r#type");
        assert_eq!(value_name("Self"), "self_");
    }

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn every_word_is_an_identifier() {
        for word in
            KEYWORDS.iter().copied().chain(["self", "Self", "super", "crate", "union", "1", "0_", "9-9", "a_", "A-"])
        {
            for name in [type_name(word), const_name(word), module_name(word), value_name(word)] {
                assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{word} gives {name}");
            }
        }
    }
}
