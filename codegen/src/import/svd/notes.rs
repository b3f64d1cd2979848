//! What is said about an import: findings with their places, and how much was mended.

use svd_roxmltree::Document;

use super::places;
use crate::report::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

/// Rule of what could not be imported.
pub(super) const RULE: &str = "LW0020";

/// Findings before the rest is only counted.
const MOST: usize = 1_000;

pub(super) struct Notes<'x> {
    file: FileId,
    document: Option<Document<'x>>,
    diagnostics: Diagnostics,
    left_out: usize,
    mended: usize,
}

impl<'x> Notes<'x> {
    pub(super) fn new(file: FileId) -> Self {
        Self { file, document: None, diagnostics: Diagnostics::new(), left_out: 0, mended: 0 }
    }

    pub(super) fn document(&mut self, document: Document<'x>) {
        self.document = Some(document);
    }

    pub(super) fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }

    pub(super) fn mended(&self) -> usize {
        self.mended
    }

    /// Something had one right answer: give the comment that tells of it back.
    pub(super) fn mend(&mut self, comment: impl Into<String>) -> String {
        self.mended += 1;
        comment.into()
    }

    /// Something is not in the specs.
    pub(super) fn left_out(&mut self, path: &[&str], title: impl Into<String>, label: impl Into<String>) {
        self.left_out += 1;
        if self.left_out > MOST {
            return;
        }
        let (start, end) = self.document.as_ref().map_or((0, 0), |document| places::find(document, path));
        let span = Span { file: self.file, start, end };
        self.diagnostics.push(Diagnostic::warning(RULE, title, span, label).note("it is left out of the specs"));
    }

    pub(super) fn error(&mut self, title: impl Into<String>, label: impl Into<String>, help: impl Into<String>) {
        let span = Span { file: self.file, start: 0, end: 0 };
        self.diagnostics.push(Diagnostic::error(RULE, title, span, label).help(help));
    }

    pub(super) fn finish(mut self) -> Diagnostics {
        if let Some(more) = self.left_out.checked_sub(MOST + 1) {
            let span = Span { file: self.file, start: 0, end: 0 };
            let title = format!("{} more findings like these", more + 1);
            self.diagnostics.push(Diagnostic::warning(RULE, title, span, format!("only the first {MOST} are shown")));
        }
        self.diagnostics
    }
}
