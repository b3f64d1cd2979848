//! Documentation of a spec as doc comments that rustdoc and clippy have nothing to say about.
//!
//! Authors write Markdown. Code spans, fenced blocks and links to the web stay; what only looks like a Rust link or
//! like HTML is escaped, indented text cannot become a doc test, and list items are indented as they should be.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::origin;

/// Outer doc comments of an item: paragraphs, empty ones left out.
pub(super) fn outer(paragraphs: &[&str]) -> TokenStream {
    let lines = lines(paragraphs);
    quote!(#(#[doc = #lines])*)
}

/// Inner doc comments of a file.
pub(super) fn inner(paragraphs: &[&str]) -> TokenStream {
    let lines = lines(paragraphs);
    quote!(#(#![doc = #lines])*)
}

/// A plain comment before an item; several lines when it is long.
pub(super) fn comment(text: &str) -> TokenStream {
    let mut lines = Vec::new();
    wrap(&text.chars().map(printable).collect::<String>(), 0, 0, &mut lines);
    let lines = lines.into_iter().map(|line| format!("{PLAIN} {line}"));
    quote!(#(#[doc = #lines])*)
}

/// Begins a doc comment that the printer turns into a plain one.
pub(super) const PLAIN: char = '\u{2}';

/// The mark of the spec's entry that an item comes from, to stand before its docs.
pub(super) fn from_spec(path: &str) -> TokenStream {
    let mark = origin::mark(path);
    quote!(#[doc = #mark])
}

/// The lines of doc comments, each with the space that follows the comment sign.
pub(super) fn lines(paragraphs: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for paragraph in paragraphs {
        let clean = clean(paragraph);
        if clean.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(String::new());
        }
        out.extend(clean.into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") }));
    }
    out
}

/// The first sentence as one line, without a full stop; for where there is room for no more.
pub(in crate::emit) fn summary(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let joined = lines.join(" ");
    let first = joined.split_once(". ").map_or(joined.as_str(), |(first, _)| first);
    first.strip_suffix('.').unwrap_or(first).to_string()
}

/// `text` with `note`: in brackets if the text is one sentence, as one more sentence or paragraph otherwise.
pub(super) fn with_note(text: &str, note: &str) -> String {
    let text = text.trim();
    let plain = |t: &str| {
        !t.starts_with(['#', '-', '*', '+', '|', '`', '>', '~']) || t.starts_with("`") && !t.starts_with("```")
    };
    if text.is_empty() {
        return format!("{}.", capital(note));
    }
    if !text.contains('\n') && plain(text) {
        let sentence = text.strip_suffix('.').unwrap_or(text);
        return match sentence.contains(". ") || sentence.contains(": ") {
            true => format!("{sentence}. {}.", capital(note)),
            false => format!("{sentence} ({note})."),
        };
    }
    format!("{text}\n\n{}.", capital(note))
}

/// `name` as code, then the text.
pub(super) fn titled(name: &str, text: &str) -> String {
    match text.trim() {
        "" => format!("`{name}`."),
        text if text.starts_with(['#', '|', '>', '~']) || text.starts_with("```") || list_sign(text).is_some() => {
            format!("`{name}`:\n\n{text}")
        }
        text => format!("`{name}`: {text}"),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn clean(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    // The fence that is open, and how far the text of the current list item is indented.
    let mut fence: Option<&str> = None;
    let mut item: Option<usize> = None;
    for line in text.trim().lines() {
        let line: String = line.chars().map(printable).collect();
        let trimmed = line.trim();
        if let Some(sign) = fence {
            if trimmed.starts_with(sign) {
                fence = None;
                out.push(sign.to_string());
            } else {
                out.push(line.trim_end().to_string());
            }
            continue;
        }
        if let Some(sign) = ["```", "~~~"].into_iter().find(|sign| trimmed.starts_with(sign)) {
            fence = Some(sign);
            item = None;
            out.push(format!("{sign}text"));
            continue;
        }
        if trimmed.is_empty() {
            item = None;
            out.push(String::new());
        } else if let Some(width) = list_sign(trimmed) {
            item = Some(width);
            wrap(&escape(trimmed), 0, width, &mut out);
        } else {
            let indent = item.unwrap_or(0);
            wrap(&escape(trimmed), indent, indent, &mut out);
        }
    }
    out.extend(fence.map(str::to_string));
    out
}

/// Longest line of a comment's text.
const WIDTH: usize = 118;

/// `line` as one line, or as several when it is too long; `first` and `rest` are their indentation.
fn wrap(line: &str, first: usize, rest: usize, out: &mut Vec<String>) {
    let mut current = " ".repeat(first);
    let mut width = first;
    // Tables and headings are lines; a broken code span is hard to read, and so is a broken link.
    let whole = line.starts_with(['|', '#']);
    let mut depth = 0usize;
    for (i, word) in line.split(' ').enumerate() {
        let long = width + 1 + word.chars().count() > WIDTH;
        let sign =
            word.starts_with(['-', '*', '+', '#', '>', '|', '=', '~']) || list_sign(&format!("{word} ")).is_some();
        if i > 0 && long && !whole && depth == 0 && !sign && width > rest {
            out.push(std::mem::replace(&mut current, " ".repeat(rest)));
            width = rest;
        } else if i > 0 {
            current.push(' ');
            width += 1;
        }
        current.push_str(word);
        width += word.chars().count();
        if word.matches('`').count() % 2 == 1 {
            depth = 1 - depth;
        }
    }
    out.push(current.trim_end().to_string());
}

/// Characters that a doc comment may hold; others, and those that change the direction of text, become a question mark.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// Width of the sign that makes a line a list item.
fn list_sign(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match (digits, line.as_bytes().get(digits..digits + 2)) {
        (0, Some([b'-' | b'*' | b'+', b' '])) => Some(2),
        (1..=9, Some([b'.' | b')', b' '])) => Some(digits + 2),
        _ => None,
    }
}

/// Escape brackets outside code, except links to the web.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let ticks = rest.bytes().take_while(|b| *b == b'`').count();
            let (sign, after) = rest.split_at(ticks);
            // An opening without its like is text.
            match closing(after, ticks) {
                Some(end) => {
                    out.push_str(&rest[..ticks + end + ticks]);
                    rest = &after[end + ticks..];
                }
                None => {
                    out.extend(sign.chars().flat_map(|tick| ['\\', tick]));
                    rest = after;
                }
            }
            continue;
        }
        if let Some(length) = web_link(rest) {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        if let Some(length) = bare_url(rest) {
            out.push('<');
            out.push_str(&rest[..length]);
            out.push('>');
            rest = &rest[length..];
            continue;
        }
        if c == '\\' {
            // An escape of the author's own, or a lone backslash.
            let next = rest[1..].chars().next();
            out.push('\\');
            match next {
                Some(n) if n.is_ascii_punctuation() => {
                    out.push(n);
                    rest = &rest[1 + n.len_utf8()..];
                }
                _ => {
                    out.push('\\');
                    rest = &rest[1..];
                }
            }
            continue;
        }
        if matches!(c, '[' | ']' | '<' | '>') {
            out.push('\\');
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Where a code span of `ticks` backticks closes.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = text[start..].bytes().take_while(|b| *b == b'`').count();
        if run == ticks {
            return Some(start);
        }
        at = start + run;
    }
    None
}

/// Length of `[text](https://…)` or `<https://…>` at the start.
fn web_link(text: &str) -> Option<usize> {
    if let Some(inner) = text.strip_prefix('<') {
        return bare_url(inner).filter(|n| inner[*n..].starts_with('>')).map(|n| n + 2);
    }
    let label = text.strip_prefix('[')?;
    let end = label.find(['[', ']', '<', '>', '`', '\\'])?;
    let target = label[end..].strip_prefix("](")?;
    let url = bare_url(target).or_else(|| target.find(')').filter(|n| bare_url(&target[..*n]) == Some(*n)))?;
    target[url..].starts_with(')').then_some(1 + end + 2 + url + 1)
}

/// Length of an address of the web at the start.
fn bare_url(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let end = text.find(|c: char| c.is_whitespace() || "<>()[]`\"'\\|^{}".contains(c)).unwrap_or(text.len());
    let end = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']).len();
    (end > scheme.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        clean(text).join("\n")
    }

    #[test]
    fn brackets_that_are_no_links_are_escaped() {
        assert_eq!(cleaned("Bits [7:0] of <reg> and `[x]<y>`."), r"Bits \[7:0\] of \<reg\> and `[x]<y>`.");
        assert_eq!(cleaned("See [TRM](https://x.org/a) or <b>."), r"See [TRM](https://x.org/a) or \<b\>.");
        assert_eq!(cleaned("[x](y) [a]: b"), r"\[x\](y) \[a\]: b");
        assert_eq!(cleaned("at https://x.org/a."), "at <https://x.org/a>.");
        assert_eq!(cleaned("an ` alone, a \\ too"), r"an \` alone, a \\ too");
    }

    #[test]
    fn nothing_becomes_a_doc_test() {
        assert_eq!(cleaned("a\n\n    let x = 1;\n\n```\nlet y;\n```"), "a\n\nlet x = 1;\n\n```text\nlet y;\n```");
        assert_eq!(cleaned("```rust\nfn f()"), "```text\nfn f()\n```");
    }

    #[test]
    fn list_items_are_indented() {
        assert_eq!(cleaned("- one\ntwo\n1. three\n      four"), "- one\n  two\n1. three\n   four");
    }

    #[test]
    fn control_characters_do_not_reach_rustc() {
        assert_eq!(cleaned("a\u{202e}b\tc\u{7}d"), "a\u{fffd}b c\u{fffd}d");
    }

    #[test]
    fn a_note_joins_a_single_line() {
        assert_eq!(with_note("What it does.", "bit 3"), "What it does (bit 3).");
        assert_eq!(with_note("", "bit 3"), "Bit 3.");
        assert_eq!(with_note("One.\nTwo.", "bit 3"), "One.\nTwo.\n\nBit 3.");
    }
}
