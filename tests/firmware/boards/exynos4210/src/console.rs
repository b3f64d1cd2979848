//! Text over a Samsung UART, without DMA.

use firmware_support::report::Out;
use linkwright::mmio::{Bus, Io, Value};
use linkwright_samsung_uart::regs::{UCON, UFCON, UTRSTAT, UTXH, Ucon, UconTransmit, Ufcon, Utrstat};

/// The transmitter of a UART.
pub(crate) struct Console<B>(B);

impl<B: Bus<u32> + Bus<u8>> Console<B> {
    pub(crate) const fn new(bus: B) -> Self {
        Self(bus)
    }

    /// Transmitter on, with FIFO.
    pub(crate) fn start(&self) {
        self.0.write(UFCON, Value::zero().with(Ufcon::ENABLE, true));
        self.0.write(UCON, Value::zero().with(Ucon::TRANSMIT, UconTransmit::Polling));
    }
}

impl<B: Bus<u32> + Bus<u8> + Sync> Out for Console<B> {
    fn put(&self, byte: u8) {
        while !self.0.read(UTRSTAT).get(Utrstat::TRANSMIT_BUFFER_EMPTY) {}
        self.0.write(UTXH, Value::from_word(byte));
    }
}
