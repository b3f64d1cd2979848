//! A DMA controller's driver as Linux has it today: clients power the controller from atomic context.

use example_exynos5433::chip::exynos5433 as soc;
use example_exynos5433::{ADMA, engine, hardware, system};
use linkwright::consumer::Reference;
use linkwright::context::Task;
use linkwright::device::{Call, Context, DeviceInfo, Driver, Errno, RpmError, SleepPhase, VirtualTime};
use linkwright::power::Device;
use linkwright_pl330::driver::Instance;
use linkwright_subsystems::clk::Provider;

/// The driver.
pub(crate) struct IrqSafe;

/// Numbers of the bus clock.
const CLOCK: &[u64] = <<soc::Adma as Instance>::ClocksApbPclk as Reference>::ARGS;

type Callback<'a, 's, 't, 'cx> = Call<'a, 's, 't, 'cx, VirtualTime>;

impl IrqSafe {
    fn start(&self, call: &Callback<'_, '_, '_, '_>, cx: &Task<'_>) -> Result<(), RpmError> {
        let (system, device) = (call.system(), call.device());
        system.enable(device)?;
        system.resume_and_get(call.context(), device)?;
        // Its callbacks cannot switch suppliers on, so they stay on for good. Its domain is told by its flag.
        for link in soc::TOPOLOGY.links_of(soc::Adma::ID) {
            let domain = soc::TOPOLOGY.domains_of(link.consumer).any(|domain| domain.provider == link.supplier);
            if link.runtime_pm && !domain && link.subsystem != "parent" {
                let supplier = system.device_numbered(link.supplier).ok_or(RpmError::Gone)?;
                system.get_sync(Context::sleepable(cx), supplier)?;
            }
        }
        system.set_irq_safe(call.context(), device)?;
        system.put(device).map(drop)
    }
}

impl Driver<VirtualTime> for IrqSafe {
    fn name(&self) -> &str {
        "irq-safe"
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == soc::Adma::NAME
    }
    fn probe(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        let cx = call.task().ok_or(Errno::INVAL)?;
        ADMA.bind(cx).map_err(|_| Errno::IO)?;
        // What sleeps is done once; the rest can be done from atomic context.
        hardware().prepare(cx, CLOCK).map_err(|_| Errno::IO)?;
        self.start(call, cx).map_err(|error| error.errno())
    }
    fn runtime_resume(&self, _: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        hardware().enable(CLOCK).map_err(|_| Errno::IO)?;
        engine().restore();
        Ok(())
    }
    fn runtime_suspend(&self, _: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        hardware().disable(CLOCK).map_err(|_| Errno::IO)
    }
    fn sleep(&self, phase: SleepPhase, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        let (system, device, cx) = (call.system(), call.device(), call.context());
        let done = match phase {
            SleepPhase::SuspendLate => system.force_suspend(cx, device),
            SleepPhase::ResumeEarly => system.force_resume(cx, device),
            _ => Ok(()),
        };
        done.map_err(|error| error.errno())
    }
}

/// What a client's transfer does when it is issued. Atomic.
pub(crate) fn take() {
    let _ = system().get_sync(Context::atomic(), controller());
}

/// What it does when it has ended. Atomic.
pub(crate) fn give_back() {
    let _ = system().mark_last_busy(controller());
    let _ = system().put(controller());
}

fn controller() -> linkwright::device::DeviceHandle {
    system().device_numbered(soc::Adma::ID).expect("it is there")
}
