//! What simulated boards are made of: clocks, resets and interrupts that keep books, stand-ins for the drivers that a test does not
//! have, a device model big enough for a chip, and a record of who was probed when.
#![forbid(unsafe_code)]

mod clocks;
mod interrupts;
mod model;
mod resets;

pub use clocks::Clocks;
pub use interrupts::Interrupts;
pub use model::{Recorded, StandIn, system};
pub use resets::Resets;

use std::sync::{Mutex, MutexGuard, PoisonError};

use linkwright::consumer::OperationError;

/// What a panic left behind is still good for the next look.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a reference of one number carries.
fn number(args: &[u64]) -> Result<u32, OperationError> {
    args.first().and_then(|number| u32::try_from(*number).ok()).ok_or(OperationError::Unknown)
}
