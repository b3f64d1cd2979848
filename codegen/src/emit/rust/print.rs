//! Tokens to text: prettyplease, then the blank lines a person would leave.

use proc_macro2::TokenStream;

use super::layout;
use crate::emit::{Generated, header, origin};

/// The text of a Rust file.
pub(super) fn file(spec: &str, tokens: TokenStream) -> Generated {
    let parsed = match syn::parse2(tokens.clone()) {
        Ok(parsed) => parsed,
        // Emitters make well-formed items only; whoever changes one and sees this has made a mistake.
        Err(error) => panic!("generated tokens are no Rust file: {error}\n{tokens}"),
    };
    let printed = prettyplease::unparse(&parsed).replace(&format!("///{}", super::docs::PLAIN), "//");
    let (text, mut origins) = origin::extract(&layout::join(&printed));
    let lines: Vec<&str> = text.lines().collect();
    let mut out = format!("// {}\n\n", header(spec));
    let mut written = 2;
    let mut moved = origins.iter_mut().peekable();
    for (i, line) in lines.iter().enumerate() {
        if blank_before(&lines, i) {
            out.push('\n');
            written += 1;
        }
        out.push_str(line);
        out.push('\n');
        written += 1;
        while let Some(origin) = moved.next_if(|origin| origin.line == i + 1) {
            origin.line = written;
        }
    }
    Generated { text: out, spec: spec.to_string(), origins }
}

/// What a line begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// An item with a body.
    Body,
    /// `const`, `static`, `type`.
    Constant,
    /// `use`.
    Import,
    /// `mod name;`
    Module,
    /// Statement, expression, variant, field.
    Other,
}

fn begins(line: &str) -> Begins {
    let mut words = line.trim_start().split([' ', '(', '<']);
    let mut word = words.next().unwrap_or_default();
    while matches!(word, "pub" | "unsafe" | "crate)" | "super)") {
        word = words.next().unwrap_or_default();
    }
    match word {
        "use" => Begins::Import,
        "mod" if line.ends_with(';') => Begins::Module,
        "const" if matches!(words.next(), Some("fn")) => Begins::Body,
        "const" if line.trim_start() == "const _: () = {" => Begins::Body,
        "fn" | "impl" | "struct" | "enum" | "mod" | "trait" => Begins::Body,
        "const" | "static" | "type" => Begins::Constant,
        _ => Begins::Other,
    }
}

/// Does a `use` import from the crate itself?
fn is_own(line: &str) -> bool {
    line.trim_start().starts_with("use super::")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_lead(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("// ") || line.starts_with("///") || line.starts_with("#[")
}

/// How many lines of docs and attributes stand first, those of attributes of several lines included.
fn lead(lines: &[&str]) -> usize {
    let mut count = 0;
    while let Some(line) = lines.get(count).filter(|line| is_lead(line)) {
        let open = line.trim_start().starts_with("#[") && !line.ends_with(']');
        let more = if open { lines[count..].iter().position(|line| line.trim() == ")]") } else { None };
        count += 1 + more.unwrap_or(0);
    }
    count
}

/// Should a blank line stand before line `i`?
fn blank_before(lines: &[&str], i: usize) -> bool {
    let Some(previous) = i.checked_sub(1).map(|p| lines[p]) else { return false };
    if previous.trim().is_empty() || previous.ends_with(['{', '(', '[', ',']) || is_lead(previous) {
        return false;
    }
    // An attribute of several lines ends here.
    if previous.trim() == ")]" {
        return false;
    }
    let line = lines[i];
    if line.trim().is_empty() {
        return false;
    }
    let inner = |l: &str| l.starts_with("//!") || l.starts_with("#![");
    if inner(previous) {
        return !inner(line) || previous.starts_with("//!") != line.starts_with("//!");
    }
    // The item that begins here, behind its docs and attributes.
    let lead = lead(&lines[i..]);
    let Some(item) = lines.get(i + lead) else { return false };
    let kind = begins(item);
    if kind == Begins::Other || indent(item) != indent(line) {
        return false;
    }
    let closed = previous.trim_start().starts_with(['}', ']', ')']);
    if kind == Begins::Body || closed && kind != Begins::Import {
        return true;
    }
    // The item that ends here: find its first line.
    let mut p = i - 1;
    while p > 0 && indent(lines[p]) > indent(line) {
        p -= 1;
    }
    if lines[p].trim_start().starts_with(['}', ']', ')']) {
        p = lines[..p].iter().rposition(|l| indent(l) == indent(line)).unwrap_or(p);
    }
    if kind == Begins::Import && begins(lines[p]) == kind {
        return is_own(lines[p]) != is_own(line);
    }
    let docs = lines[..p].iter().rev().take_while(|l| is_lead(l)).count();
    begins(lines[p]) != kind || lead > 1 || docs > 1
}
