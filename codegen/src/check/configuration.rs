//! Rules about `linkwright.toml`.
//!
//! Reading it reports them by id; here are their names and pages.

use super::{Rule, rule};

pub(crate) const INVALID_TOML: Rule = rule!("LW0701", "invalid-toml", Error);
pub(crate) const UNKNOWN_RULES: Rule = rule!("LW0702", "unknown-rules", Error);
pub(crate) const LOWERED_ERRORS: Rule = rule!("LW0703", "lowered-errors", Error);
