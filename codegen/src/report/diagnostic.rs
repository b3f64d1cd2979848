use std::cmp::Reverse;

use super::{Fix, did_you_mean};
use crate::source::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth a look; nothing fails.
    Warning,
    /// Nothing is generated.
    Error,
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A phrase in lower case; may be empty.
    pub text: String,
}

/// One finding: what is wrong, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code of the rule: `LW0102`.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong: a phrase in lower case without a full stop.
    pub title: String,
    /// Where.
    pub primary: Label,
    /// The other parties.
    pub secondary: Vec<Label>,
    /// Why, what was expected and found.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// What a program can do, if there is one right answer.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(rule: &'static str, title: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            rule,
            level: Level::Error,
            title: title.into(),
            primary: Label { span, text: label.into() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// A warning at a place.
    pub fn warning(rule: &'static str, title: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, title, span, label) }
    }

    /// With the other party.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// With a reason.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// With what a program can do, if anything.
    #[must_use]
    pub fn correct(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Advice for a name that is not known and stands at the primary label: the nearest of those that are. `false`:
    /// none is near.
    pub fn advise<'a>(&mut self, unknown: &str, known: impl Iterator<Item = &'a str> + Clone) -> bool {
        let help = did_you_mean(unknown, known.clone());
        self.fix = help.as_ref().and_then(|_| Fix::meant(unknown, known, self.primary.span));
        self.help.extend(help);
        self.fix.is_some() || !self.help.is_empty()
    }
}

/// The findings of a run, in the order found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Add one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Is there an error among them?
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.level == Level::Error)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// By file and place, none twice. Findings of files that were read first come first.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut list: Vec<&Diagnostic> = self.list.iter().collect();
        list.sort_by_key(|d| {
            let span = d.primary.span;
            (span.file, span.start, span.end, d.rule, Reverse(d.level), &d.title, &d.primary.text)
        });
        // Equal in all that is sorted by means the same finding, told from two sides at most.
        list.dedup_by_key(|d| (d.rule, d.primary.span, &d.title));
        list
    }

    /// Forget findings that another one tells better.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    /// Forget the fixes that are not as they should be.
    pub(crate) fn retain_fixes(&mut self, mut right: impl FnMut(&Fix) -> bool) {
        for finding in &mut self.list {
            finding.fix = finding.fix.take().filter(&mut right);
        }
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, iter: T) {
        self.list.extend(iter);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
