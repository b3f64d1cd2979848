//! Spec files in memory, and places in them.
//!
//! Does no parsing and knows no format.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A value and where it is written.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// One file.
#[derive(Debug)]
pub struct SourceFile {
    /// As it is shown to people: the path as given, or `<built-in>/ip/pl330.yaml`.
    pub name: String,
    /// On disk; `None` for built-in specs and tests.
    pub path: Option<PathBuf>,
    /// Contents.
    pub text: Arc<str>,
    lines: Vec<u32>,
}

impl SourceFile {
    /// Bytes of a line (from 1), without its end.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let at = |line: usize| self.lines.get(line - 1).map_or(self.text.len(), |&start| start as usize);
        let start = at(line);
        let text = &self.text[start..at(line + 1)];
        start..start + text.trim_end_matches('\n').trim_end_matches('\r').len()
    }
}

/// All files of a run. A copy shares the files, and knows them under the same ids.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Add a file.
    pub fn add(&mut self, name: impl Into<String>, path: Option<&Path>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i as u32 + 1)).collect();
        self.files.push(Arc::new(SourceFile { name: name.into(), path: path.map(Path::to_path_buf), text, lines }));
        FileId(self.files.len() as u32 - 1)
    }

    /// The file.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), &**f))
    }

    /// Line and column (characters), both from 1, of a span's first byte. What is beyond a line's end is at its end.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let file = self.file(span.file);
        let at = (span.start as usize).min(file.text.len());
        let line = file.lines.partition_point(|&start| start as usize <= at).max(1);
        let bounds = file.line_range(line);
        let before = &file.text.as_bytes()[bounds.start..at.min(bounds.end)];
        // Characters that begin before the byte, of which the last may go beyond it.
        let begun = before.iter().filter(|byte| (**byte as i8) >= -0x40).count();
        let inside = !file.text.is_char_boundary(at.min(bounds.end));
        (line, begun + usize::from(!inside))
    }

    /// `file:line:column` of a span's first byte.
    pub fn place(&self, span: Span) -> String {
        let (line, column) = self.line_column(span);
        format!("{}:{line}:{column}", self.file(span.file).name)
    }
}
