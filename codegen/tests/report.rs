//! How findings look.
#![forbid(unsafe_code)]

use linkwright_codegen::report::{Diagnostic, Diagnostics, Style, human};
use linkwright_codegen::source::{FileId, SourceMap, Span};

fn span(sources: &SourceMap, file: FileId, text: &str) -> Span {
    let start = sources.file(file).text.find(text).expect("fixture") as u32;
    Span { file, start, end: start + text.len() as u32 }
}

fn show(sources: &SourceMap, findings: &Diagnostics) -> String {
    let s = human(findings, sources, Style::default());
    println!("{s}");
    s
}

#[test]
fn both_parties_notes_and_advice() {
    let mut sources = SourceMap::new();
    let file = sources.add("ip/a.yaml", None, "registers:\n  A: { offset: 0 }\n  B: { offset: 2 }\n");
    let other = sources.add("ip/b.yaml", None, "linkwright: 1\nip: other\n");
    let mut findings = Diagnostics::new();
    findings.push(
        Diagnostic::error("LW0102", "registers overlap", span(&sources, file, "B"), "from 0x2 to 0x5")
            .and(span(&sources, file, "A"), "from 0x0 to 0x3")
            .and(span(&sources, other, "other"), "far away")
            .note("a register is 4 bytes")
            .help("move it to 0x4"),
    );
    findings.push(Diagnostic::warning("LW0101", "odd", span(&sources, other, "ip"), ""));
    show(&sources, &findings);
    let a = human(&findings, &sources, Style { color: true, width: 100 });
    println!("{a}");
}

#[test]
fn odd() {
    let mut sources = SourceMap::new();
    let empty = sources.add("empty.yaml", None, "");
    let long =
        sources.add("long.yaml", None, format!("{}é needle {}\nx: needle2", "äb ".repeat(100000), "c ".repeat(10000)));
    let tabs =
        sources.add("tabs.yaml", None, "a:\n\tb:\tneedle\n\u{202e}日本語: needle2\0\u{1b}[31m x: needle3\r\nb: 1\r\n");
    let mut far = "first: 1\n".to_string();
    far.push_str(&"k: 1\n".repeat(1000));
    far.push_str("last: 2\n");
    let far = sources.add("far.yaml", None, far);
    let mut f = Diagnostics::new();
    f.push(Diagnostic::error("LW0001", "nothing here", Span { file: empty, start: 0, end: 0 }, "expected a mapping"));
    f.push(Diagnostic::error("LW0001", "beyond", Span { file: empty, start: 10, end: 1000 }, "expected a mapping"));
    f.push(
        Diagnostic::error("LW0002", "long", span(&sources, long, "needle"), "here")
            .and(span(&sources, long, "needle2"), "there"),
    );
    f.push(Diagnostic::error("LW0002", "tab", span(&sources, tabs, "needle"), "here"));
    f.push(
        Diagnostic::error("LW0002", "multi", span(&sources, tabs, "needle2"), "here")
            .and(span(&sources, tabs, "needle3"), "there"),
    );
    f.push(
        Diagnostic::error("LW0002", "far", span(&sources, far, "last"), "here")
            .and(span(&sources, far, "first"), "there"),
    );
    f.push(Diagnostic::error(
        "LW0002",
        "eof",
        Span { file: far, start: sources.file(far).text.len() as u32, end: sources.file(far).text.len() as u32 },
        "here",
    ));
    f.push(Diagnostic::error("LW0002", "multiline", Span { file: far, start: 0, end: 30 }, "here"));
    f.push(Diagnostic::error("LW0002", "middle of a character", Span { file: tabs, start: 16, end: 17 }, "here"));
    show(&sources, &f);
}
