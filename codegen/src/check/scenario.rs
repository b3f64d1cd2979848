//! Rules about scenarios.
//!
//! Resolving a scenario reports them by id; here are their names and pages.

use super::{Rule, rule};

pub(crate) const UNKNOWN_SCENARIO_NAMES: Rule = rule!("LW0801", "unknown-scenario-names", Error);
pub(crate) const IMPOSSIBLE_EVENTS: Rule = rule!("LW0802", "impossible-events", Error);
