//! A Samsung I2S interface that plays from a ring: the hardware goes round by itself, one interrupt a period.
#![no_std]
#![forbid(unsafe_code)]

use linkwright::consumer::Consumer;
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{PrepareError, Rejected, Ring};
use linkwright::mmio::Io;
use linkwright::power::Active;
use linkwright_samsung_i2s::driver as i2s;
use linkwright_samsung_i2s::regs;

/// The driver of one interface.
#[derive(Consumer)]
#[consumer(i2s)]
pub struct I2s<I: i2s::Instance, B: i2s::Board<I>> {
    registers: i2s::Registers<I, B>,
    clock: i2s::clocks::Iis<I>,
    tx: i2s::dmas::Tx<I>,
    pins: i2s::pinctrl::DefaultResource<I>,
    #[consumer(skip)]
    ring: Option<Ring<I::DmasTx>>,
}

/// Why nothing is played.
#[derive(Debug)]
pub enum Error {
    /// The SoC wires no DMA to the interface.
    NoChannel,
    /// There is no program for this ring.
    Prepare(PrepareError),
    /// `open` comes first.
    Closed,
    /// The ring did not start; here is its buffer.
    Start(Rejected<DmaBuf<u32>>),
}

impl<I: i2s::Instance, B: i2s::Board<I>> I2s<I, B> {
    /// Stereo, 16 bits, from a ring of `periods` periods of `frames` frames. Sleepable.
    pub fn open(&mut self, cx: &Task<'_>, periods: u16, frames: u32) -> Result<(), Error> {
        let channel = self.tx.take().ok_or(Error::NoChannel)?;
        let ring = channel.prepare_ring(cx, periods, frames).map_err(|(error, channel)| {
            *self.tx = Some(channel);
            Error::Prepare(error)
        })?;
        self.ring = Some(ring);
        Ok(())
    }

    /// Play from here on; the interface stays on until [`stop`](Self::stop). Atomic.
    pub fn play(&mut self, buffer: DmaBuf<u32>, power: &Active<I>) -> Result<(), Error> {
        let ring = self.ring.as_mut().ok_or(Error::Closed)?;
        ring.start(buffer, power).map_err(Error::Start)?;
        // Requests begin when the program waits for them.
        let io = self.registers.bus();
        io.modify(regs::MOD, |v| v.with(regs::Mod::DIRECTION, regs::ModDirection::Transmit));
        io.modify(regs::CON, |v| v.with(regs::Con::TRANSMIT_DMA, true).with(regs::Con::ACTIVE, true));
        Ok(())
    }

    /// The ring, to push frames into. Any context.
    pub fn ring(&mut self) -> Option<&mut Ring<I::DmasTx>> {
        self.ring.as_mut()
    }

    /// Stop, and take the buffer back. Sleepable.
    pub fn stop(&mut self, cx: &Task<'_>, _: &Active<I>) -> Option<DmaBuf<u32>> {
        let io = self.registers.bus();
        io.modify(regs::CON, |v| v.with(regs::Con::TRANSMIT_DMA, false).with(regs::Con::ACTIVE, false));
        self.ring.as_mut()?.stop(cx).ok().map(|ended| ended.bufs)
    }
}
