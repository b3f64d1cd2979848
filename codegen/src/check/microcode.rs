//! Rules about microcode text.
//!
//! The assembler reports them by id; here are their names and pages.

use super::{Rule, rule};

pub(crate) const UNKNOWN_INSTRUCTIONS: Rule = rule!("LW0901", "unknown-instructions", Error);
pub(crate) const WRONG_OPERANDS: Rule = rule!("LW0902", "wrong-operands", Error);
pub(crate) const NUMBERS_OUT_OF_RANGE: Rule = rule!("LW0903", "numbers-out-of-range", Error);
pub(crate) const UNKNOWN_LABELS: Rule = rule!("LW0904", "unknown-labels", Error);
pub(crate) const DUPLICATE_LABELS: Rule = rule!("LW0905", "duplicate-labels", Error);
pub(crate) const IMPOSSIBLE_JUMPS: Rule = rule!("LW0906", "impossible-jumps", Error);
pub(crate) const MISPLACED_INSTRUCTIONS: Rule = rule!("LW0907", "misplaced-instructions", Warning);
pub(crate) const MALFORMED_HEX: Rule = rule!("LW0908", "malformed-hex", Error);
