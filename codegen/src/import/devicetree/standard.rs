//! Names that the Devicetree Specification itself gives a meaning, whatever the hardware.
//!
//! Which properties refer to which kind of resource is not here: the subsystems' specs say so.

pub(super) const COMPATIBLE: &str = "compatible";
pub(super) const MODEL: &str = "model";
pub(super) const STATUS: &str = "status";
pub(super) const PHANDLES: [&str; 2] = ["phandle", "linux,phandle"];
pub(super) const REG: &str = "reg";
pub(super) const RANGES: &str = "ranges";
pub(super) const ADDRESS_CELLS: &str = "#address-cells";
pub(super) const SIZE_CELLS: &str = "#size-cells";
pub(super) const ALIASES: &str = "aliases";
pub(super) const CHOSEN: &str = "chosen";
/// Path or alias of the device that the boot is told on, and after a colon how.
pub(super) const CONSOLE: &str = "stdout-path";
pub(super) const SYMBOLS: &str = "__symbols__";
pub(super) const RESERVED_MEMORY: &str = "reserved-memory";
/// Follows a nexus's own name: which cells of an entry count.
pub(super) const MASK_SUFFIX: &str = "-mask";
/// Begins the names of nodes that the compiler makes: labels, and what overlays need.
pub(super) const MADE: &str = "__";
