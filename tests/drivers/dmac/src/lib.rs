//! The resources of a PL330. Its engine is the runtime's; what is left of a driver is in the specs.
#![no_std]
#![forbid(unsafe_code)]

use linkwright::consumer::Consumer;
use linkwright_pl330::driver as pl330;

/// Clocked and restored by itself whenever somebody needs a channel.
#[derive(Consumer)]
#[consumer(pl330)]
pub struct Controller<I: pl330::Instance, B: pl330::Board<I>> {
    engine: pl330::Engine<I, B>,
    bus_clock: pl330::clocks::ApbPclk<I>,
    reset: pl330::resets::Dma<I>,
}
