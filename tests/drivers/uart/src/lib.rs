//! A Samsung UART that sends and receives by DMA. It knows no SoC: a board crate binds it to a device.
//!
//! The driver is three things, so that whoever sends does not wait for who receives: [`Uart`], which the interrupt
//! comes to, and the [`Sender`] and [`Receiver`] that it hands out.
#![no_std]
#![forbid(unsafe_code)]

mod error;
mod receiver;
mod sender;

pub use error::Error;
pub use receiver::{Receiver, Silence};
pub use sender::Sender;

use linkwright::consumer::{Bound, Consumer};
use linkwright::context::Task;
use linkwright::dma::Resizable;
use linkwright::dma::memory::Arena;
use linkwright::mmio::{Bounded, Io, Value};
use linkwright::power::Active;
use linkwright_samsung_uart::driver as uart;
use linkwright_samsung_uart::regs;

/// A silence is as long as 32 frames: 8 for each step, and 8.
const SILENCE: u32 = 3;
/// How often to look whether DMA has emptied the receive FIFO. It takes one byte in a few bus cycles.
const LOOKS: u32 = 10_000;

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
    #[consumer(skip)]
    silence: Option<&'static Silence>,
}

impl<I: uart::Instance, B: uart::Board<I>> Uart<I, B> {
    /// 8 data bits, no parity, FIFOs served by DMA. Sleepable.
    pub fn open(&mut self, cx: &Task<'_>, _: &Active<I>, baud: u32) -> Result<(), Error> {
        let clock = self.baud_clock.rate(cx).map_err(Error::Clock)?;
        let ticks = clock / 16 / u64::from(baud.max(1));
        let divisor = ticks.checked_sub(1).and_then(|ticks| u16::try_from(ticks).ok()).ok_or(Error::Baud)?;
        let io = self.registers.bus();
        // Errors are masked too, for nobody would clear them: QEMU's counts reading an empty FIFO as one.
        let masked = Value::zero().with(regs::Uintm::RECEIVE, true).with(regs::Uintm::TRANSMIT, true);
        io.write(regs::UINTM, masked.with(regs::Uintm::ERROR, true).with(regs::Uintm::MODEM, true));
        io.modify(regs::ULCON, |v| v.with(regs::Ulcon::WORD_LENGTH, regs::UlconWordLength::Eight));
        io.modify(regs::UBRDIV, |v| v.with(regs::Ubrdiv::DIVISOR, divisor));
        // The receiver's level is as high as it gets: DMA takes each byte, and only silence is to interrupt.
        let fifos = Value::zero().with(regs::Ufcon::ENABLE, true).with(regs::Ufcon::RECEIVE_TRIGGER, Bounded::MAX);
        io.write(regs::UFCON, fifos.with(regs::Ufcon::RESET_RECEIVE, true).with(regs::Ufcon::RESET_TRANSMIT, true));
        io.write(regs::UFCON, fifos);
        io.modify(regs::UCON, |v| {
            v.with(regs::Ucon::RECEIVE, regs::UconReceive::Dma)
                .with(regs::Ucon::TRANSMIT, regs::UconTransmit::Dma)
                .with(regs::Ucon::RECEIVE_TIMEOUT, true)
                .with(regs::Ucon::EMPTY_TIMEOUT, true)
                .with(regs::Ucon::TIMEOUT_INTERVAL, Bounded::of::<SILENCE>())
        });
        // Nobody wants what came before.
        io.read(regs::URXH);
        Ok(())
    }

    /// What sends, with buffers from `arena`. Sleepable.
    pub fn sender(&mut self, arena: &'static Arena) -> Result<Sender<I>, Error> {
        let channel = self.tx.take().ok_or(Error::NoChannel)?;
        Ok(Sender::new(Resizable::new(channel), arena))
    }

    /// What receives, into a ring of `periods` periods of `bytes` bytes. `handler` runs at the UART's interrupt and calls
    /// [`interrupt`](Self::interrupt); `silence` is what that tells the receiver. Sleepable.
    pub fn receiver(
        &mut self,
        cx: &Task<'_>,
        (periods, bytes): (u16, u32),
        silence: &'static Silence,
        handler: &'static (dyn Fn() + Sync),
    ) -> Result<Receiver<I>, Error> {
        let channel = self.rx.take().ok_or(Error::NoChannel)?;
        let ring = channel.prepare_ring(cx, periods, bytes).map_err(|(error, channel)| {
            *self.rx = Some(channel);
            Error::Prepare(error)
        })?;
        self.silence = Some(silence);
        self.irq.request(cx, handler).and_then(|()| self.irq.enable()).map_err(Error::Interrupt)?;
        Ok(Receiver::new(ring, silence))
    }

    /// Let the receiver know of silence, or not any more. Atomic.
    pub fn listen(&self, _: &Active<I>, listens: bool) {
        self.registers.bus().modify(regs::UINTM, |v| v.with(regs::Uintm::RECEIVE, !listens));
    }

    /// The UART has interrupted: nothing has come for a while. Call it in the handler. Atomic.
    pub fn interrupt(uart: &Bound<Self>)
    where
        Self: Send,
    {
        // Whoever is told runs outside of the critical section.
        if let Some(silence) = uart.inspect(Self::acknowledge).flatten() {
            silence.tell();
        }
    }

    fn acknowledge(&self) -> Option<&'static Silence> {
        let io = self.registers.bus();
        // What came last may still be on its way.
        for _ in 0..LOOKS {
            let fill = io.read(regs::UFSTAT);
            if fill.get(regs::Ufstat::RECEIVE_COUNT) == 0 && !fill.get(regs::Ufstat::RECEIVE_FULL) {
                break;
            }
        }
        io.write(regs::UTRSTAT, Value::zero().with(regs::Utrstat::RECEIVE_TIMEOUT, true));
        io.write(regs::UINTP, Value::zero().with(regs::Uintp::RECEIVE, true));
        self.silence
    }
}
