//! What the YAML reader complains about, as findings of ours.

use serde_yaml::{Error, Location};

use super::Range;
use crate::report::Diagnostic;
use crate::source::{FileId, Span};

/// Bytes of a location; at least one character wide where there is one.
pub(super) fn range(location: &Location, text: &str) -> Range {
    let span = location.span();
    let start = match span.byte_offset() {
        Some(start) => start as usize,
        None => line_column_to_byte(location, text),
    };
    let start = floor(text, start.min(text.len()));
    let end = floor(text, (start + span.byte_len().unwrap_or(0) as usize).min(text.len()));
    // Empty spans (a missing value) stay empty.
    (start as u32, end as u32)
}

fn line_column_to_byte(location: &Location, text: &str) -> usize {
    if location.line() == 0 {
        return text.len();
    }
    let mut start = 0;
    for line in text.split_inclusive('\n').take(location.line() as usize - 1) {
        start += line.len();
    }
    let rest = &text[start..];
    let column = (location.column() as usize).saturating_sub(1);
    start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

pub(super) fn empty(span: Span) -> Diagnostic {
    Diagnostic::error("LW0001", "the file is empty", span, "expected a spec")
        .help("begin with `linkwright: 1` and one of `subsystem:`, `ip:` and `soc:`")
}

/// A reader's error as a finding.
pub(super) fn diagnostic(error: &Error, file: FileId, text: &str) -> Diagnostic {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let (start, end) = range(&location, text);
    // Parser errors have a point; make it visible unless it is the end of a line.
    let end = match text[start as usize..].chars().next() {
        Some(c) if end == start && c != '\n' => start + c.len_utf8() as u32,
        _ => end,
    };
    let span = Span { file, start, end };
    let mut diagnostic = match cause(error) {
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => limit(error, span),
        Error::Eof { .. } => empty(span),
        Error::MultipleDocuments { .. } => {
            Diagnostic::error("LW0001", "a file has one document", span, "a second one begins here")
                .help("put each spec into a file of its own")
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            Diagnostic::error("LW0001", "an anchor contains itself", span, "refers to what it is part of")
        }
        Error::UnsupportedTag { tag, .. } => {
            let title = format!("tag `{}` is not supported", super::shorten(tag));
            Diagnostic::error("LW0001", title, span, "a tag").help("remove it")
        }
        other => {
            let message = plain(&other.to_string());
            let nesting = message.contains("nesting") || message.contains("recursion limit");
            if nesting { limit(error, span) } else { syntax(message, span, text) }
        }
    };
    if let Some(locations) = error.locations()
        && locations.defined_location != locations.reference_location
    {
        let (start, end) = range(&locations.defined_location, text);
        diagnostic = diagnostic.and(Span { file, start, end }, "the anchor");
    }
    diagnostic
}

/// A syntax error, with what people usually meant.
fn syntax(message: String, span: Span, text: &str) -> Diagnostic {
    let at = span.start as usize;
    if message.contains("tab")
        && let Some(tab) = tab_before(text, at)
    {
        let span = Span { start: tab as u32, end: tab as u32 + 1, ..span };
        return Diagnostic::error("LW0001", "a tab indents this line", span, "a tab")
            .note("how far a tab goes is another matter in each editor, so YAML does not allow it here")
            .help("indent with blanks");
    }
    if message.contains("flow")
        && let Some(open) = open_bracket(text, at)
    {
        let bracket = &text[open..=open];
        let close = if bracket == "{" { '}' } else { ']' };
        let opened = Span { start: open as u32, end: open as u32 + 1, ..span };
        return Diagnostic::error("LW0001", format!("a `{bracket}` is not closed"), opened, "opened here")
            .and(span, format!("a `,` or `{close}` is missing before this"))
            .help(format!("close it with `{close}`, or put a `,` between its entries"));
    }
    if (message.contains("block mapping") || message.contains("block collection") || message.contains("indent"))
        && let Some(error) = indented(text, span)
    {
        return error;
    }
    let (label, help) = if message.starts_with("unclosed bracket") {
        ("opened here", "close it")
    } else if message.starts_with("unclosed") {
        ("opened here", "close it; within quotes a quote is doubled (`''`) or escaped (`\\\"`)")
    } else if message.contains("unknown anchor") {
        ("this alias", "an anchor (`&name`) stands above its aliases (`*name`)")
    } else if message.contains("mapping values") {
        (
            "not expected here",
            "is this line, or the one above, indented as it should be? Text with `: ` in it needs quotes",
        )
    } else {
        ("not expected here", "is a line above not closed, or indented differently?")
    };
    Diagnostic::error("LW0001", message, span, label).help(help)
}

/// The tab that indents the line of a byte, or one of the next two.
fn tab_before(text: &str, at: usize) -> Option<usize> {
    let mut start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    for line in text[start..].split_inclusive('\n').take(3) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

/// The innermost bracket that is open before a byte, in text that has no more than brackets, quotes and comments.
fn open_bracket(text: &str, at: usize) -> Option<usize> {
    let mut open = Vec::new();
    let (mut quote, mut comment, mut before) = (None, false, '\n');
    for (here, c) in text[..at].char_indices() {
        match (quote, c) {
            _ if comment => comment = c != '\n',
            (Some(q), _) => quote = (c != q).then_some(q),
            (None, '#') if before.is_whitespace() => comment = true,
            (None, '"' | '\'') if " \t\n[{,".contains(before) => quote = Some(c),
            (None, '{' | '[') => open.push(here),
            (None, '}' | ']') => {
                open.pop();
            }
            _ => {}
        }
        before = c;
    }
    open.pop()
}

/// A line that is indented as nothing above it is.
fn indented(text: &str, span: Span) -> Option<Diagnostic> {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |end| end + 1);
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let own = indent(&text[start..]);
    if span.start as usize != start + own {
        return None;
    }
    // What is open above it: each less indented than the one before.
    let mut above: Vec<(usize, usize, &str)> = Vec::new();
    let mut end = start;
    for line in text[..start].lines().rev() {
        end = text[..end.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') && above.last().is_none_or(|last| indent(line) < last.0) {
            above.push((indent(line), end, trimmed));
        }
    }
    if above.iter().any(|level| level.0 == own) {
        return None;
    }
    let blanks = |count: usize| match count {
        0 => "no blank".to_string(),
        1 => "1 blank".to_string(),
        count => format!("{count} blanks"),
    };
    let mut error =
        Diagnostic::error("LW0001", "this line is indented as none above it", span, format!("by {}", blanks(own)));
    let name = |line: &str| super::shorten(line.split(':').next().unwrap_or(line));
    let beside = |level: &(usize, usize, &str)| format!("by {} to stand beside `{}`", blanks(level.0), name(level.2));
    for (indent, at, _) in above.iter().take(2) {
        let first = text[at + indent..].chars().next().map_or(0, char::len_utf8);
        let place = Span { start: (at + indent) as u32, end: (at + indent + first) as u32, ..span };
        error = error.and(place, format!("by {}", blanks(*indent)));
    }
    let choices: Vec<String> = above.iter().take(3).map(beside).collect();
    if choices.is_empty() { None } else { Some(error.help(format!("indent it {}", choices.join(", or ")))) }
}

/// The error itself, without what the reader puts around it.
fn cause(error: &Error) -> &Error {
    match error.without_snippet() {
        Error::AliasError { error, .. } => cause(error),
        other => other,
    }
}

fn limit(error: &Error, span: Span) -> Diagnostic {
    use serde_yaml::budget::BudgetBreach as Breach;
    let what = match cause(error) {
        Error::Budget { breach, .. } => match breach {
            Breach::Depth { .. } => "it is nested too deeply",
            Breach::Aliases { .. } => "it has too many aliases",
            Breach::Anchors { .. } => "it has too many anchors",
            Breach::RecordedAnchorEvents { .. } | Breach::RecordedAnchorBytes { .. } => "its anchors hold too much",
            Breach::Documents { .. } => "it has more than one document",
            Breach::SequenceUnbalanced => "its brackets do not match",
            _ => "it is too big",
        },
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => "its aliases repeat too much",
        _ => "it is nested too deeply",
    };
    Diagnostic::error("LW0002", format!("the file cannot be read: {what}"), span, "the limit is reached here").note(
        format!(
            "limits: {} values, {} levels, {} aliases that repeat {} values",
            super::MAX_NODES,
            super::MAX_DEPTH,
            super::MAX_ALIASES,
            super::MAX_REPLAYED
        ),
    )
}

/// The reader's message without its own words about the place.
fn plain(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let first = first.rsplit_once(" at line ").map_or(first, |(text, _)| text);
    let first = first.trim().trim_end_matches(['.', ':', ',']);
    super::shorten_to(first, 200)
}
