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
    /// How bad a finding is.
    pub level: Level,
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
    pub(super) fn at(&self, span: Span, title: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        let level = self.level;
        Diagnostic { level, ..Diagnostic::error(self.id, title, span, label) }
    }
}

/// A rule whose page is `rules/<id>.md`.
macro_rules! rule {
    ($id:literal, $name:literal, $level:ident) => {
        $crate::check::Rule {
            id: $id,
            name: $name,
            level: $crate::report::Level::$level,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
        }
    };
}
pub(crate) use rule;
