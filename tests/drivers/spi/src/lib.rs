//! A Samsung SPI controller that sends and receives at once by DMA. It knows no SoC: a board crate binds it to a device.
//!
//! [`Spi`] has the registers and is bound to the device; [`Master`] is who exchanges: waiting, asynchronously, or with a
//! [`Told`] client.
#![no_std]
#![forbid(unsafe_code)]

mod error;
mod master;
mod told;

pub use error::{Error, Trouble};
pub use master::Master;
pub use told::Told;

use core::task::Waker;

use linkwright::consumer::{Bound, Consumer};
use linkwright::context::Task;
use linkwright::dma::Resizable;
use linkwright::dma::memory::DmaBuf;
use linkwright::mmio::{Bounded, Io, Value};
use linkwright::power::Active;
use linkwright::sync::Lock;
use linkwright_samsung_spi::driver as spi;
use linkwright_samsung_spi::regs::{
    self, ChCfg, CsReg, ModeCfg, PacketCntReg, PendingClrReg, SpiIntEn, SpiStatus, Width,
};

/// The driver of one controller.
#[derive(Consumer)]
#[consumer(spi)]
pub struct Spi<I: spi::Instance, B: spi::Board<I>> {
    registers: spi::Registers<I, B>,
    bus_clock: spi::clocks::Spi<I>,
    bit_clock: spi::clocks::SpiBusclk0<I>,
    pad_clock: spi::clocks::SpiIoclk<I>,
    irq: spi::interrupts::Irq<I>,
    tx: spi::dmas::Tx<I>,
    rx: spi::dmas::Rx<I>,
    #[consumer(skip)]
    waker: Lock<Option<Waker>>,
    #[consumer(skip)]
    client: Lock<Option<Client>>,
}

/// Who is told how an exchange ended: the bytes that came.
pub type Client = fn(Result<DmaBuf<u8>, Error>);

/// What is sent at which edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mode {
    /// The clock is high between words (CPOL).
    pub idle_high: bool,
    /// Data is taken at the second edge of each bit (CPHA).
    pub second_edge: bool,
}

impl<I: spi::Instance, B: spi::Board<I>> Spi<I, B> {
    /// Bytes, at most `hertz` bits a second; returns how many it became. Sleepable.
    pub fn open(&mut self, cx: &Task<'_>, _: &Active<I>, mode: Mode, hertz: u32) -> Result<u32, Error> {
        // The wire's clock is half of the reference.
        let rate = self.bit_clock.set_rate(cx, 2 * u64::from(hertz)).map_err(Error::Clock)? / 2;
        let became = u32::try_from(rate).ok().filter(|rate| (1..=hertz).contains(rate)).ok_or(Error::Rate { rate })?;
        let io = self.registers.bus();
        let edges = Value::zero().with(ChCfg::IDLE_HIGH, mode.idle_high).with(ChCfg::SECOND_EDGE, mode.second_edge);
        io.write(regs::CH_CFG, edges);
        io.write(
            regs::MODE_CFG,
            Value::zero()
                .with(ModeCfg::BUS_WIDTH, Width::Byte)
                .with(ModeCfg::CHANNEL_WIDTH, Width::Byte)
                .with(ModeCfg::TRAILING, Bounded::MAX),
        );
        io.write(regs::CS_REG, Value::zero().with(CsReg::INACTIVE, true));
        Ok(became)
    }

    /// The controller has interrupted: a byte was lost, so the exchange under way will not end by itself. Call it in the
    /// handler. Atomic.
    pub fn interrupt(spi: &Bound<Self>)
    where
        Self: Send,
    {
        let told = spi.inspect(|spi| {
            // Until the next exchange.
            spi.registers.bus().write(regs::SPI_INT_EN, Value::zero());
            let client = spi.client.with(Option::take);
            (spi.waker.with(Option::take), client.map(|client| (client, spi.end())))
        });
        // Whoever is told runs outside of the critical section.
        let Some((waker, client)) = told else { return };
        if let Some(waker) = waker {
            waker.wake();
        }
        if let Some((client, Err(trouble))) = client {
            client(Err(trouble));
        }
    }

    /// Both channels, for whoever exchanges. `handler` runs at the controller's interrupt.
    fn channels(&mut self, cx: &Task<'_>, handler: &'static (dyn Fn() + Sync)) -> Result<Channels<I>, Error> {
        match (self.tx.take(), self.rx.take()) {
            (Some(tx), Some(rx)) => {
                self.irq.request(cx, handler).and_then(|()| self.irq.enable()).map_err(Error::Interrupt)?;
                Ok((Resizable::new(tx), Resizable::new(rx)))
            }
            (tx, rx) => {
                (*self.tx, *self.rx) = (tx, rx);
                Err(Error::NoChannels)
            }
        }
    }

    /// Select the device and exchange `bytes` bytes with it from here on; `client` is told if one is lost. Atomic.
    fn begin(&self, bytes: u16, client: Option<Client>) {
        self.client.with(|place| *place = client);
        let io = self.registers.bus();
        // Nothing of the last exchange is left.
        io.modify(regs::CH_CFG, |v| v.with(ChCfg::HELD_IN_RESET, true));
        io.modify(regs::CH_CFG, |v| v.with(ChCfg::HELD_IN_RESET, false));
        let all = Value::zero().with(PendingClrReg::RECEIVE_OVERRUN, true).with(PendingClrReg::RECEIVE_UNDERRUN, true);
        let all = all.with(PendingClrReg::TRANSMIT_OVERRUN, true).with(PendingClrReg::TRANSMIT_UNDERRUN, true);
        io.write(regs::PENDING_CLR_REG, all);
        io.modify(regs::MODE_CFG, |v| v.with(ModeCfg::TRANSMIT_DMA, true).with(ModeCfg::RECEIVE_DMA, true));
        io.write(regs::PACKET_CNT_REG, Value::zero().with(PacketCntReg::COUNT, bytes).with(PacketCntReg::ENABLE, true));
        io.write(regs::SPI_INT_EN, Value::zero().with(SpiIntEn::RECEIVE_OVERRUN, true));
        io.modify(regs::CH_CFG, |v| v.with(ChCfg::TRANSMIT, true).with(ChCfg::RECEIVE, true));
        io.write(regs::CS_REG, Value::zero());
    }

    /// Has a client not been told yet?
    fn is_busy(&self) -> bool {
        self.client.with(|client| client.is_some())
    }

    /// Who is woken when a byte is lost; returns who was before.
    fn wake_later(&self, waker: Waker) -> Option<Waker> {
        self.waker.with(|place| place.replace(waker))
    }

    /// What the controller has to complain about. Atomic.
    fn trouble(&self) -> Option<Trouble> {
        let status = self.registers.bus().read(regs::SPI_STATUS);
        let troubles = [
            (SpiStatus::RECEIVE_OVERRUN, Trouble::ReceiveOverrun),
            (SpiStatus::RECEIVE_UNDERRUN, Trouble::ReceiveUnderrun),
            (SpiStatus::TRANSMIT_OVERRUN, Trouble::TransmitOverrun),
        ];
        troubles.into_iter().find(|(flag, _)| status.get(*flag)).map(|(_, trouble)| trouble)
    }

    /// Stop, and let go of the device; or what went wrong. Atomic.
    fn end(&self) -> Result<(), Error> {
        let io = self.registers.bus();
        io.write(regs::CS_REG, Value::zero().with(CsReg::INACTIVE, true));
        io.write(regs::SPI_INT_EN, Value::zero());
        io.modify(regs::CH_CFG, |v| v.with(ChCfg::TRANSMIT, false).with(ChCfg::RECEIVE, false));
        io.modify(regs::MODE_CFG, |v| v.with(ModeCfg::TRANSMIT_DMA, false).with(ModeCfg::RECEIVE_DMA, false));
        self.trouble().map_or(Ok(()), |trouble| Err(Error::Fifo(trouble)))
    }
}

/// A channel out and one back.
type Channels<I> = (Resizable<<I as spi::Instance>::DmasTx>, Resizable<<I as spi::Instance>::DmasRx>);
