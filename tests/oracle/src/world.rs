//! One run: a system, the scenario's drivers and domains, and what is recorded about them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use linkwright::device::{
    Context, DeviceConfig, DeviceHandle, DeviceSlot, DomainHandle, DomainSlot, DriverSlot, LinkSlot, NestingSlot,
    Storage, System, VirtualTime,
};
use serde_json::Value;

use crate::scenario::{Op, Scenario};
use crate::script::{ScriptDomain, ScriptDriver};
use crate::verdict::Mode;

/// The system under test.
pub type Sys = System<'static, VirtualTime>;

/// What scripted callbacks and operations share.
#[derive(Debug)]
pub struct World {
    /// The scenario.
    pub scenario: Scenario,
    /// The rules.
    pub mode: Mode,
    inner: Mutex<Inner>,
}

/// The changing part.
#[derive(Debug, Default)]
pub struct Inner {
    /// Events of the present step.
    pub events: Vec<Value>,
    /// Devices that exist.
    pub devices: BTreeMap<String, DeviceHandle>,
    /// Domains that exist.
    pub domains: BTreeMap<String, DomainHandle>,
    /// Scripts by object and callback.
    pub scripts: BTreeMap<(String, String), Script>,
    /// The device that stands for the bus all devices are on.
    pub bus: Option<DeviceHandle>,
    /// Links that were made with a flag that has no effect and that only the recording shows: `RPM_ACTIVE` alone.
    pub inert: BTreeSet<(String, String)>,
    /// Warnings of the script itself, such as unknown operations.
    pub problems: Vec<String>,
}

/// What a callback does.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Operations it carries out.
    pub body: Vec<Op>,
    /// How often still; `None`: always.
    pub times: Option<u64>,
    /// Next return values.
    pub rets: VecDeque<i32>,
    /// Return value afterwards.
    pub then: i32,
}

impl World {
    /// The changing part, for a moment.
    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fresh world and its system.
    ///
    /// A run keeps its memory until the process ends, as firmware does with its statics.
    pub fn start(scenario: &Scenario, mode: Mode, cx: Context<'_, '_>) -> Run {
        let topology = &scenario.topology;
        let (devices, drivers, domains) = (topology.devices.len(), topology.drivers.len(), topology.domains.len());
        let links = (devices * devices * 2).max(16);
        let storage = Storage {
            devices: leak_slots(2 * devices + 8, || DeviceSlot::EMPTY),
            links: leak_slots(links, || LinkSlot::EMPTY),
            drivers: leak_slots(drivers + 1, || DriverSlot::EMPTY),
            domains: leak_slots(domains + 1, || DomainSlot::EMPTY),
            nestings: leak_slots(domains * domains + 1, || NestingSlot::EMPTY),
        };
        let world: &'static World =
            Box::leak(Box::new(World { scenario: scenario.clone(), mode, inner: Mutex::new(Inner::default()) }));
        let system: &'static Sys = Box::leak(Box::new(System::with_rules(storage, VirtualTime::new(), mode.rules)));
        // All devices are on the platform bus, which has a device of its own.
        let bus = system
            .device_init(DeviceConfig { name: "platform", number: 0, parent: None, no_pm_callbacks: true })
            .expect("storage for the bus");
        system.device_add(cx, bus).expect("the bus registers");
        world.inner().bus = Some(bus);
        let drivers = world
            .scenario
            .topology
            .drivers
            .iter()
            .map(|(name, driver)| (name.clone(), &*Box::leak(Box::new(ScriptDriver::new(world, name, driver)))))
            .collect();
        let domains = world
            .scenario
            .topology
            .domains
            .keys()
            .map(|name| (name.clone(), &*Box::leak(Box::new(ScriptDomain::new(world, name)))))
            .collect();
        let parts: &'static Parts = Box::leak(Box::new(Parts { system, drivers, domains }));
        PARTS.with(|p| p.set(Some(parts)));
        Run { world, parts }
    }
}

std::thread_local! {
    static PARTS: std::cell::Cell<Option<&'static Parts>> = const { std::cell::Cell::new(None) };
}

/// The running world's parts, for callbacks that carry out operations.
pub fn parts() -> &'static Parts {
    PARTS.with(std::cell::Cell::get).expect("a run on this thread")
}

fn leak_slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
    Box::leak((0..count).map(|_| slot()).collect())
}

/// The system and what drives it.
pub struct Parts {
    /// The system.
    pub system: &'static Sys,
    /// Drivers.
    pub drivers: BTreeMap<String, &'static ScriptDriver>,
    /// Domains.
    pub domains: BTreeMap<String, &'static ScriptDomain>,
}

/// A run.
#[derive(Clone, Copy)]
pub struct Run {
    /// The record.
    pub world: &'static World,
    /// The system.
    pub parts: &'static Parts,
}

impl Inner {
    /// What a callback that starts now returns, and does.
    pub fn take_script(&mut self, object: &str, callback: &str) -> (i32, Vec<Op>) {
        let Some(script) = self.scripts.get_mut(&(object.to_owned(), callback.to_owned())) else {
            return (0, Vec::new());
        };
        let ret = script.rets.pop_front().unwrap_or(script.then);
        let body = match &mut script.times {
            Some(0) => Vec::new(),
            Some(times) => {
                *times -= 1;
                script.body.clone()
            }
            None => script.body.clone(),
        };
        (ret, body)
    }
}
