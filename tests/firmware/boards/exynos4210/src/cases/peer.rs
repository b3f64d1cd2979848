//! Who is at the other end of the serial ports.

use embassy_futures::yield_now;
use firmware_support::report::{self, Failed, holds};

use crate::start::TIMER;

/// Microseconds that the other end may take for anything.
const PATIENCE: u32 = 20_000_000;

struct Hexadecimal<'a>(&'a [u8]);

impl core::fmt::Display for Hexadecimal<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Have the other end of a port send these bytes.
pub(super) fn send(port: u32, bytes: &[u8]) {
    report::line(format_args!("#> {port} {}", Hexadecimal(bytes)));
}

/// Have it send back what it receives, from now on.
pub(super) fn echo(port: u32) {
    report::line(format_args!("#> {port} echo"));
}

/// Wait for what the other end brings about.
pub(super) async fn until(what: &str, mut condition: impl FnMut() -> bool) -> Result<(), Failed> {
    let end = TIMER.ticks() + TIMER.ticks_of(PATIENCE);
    while !condition() {
        holds(what, TIMER.ticks() < end)?;
        yield_now().await;
    }
    Ok(())
}
