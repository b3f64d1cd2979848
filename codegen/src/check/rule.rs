use super::TABLE;
use crate::report::{Diagnostic, Level};
use crate::source::Span;

/// A named, numbered kind of finding.
///
/// The id never changes its meaning. The name says what is found and reads after "allow".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `LW0102`.
    pub id: &'static str,
    /// `overlapping-registers`.
    pub name: &'static str,
    /// How bad a finding is, unless the project says otherwise.
    pub level: Level,
    /// It stays an error: nothing can be generated from what breaks it.
    pub fixed: bool,
    /// The page about it, Markdown.
    pub page: &'static str,
}

impl Rule {
    /// All rules by id.
    pub fn all() -> &'static [&'static Rule] {
        TABLE
    }

    /// The rule of that id or name, in any case.
    pub fn find(id_or_name: &str) -> Option<&'static Rule> {
        let is = |word: &str| word.eq_ignore_ascii_case(id_or_name);
        TABLE.iter().copied().find(|rule| is(rule.id) || is(rule.name))
    }

    /// What it finds, in a sentence: the first one of its page.
    pub fn summary(&self) -> &'static str {
        self.page.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
    }

    /// A finding of it.
    pub(crate) fn at(&self, span: Span, title: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        let level = self.level;
        Diagnostic { level, ..Diagnostic::error(self.id, title, span, label) }
    }
}

/// A rule whose page is `rules/<id>.md`.
///
/// `Error`: it stays one. `Deny`: an error, unless the project says otherwise. `Warning`: likewise.
macro_rules! rule {
    (@level Warning) => { $crate::report::Level::Warning };
    (@level $other:ident) => { $crate::report::Level::Error };
    (@fixed Error) => { true };
    (@fixed $other:ident) => { false };
    ($id:literal, $name:literal, $level:ident) => {
        $crate::check::Rule {
            id: $id,
            name: $name,
            level: $crate::check::rule!(@level $level),
            fixed: $crate::check::rule!(@fixed $level),
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
        }
    };
}
pub(crate) use rule;
