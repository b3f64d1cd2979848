//! Simulated drivers: what every driver does for power, and the switches of domains.

use linkwright::device::{Call, DeviceInfo, DomainCall, DomainOps, Driver, Errno, RpmError, SleepPhase, VirtualTime};
use linkwright_codegen::spec;

use super::machine::Machine;
use super::uses;

/// One driver for all devices.
pub(super) struct Drivers(pub(super) &'static Machine);

type Callback<'a, 's, 't, 'cx> = Call<'a, 's, 't, 'cx, VirtualTime>;

impl Drivers {
    fn device(&self, call: &Callback<'_, '_, '_, '_>) -> Result<usize, Errno> {
        let info = call.system().device_info(call.device()).ok_or(Errno::NODEV)?;
        let device = info.number as usize;
        if device < self.0.facts.names.len() { Ok(device) } else { Err(Errno::NODEV) }
    }

    fn start(&self, call: &Callback<'_, '_, '_, '_>, device: usize) -> Result<(), RpmError> {
        let (system, handle, cx) = (call.system(), call.device(), call.context());
        system.enable(handle)?;
        if let Some(delay) = self.0.facts.autosuspend[device] {
            system.set_autosuspend_delay(cx, handle, delay)?;
            system.use_autosuspend(cx, handle, true)?;
        }
        system.resume_and_get(cx, handle)?;
        self.0.visit(device);
        if self.0.facts.irq_safe[device] {
            // It cannot resume suppliers from atomic context, and links do not do it for such a device.
            for &supplier in &self.0.facts.held[device] {
                if let Some(supplier) = self.0.handle(supplier) {
                    system.get_sync(cx, supplier)?;
                }
            }
            system.set_irq_safe(cx, handle)?;
        }
        system.put(handle).map(|_| ())
    }
}

impl Driver<VirtualTime> for Drivers {
    fn name(&self) -> &str {
        "simulated"
    }

    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        (device.number as usize) < self.0.facts.names.len()
    }

    fn probe(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        let device = self.device(call)?;
        self.start(call, device).map_err(|error| {
            self.0.fail(format!("probe of {}: {error}", self.0.facts.names[device]));
            error.errno()
        })
    }

    fn runtime_suspend(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        let device = self.device(call)?;
        let mut hardware = self.0.hardware();
        hardware.visit(&self.0.facts, device);
        hardware.set_device(device, false);
        drop(hardware);
        uses::power_went(self.0);
        Ok(())
    }

    fn runtime_resume(&self, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        let device = self.device(call)?;
        let mut hardware = self.0.hardware();
        hardware.set_device(device, true);
        // What power has wiped out is written back.
        hardware.visit(&self.0.facts, device);
        Ok(())
    }

    fn sleep(&self, phase: SleepPhase, call: &Callback<'_, '_, '_, '_>) -> Result<(), Errno> {
        let device = self.device(call)?;
        let (system, handle, cx) = (call.system(), call.device(), call.context());
        let (off, on) = match self.0.facts.off[device] {
            spec::SleepPhase::Suspend => (SleepPhase::Suspend, SleepPhase::Resume),
            spec::SleepPhase::Late => (SleepPhase::SuspendLate, SleepPhase::ResumeEarly),
            spec::SleepPhase::Noirq => (SleepPhase::SuspendNoirq, SleepPhase::ResumeNoirq),
        };
        if phase == SleepPhase::Suspend {
            uses::sleep(self.0, device);
        }
        if phase == off {
            system.force_suspend(cx, handle).map_err(|error| error.errno())?;
        }
        if phase == on {
            system.force_resume(cx, handle).map_err(|error| error.errno())?;
        }
        if phase == SleepPhase::Resume
            && let Some(task) = call.task()
        {
            uses::wake(self.0, task, device);
        }
        Ok(())
    }
}

/// The switch of a domain.
pub(super) struct DomainSwitch {
    pub(super) machine: &'static Machine,
    pub(super) domain: usize,
}

impl DomainOps for DomainSwitch {
    fn power_on(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.machine.hardware().set_domain(self.domain, true);
        Ok(())
    }

    fn power_off(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.machine.hardware().set_domain(self.domain, false);
        uses::power_went(self.machine);
        Ok(())
    }
}
