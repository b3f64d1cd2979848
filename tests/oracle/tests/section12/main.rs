//! The test scenarios of the project's semantic reference (its section 12), by number, on the model's own rules.

mod deferral;
mod domains;
mod links;
mod properties;
mod runtime_pm;
mod sleep;
