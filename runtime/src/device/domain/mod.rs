//! Power domains. Source of the semantics: `drivers/pmdomain/core.c` of Linux 6.12, domains with one off state.

mod device;
mod explain;
mod manage;
mod power;
mod sleep;

pub use explain::WhyOn;
pub use manage::{DomainConfig, DomainInfo};
