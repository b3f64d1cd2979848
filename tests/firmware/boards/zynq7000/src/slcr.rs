//! Clock and reset of the DMA controller, and the clock of the timers.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use linkwright::consumer::OperationError;
use linkwright::context::Task;
use linkwright::mmio::{Bus, Io, Value};
use linkwright_subsystems::{clk, reset};
use linkwright_zynq_slcr::regs::{APER_CLK_CTRL, AperClkCtrl, DMAC_RST_CTRL, DmacRstCtrl, UNLOCK, Unlock, UnlockKey};
use linkwright_zynq7000::{dmac_s, global_timer};

/// The system level control registers.
///
/// While the controller's clock is off it is also held in reset, which is the least power that it can take: its registers
/// are lost.
pub(crate) struct Slcr<B> {
    bus: B,
    timer_hertz: u32,
    /// How often the controller's clock was switched on.
    starts: AtomicU32,
}

impl<B: Bus<u32>> Slcr<B> {
    pub(crate) const fn new(bus: B, timer_hertz: u32) -> Self {
        Self { bus, timer_hertz, starts: AtomicU32::new(0) }
    }

    /// How often the controller's clock was switched on.
    pub(crate) fn starts(&self) -> u32 {
        self.starts.load(Relaxed)
    }

    /// Is the controller clocked, and not in reset?
    pub(crate) fn runs(&self) -> bool {
        self.bus.read(APER_CLK_CTRL).get(AperClkCtrl::DMA) && !self.bus.read(DMAC_RST_CTRL).get(DmacRstCtrl::DMAC)
    }

    fn run(&self, runs: bool) {
        self.bus.write(UNLOCK, Value::zero().with(Unlock::KEY, UnlockKey::Unlock));
        self.bus.modify(APER_CLK_CTRL, |v| v.with(AperClkCtrl::DMA, runs));
        self.bus.modify(DMAC_RST_CTRL, |v| v.with(DmacRstCtrl::DMAC, !runs));
    }
}

/// The one clock or reset that is known here.
fn known(args: &[u64], number: u32) -> Result<(), OperationError> {
    if args == [u64::from(number)] { Ok(()) } else { Err(OperationError::Unknown) }
}

impl<B: Bus<u32> + Sync> clk::Provider for Slcr<B> {
    fn prepare(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        known(args, dmac_s::clocks::APB_PCLK)
    }
    fn unprepare(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        known(args, dmac_s::clocks::APB_PCLK)
    }
    fn enable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        known(args, dmac_s::clocks::APB_PCLK)?;
        self.starts.fetch_add(1, Relaxed);
        self.run(true);
        Ok(())
    }
    fn disable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        known(args, dmac_s::clocks::APB_PCLK)?;
        self.run(false);
        crate::start::lose_registers();
        Ok(())
    }
    fn rate(&self, _: &Task<'_>, args: &'static [u64]) -> Result<u64, OperationError> {
        known(args, global_timer::clocks::PERIPH)?;
        Ok(self.timer_hertz.into())
    }
}

impl<B: Bus<u32> + Sync> reset::Provider for Slcr<B> {
    fn assert(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        known(args, dmac_s::resets::DMA)?;
        self.run(false);
        Ok(())
    }
    fn deassert(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        known(args, dmac_s::resets::DMA)?;
        self.run(true);
        Ok(())
    }
}
