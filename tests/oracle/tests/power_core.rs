//! Guards of drivers and of DMA transfers count on the device model.

use linkwright::context::host_task;
use linkwright::device::{
    Call, Context, DeviceConfig, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno, LinkKind, LinkSlot,
    NestingSlot, RpmStatus, Storage, System, VirtualTime,
};
use linkwright::power::{DeviceId, Grant, PowerCore, PowerError};

struct Plain(&'static str);

impl Driver<VirtualTime> for Plain {
    fn name(&self) -> &str {
        self.0
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.0
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
    fn runtime_resume(&self, _: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        if self.0 == "broken" { Err(Errno::IO) } else { Ok(()) }
    }
}

fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
    Box::leak((0..count).map(|_| slot()).collect())
}

#[test]
fn guards_hold_a_device_and_its_supplier() {
    let storage = Storage {
        devices: slots(4, || DeviceSlot::EMPTY),
        links: slots(4, || LinkSlot::EMPTY),
        drivers: slots(4, || DriverSlot::EMPTY),
        domains: slots(0, || DomainSlot::EMPTY),
        nestings: slots(0, || NestingSlot::EMPTY),
    };
    let system: &'static System<'static, VirtualTime> = Box::leak(Box::new(System::new(storage, VirtualTime::new())));
    let core: &'static dyn PowerCore = system;
    host_task(|task| {
        let cx = Context::sleepable(task);
        let [dma, i2s, broken, user] = ["dma", "i2s", "broken", "user"].map(|name| {
            let number = ["dma", "i2s", "broken", "user"].iter().position(|n| *n == name).unwrap_or(0) as u32;
            let device = system.device_init(DeviceConfig { name, number, ..DeviceConfig::default() }).expect("room");
            system.device_add(cx, device).expect("registers");
            system.driver_register(cx, Box::leak(Box::new(Plain(name)))).expect("room");
            device
        });
        system.link_add(cx, i2s, dma, LinkKind::MANAGED, None).expect("links");
        system.link_add(cx, user, broken, LinkKind::MANAGED, None).expect("links");
        system.run_pending(cx);
        let status = |device| system.rpm_info(device).map(|info| info.status);

        assert!(Grant::get_if_active(core, DeviceId::new(1)).is_none());
        let guard = Grant::resume(task, core, DeviceId::new(1)).expect("resumes");
        assert_eq!((status(dma), status(i2s)), (Some(RpmStatus::Active), Some(RpmStatus::Active)));
        // What a transfer in flight holds.
        let transfer = guard.share();
        drop(guard);
        system.run_pending(cx);
        assert_eq!(status(dma), Some(RpmStatus::Active));
        drop(transfer);
        assert_eq!(status(i2s), Some(RpmStatus::Active), "dropping switches nothing by itself");
        system.run_pending(cx);
        assert_eq!((status(dma), status(i2s)), (Some(RpmStatus::Suspended), Some(RpmStatus::Suspended)));

        let error = Grant::resume(task, core, DeviceId::new(3)).map(|_| ()).expect_err("its supplier is broken");
        assert_eq!(error, PowerError::Supplier(DeviceId::new(2)));
        let error = Grant::resume(task, core, DeviceId::new(9)).map(|_| ()).expect_err("nobody");
        assert_eq!(error, PowerError::Unknown(DeviceId::new(9)));
        assert_eq!(system.rpm_info(user).map(|info| info.usage), Some(0));
        assert_eq!(system.warnings(), 0);
    });
}
