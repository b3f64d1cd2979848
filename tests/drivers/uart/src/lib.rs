//! A Samsung UART that sends and receives by DMA. It knows no SoC: a board crate binds it to a device.
#![no_std]
#![forbid(unsafe_code)]

use linkwright::consumer::{Consumer, OperationError};
use linkwright::context::Task;
use linkwright::dma::{Linear, PrepareError, Prepared};
use linkwright::mmio::Io;
use linkwright::power::Active;
use linkwright_samsung_uart::driver as uart;
use linkwright_samsung_uart::regs;

/// The driver of one UART.
#[derive(Consumer)]
#[consumer(uart)]
pub struct Uart<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
    tx: uart::dmas::Tx<I>,
    rx: uart::dmas::Rx<I>,
}

/// Why the UART does not work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// Its clock refused.
    Clock(OperationError),
    /// The clock is too slow, or too fast, for the baud rate.
    Baud,
    /// The SoC wires no DMA to it, or a channel is in use already.
    NoChannel,
    /// There is no program for transfers of this length.
    Prepare(PrepareError),
}

impl<I: uart::Instance, B: uart::Board<I>> Uart<I, B> {
    /// 8 data bits, no parity, FIFOs served by DMA. Sleepable.
    pub fn open(&mut self, cx: &Task<'_>, _: &Active<I>, baud: u32) -> Result<(), Error> {
        let clock = self.baud_clock.rate(cx).map_err(Error::Clock)?;
        let ticks = clock / 16 / u64::from(baud.max(1));
        let divisor = ticks.checked_sub(1).and_then(|ticks| u16::try_from(ticks).ok()).ok_or(Error::Baud)?;
        let io = self.registers.bus();
        io.modify(regs::ULCON, |v| v.with(regs::Ulcon::WORD_LENGTH, regs::UlconWordLength::Eight));
        io.modify(regs::UBRDIV, |v| v.with(regs::Ubrdiv::DIVISOR, divisor));
        io.modify(regs::UFCON, |v| v.with(regs::Ufcon::ENABLE, true));
        io.modify(regs::UCON, |v| {
            v.with(regs::Ucon::RECEIVE, regs::UconReceive::Dma).with(regs::Ucon::TRANSMIT, regs::UconTransmit::Dma)
        });
        Ok(())
    }

    /// Make sending `bytes` bytes at a time ready; what is returned sends, from any context. Sleepable.
    pub fn sender(&mut self, cx: &Task<'_>, bytes: u32) -> Result<Prepared<I::DmasTx, Linear>, Error> {
        let channel = self.tx.take().ok_or(Error::NoChannel)?;
        channel.prepare(cx, Linear::new(bytes)).map_err(|(error, channel)| {
            *self.tx = Some(channel);
            Error::Prepare(error)
        })
    }

    /// Make receiving `bytes` bytes at a time ready. Sleepable.
    pub fn receiver(&mut self, cx: &Task<'_>, bytes: u32) -> Result<Prepared<I::DmasRx, Linear>, Error> {
        let channel = self.rx.take().ok_or(Error::NoChannel)?;
        channel.prepare(cx, Linear::new(bytes)).map_err(|(error, channel)| {
            *self.rx = Some(channel);
            Error::Prepare(error)
        })
    }

    /// Has everything left the FIFO? Atomic.
    pub fn is_idle(&self, _: &Active<I>) -> bool {
        self.registers.bus().read(regs::UTRSTAT).get(regs::Utrstat::TRANSMITTER_EMPTY)
    }
}
