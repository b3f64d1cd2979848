//! Text over a Cadence UART, without DMA: on this chip a UART cannot ask for it.

use firmware_support::report::Out;
use linkwright::mmio::{Bus, Io, Value};
use linkwright_cadence_uart::regs::{CR, Cr, FIFO, Fifo, SR, Sr};

/// The transmitter of a UART.
pub(crate) struct Console<B>(B);

impl<B: Bus<u32>> Console<B> {
    pub(crate) const fn new(bus: B) -> Self {
        Self(bus)
    }

    /// Transmitter on, receiver off.
    pub(crate) fn start(&self) {
        self.0.write(CR, Value::zero().with(Cr::ENABLE_TRANSMITTER, true).with(Cr::DISABLE_RECEIVER, true));
    }
}

impl<B: Bus<u32> + Sync> Out for Console<B> {
    fn put(&self, byte: u8) {
        while self.0.read(SR).get(Sr::TRANSMITTER_FULL) {}
        self.0.write(FIFO, Value::zero().with(Fifo::DATA, byte));
    }
}
