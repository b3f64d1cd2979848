//! Findings for people: title, code frames, notes, advice and a summary.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Label, Level, Summary};
use crate::source::{FileId, SourceMap, Span};

/// Labels of one file at most this many lines apart share a frame.
const NEAR: usize = 12;
/// A line of more bytes is shown in part.
const LONG_LINE: usize = 400;
/// Bytes shown before and after the first label of a long line.
const AROUND: usize = 100;
/// Findings shown in full; a broken generator can make a million.
const SHOWN: usize = 1000;

/// How findings are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With terminal colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 140 }
    }
}

/// All findings in order, each with its code frames, and the summary line at the end; empty if there are none.
pub fn human(findings: &Diagnostics, sources: &SourceMap, style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width.max(40));
    let sorted = findings.sorted();
    let mut out = String::new();
    for finding in sorted.iter().take(SHOWN) {
        out.push_str(&render(finding, sources, &renderer));
        out.push_str("\n\n");
    }
    if sorted.len() > SHOWN {
        let _ = writeln!(out, "… and {} more findings like these\n", sorted.len() - SHOWN);
    }
    if let Some(first) = sorted.first() {
        let summary = Summary::of(&sorted);
        let _ = writeln!(out, "{summary}; `linkwright explain {}` tells more about a rule", first.rule);
    }
    out
}

fn render(finding: &Diagnostic, sources: &SourceMap, renderer: &Renderer) -> String {
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let frames = frames(finding, sources);
    let mut group = Group::with_title(level.primary_title(one_line(&finding.title)).id(finding.rule));
    for frame in &frames {
        group = frame.draw(group);
    }
    for note in &finding.notes {
        group = group.element(Shown::NOTE.message(note.as_str()));
    }
    for help in &finding.help {
        group = group.element(Shown::HELP.message(help.as_str()));
    }
    let mut drawn = renderer.render(&[group]);
    for (shown, real) in frames.iter().filter_map(|frame| frame.heading.as_ref()) {
        drawn = drawn.replacen(shown, real, 1);
    }
    drawn
}

/// A piece of a file with labels in it.
struct Frame<'a> {
    path: &'a str,
    /// Number of the first line, and what is shown of the lines from there; nothing of a file that could not be read.
    first_line: usize,
    text: String,
    /// The heading as it would be told from what is shown of a long line, and as it should be.
    heading: Option<(String, String)>,
    labels: Vec<(Range<usize>, &'a str, bool)>,
}

impl<'a> Frame<'a> {
    fn draw<'b>(&'b self, group: Group<'b>) -> Group<'b>
    where
        'a: 'b,
    {
        if self.text.is_empty() {
            return group.element(Origin::path(self.path));
        }
        let snippet = Snippet::source(self.text.as_str()).path(self.path).line_start(self.first_line);
        let annotations = self.labels.iter().map(|(range, text, primary)| -> Annotation<'b> {
            let kind = if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(range.clone());
            if text.is_empty() { annotation } else { annotation.label(*text) }
        });
        group.element(snippet.annotations(annotations))
    }
}

/// A label with the lines it is on.
struct Placed<'a> {
    file: FileId,
    line: usize,
    span: Span,
    text: &'a str,
    primary: bool,
}

fn frames<'a>(finding: &'a Diagnostic, sources: &'a SourceMap) -> Vec<Frame<'a>> {
    let place = |label: &'a Label, primary| {
        let (line, _) = sources.line_column(label.span);
        Placed { file: label.span.file, line, span: label.span, text: label.text.as_str(), primary }
    };
    let primary = place(&finding.primary, true);
    let (file, line) = (primary.file, primary.line);
    let mut labels = vec![primary];
    labels.extend(finding.secondary.iter().map(|label| place(label, false)));
    labels.sort_by_key(|l| (l.file, l.line, l.span.start));

    let mut groups: Vec<Vec<Placed<'a>>> = Vec::new();
    for label in labels {
        match groups.last_mut() {
            Some(group) if near(group, &label) => group.push(label),
            _ => groups.push(vec![label]),
        }
    }
    // The frame of the primary label comes first, then those of its file, then the other files.
    groups.sort_by_key(|g| (!g.iter().any(|l| l.primary), g[0].file != file, g[0].file, g[0].line.abs_diff(line)));
    groups.iter().map(|group| frame(group, sources)).collect()
}

fn near(group: &[Placed<'_>], label: &Placed<'_>) -> bool {
    group.last().is_some_and(|last| last.file == label.file && label.line - last.line <= NEAR)
}

fn frame<'a>(group: &[Placed<'a>], sources: &'a SourceMap) -> Frame<'a> {
    let file = sources.file(group[0].file);
    let text = &*file.text;
    let (first, last) = (group[0].line, group[group.len() - 1].line);
    let line_bounds = |line| file.line_range(line);
    let long = |line: usize| line_bounds(line).len() > LONG_LINE;

    if text.is_empty() && group.iter().all(|label| label.text.is_empty()) {
        return Frame { path: &file.name, first_line: first, text: String::new(), heading: None, labels: Vec::new() };
    }
    let lead = group.iter().find(|l| l.primary).unwrap_or(&group[0]);
    let mut heading = None;
    let mut shown = String::new();
    let mut labels = Vec::new();
    for line in first..=last {
        let bounds = line_bounds(line);
        let here: Vec<&Placed<'a>> = group.iter().filter(|l| l.line == line).collect();
        let mut cut = bounds.clone();
        if long(line) {
            let focus = here.iter().find(|l| l.primary).or(here.first());
            let at = focus.map_or(bounds.start, |l| (l.span.start as usize).clamp(bounds.start, bounds.end));
            cut.start = floor(text, at.saturating_sub(AROUND).max(bounds.start));
            cut.end = floor(text, (at + 2 * AROUND).min(bounds.end));
        }
        if cut.start > bounds.start {
            shown.push('…');
        }
        let shift = shown.len();
        shown.push_str(&text[cut.clone()]);
        if cut.start > bounds.start && line == lead.line {
            let (_, column) = sources.line_column(lead.span);
            let left_out = text[bounds.start..cut.start].chars().count() - 1;
            let at = |column: usize| format!("{}:{line}:{column}", file.name);
            heading = Some((at(column - left_out), at(column)));
        }
        for label in here {
            let within = |at: u32| shift + floor(text, (at as usize).clamp(cut.start, cut.end)) - cut.start;
            let (start, end) = (within(label.span.start), within(label.span.end));
            labels.push((start..end.max(start), label.text, label.primary));
        }
        if cut.end < bounds.end {
            shown.push('…');
        }
        shown.push('\n');
    }
    Frame { path: &file.name, first_line: first, text: shown, heading, labels }
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Titles stand on one line whatever name is quoted in them.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
