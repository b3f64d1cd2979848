//! A chip as generated from its spec, loaded into the device model.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use linkwright::context::host_task;
use linkwright::device::{
    BindState, Call, Context, DeviceHandle, DeviceInfo, DeviceSlot, DomainCall, DomainOps, DomainSlot, Driver,
    DriverSlot, Errno, Error, LinkSlot, LinkState, LoadError, NestingSlot, RpmStatus, Storage, System, VirtualTime,
};
use linkwright::power::DeviceId;
use linkwright::topology::{Domain, Link, Node, Strength, Topology};
use linkwright_exynos4210::TOPOLOGY;

type Model = System<'static, VirtualTime>;

/// A driver for one device of a topology.
struct Named {
    name: &'static str,
    probed: &'static Mutex<Vec<&'static str>>,
}

impl Driver<VirtualTime> for Named {
    fn name(&self) -> &str {
        self.name
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.name
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.probed.lock().expect("one thread").push(self.name);
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
}

fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
    Box::leak((0..count).map(|_| slot()).collect())
}

/// A model with room for the topology, places for its handles, and a driver for each of its devices.
struct Rig {
    system: Model,
    handles: Vec<Option<DeviceHandle>>,
    drivers: Vec<&'static Named>,
    probed: &'static Mutex<Vec<&'static str>>,
}

impl Rig {
    fn new(topology: &Topology) -> Self {
        let count = topology.devices.len();
        let storage = Storage {
            devices: slots(topology.device_slots(), || DeviceSlot::EMPTY),
            links: slots(topology.link_slots(), || LinkSlot::EMPTY),
            drivers: slots(count, || DriverSlot::EMPTY),
            domains: slots(topology.domains.len(), || DomainSlot::EMPTY),
            nestings: slots(topology.nesting_slots(), || NestingSlot::EMPTY),
        };
        let probed: &Mutex<Vec<&str>> = Box::leak(Box::default());
        let drivers = topology.devices.iter().map(|node| &*Box::leak(Box::new(Named { name: node.name, probed })));
        let drivers = drivers.collect();
        Self { system: System::new(storage, VirtualTime::new()), handles: vec![None; count], drivers, probed }
    }

    fn device(&self, name: &str) -> DeviceHandle {
        let is = |handle: &&DeviceHandle| self.system.device_info(**handle).is_some_and(|info| info.name == name);
        *self.handles.iter().flatten().find(is).expect("a device of that name")
    }

    fn bind(&self, name: &str) -> BindState {
        self.system.device_info(self.device(name)).expect("lives").bind
    }

    fn take_probed(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.probed.lock().expect("one thread"))
    }
}

/// Each device that takes part was probed once, after its parent and its suppliers.
fn assert_order(topology: &'static Topology, probed: &[&str]) {
    assert_eq!(probed.len(), topology.probe_order.len());
    let place = |id: DeviceId| {
        let name = topology.node(id).expect("known").name;
        probed.iter().position(|probed| *probed == name).unwrap_or_else(|| panic!("{name} was not probed"))
    };
    for link in topology.links {
        assert!(place(link.supplier) < place(link.consumer), "{link}");
    }
}

#[test]
fn drivers_in_reverse_order_end_bound() {
    let mut rig = Rig::new(&TOPOLOGY);
    host_task(|task| {
        let cx = Context::sleepable(task);
        rig.system.load(cx, &TOPOLOGY, &mut rig.handles, |_| true, |_| None).expect("loads");
        for (number, (node, handle)) in TOPOLOGY.devices.iter().zip(&rig.handles).enumerate() {
            assert_eq!(handle.is_some(), node.enabled, "{}", node.name);
            let Some(handle) = *handle else { continue };
            let id = DeviceId::new(number as u16);
            assert_eq!(rig.system.device_numbered(id), Some(handle));
            let parent = node.parent.map(|p| rig.device(TOPOLOGY.devices[usize::from(p.get())].name));
            assert_eq!(rig.system.device_info(handle).expect("lives").parent, parent, "{}", node.name);
        }
        for link in TOPOLOGY.links {
            let handle = |id: DeviceId| rig.handles[usize::from(id.get())].expect("takes part");
            let made = rig.system.link_of(handle(link.consumer), handle(link.supplier)).expect("made");
            let info = rig.system.link_info(made).expect("lives");
            assert_eq!(info.state, LinkState::Dormant, "{link}");
            assert!(info.flags.names().any(|flag| flag == "PM_RUNTIME") || !link.runtime_pm, "{link}");
        }
        let named = |id: DeviceId| TOPOLOGY.devices[usize::from(id.get())].name;
        let mut early = Vec::new();
        for &driver in rig.drivers.iter().rev() {
            rig.system.driver_register(cx, driver).expect("room");
            rig.system.run_pending(cx);
            if driver.name == "serial0" {
                let needs = |name: &&str| TOPOLOGY.links.iter().any(|link| named(link.consumer) == *name);
                early = rig.take_probed();
                assert_eq!(early.iter().find(|name| needs(name)), None, "they need clock or interrupt controller");
                let why = rig.system.waiting(rig.device("serial0")).expect("deferred").to_string();
                let edge = TOPOLOGY.links.iter().find(|link| named(link.consumer) == "serial0" && link.name == "uart");
                let place = edge.expect("it has a clock").place;
                assert!(place.starts_with("soc/exynos4210.yaml:"), "{place}");
                assert_eq!(why, format!("waiting for clock because of edge `clk uart` declared at {place}"));
            }
        }
        early.extend(rig.take_probed());
        assert_order(&TOPOLOGY, &early);
        let enabled = TOPOLOGY.devices.iter().filter(|node| node.enabled);
        assert!(enabled.into_iter().all(|node| rig.bind(node.name) == BindState::Bound));

        let [serial, pdma, clock] = ["serial0", "pdma0", "clock"].map(|name| rig.device(name));
        let status = |device| rig.system.rpm_info(device).map(|info| info.status);
        rig.system.get_sync(cx, serial).expect("resumes");
        assert_eq!([serial, pdma, clock].map(status), [Some(RpmStatus::Active); 3]);
        rig.system.put_sync(cx, serial).expect("suspends");
        rig.system.run_pending(cx);
        assert_eq!([serial, pdma, clock].map(status), [Some(RpmStatus::Suspended); 3]);
        assert_eq!(rig.system.warnings(), 0);
    });
}

#[test]
fn drivers_that_are_there_before_wait_for_nothing() {
    let mut rig = Rig::new(&TOPOLOGY);
    host_task(|task| {
        let cx = Context::sleepable(task);
        for &driver in &rig.drivers {
            rig.system.driver_register(cx, driver).expect("room");
        }
        rig.system.load(cx, &TOPOLOGY, &mut rig.handles, |_| true, |_| None).expect("loads");
        assert_order(&TOPOLOGY, &rig.take_probed());
        assert!(rig.handles.iter().flatten().all(|device| rig.system.attempts(*device) == Some(1)), "no retries");
    });
}

const A: DeviceId = DeviceId::new(0);
const B: DeviceId = DeviceId::new(1);
const C: DeviceId = DeviceId::new(2);
const D: DeviceId = DeviceId::new(3);

/// `a` would like `b`, and `b` may have `a`, but not both can come first; `c` only orders.
static WEAK: Topology = Topology {
    name: "weak",
    devices: &[Node::new("a", "x", None), Node::new("b", "x", None), Node::new("c", "x", None)],
    links: &[
        Link::managed(A, B, Strength::Optional, "dma", "rx", "soc/weak.yaml:3"),
        Link::managed(B, A, Strength::Optional, "clk", "", "soc/weak.yaml:4"),
        Link::new(C, A, Strength::Hard, "reset", "", "soc/weak.yaml:5"),
    ],
    domains: &[],
    probe_order: &[A, B, C],
    sleep_order: &[C, B, A],
};

#[test]
fn optional_links_wait_for_driven_suppliers_only() {
    for driven in [false, true] {
        let mut rig = Rig::new(&WEAK);
        host_task(|task| {
            let cx = Context::sleepable(task);
            rig.system.load(cx, &WEAK, &mut rig.handles, |node| driven || node.name != "a", |_| None).expect("loads");
            let [a, b, c] = ["a", "b", "c"].map(|name| rig.device(name));
            assert_eq!(rig.system.link_of(a, b), None, "against the probe order");
            rig.system.driver_register(cx, rig.drivers[1]).expect("room");
            rig.system.driver_register(cx, rig.drivers[2]).expect("room");
            rig.system.run_pending(cx);
            assert_eq!(rig.bind("b"), if driven { BindState::Deferred } else { BindState::Bound });
            assert_eq!(rig.bind("c"), BindState::Deferred);
            let why = rig.system.waiting(c).expect("deferred").to_string();
            assert_eq!(why, "waiting for a because of edge `reset` declared at soc/weak.yaml:5");
            let orders = rig.system.next_supplier(c, None).expect("the link");
            assert_eq!(rig.system.rpm_info(c).map(|info| info.links), Some(0), "{orders:?}");
            assert_eq!(rig.system.rpm_info(b).map(|info| info.links), Some(1));
        });
    }
}

/// `a` and `b` need each other, but `a` is probed without `b`; nor does `c` wait for `a`.
static CIRCLE: Topology = Topology {
    name: "circle",
    devices: &[Node::new("a", "x", None), Node::new("b", "x", None), Node::new("c", "x", None)],
    links: &[
        Link::managed(A, B, Strength::PostInit, "graph", "", "soc/circle.yaml:3"),
        Link::managed(B, A, Strength::Hard, "graph", "", "soc/circle.yaml:4"),
        Link::managed(C, A, Strength::PostInit, "clk", "", "soc/circle.yaml:5"),
    ],
    domains: &[],
    probe_order: &[A, B, C],
    sleep_order: &[C, B, A],
};

#[test]
fn nobody_waits_for_what_is_not_needed_to_probe() {
    let mut rig = Rig::new(&CIRCLE);
    host_task(|task| {
        let cx = Context::sleepable(task);
        rig.system.load(cx, &CIRCLE, &mut rig.handles, |_| true, |_| None).expect("loads");
        let [a, b, c] = ["a", "b", "c"].map(|name| rig.device(name));
        let flags = |consumer, supplier| {
            let link = rig.system.link_of(consumer, supplier)?;
            Some(rig.system.link_info(link)?.flags.names().collect::<Vec<_>>().join("+"))
        };
        assert_eq!(flags(a, b).as_deref(), Some("MANAGED+SYNC_STATE_ONLY+CYCLE"), "closes the circle");
        assert_eq!(flags(b, a).as_deref(), Some("PM_RUNTIME+MANAGED"), "stays as it is");
        assert_eq!(flags(c, a).as_deref(), Some("STATELESS+PM_RUNTIME"), "orders and powers, but does not gate");
        for driver in [2, 1] {
            rig.system.driver_register(cx, rig.drivers[driver]).expect("room");
            rig.system.run_pending(cx);
        }
        assert_eq!(
            ["a", "b", "c"].map(|name| rig.bind(name)),
            [BindState::Unbound, BindState::Deferred, BindState::Bound]
        );
        rig.system.driver_register(cx, rig.drivers[0]).expect("room");
        rig.system.run_pending(cx);
        assert_eq!(["a", "b", "c"].map(|name| rig.bind(name)), [BindState::Bound; 3]);
        assert_eq!(flags(a, b), None, "nothing waits for the consumer any more");
        rig.system.get_sync(cx, c).expect("resumes");
        assert_eq!(rig.system.rpm_info(a).map(|info| info.status), Some(RpmStatus::Active));
        assert_eq!(rig.system.warnings(), 0);
    });
}

/// `a` is in `left` and in `right`, `b` and `d` in `right`; `left` is in `outer`.
static POWERED: Topology = Topology {
    name: "powered",
    devices: &[
        Node::new("a", "x", None),
        Node::new("b", "x", None),
        Node::new("c", "x", None),
        Node::new("d", "x", None),
    ],
    links: &[],
    domains: &[
        Domain { name: "left", provider: C, args: &[0], irq_safe: false, always_on: false, outer: &[2], members: &[A] },
        Domain {
            name: "right",
            provider: C,
            args: &[1],
            irq_safe: false,
            always_on: false,
            outer: &[],
            members: &[A, B, D],
        },
        Domain { name: "outer", provider: C, args: &[2], irq_safe: false, always_on: false, outer: &[], members: &[] },
    ],
    probe_order: &[C, A, B, D],
    sleep_order: &[D, B, A, C],
};

/// A domain's switch.
struct Switch(AtomicBool);

impl DomainOps for Switch {
    fn power_on(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        assert!(!self.0.swap(true, SeqCst), "on twice");
        Ok(())
    }
    fn power_off(&self, _: &DomainCall<'_, '_>) -> Result<(), Errno> {
        assert!(self.0.swap(false, SeqCst), "off twice");
        Ok(())
    }
    fn is_on(&self) -> bool {
        self.0.load(SeqCst)
    }
}

#[test]
fn domains_are_on_while_a_member_is() {
    static SWITCHES: [Switch; 3] = [const { Switch(AtomicBool::new(false)) }; 3];
    let on = || SWITCHES.each_ref().map(Switch::is_on);
    let mut rig = Rig::new(&POWERED);
    host_task(|task| {
        let cx = Context::sleepable(task);
        for &driver in rig.drivers.iter().filter(|driver| driver.name != "d") {
            rig.system.driver_register(cx, driver).expect("room");
        }
        let switch = |domain: &'static Domain| Some(&SWITCHES[domain.args[0] as usize] as &dyn DomainOps);
        rig.system.load(cx, &POWERED, &mut rig.handles, |_| true, switch).expect("loads");
        rig.system.run_pending(cx);
        let [a, b] = ["a", "b"].map(|name| rig.device(name));
        assert_eq!(on(), [false; 3], "as they were");
        rig.system.get_sync(cx, b).expect("resumes");
        assert_eq!(on(), [false, true, false], "its own");
        rig.system.get_sync(cx, a).expect("resumes");
        assert_eq!(on(), [true; 3], "both of it, and the one around");
        for (device, left) in [(b, [true; 3]), (a, [false; 3])] {
            rig.system.put(device).expect("is on");
            rig.system.run_pending(cx);
            assert_eq!(on(), left);
        }
        assert_eq!(rig.system.warnings(), 0);
    });
}

/// A boot loader has left `left` on, and nothing is known of `outer` but that `left` is in it.
#[test]
fn what_is_around_a_domain_that_is_on_is_on() {
    static LEFT: Switch = Switch(AtomicBool::new(true));
    let mut rig = Rig::new(&POWERED);
    host_task(|task| {
        let cx = Context::sleepable(task);
        let switch = |domain: &'static Domain| (domain.name == "left").then_some(&LEFT as &dyn DomainOps);
        rig.system.load(cx, &POWERED, &mut rig.handles, |_| true, switch).expect("loads");
    });
    let on = POWERED.domains.iter().map(|domain| rig.system.domain_info(rig.system.domain_declared(domain)?));
    let on: Vec<Option<bool>> = on.map(|info| Some(info?.on)).collect();
    assert_eq!(on, [Some(true), Some(false), Some(true)]);
}

#[test]
fn members_are_in_their_domains() {
    let mut rig = Rig::new(&TOPOLOGY);
    host_task(|task| {
        rig.system.load(Context::sleepable(task), &TOPOLOGY, &mut rig.handles, |_| true, |_| None).expect("loads");
    });
    assert!(!TOPOLOGY.domains.is_empty());
    for domain in TOPOLOGY.domains {
        let made = rig.system.domain_declared(domain).expect("made");
        for &member in domain.members {
            let handle = rig.handles[usize::from(member.get())].expect("takes part");
            assert_eq!(rig.system.domain_of(handle), Some(made), "{}", domain.name);
        }
        let count = rig.system.domain_info(made).map(|info| info.devices);
        assert_eq!(count, Some(domain.members.len() as u32), "{}", domain.name);
    }
}

#[test]
fn what_cannot_be_loaded_says_where() {
    static BACKWARD: Topology = Topology { probe_order: &[C, A, B], ..WEAK };
    static UNSORTED: Topology = Topology {
        links: &[
            Link::managed(B, A, Strength::Hard, "clk", "", "soc/weak.yaml:4"),
            Link::managed(A, B, Strength::Hard, "clk", "", "soc/weak.yaml:3"),
        ],
        ..WEAK
    };
    static NOWHERE: Topology = Topology { domains: &[Domain { outer: &[7], ..POWERED.domains[1] }], ..WEAK };
    static BEYOND: Topology = Topology { probe_order: &[DeviceId::new(9)], ..WEAK };
    let load = |topology: &'static Topology, places: usize| {
        let rig = Rig::new(topology);
        let mut handles = vec![None; places];
        host_task(|task| rig.system.load(Context::sleepable(task), topology, &mut handles, |_| true, |_| None))
    };
    assert_eq!(load(&WEAK, 2), Err(LoadError::Handles { needed: 3 }));
    assert_eq!(load(&UNSORTED, 3), Err(LoadError::Unsorted));
    let error = load(&NOWHERE, 3).expect_err("there is one domain");
    assert_eq!(error.to_string(), "domain right: contradicts the present state");
    assert_eq!(load(&BEYOND, 3), Err(LoadError::Unknown(DeviceId::new(9))));
    let error = load(&BACKWARD, 3).expect_err("c comes before a");
    assert_eq!(error, LoadError::Link(&WEAK.links[2], Error::Invalid));
    assert_eq!(error.to_string(), "edge `reset` declared at soc/weak.yaml:5: contradicts the present state");
}
