//! The device model, with the devices and links of the chip's spec, and who drives what.

use example_dmac::Controller;
use firmware_support::report::{Failed, Must};
use linkwright::consumer::{Bound, Dma};
use linkwright::context::Task;
use linkwright::device::{
    BareMetal, Call, Clock, Context, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno, LinkSlot,
    NestingSlot, RpmStatus, Storage, System,
};
use linkwright::dma::Provider;
use linkwright::power::Device;
use linkwright_subsystems::clk::Clk;
use linkwright_subsystems::reset::Reset;
use linkwright_zynq7000::{DmacS, Gic, Slcr, TOPOLOGY};
use once_cell::sync::OnceCell;
use static_cell::ConstStaticCell;

use crate::start::{self, SLCR, TIMER, Zynq};

/// The controller with its driver.
static DMAC: Bound<Controller<DmacS, Zynq>> = Bound::new();

linkwright::providers! {
    Zynq {
        Slcr: Clk = &SLCR;
        Slcr: Reset = &SLCR;
        DmacS: Dma = start::dmac() as &dyn Provider;
    }
}

/// The timer's time.
pub(crate) struct Time;

impl Clock for Time {
    fn now(&self) -> u64 {
        TIMER.now()
    }
}

type Surroundings = BareMetal<Time>;

const DEVICES: usize = TOPOLOGY.devices.len();
const LINKS: usize = TOPOLOGY.links.len();

/// The device model.
pub(crate) fn system() -> &'static System<'static, Surroundings> {
    static DEVICE_SLOTS: ConstStaticCell<[DeviceSlot<'static>; DEVICES]> =
        ConstStaticCell::new([const { DeviceSlot::EMPTY }; DEVICES]);
    static LINK_SLOTS: ConstStaticCell<[LinkSlot; LINKS]> = ConstStaticCell::new([const { LinkSlot::EMPTY }; LINKS]);
    static DRIVER_SLOTS: ConstStaticCell<[DriverSlot<'static, Surroundings>; 4]> =
        ConstStaticCell::new([const { DriverSlot::EMPTY }; 4]);
    static DOMAIN_SLOTS: ConstStaticCell<[DomainSlot<'static>; 0]> = ConstStaticCell::new([]);
    static NESTING_SLOTS: ConstStaticCell<[NestingSlot; 0]> = ConstStaticCell::new([]);
    static SYSTEM: OnceCell<System<'static, Surroundings>> = OnceCell::new();
    SYSTEM.get_or_init(|| {
        let storage = Storage {
            devices: DEVICE_SLOTS.take(),
            links: LINK_SLOTS.take(),
            drivers: DRIVER_SLOTS.take(),
            domains: DOMAIN_SLOTS.take(),
            nestings: NESTING_SLOTS.take(),
        };
        System::new(storage, BareMetal::new(Time))
    })
}

/// What the controller hangs on: always there.
struct Base;

impl Driver<Surroundings> for Base {
    fn name(&self) -> &str {
        "base"
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        [Gic::NAME, Slcr::NAME].contains(&device.name)
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, Surroundings>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(drop).map_err(|error| error.errno())
    }
}

/// Make the devices and bind the drivers. Sleepable.
pub(crate) fn boot(cx: &Task<'_>) -> Result<(), Failed> {
    let context = Context::sleepable(cx);
    let mut handles = [None; DEVICES];
    system().load(context, &TOPOLOGY, &mut handles, |_| true, |_| None).must("the topology")?;
    // The controller first: it waits for what it needs.
    for driver in [&DMAC as &dyn Driver<Surroundings>, &Base] {
        system().driver_register(context, driver).must("room for a driver")?;
    }
    settle(cx);
    Ok(())
}

/// Let everything happen that is due. Sleepable.
pub(crate) fn settle(cx: &Task<'_>) {
    system().run_pending(Context::sleepable(cx));
}

/// Is the device on?
pub(crate) fn is_on<D: Device>() -> bool {
    let info = system().device_numbered(D::ID).and_then(|handle| system().rpm_info(handle));
    info.is_some_and(|info| info.status == RpmStatus::Active)
}
