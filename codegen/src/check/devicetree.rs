//! Rules about device trees, found while one is imported.
#![cfg_attr(not(feature = "import-devicetree"), allow(dead_code, reason = "listed, but nobody finds anything"))]

use super::{Rule, rule};

pub(crate) const DANGLING_PHANDLES: Rule = rule!("LW1001", "dangling-phandles", Warning);
pub(crate) const UNCOUNTED_CELLS: Rule = rule!("LW1002", "uncounted-cells", Warning);
pub(crate) const CUT_ENTRIES: Rule = rule!("LW1003", "cut-entries", Warning);
pub(crate) const UNROUTED_INTERRUPTS: Rule = rule!("LW1004", "unrouted-interrupts", Warning);
pub(crate) const MISMATCHED_NAMES: Rule = rule!("LW1005", "mismatched-names", Warning);
pub(crate) const ONE_SIDED_ENDPOINTS: Rule = rule!("LW1006", "one-sided-endpoints", Warning);
pub(crate) const DEVICELESS_REFERENCES: Rule = rule!("LW1007", "deviceless-references", Warning);
pub(crate) const STRANDED_DEVICES: Rule = rule!("LW1008", "stranded-devices", Warning);
pub(crate) const IDLE_SUPPLIERS: Rule = rule!("LW1009", "idle-suppliers", Warning);
pub(crate) const ABSENT_CONSOLES: Rule = rule!("LW1010", "absent-consoles", Warning);
