//! Rules about the form of a file.
//!
//! The reader of specs reports them by id while it reads; here are their names and pages.

use super::{Rule, rule};

pub(crate) const INVALID_YAML: Rule = rule!("LW0001", "invalid-yaml", Error);
pub(crate) const EXCEEDED_LIMITS: Rule = rule!("LW0002", "exceeded-limits", Error);
pub(crate) const DUPLICATE_KEYS: Rule = rule!("LW0003", "duplicate-keys", Error);
pub(crate) const WRONG_TYPES: Rule = rule!("LW0004", "wrong-types", Error);
pub(crate) const MISSING_KEYS: Rule = rule!("LW0005", "missing-keys", Error);
pub(crate) const UNKNOWN_KEYS: Rule = rule!("LW0006", "unknown-keys", Error);
pub(crate) const MALFORMED_NAMES: Rule = rule!("LW0007", "malformed-names", Error);
pub(crate) const MALFORMED_NUMBERS: Rule = rule!("LW0008", "malformed-numbers", Error);
pub(crate) const UNKNOWN_WORDS: Rule = rule!("LW0009", "unknown-words", Error);
pub(crate) const MALFORMED_VALUES: Rule = rule!("LW0010", "malformed-values", Error);
pub(crate) const UNSUPPORTED_VERSIONS: Rule = rule!("LW0011", "unsupported-versions", Error);
pub(crate) const UNRESOLVED_SPECS: Rule = rule!("LW0012", "unresolved-specs", Error);
pub(crate) const UNREADABLE_FILES: Rule = rule!("LW0013", "unreadable-files", Error);
pub(crate) const RECURSIVE_EXTENDS: Rule = rule!("LW0014", "recursive-extends", Error);
pub(crate) const UNKNOWN_SUBSYSTEMS: Rule = rule!("LW0015", "unknown-subsystems", Error);
pub(crate) const CONFLICTING_SPECS: Rule = rule!("LW0016", "conflicting-specs", Error);
pub(crate) const UNIMPORTED_ENTRIES: Rule = rule!("LW0020", "unimported-entries", Warning);
pub(crate) const INTERNAL_ERRORS: Rule = rule!("LW0099", "internal-errors", Error);
