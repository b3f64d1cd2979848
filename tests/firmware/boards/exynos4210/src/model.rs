//! The device model, with the devices and links of the chip's spec, and who drives what.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use example_dmac::Controller;
use example_uart::Uart;
use firmware_support::report::{Failed, Must};
use linkwright::consumer::{Bound, Dma, OperationError};
use linkwright::context::Task;
use linkwright::device::{
    BareMetal, Call, Context, DeviceInfo, DeviceSlot, DomainCall, DomainOps, DomainSlot, Driver, DriverSlot, Errno,
    LinkSlot, NestingSlot, RpmStatus, Storage, System,
};
use linkwright::dma::Provider;
use linkwright::power::Device;
use linkwright::topology::Domain;
use linkwright_exynos4210::{Clock, Gic, Mdma1, PdLcd0, Pdma0, Pdma1, Pmu, Serial0, Serial2, TOPOLOGY};
use linkwright_subsystems::clk::{self, Clk};
use linkwright_subsystems::interrupt::Interrupt;
use once_cell::sync::OnceCell;
use static_cell::ConstStaticCell;

use crate::interrupts::INTERRUPTS;
use crate::start::{self, Exynos, TIMER};

static PDMA0: Bound<Controller<Pdma0, Exynos>> = Bound::new();
static PDMA1: Bound<Controller<Pdma1, Exynos>> = Bound::new();
static MDMA1: Bound<Controller<Mdma1, Exynos>> = Bound::new();
/// The first UART with its driver.
pub(crate) static SERIAL0: Bound<Uart<Serial0, Exynos>> = Bound::new();

linkwright::providers! {
    Exynos {
        Clock: Clk = &CLOCKS;
        Gic: Interrupt = &INTERRUPTS;
        Pdma0: Dma = start::pdma0() as &dyn Provider;
        Pdma1: Dma = start::pdma1() as &dyn Provider;
        Mdma1: Dma = start::mdma1() as &dyn Provider;
    }
}

/// QEMU's chip has no clocks to switch: they are counted, so that it is seen whether drivers balance them.
pub(crate) struct Clocks {
    running: AtomicU32,
}

/// The clocks.
pub(crate) static CLOCKS: Clocks = Clocks { running: AtomicU32::new(0) };

impl Clocks {
    /// How many run.
    pub(crate) fn running(&self) -> u32 {
        self.running.load(Relaxed)
    }
}

impl clk::Provider for Clocks {
    fn prepare(&self, _: &Task<'_>, _: &'static [u64]) -> Result<(), OperationError> {
        Ok(())
    }
    fn unprepare(&self, _: &Task<'_>, _: &'static [u64]) -> Result<(), OperationError> {
        Ok(())
    }
    fn enable(&self, _: &'static [u64]) -> Result<(), OperationError> {
        self.running.fetch_add(1, Relaxed);
        Ok(())
    }
    fn disable(&self, _: &'static [u64]) -> Result<(), OperationError> {
        self.running.fetch_sub(1, Relaxed);
        Ok(())
    }
    fn rate(&self, _: &Task<'_>, _: &'static [u64]) -> Result<u64, OperationError> {
        Ok(24_000_000)
    }
}

/// The timer's time.
pub(crate) struct Time;

impl linkwright::device::Clock for Time {
    fn now(&self) -> u64 {
        TIMER.now()
    }
}

type Surroundings = BareMetal<Time>;

const DEVICES: usize = TOPOLOGY.device_slots();
const LINKS: usize = TOPOLOGY.link_slots();
const DOMAINS: usize = TOPOLOGY.domains.len();
const NESTINGS: usize = TOPOLOGY.nesting_slots();

/// The device model.
pub(crate) fn system() -> &'static System<'static, Surroundings> {
    static DEVICE_SLOTS: ConstStaticCell<[DeviceSlot<'static>; DEVICES]> =
        ConstStaticCell::new([const { DeviceSlot::EMPTY }; DEVICES]);
    static LINK_SLOTS: ConstStaticCell<[LinkSlot; LINKS]> = ConstStaticCell::new([const { LinkSlot::EMPTY }; LINKS]);
    static DRIVER_SLOTS: ConstStaticCell<[DriverSlot<'static, Surroundings>; 8]> =
        ConstStaticCell::new([const { DriverSlot::EMPTY }; 8]);
    static DOMAIN_SLOTS: ConstStaticCell<[DomainSlot<'static>; DOMAINS]> =
        ConstStaticCell::new([const { DomainSlot::EMPTY }; DOMAINS]);
    static NESTING_SLOTS: ConstStaticCell<[NestingSlot; NESTINGS]> =
        ConstStaticCell::new([const { NestingSlot::EMPTY }; NESTINGS]);
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

/// What the others hang on: always there.
struct Base;

impl Driver<Surroundings> for Base {
    fn name(&self) -> &str {
        "base"
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        [Gic::NAME, Clock::NAME, Pmu::NAME, PdLcd0::NAME, Serial2::NAME].contains(&device.name)
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, Surroundings>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(drop).map_err(|error| error.errno())
    }
}

/// How often the display's domain was switched off.
pub(crate) static DOMAIN_OFF: AtomicU32 = AtomicU32::new(0);

/// The switch of the display's domain.
struct Display;

impl DomainOps for Display {
    fn power_off(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        DOMAIN_OFF.fetch_add(1, Relaxed);
        start::lose_registers();
        Ok(())
    }
}

/// Make the devices and bind the drivers. Sleepable.
pub(crate) fn boot(cx: &Task<'_>) -> Result<(), Failed> {
    let context = Context::sleepable(cx);
    let mut handles = [None; TOPOLOGY.devices.len()];
    let switch = |domain: &Domain| (domain.provider == PdLcd0::ID).then_some(&Display as &dyn DomainOps);
    system().load(context, &TOPOLOGY, &mut handles, |_| true, switch).must("the topology")?;
    // In any order: each device waits for what it needs.
    let drivers: [&dyn Driver<Surroundings>; 5] = [&SERIAL0, &MDMA1, &PDMA0, &PDMA1, &Base];
    for driver in drivers {
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
