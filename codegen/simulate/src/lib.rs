//! Plays a scenario on the device model of a soc, without compiling anything.
//!
//! The device core is the runtime's own ([`linkwright::device`]): links, runtime PM, power domains and system sleep are
//! what firmware gets. Simulated are time, drivers that behave as the scenario says, and the switches of the hardware,
//! which tell when registers are used without power.
//!
//! What plays a scenario otherwise, such as real drivers on a simulated board, tells an [`Observer`] what it sees and gets
//! the same [`Report`].
#![forbid(unsafe_code)]

mod driver;
mod facts;
mod hardware;
mod json;
mod machine;
mod observe;
mod play;
mod record;
mod report;
mod svg;
mod table;
#[cfg(test)]
mod tests;
mod uses;
mod why;
mod world;

use linkwright_codegen::lower::Soc;
use linkwright_codegen::scenario::Scenario;

use facts::Facts;

pub use json::json;
pub use observe::{Observer, Standing};
pub use report::Report;
pub use svg::svg;
pub use table::table;

/// Play all variants of a scenario.
///
/// # Errors
/// What the device core refused, in words. No spec that passed the checks makes it do so.
pub fn simulate(soc: &Soc, scenario: &Scenario) -> Result<Report, String> {
    let runs = scenario.variants.iter().map(|variant| {
        let facts = Facts::new(soc, scenario, variant);
        play::play(soc, facts, scenario, variant).map_err(|why| format!("variant `{}`: {why}", variant.name))
    });
    Ok(Report::new(soc, scenario, runs.collect::<Result<_, _>>()?))
}
