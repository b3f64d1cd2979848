use std::collections::{HashMap, HashSet};

use crate::load::Workspace;
use crate::report::{Diagnostic, Diagnostics, one_of};
use crate::source::Span;
use crate::spec::Name;

use super::Rule;

/// What a pass works with: the specs, where findings go, and what earlier passes found broken.
pub(super) struct Cx<'a> {
    pub(super) workspace: &'a Workspace,
    findings: Diagnostics,
    /// Found broken before this pass began.
    known: &'a HashSet<Span>,
    broken: HashSet<Span>,
    suggestions: usize,
}

/// Suggestions for one spec; comparing names costs time, and nobody reads the hundredth.
const SUGGESTIONS: usize = 128;
/// Names that a suggestion is looked for in.
const CANDIDATES: usize = 1024;

impl<'a> Cx<'a> {
    pub(super) fn new(workspace: &'a Workspace, known: &'a HashSet<Span>) -> Self {
        Self { workspace, findings: Diagnostics::new(), known, broken: HashSet::new(), suggestions: SUGGESTIONS }
    }

    /// The findings, and what is broken.
    pub(super) fn into_found(self) -> (Diagnostics, HashSet<Span>) {
        (self.findings, self.broken)
    }

    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// What stands here is wrong and reported: later passes leave it alone.
    pub(super) fn mark(&mut self, span: Span) {
        self.broken.insert(span);
    }

    pub(super) fn is_broken(&self, span: Span) -> bool {
        self.known.contains(&span) || self.broken.contains(&span)
    }

    /// Help for a name that is not there: the nearest of those that are, or what there is.
    pub(super) fn advise<'n>(
        &mut self,
        mut finding: Diagnostic,
        unknown: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Diagnostic {
        if !self.may_advise() {
            return finding;
        }
        let known: Vec<&str> = known.take(CANDIDATES).collect();
        if finding.advise(unknown, known.iter().copied()) || known.is_empty() {
            return finding;
        }
        finding.help(format!("there is {}", one_of(known)))
    }

    /// May a search through many names be made for one more piece of advice?
    pub(super) fn may_advise(&mut self) -> bool {
        self.suggestions = self.suggestions.saturating_sub(1);
        self.suggestions > 0
    }

    /// Reports names that give the same identifier in Rust, each with the first that does, and marks them.
    pub(super) fn collide<'n>(&mut self, rule: &Rule, what: &str, names: impl IntoIterator<Item = (&'n Name, String)>) {
        let mut first: HashMap<String, &Name> = HashMap::new();
        for (name, identifier) in names {
            match first.get(&identifier) {
                None => {
                    first.insert(identifier, name);
                }
                // The same text by way of a YAML alias.
                Some(earlier) if earlier.span == name.span => {}
                Some(earlier) => {
                    let title = match earlier.value == name.value {
                        true => format!("two {what} are called `{}`", name.value),
                        false => format!("{what} `{}` and `{}` get the same name in Rust", earlier.value, name.value),
                    };
                    let finding = rule
                        .at(name.span, title, format!("this becomes `{identifier}`"))
                        .and(earlier.span, "and so does this")
                        .note("case and the choice between `-` and `_` do not tell names apart in generated code")
                        .help("rename one of them");
                    self.mark(name.span);
                    self.report(finding);
                }
            }
        }
    }
}

/// "1 byte", "4 bytes".
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Bits needed to write a number; 1 for 0.
pub(super) fn bits_of(value: u64) -> u32 {
    (64 - value.leading_zeros()).max(1)
}

/// The largest number of so many bits (up to 64).
pub(super) fn max_of(bits: u32) -> u64 {
    match bits {
        0 => 0,
        1..64 => (1 << bits) - 1,
        _ => u64::MAX,
    }
}
