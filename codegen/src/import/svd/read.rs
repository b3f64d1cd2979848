//! The text of a file as what `svd-parser` makes of it, within limits.

use svd_parser::svd::{Cluster, Device, Field, Peripheral, Register};
use svd_parser::{Config, Parse as _, SVDErrorAt, ValidateLevel};
use svd_roxmltree::{Document, Node};

use super::MAX_FILE;
use super::notes::RULE;
use crate::report::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

/// Elements within each other; clusters nest, and both parsers do with the stack what the file says.
const MAX_DEPTH: usize = 64;
/// Elements and texts.
const MAX_NODES: u32 = 20_000_000;
/// Elements of an array: what a spec allows.
pub(super) const MAX_DIM: u64 = 1 << 16;

pub(super) struct Svd<'x> {
    pub(super) document: Document<'x>,
    pub(super) device: Device,
}

/// Read a file; what is wrong is reported.
pub(super) fn read<'x>(text: &'x str, file: FileId, out: &mut Diagnostics) -> Option<Svd<'x>> {
    let at = |start: usize, end: usize| Span { file, start: start as u32, end: end as u32 };
    if text.len() > MAX_FILE {
        let title = "the file is too long";
        out.push(Diagnostic::error(RULE, title, at(0, 0), format!("an SVD file has at most {MAX_FILE} bytes")));
        return None;
    }
    if let Some(place) = too_deep(text) {
        let title = "elements nest too deeply";
        out.push(Diagnostic::error(RULE, title, at(place, place), format!("more than {MAX_DEPTH} levels")));
        return None;
    }
    let options = svd_roxmltree::ParsingOptions { nodes_limit: MAX_NODES, ..Default::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let place = offset(text, error.pos());
            out.push(Diagnostic::error(RULE, "the file is no XML", at(place, place), error.to_string()));
            return None;
        }
    };
    let root = document.root_element();
    if !root.has_tag_name("device") {
        let range = root.range();
        let label = format!("the outermost element is `{}`, not `device`", root.tag_name().name());
        out.push(Diagnostic::error(RULE, "the file is no SVD file", at(range.start, range.start), label));
        return None;
    }
    for node in document.descendants().filter(|node| node.is_element()) {
        if let Some(label) = oversized(node) {
            let range = node.range();
            out.push(Diagnostic::error(RULE, "an array is too large", at(range.start, range.end), label));
            return None;
        }
    }
    // Wrong values are mended or left out one by one.
    let config = Config::default().validate_level(ValidateLevel::Disabled);
    match Device::parse(&root, &config) {
        Ok(device) => Some(Svd { document, device }),
        Err(error) => {
            culprits(root, &error, &config, &mut |node: Node<'_, '_>, error: &SVDErrorAt| {
                let range = node.range();
                let name = node.children().find(|child| child.has_tag_name("name")).and_then(|name| name.text());
                let title = match name {
                    Some(name) => format!("{} `{}` cannot be read", node.tag_name().name(), name.trim()),
                    None => format!("{} cannot be read", node.tag_name().name()),
                };
                // The whole element would fill the screen; its first line tells which one it is.
                let end = text[range.clone()].find('\n').map_or(range.end, |line| range.start + line);
                out.push(Diagnostic::error(RULE, title, at(range.start, end), error.to_string()));
            });
            None
        }
    }
}

/// The innermost elements that cannot be read.
fn culprits(
    node: Node<'_, '_>,
    error: &SVDErrorAt,
    config: &Config,
    report: &mut dyn FnMut(Node<'_, '_>, &SVDErrorAt),
) {
    let mut inner = false;
    for child in node.children().filter(Node::is_element) {
        let failed = match child.tag_name().name() {
            "peripheral" => Peripheral::parse(&child, config).err(),
            "cluster" => Cluster::parse(&child, config).err(),
            "register" => Register::parse(&child, config).err(),
            "field" => Field::parse(&child, config).err(),
            // What holds those.
            "peripherals" | "registers" | "fields" => {
                let mut found = false;
                culprits(child, error, config, &mut |node, error| {
                    if node != child {
                        found = true;
                        report(node, error);
                    }
                });
                inner |= found;
                continue;
            }
            _ => continue,
        };
        if let Some(error) = failed {
            inner = true;
            culprits(child, &error, config, report);
        }
    }
    if !inner {
        report(node, error);
    }
}

/// What a parser would make a list of.
fn oversized(node: Node<'_, '_>) -> Option<String> {
    let text = node.text().unwrap_or_default().trim();
    let count = match node.tag_name().name() {
        "dim" => number(text)?,
        "dimIndex" => {
            let (first, last) = text.split_once('-')?;
            last.trim().parse::<u64>().ok()?.saturating_sub(first.trim().parse().ok()?)
        }
        _ => return None,
    };
    (count > MAX_DIM).then(|| format!("{count} elements, where a spec has at most {MAX_DIM}"))
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

fn offset(text: &str, pos: svd_roxmltree::TextPos) -> usize {
    let line = text.split_inclusive('\n').take((pos.row as usize).saturating_sub(1)).map(str::len).sum::<usize>();
    let column = text[line..].char_indices().nth((pos.col as usize).saturating_sub(1)).map_or(0, |(i, _)| i);
    line + column
}

/// Where elements nest more than [`MAX_DEPTH`] levels deep, if they do. Looks at tags only; whether the rest is XML, the
/// parser says.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut i) = (0_usize, 0);
    let skip = |from: usize, end: &str| text[from..].find(end).map_or(bytes.len(), |at| from + at + end.len());
    while let Some(at) = text[i..].find('<') {
        let start = i + at;
        let rest = &bytes[start..];
        i = if rest.starts_with(b"<!--") {
            skip(start + 4, "-->")
        } else if rest.starts_with(b"<![CDATA[") {
            skip(start, "]]>")
        } else if rest.starts_with(b"<?") {
            skip(start, "?>")
        } else if rest.starts_with(b"<!") {
            skip(start, ">")
        } else {
            let end = end_of_tag(bytes, start);
            let closes = rest.get(1) == Some(&b'/');
            let empty = end >= 2 && bytes.get(end - 2) == Some(&b'/');
            match (closes, empty) {
                (true, _) => depth = depth.saturating_sub(1),
                (false, true) => {}
                (false, false) => depth += 1,
            }
            if depth > MAX_DEPTH {
                return Some(start);
            }
            end
        };
    }
    None
}

/// One past the `>` of a tag; one in quotes does not end it.
fn end_of_tag(bytes: &[u8], start: usize) -> usize {
    let mut quote = None;
    for (i, &byte) in bytes.iter().enumerate().skip(start + 1) {
        match (quote, byte) {
            (None, b'>') => return i + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    bytes.len()
}
