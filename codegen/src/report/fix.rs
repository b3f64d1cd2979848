//! Corrections that a program can make.

use super::suggest;
use crate::source::{SourceMap, Span};

/// Another text for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The place.
    pub span: Span,
    /// What stands there.
    pub was: String,
    /// What is to stand there.
    pub text: String,
}

/// The one right answer to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is done, as an order: "write `access`".
    pub what: String,
    /// Changes, in one file, that belong together.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// Another text for a place.
    pub fn replace(what: impl Into<String>, sources: &SourceMap, span: Span, text: impl Into<String>) -> Self {
        let was = sources.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default();
        Self { what: what.into(), edits: vec![Edit { span, was: was.to_string(), text: text.into() }] }
    }

    /// Write `text` instead of `was`.
    pub fn write(span: Span, was: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { what: format!("write `{text}`"), edits: vec![Edit { span, was: was.into(), text }] }
    }

    /// The one candidate that a misspelt name can stand for, if there is only one that is near.
    pub fn meant<'a>(unknown: &str, candidates: impl IntoIterator<Item = &'a str>, span: Span) -> Option<Self> {
        suggest::sole(unknown, candidates).map(|name| Self::write(span, unknown, name))
    }

    /// Do the texts to be replaced stand where they are said to?
    pub(crate) fn fits(&self, sources: &SourceMap) -> bool {
        self.edits.iter().all(|edit| {
            let text = &sources.file(edit.span.file).text;
            text.get(edit.span.start as usize..edit.span.end as usize) == Some(edit.was.as_str())
        })
    }
}
