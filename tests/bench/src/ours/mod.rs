//! This driver, over the generated controller, on the simulator.

mod copy;
mod rig;
pub mod steps;

use crate::cases::Case;
use crate::peers::{Counted, Way};

/// What a case costs with this driver: submitted, started and served by the interrupt body in its steady state, that
/// is on a channel that was prepared before; the data is compared.
///
/// # Panics
/// When the driver fails or the data is wrong.
pub fn measure(case: &Case) -> Option<Counted> {
    match case.job {
        ref job if job.way == Way::Copy && job.pieces == 1 => Some(copy::measure(job)),
        _ => None,
    }
}
