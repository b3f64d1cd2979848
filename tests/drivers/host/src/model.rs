use std::sync::Mutex;

use linkwright::device::{
    Call, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno, LinkSlot, NestingSlot, SleepPhase, Storage,
    System, VirtualTime,
};
use linkwright::topology::Topology;

use crate::lock;

/// A device model with room for the devices, links and power domains of a chip and for `drivers` drivers, on virtual time.
pub fn system(topology: &Topology, drivers: usize) -> System<'static, VirtualTime> {
    fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
        Box::leak((0..count).map(|_| slot()).collect())
    }
    let storage = Storage {
        devices: slots(topology.device_slots(), || DeviceSlot::EMPTY),
        links: slots(topology.link_slots(), || LinkSlot::EMPTY),
        drivers: slots(drivers, || DriverSlot::EMPTY),
        domains: slots(topology.domains.len(), || DomainSlot::EMPTY),
        nestings: slots(topology.nesting_slots(), || NestingSlot::EMPTY),
    };
    System::new(storage, VirtualTime::new())
}

/// Stands for the drivers of devices of which nobody asks more than to be there and to be switched.
#[derive(Debug)]
pub struct StandIn {
    /// Its name.
    pub name: &'static str,
    /// Is it for the device of this name?
    pub fits: fn(&str) -> bool,
    /// Done when one of them is switched, by its number.
    pub switch: fn(u32, bool),
}

impl StandIn {
    fn switched(&self, call: &Call<'_, '_, '_, '_, VirtualTime>, on: bool) {
        if let Some(info) = call.system().device_info(call.device()) {
            (self.switch)(info.number, on);
        }
    }
}

impl Driver<VirtualTime> for StandIn {
    fn name(&self) -> &str {
        self.name
    }

    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        (self.fits)(device.name)
    }

    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(drop).map_err(|error| error.errno())
    }

    fn runtime_resume(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.switched(call, true);
        Ok(())
    }

    fn runtime_suspend(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.switched(call, false);
        Ok(())
    }
}

/// A driver, and a record of the devices that it was given, in their order.
pub struct Recorded {
    /// The driver.
    pub driver: &'static dyn Driver<VirtualTime>,
    /// Numbers of the devices of each call of `probe`.
    pub record: &'static Mutex<Vec<u32>>,
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorded({})", self.driver.name())
    }
}

impl Driver<VirtualTime> for Recorded {
    fn name(&self) -> &str {
        self.driver.name()
    }

    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        self.driver.matches(device)
    }

    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        if let Some(info) = call.system().device_info(call.device()) {
            lock(self.record).push(info.number);
        }
        self.driver.probe(call)
    }

    fn remove(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) {
        self.driver.remove(call);
    }

    fn runtime_resume(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.driver.runtime_resume(call)
    }

    fn runtime_suspend(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.driver.runtime_suspend(call)
    }

    fn sleep(&self, phase: SleepPhase, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.driver.sleep(phase, call)
    }
}
