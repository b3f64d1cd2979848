//! Real boards' device trees: imported, judged, ordered, and compared with what others say of them.
#![forbid(unsafe_code)]

pub mod board;
pub mod compile;
pub mod fetch;
pub mod pl330;
pub mod report;
pub mod second;
