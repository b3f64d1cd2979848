//! Where generated lines come from.
//!
//! Emitters leave marks in the text; they are taken out again here, and what remains of them is a table from lines to
//! entries of the spec. `generate --check` uses it to name the spec's line behind a difference.

/// Keys from the top of a spec file down to an entry: `registers/DSR/fields/dns`.
pub type SpecPath = String;

/// From `line` on, up to the next origin, the text comes from `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// From 1.
    pub line: usize,
    /// The entry.
    pub path: SpecPath,
}

/// Stands on both sides of a path in text made by templates; no spec's text contains it.
const SIGN: char = '\u{1}';

/// The mark for an entry.
pub(super) fn mark(path: &str) -> String {
    format!("{SIGN}{path}{SIGN}")
}

/// Take out every mark, and lines that consist of nothing else.
pub(super) fn extract(text: &str) -> (String, Vec<Origin>) {
    let mut out = String::with_capacity(text.len());
    let mut origins: Vec<Origin> = Vec::new();
    let mut line = 1;
    for raw in text.lines() {
        let mut parts = raw.split(SIGN);
        let mut clean = parts.next().unwrap_or_default().to_string();
        let mut marked = false;
        while let Some(path) = parts.next() {
            marked = true;
            if origins.last().is_none_or(|last| last.path != path) {
                origins.push(Origin { line, path: path.to_string() });
            }
            clean.push_str(parts.next().unwrap_or_default());
        }
        if marked && matches!(clean.trim(), "" | "///" | "//!") {
            continue;
        }
        out.push_str(&clean);
        out.push('\n');
        line += 1;
    }
    (out, origins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_leave_the_text_and_number_its_lines() {
        let text = format!("one\n  ///{}\n  two\nth{}ree\n", mark("a/b"), mark("c"));
        let (clean, origins) = extract(&text);
        assert_eq!(clean, "one\n  two\nthree\n");
        assert_eq!(origins, [Origin { line: 2, path: "a/b".into() }, Origin { line: 3, path: "c".into() }]);
    }
}
