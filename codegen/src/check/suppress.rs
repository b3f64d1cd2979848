//! Findings that a comment in the spec answers: `# linkwright: allow(LW0110) the errata sheet says so`.
//!
//! A comment at the end of a line speaks of the entry that begins on the line, with all that is below it; one on a line
//! of its own, of the next entry. `allow-file` speaks of the whole file.

use std::ops::Range;

use super::{Rule, rule};
use crate::report::{Diagnostic, Diagnostics, Fix, did_you_mean};
use crate::source::{FileId, SourceMap, Span};
use crate::yaml::shorten;

pub(crate) const UNKNOWN_SUPPRESSIONS: Rule = rule!("LW0017", "unknown-suppressions", Warning);
pub(crate) const UNUSED_SUPPRESSIONS: Rule = rule!("LW0018", "unused-suppressions", Warning);
pub(crate) const UNEXPLAINED_SUPPRESSIONS: Rule = rule!("LW0019", "unexplained-suppressions", Warning);

/// The word that begins such a comment.
const MARK: &str = "linkwright:";

/// A rule that a comment allows.
struct Suppression {
    file: FileId,
    /// Bytes of the file in which findings are answered.
    scope: Range<usize>,
    rule: &'static Rule,
    /// The rule in the comment.
    named: Span,
    /// The whole comment, with the blanks before it, if nothing else is in it.
    alone: Option<Span>,
    used: bool,
}

/// Leaves out the findings that comments answer, and reports comments that answer nothing. Gives how many were left out.
pub(crate) fn apply(sources: &SourceMap, findings: Diagnostics) -> (Diagnostics, usize) {
    let mut out = Diagnostics::new();
    let mut suppressions: Vec<Suppression> = Vec::new();
    for (id, file) in sources.iter() {
        // Most files have none, and need no second look.
        if has_mark(&file.text) {
            collect(id, sources, &mut suppressions, &mut out);
        }
    }
    let mut left_out = 0;
    for finding in findings {
        let at = finding.primary.span;
        let answers = |s: &&mut Suppression| {
            s.file == at.file && s.rule.id == finding.rule && s.scope.contains(&(at.start as usize))
        };
        let mut answered = false;
        for suppression in suppressions.iter_mut().filter(|s| answers(s)) {
            suppression.used = true;
            answered = true;
        }
        match answered {
            true => left_out += 1,
            false => out.push(finding),
        }
    }
    // After an error some rules were not tried.
    if !out.has_errors() {
        for suppression in suppressions.iter().filter(|s| !s.used) {
            out.push(unused(suppression, sources));
        }
    }
    (out, left_out)
}

/// May there be such a comment?
fn has_mark(text: &str) -> bool {
    text.match_indices('#').any(|(at, _)| text[at..].trim_start_matches('#').trim_start().starts_with(MARK))
}

fn unused(suppression: &Suppression, sources: &SourceMap) -> Diagnostic {
    let rule = suppression.rule;
    let finding = UNUSED_SUPPRESSIONS
        .at(suppression.named, format!("nothing here is reported by {} {}", rule.id, rule.name), "allowed in vain")
        .note("it speaks of the entry on its line, or, on a line of its own, of the next entry");
    match suppression.alone {
        Some(span) => finding.help("remove the comment").correct(Fix::replace("remove the comment", sources, span, "")),
        None => finding.help("remove the rule from the comment"),
    }
}

/// The comments of a file.
fn collect(id: FileId, sources: &SourceMap, suppressions: &mut Vec<Suppression>, out: &mut Diagnostics) {
    let text = &*sources.file(id).text;
    let lines = lines(text);
    let mut block: Option<usize> = None;
    for (at, line) in lines.iter().enumerate() {
        let content = &text[line.clone()];
        let indent = indent(content);
        // Lines of a block of text (`|`, `>`) are no YAML.
        if let Some(outer) = block {
            if content.trim().is_empty() || indent > outer {
                continue;
            }
            block = None;
        }
        let comment = comment(content);
        let before = content[..comment.unwrap_or(content.len())].trim_end();
        if opens_block(before) {
            block = Some(indent);
        }
        let Some(start) = comment else { continue };
        let said = content[start..].trim_start_matches('#').trim_start();
        let Some(directive) = said.strip_prefix(MARK) else { continue };
        let begin = line.start + content.len() - directive.len();
        let whole = match before.is_empty() {
            // With the end of the line.
            true => line.start..lines.get(at + 1).map_or(text.len(), |next| next.start),
            false => line.start + before.len()..line.end,
        };
        let place = Place { file: id, begin, whole, sources };
        let scope = |of_file: bool| match of_file {
            true => 0..text.len(),
            false => scope(text, &lines, if before.is_empty() { next(text, &lines, at) } else { at }),
        };
        parse(directive, &place, scope, suppressions, out);
    }
}

/// Where a comment stands.
struct Place<'a> {
    file: FileId,
    /// First byte after the mark.
    begin: usize,
    whole: Range<usize>,
    sources: &'a SourceMap,
}

impl Place<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span { file: self.file, start: range.start as u32, end: range.end as u32 }
    }
}

fn parse(
    directive: &str,
    place: &Place<'_>,
    scope: impl Fn(bool) -> Range<usize>,
    suppressions: &mut Vec<Suppression>,
    out: &mut Diagnostics,
) {
    const FORM: &str = "write `# linkwright: allow(RULE) why it is right as it is`";
    let verb_end = directive.find('(').unwrap_or(directive.len());
    let verb = directive[..verb_end].trim();
    let lead = directive.len() - directive.trim_start().len();
    let verb_span = place.span(place.begin + lead..place.begin + lead + verb.len().max(1));
    let of_file = verb == "allow-file";
    let close = directive.find(')').filter(|close| *close > verb_end);
    let Some(close) = close.filter(|_| of_file || verb == "allow") else {
        let shown = shorten(verb);
        let finding =
            UNKNOWN_SUPPRESSIONS.at(verb_span, format!("`{shown}` is no word to linkwright"), "not understood");
        let meant = did_you_mean(verb, ["allow", "allow-file"]).filter(|_| close.is_some());
        let fix = meant.as_ref().and_then(|_| Fix::meant(verb, ["allow", "allow-file"], verb_span));
        let finding = finding.help(meant.unwrap_or_else(|| FORM.to_string()));
        out.push(finding.correct(fix));
        return;
    };
    if directive[close + 1..].trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
        let finding = UNEXPLAINED_SUPPRESSIONS
            .at(verb_span, "a finding is allowed without a reason", "allowed here")
            .help("say behind the parenthesis why it is right as it is");
        out.push(finding);
    }
    let names: Vec<&str> = directive[verb_end + 1..close].split(',').collect();
    let alone = (names.len() == 1).then(|| place.span(place.whole.clone()));
    let mut at = place.begin + verb_end + 1;
    for name in names {
        let start = at + name.len() - name.trim_start().len();
        at += name.len() + 1;
        let name = name.trim();
        let named = place.span(start..start + name.len().max(1));
        match Rule::find(name) {
            Some(rule) if rule.fixed => {
                let finding = UNKNOWN_SUPPRESSIONS
                    .at(named, format!("{} {} cannot be allowed", rule.id, rule.name), "an error for good")
                    .note("nothing can be generated from what breaks this rule");
                let fix = alone.map(|span| Fix::replace("remove the comment", place.sources, span, ""));
                out.push(finding.help("remove the comment, and correct what it speaks of").correct(fix));
            }
            Some(rule) => suppressions.push(Suppression {
                file: place.file,
                scope: scope(of_file),
                rule,
                named,
                alone,
                used: false,
            }),
            None => {
                let known = || Rule::all().iter().flat_map(|rule| [rule.id, rule.name]);
                let title = format!("there is no rule `{}`", shorten(name));
                let finding = UNKNOWN_SUPPRESSIONS.at(named, title, "no such rule");
                let help = did_you_mean(name, known()).unwrap_or("`linkwright explain` lists all rules".to_string());
                out.push(finding.help(help).correct(Fix::meant(name, known(), named)));
            }
        }
    }
}

/// Bytes of each line, without its end.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        range
    };
    text.split_inclusive('\n').map(line).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// First byte of a line's comment: a `#` at the beginning or behind a blank, and not in quotes.
fn comment(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '#' && before.is_whitespace() => return Some(at),
            // A doubled quote within single ones.
            None if c == '\'' && before == '\'' => quote = Some(c),
            // Within a word they are letters.
            None if (c == '"' || c == '\'') && " \t[{,".contains(before) => quote = Some(c),
            None => {}
        }
        before = c;
    }
    None
}

/// Does a block of text begin behind this line?
fn opens_block(line: &str) -> bool {
    let last = line.rsplit([' ', '\t']).next().unwrap_or_default();
    last.starts_with(['|', '>']) && last[1..].bytes().all(|b| b.is_ascii_digit() || b == b'+' || b == b'-')
}

/// The next line with an entry.
fn next(text: &str, lines: &[Range<usize>], at: usize) -> usize {
    let entry = |line: &&Range<usize>| {
        let content = text[(*line).clone()].trim();
        !content.is_empty() && !content.starts_with('#')
    };
    lines.iter().skip(at + 1).position(|line| entry(&line)).map_or(at, |skipped| at + 1 + skipped)
}

/// The entry that begins on a line: it, and all lines below that are indented further or close its brackets.
fn scope(text: &str, lines: &[Range<usize>], at: usize) -> Range<usize> {
    let Some(first) = lines.get(at) else { return 0..0 };
    let own = indent(&text[first.clone()]);
    let is_item = text[first.clone()].trim_start().starts_with("- ");
    let mut end = first.end;
    for line in &lines[at + 1..] {
        let content = &text[line.clone()];
        let trimmed = content.trim();
        let (further, same) = (indent(content) > own, indent(content) == own);
        let belongs = same && (trimmed.starts_with(['}', ']']) || !is_item && trimmed.starts_with("- "));
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            if !further && !belongs {
                break;
            }
            end = line.end;
        }
    }
    first.start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_begin_behind_a_blank_and_outside_of_quotes() {
        assert_eq!(comment("a: b # c"), Some(5));
        assert_eq!(comment("# c"), Some(0));
        assert_eq!(comment("a: b#c"), None);
        assert_eq!(comment("a: \"x # y\" # z"), Some(11));
        assert_eq!(comment("a: \"\\\" # y\""), None);
        assert_eq!(comment("doc: the controller's # half"), Some(22));
        assert_eq!(comment("doc: 'it''s # one'"), None);
    }

    #[test]
    fn an_entry_ends_where_the_next_begins() {
        let text = "a:\n  b: 1\n\n  c:\n    d: 2\n# x\ne: {\n  f: 1\n}\ng:\n- h\n- i: 1\n  j: 2\nk: 1\n";
        let lines = lines(text);
        let covered = |at: usize| &text[scope(text, &lines, at)];
        assert_eq!(covered(0), "a:\n  b: 1\n\n  c:\n    d: 2");
        assert_eq!(covered(1), "  b: 1");
        assert_eq!(covered(6), "e: {\n  f: 1\n}");
        assert_eq!(covered(9), "g:\n- h\n- i: 1\n  j: 2");
        assert_eq!(covered(11), "- i: 1\n  j: 2");
        assert_eq!(next(text, &lines, 5), 6);
    }

    #[test]
    fn blocks_of_text_are_told() {
        assert!(opens_block("doc: |") && opens_block("doc: >-") && opens_block("- |2+"));
        assert!(!opens_block("a: b|") && !opens_block("doc: x") && !opens_block("a: |b"));
    }
}
