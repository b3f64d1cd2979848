//! Findings for programs: JSON, GitHub workflow commands, SARIF.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Edit, Fix, Label, Level, Summary};
use crate::baseline::fingerprint;
use crate::check::Rule;
use crate::source::{SourceMap, Span};

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    name: &'a str,
    level: &'static str,
    title: &'a str,
    primary: Place<'a>,
    secondary: Vec<Place<'a>>,
    notes: &'a [String],
    help: &'a [String],
    /// What `lint --fix` would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Correction<'a>>,
}

#[derive(Serialize)]
struct Correction<'a> {
    what: &'a str,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    file: &'a str,
    /// Bytes from the beginning of the file.
    start: u32,
    end: u32,
    text: &'a str,
}

fn correction<'a>(fix: &'a Fix, sources: &'a SourceMap) -> Correction<'a> {
    let edit = |edit: &'a Edit| Replacement {
        file: &sources.file(edit.span.file).name,
        start: edit.span.start,
        end: edit.span.end,
        text: &edit.text,
    };
    Correction { what: &fix.what, edits: fix.edits.iter().map(edit).collect() }
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    /// Bytes from the beginning of the file.
    start: u32,
    end: u32,
    label: &'a str,
}

fn place<'a>(label: &'a Label, sources: &'a SourceMap) -> Place<'a> {
    let span = label.span;
    let (line, column) = sources.line_column(span);
    let (end_line, end_column) = sources.line_column(Span { start: span.end, ..span });
    let file = &sources.file(span.file).name;
    Place { file, line, column, end_line, end_column, start: span.start, end: span.end, label: &label.text }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}

fn name(finding: &Diagnostic) -> &'static str {
    Rule::find(finding.rule).map_or("", |rule| rule.name)
}

/// One JSON document: `{"version": 1, "findings": [{rule, name, level, title, primary, secondary, notes, help, fix}], …}`.
/// Lines and columns (characters) count from 1, `start` and `end` are bytes from 0.
pub fn json(findings: &Diagnostics, sources: &SourceMap) -> String {
    let sorted = findings.sorted();
    let summary = Summary::of(&sorted);
    let findings = sorted.iter().map(|d| Finding {
        rule: d.rule,
        name: name(d),
        level: level(d.level),
        title: &d.title,
        primary: place(&d.primary, sources),
        secondary: d.secondary.iter().map(|label| place(label, sources)).collect(),
        notes: &d.notes,
        help: &d.help,
        fix: d.fix.as_ref().map(|fix| correction(fix, sources)),
    });
    let report =
        Report { version: 1, findings: findings.collect(), errors: summary.errors, warnings: summary.warnings };
    pretty(&report)
}

/// One workflow command a finding; GitHub shows it beside the line.
pub fn github(findings: &Diagnostics, sources: &SourceMap) -> String {
    let mut out = String::new();
    for d in findings.sorted() {
        let at = place(&d.primary, sources);
        let mut message = d.title.clone();
        if !d.primary.text.is_empty() {
            message.push_str(&format!(": {}", d.primary.text));
        }
        for label in &d.secondary {
            message.push_str(&format!("\n{}: {}", sources.place(label.span), label.text));
        }
        for text in d.notes.iter().chain(&d.help) {
            message.push_str(&format!("\n{text}"));
        }
        let title = format!("{} {}", d.rule, name(d));
        out.push_str(&format!(
            "::{} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
            level(d.level),
            property(at.file),
            at.line,
            at.column,
            at.end_line,
            at.end_column,
            property(&title),
            data(&message)
        ));
    }
    out
}

/// A workflow command of GitHub Actions: an annotation at file, line and column.
#[cfg(feature = "diff")]
pub(crate) fn command(level: &str, place: Option<(&str, usize, usize)>, title: &str, message: &str) -> String {
    let place = place
        .map_or(String::new(), |(file, line, column)| format!("file={},line={line},col={column},", property(file)));
    format!("::{level} {place}title={}::{}\n", property(title), data(message))
}

/// Text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Value of a workflow command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// SARIF 2.1.0, for code-scanning services.
pub fn sarif(findings: &Diagnostics, sources: &SourceMap) -> String {
    let artifact = |span: Span| json!({ "uri": uri(&sources.file(span.file).name) });
    let region = |span: Span| {
        let (line, column) = sources.line_column(span);
        let (end_line, end_column) = sources.line_column(Span { start: span.end, ..span });
        json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
    };
    let location = |label: &Label| {
        let text = if label.text.is_empty() { "here" } else { &label.text };
        json!({
            "physicalLocation": { "artifactLocation": artifact(label.span), "region": region(label.span) },
            "message": { "text": text }
        })
    };
    let replacement =
        |edit: &Edit| json!({ "deletedRegion": region(edit.span), "insertedContent": { "text": edit.text } });
    let fixes = |finding: &Diagnostic| {
        let fix = finding.fix.iter().filter_map(|fix| {
            let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
            let change = json!({
                "artifactLocation": artifact(fix.edits.first()?.span), "replacements": replacements
            });
            Some(json!({ "description": { "text": fix.what }, "artifactChanges": [change] }))
        });
        fix.collect::<Vec<Value>>()
    };
    let rules = Rule::all();
    let index = |id: &str| rules.iter().position(|rule| rule.id == id);
    let results: Vec<Value> = findings
        .sorted()
        .iter()
        .map(|d| {
            let text: Vec<&str> =
                [d.title.as_str()].into_iter().chain(d.notes.iter().chain(&d.help).map(String::as_str)).collect();
            let mut result = json!({
                "ruleId": d.rule,
                "ruleIndex": index(d.rule),
                "level": level(d.level),
                "message": { "text": text.join("\n") },
                "locations": [location(&d.primary)],
                "relatedLocations": d.secondary.iter().map(location).collect::<Vec<_>>(),
                "partialFingerprints": { "linkwright/v1": fingerprint(d, sources) }
            });
            let fixes = fixes(d);
            if !fixes.is_empty() {
                result["fixes"] = fixes.into();
            }
            result
        })
        .collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "name": rule.name,
                "shortDescription": { "text": rule.summary() },
                "help": { "text": rule.page, "markdown": rule.page },
                "defaultConfiguration": { "level": level(rule.level) }
            })
        })
        .collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "linkwright",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules
            } },
            "columnKind": "unicodeCodePoints",
            "results": results
        }]
    }))
}

/// A relative file name as a URI reference.
fn uri(file: &str) -> String {
    let mut out = String::new();
    for byte in file.bytes() {
        match byte {
            b'\\' => out.push('/'),
            b'/' | b'.' | b'-' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
