//! A DMA transfer keeps its controller's device, and what supplies it, from suspending: on the simulated controller,
//! which loses all it held when it is switched off and reports every access without power.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use linkwright::context::host_task;
use linkwright::device::{
    Call, Context, DeviceConfig, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno, LinkKind, LinkSlot,
    NestingSlot, RpmError, RpmStatus, Storage, System, VirtualTime,
};
use linkwright::dma::{Config, CopyPair, Dmac, MemoryCopy, StartError};
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::Pl330;
use linkwright_sim::{self as sim, Board, Outcome, Pl330Sim};

#[derive(Debug)]
enum Controller {}

impl Device for Controller {
    const NAME: &'static str = "dmac";
    const ID: DeviceId = DeviceId::new(1);
}

type Engine = Dmac<Pl330<&'static Pl330Sim>>;

/// Switches the controller.
struct Switch {
    sim: &'static Pl330Sim,
    engine: OnceLock<&'static Engine>,
    resumed: AtomicU32,
    suspended: AtomicU32,
}

impl Driver<VirtualTime> for Switch {
    fn name(&self) -> &str {
        "dmac"
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == "dmac"
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
    fn runtime_suspend(&self, _: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.suspended.fetch_add(1, SeqCst);
        self.sim.set_power(false);
        Ok(())
    }
    fn runtime_resume(&self, _: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.resumed.fetch_add(1, SeqCst);
        self.sim.set_power(true);
        if let Some(engine) = self.engine.get() {
            engine.restore();
        }
        Ok(())
    }
}

struct Clock;

impl Driver<VirtualTime> for Clock {
    fn name(&self) -> &str {
        "clock"
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == "clock"
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
}

fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
    Box::leak((0..count).map(|_| slot()).collect())
}

#[test]
fn a_transfer_in_flight_keeps_its_controller_on() {
    static OTHER: AlwaysOn = AlwaysOn::new();
    let storage = Storage {
        devices: slots(2, || DeviceSlot::EMPTY),
        links: slots(1, || LinkSlot::EMPTY),
        drivers: slots(2, || DriverSlot::EMPTY),
        domains: slots(0, || DomainSlot::EMPTY),
        nestings: slots(0, || NestingSlot::EMPTY),
    };
    let system: &'static System<'static, VirtualTime> = Box::leak(Box::new(System::new(storage, VirtualTime::new())));
    let Board { dmac: sim, programs, data, .. } = Board::new(sim::Config::zynq7000()).expect("a controller");
    let (engine, counters) = (OnceLock::new(), || AtomicU32::new(0));
    let switch: &'static Switch =
        Box::leak(Box::new(Switch { sim, engine, resumed: counters(), suspended: counters() }));
    sim.set_power(false);
    host_task(|task| {
        let cx = Context::sleepable(task);
        let [clock, dmac] = ["clock", "dmac"].map(|name| {
            let number = u32::from(name == "dmac");
            let device = system.device_init(DeviceConfig { name, number, ..DeviceConfig::default() }).expect("room");
            system.device_add(cx, device).expect("registers");
            device
        });
        system.link_add(cx, dmac, clock, LinkKind::MANAGED, None).expect("links");
        system.driver_register(cx, &Clock).expect("room");
        system.driver_register(cx, switch).expect("room");
        system.run_pending(cx);
        let both = |status| {
            assert_eq!([clock, dmac].map(|d| system.rpm_info(d).map(|info| info.status)), [Some(status); 2]);
        };
        both(RpmStatus::Suspended);

        let config = Config { polled: true, ..Config::DEFAULT };
        let engine: &'static Engine =
            Box::leak(Box::new(Dmac::new::<Controller>(Pl330::new(sim), system, programs, config)));
        assert!(switch.engine.set(engine).is_ok());
        let mut pair = CopyPair {
            source: data.alloc::<u8>(task, 65_536).expect("room"),
            destination: data.alloc(task, 65_536).expect("room"),
        };
        // Claiming resumes the controller for as long as it takes.
        let channel = engine.claim::<MemoryCopy<Controller>>(task).expect("a channel");
        both(RpmStatus::Active);
        system.run_pending(cx);
        both(RpmStatus::Suspended);
        // So does preparing, which takes a thread.
        let mut copier = channel.prepare_copy(task, &pair).unwrap_or_else(|(error, _)| panic!("{error}"));
        both(RpmStatus::Active);
        system.run_pending(cx);
        both(RpmStatus::Suspended);

        for round in 1..4_u8 {
            pair.source.fill(round);
            // Off: nothing in atomic context gives a guard, and one of another core is none.
            assert!(Active::<Controller>::get_if_active(system).is_none());
            assert!(!engine.irq(), "off, so not touched");
            let other = Active::<Controller>::resume(task, &OTHER).expect("always on");
            let rejected = copier.start(pair, &other).map(|_| ()).expect_err("the guard proves nothing");
            assert_eq!(rejected.error, StartError::OtherPower);
            pair = rejected.bufs;
            both(RpmStatus::Suspended);

            let guard = Active::<Controller>::resume(task, system).expect("resumes");
            let transfer = copier.start(pair, &guard).unwrap_or_else(|rejected| panic!("{}", rejected.error));
            drop(guard);
            sim.run(100);
            system.run_pending(cx);
            assert!(!transfer.is_done());
            assert_eq!(system.suspend(cx, dmac), Err(RpmError::InUse), "the transfer holds it");
            assert_eq!(system.suspend(cx, clock), Err(RpmError::InUse), "and what supplies it");
            system.run_pending(cx);
            both(RpmStatus::Active);

            assert_eq!(sim.run_until_interrupt(1_000_000_000), Outcome::Reached);
            let done = transfer.wait(task);
            assert_eq!(done.result, Ok(()));
            pair = done.bufs;
            assert!(pair.destination.iter().all(|byte| *byte == round));
            // Nobody holds it any more. Giving the count back has switched nothing; the worker does.
            both(RpmStatus::Active);
            assert_eq!(system.rpm_info(dmac).map(|info| info.usage), Some(0));
            system.run_pending(cx);
            both(RpmStatus::Suspended);
            let count = u32::from(round) + 2;
            assert_eq!((switch.resumed.load(SeqCst), switch.suspended.load(SeqCst)), (count, count));
        }

        // A transfer that is dropped is stopped, and only then its count given back.
        let guard = Active::<Controller>::resume(task, system).expect("resumes");
        drop(copier.start(pair, &guard).unwrap_or_else(|rejected| panic!("{}", rejected.error)));
        drop(guard);
        copier.release(task).unwrap_or_else(|error| panic!("{error:?}"));
        system.run_pending(cx);
        both(RpmStatus::Suspended);
        assert_eq!(system.warnings(), 0);
    });
}
