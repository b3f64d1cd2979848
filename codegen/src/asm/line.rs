use std::ops::Range;

use super::template::{Part, parts};
use crate::lower::InstructionSet;

/// One line of a program: byte ranges in the file.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Labels that stand before the statement.
    pub(super) labels: Vec<Range<usize>>,
    /// The statement without blanks around it; `None` on a line without one.
    pub(super) statement: Option<Range<usize>>,
}

/// What begins a comment; the text forms of the set take precedence.
pub(super) fn comment_marks(set: &InstructionSet) -> Vec<&'static str> {
    let used = |mark: &&str| {
        set.instructions.iter().any(|instruction| {
            parts(instruction).iter().any(|part| matches!(part, Part::Text(text) if text.contains(*mark)))
        })
    };
    [";", "#", "//"].into_iter().filter(|mark| !used(mark)).collect()
}

/// Take a line of `text` apart.
pub(super) fn split(text: &str, line: Range<usize>, comments: &[&str]) -> Line {
    let content = &text[line.clone()];
    let end = comments.iter().filter_map(|mark| content.find(mark)).min().unwrap_or(content.len());
    let mut at = line.start;
    let end = line.start + end;
    let mut found = Line::default();
    loop {
        at = end - text[at..end].trim_start().len();
        let word = text[at..end].find(|c: char| !is_label(c)).unwrap_or(end - at);
        let after = at + word;
        let colon = end - text[after..end].trim_start().len();
        let named = word > 0 && !text[at..].starts_with(|c: char| c.is_ascii_digit());
        if named && text[colon..end].starts_with(':') {
            found.labels.push(at..after);
            at = colon + 1;
        } else {
            break;
        }
    }
    let statement = text[at..end].trim_end();
    found.statement = (!statement.is_empty()).then(|| at..at + statement.len());
    found
}

/// May `c` stand in a label?
pub(super) fn is_label(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$')
}
