//! Orders that the generator finds, played on the device model: nothing waits, and what binds is what binds by deferral.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use linkwright::context::{Task, host_task};
use linkwright::device::{
    BindState, Call, Context, DeviceConfig, DeviceInfo, DeviceSlot, Driver, DriverSlot, Errno, LinkSlot, Order,
    RpmStatus, Rules, Storage, System, VirtualTime,
};
use linkwright::power::DeviceId;
use linkwright::topology::{Link, Node, Strength, Topology};
use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{LinkClass, Soc};
use oracle::random::Numbers;

/// A random graph: for each device in the order of the spec its suppliers, and whether it is probed without.
struct Graph {
    suppliers: Vec<Vec<(usize, bool)>>,
    /// Devices whose driver never comes.
    missing: Vec<bool>,
}

impl Graph {
    /// `back`: with references that are not needed to probe and may close circles.
    fn random(numbers: &mut Numbers, most: usize, back: bool) -> Self {
        let count = 2 + numbers.below(most - 1);
        let order = shuffled(numbers, count);
        let mut suppliers = vec![Vec::new(); count];
        for consumer in 0..count {
            for _ in 0..numbers.below(4) {
                let supplier = numbers.below(count);
                let forward = supplier < consumer;
                if forward || (back && supplier != consumer) {
                    suppliers[order[consumer]].push((order[supplier], !forward));
                }
            }
        }
        let with_missing = numbers.once_in(3);
        let missing = (0..count).map(|_| with_missing && numbers.once_in(8)).collect();
        Self { suppliers, missing }
    }

    fn spec(&self, number: usize) -> String {
        let mut text = format!("linkwright: 1\nsoc: graph{number}\ndevices:\n");
        for (device, suppliers) in self.suppliers.iter().enumerate() {
            let reference = |(name, (supplier, later)): (usize, &(usize, bool))| match later {
                true => format!("r{name}: {{ to: d{supplier}, clock: 0, post_init: true }}"),
                false => format!("r{name}: d{supplier}/0"),
            };
            let references: Vec<String> = suppliers.iter().enumerate().map(reference).collect();
            match references.is_empty() {
                true => text += &format!("  d{device}: {{ ip: node }}\n"),
                false => text += &format!("  d{device}: {{ ip: node, clocks: {{ {} }} }}\n", references.join(", ")),
            }
        }
        text
    }

    /// Devices that come up: those with a driver, and without a needed supplier that stays away.
    fn comes_up(&self) -> Vec<bool> {
        let mut up: Vec<bool> = self.missing.iter().map(|missing| !missing).collect();
        for _ in 0..up.len() {
            for (device, suppliers) in self.suppliers.iter().enumerate() {
                up[device] &= suppliers.iter().all(|&(supplier, later)| later || up[supplier]);
            }
        }
        up
    }
}

fn shuffled(numbers: &mut Numbers, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    (1..count).for_each(|i| order.swap(i, numbers.below(i + 1)));
    order
}

/// The specs of graphs, read in one go.
fn socs(graphs: &[Graph]) -> Vec<Soc> {
    let ip = "linkwright: 1\nip: node\nprovides: { clk: {} }\nconsumes:\n  clocks:\n    r0: { optional: true }\n    \
              r1: { optional: true }\n    r2: { optional: true }\n";
    let mut inputs = vec![Input::Text("ip/node.yaml".into(), ip.into())];
    for (number, graph) in graphs.iter().enumerate() {
        inputs.push(Input::Text(format!("soc/graph{number}.yaml"), graph.spec(number)));
    }
    let reading = front::read(&inputs, &Options::default());
    let first = reading.diagnostics.sorted().first().map(|finding| finding.title.clone());
    reading.model.unwrap_or_else(|| panic!("{first:?}")).socs
}

/// The soc as generated code has it.
fn topology(soc: &Soc) -> &'static Topology {
    fn keep<T>(items: impl Iterator<Item = T>) -> &'static [T] {
        Box::leak(items.collect())
    }
    let id = |device: usize| DeviceId::new(u16::try_from(device).expect("few devices"));
    let text = |text: &str| -> &'static str { Box::leak(text.into()) };
    let strength = |edge: &linkwright_codegen::lower::Edge| match edge.class {
        _ if edge.post_init => Strength::PostInit,
        LinkClass::Optional => Strength::Optional,
        LinkClass::Hard | LinkClass::Ignore => Strength::Hard,
    };
    let link = |edge: &linkwright_codegen::lower::Edge| {
        Link::managed(
            id(edge.consumer),
            id(edge.supplier),
            strength(edge),
            text(&edge.subsystem),
            text(&edge.name),
            text(&edge.place),
        )
    };
    Box::leak(Box::new(Topology {
        name: text(&soc.name),
        devices: keep(soc.devices.iter().map(|device| Node::new(text(&device.name), "node", None))),
        links: keep(soc.edges.iter().map(link)),
        probe_order: keep(soc.probe_order.iter().map(|device| id(*device))),
    }))
}

/// A driver of one device, which counts its probes, and may look for its suppliers by itself.
struct Named {
    name: &'static str,
    number: usize,
    /// Without links a driver has to ask for each supplier, and to come again.
    asks_for: Vec<usize>,
    probes: AtomicUsize,
    log: &'static Mutex<Vec<usize>>,
}

impl Driver<VirtualTime> for Named {
    fn name(&self) -> &str {
        self.name
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.name
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        self.probes.fetch_add(1, Ordering::Relaxed);
        let bound = |supplier: &usize| {
            let device = call.system().device_numbered(DeviceId::new(*supplier as u16)).expect("it is there");
            call.system().device_info(device).expect("lives").bind == BindState::Bound
        };
        if !self.asks_for.iter().all(bound) {
            return Err(Errno::PROBE_DEFER);
        }
        self.log.lock().expect("one thread").push(self.number);
        Ok(())
    }
}

struct Played {
    bound: Vec<bool>,
    probes: Vec<usize>,
    /// In which order devices bound.
    order: Vec<usize>,
}

impl Played {
    fn calls(&self) -> usize {
        self.probes.iter().sum()
    }
}

/// Plays a graph: with the links and the order of its topology, or as drivers did without either.
fn play(task: &Task<'_>, graph: &Graph, topology: Option<&'static Topology>, numbers: &mut Numbers) -> Played {
    let count = graph.suppliers.len();
    let log: &'static Mutex<Vec<usize>> = Box::leak(Box::default());
    let names: Vec<&'static str> =
        (0..count).map(|device| &*Box::leak(format!("d{device}").into_boxed_str())).collect();
    let drivers: Vec<Named> = (0..count)
        .map(|number| {
            let needed = graph.suppliers[number].iter().filter(|(_, later)| !later).map(|(supplier, _)| *supplier);
            let asks_for = if topology.is_some() { Vec::new() } else { needed.collect() };
            Named { name: names[number], number, asks_for, probes: AtomicUsize::new(0), log }
        })
        .collect();
    fn slots<T>(count: usize, slot: impl Fn() -> T) -> Vec<T> {
        (0..count).map(|_| slot()).collect()
    }
    let mut devices = slots(count, || DeviceSlot::EMPTY);
    let mut links = slots(3 * count, || LinkSlot::EMPTY);
    let mut places = slots(count, || DriverSlot::EMPTY);
    let storage =
        Storage { devices: &mut devices, links: &mut links, drivers: &mut places, domains: &mut [], nestings: &mut [] };
    let rules = if topology.is_some() { Rules::default() } else { Rules::LINUX };
    let system = System::with_rules(storage, VirtualTime::new(), rules);
    let cx = Context::sleepable(task);
    let come = |numbers: &mut Numbers| {
        for driver in shuffled(numbers, count).into_iter().filter(|driver| !graph.missing[*driver]) {
            system.driver_register(cx, &drivers[driver]).expect("room");
            system.run_pending(cx);
        }
    };
    let mut handles = vec![None; count];
    match topology {
        Some(topology) => {
            come(numbers);
            system.load(cx, topology, &mut handles, |_| true).expect("loads");
            system.run_pending(cx);
        }
        None => {
            for device in shuffled(numbers, count) {
                let config = DeviceConfig { name: names[device], number: device as u32, ..DeviceConfig::default() };
                let made = system.device_init(config).expect("room");
                system.device_add(cx, made).expect("adds");
                handles[device] = Some(made);
            }
            come(numbers);
        }
    }
    assert_eq!(system.warnings(), 0);
    let bound = handles.iter().map(|handle| {
        handle.and_then(|handle| system.device_info(handle)).is_some_and(|info| info.bind == BindState::Bound)
    });
    let bound = bound.collect();
    let probes = drivers.iter().map(|driver| driver.probes.load(Ordering::Relaxed)).collect();
    let order = std::mem::take(&mut *log.lock().expect("one thread"));
    Played { bound, probes, order }
}

/// Graphs in bites, so that a run's memory stays small.
fn with_graphs(count: usize, back: bool, mut test: impl FnMut(&Task<'_>, &Graph, &Soc, &mut Numbers)) {
    let mut numbers = Numbers::new(5);
    let mut left = count;
    while left > 0 {
        let bite = left.min(500);
        let graphs: Vec<Graph> = (0..bite).map(|_| Graph::random(&mut numbers, 16, back)).collect();
        let socs = socs(&graphs);
        host_task(|task| {
            graphs.iter().zip(&socs).for_each(|(graph, soc)| test(task, graph, soc, &mut numbers));
        });
        left -= bite;
    }
}

#[test]
fn the_generated_order_probes_each_device_once_and_binds_what_deferral_binds() {
    let (mut devices, mut by_order, mut by_deferral, mut worst) = (0, 0, 0, 0);
    with_graphs(10_000, false, |task, graph, soc, numbers| {
        let ordered = play(task, graph, Some(topology(soc)), numbers);
        let deferred = play(task, graph, None, numbers);
        let up = graph.comes_up();
        assert_eq!(ordered.bound, up, "{}", graph.spec(0));
        assert_eq!(deferred.bound, up, "{}", graph.spec(0));
        let once: Vec<usize> = up.iter().map(|up| usize::from(*up)).collect();
        assert_eq!(ordered.probes, once, "each device that can come up is probed once, the others never");
        let expected: Vec<usize> = soc.probe_order.iter().copied().filter(|device| up[*device]).collect();
        assert_eq!(ordered.order, expected, "in the order that was generated");
        devices += up.len();
        by_order += ordered.calls();
        by_deferral += deferred.calls();
        worst = worst.max(deferred.calls() - ordered.calls());
    });
    let saved = by_deferral - by_order;
    println!("10,000 graphs, {devices} devices: {by_order} probe calls by order, {by_deferral} by deferral");
    println!("saved {saved} calls, up to {worst} in a graph");
    assert!(saved > by_order / 10, "deferral is really tried: {by_deferral} calls, by order {by_order}");
}

#[test]
fn circles_cut_at_references_not_needed_to_probe_come_up_by_the_rest() {
    let (mut forward, mut backward) = (0, 0);
    with_graphs(1_000, true, |task, graph, soc, numbers| {
        let played = play(task, graph, Some(topology(soc)), numbers);
        let up = graph.comes_up();
        assert_eq!(played.bound, up, "{}", graph.spec(0));
        assert_eq!(played.probes, up.iter().map(|up| usize::from(*up)).collect::<Vec<_>>());
        let place = |device: usize| soc.probe_order.iter().position(|other| *other == device);
        for edge in &soc.edges {
            assert_eq!(place(edge.supplier) < place(edge.consumer), !edge.gives_way, "{}", edge.place);
            assert!(edge.post_init || !edge.gives_way, "what is needed to probe stays");
            *(if edge.gives_way { &mut backward } else { &mut forward }) += usize::from(edge.post_init);
        }
    });
    println!("{backward} references gave way, {forward} that are not needed to probe order all the same");
    assert!(forward > 100 && backward > 100);
}

/// A kind of resource that nobody has heard of, played: gate with its reason, runtime PM and the order of sleep.
#[test]
fn a_made_up_subsystem_gates_powers_and_orders() {
    let texts = [
        (
            "subsystems/lantern.yaml",
            "linkwright: 1\nsubsystem: lantern\nkey: lanterns\nlink: { class: hard, runtime_pm: true }\n",
        ),
        ("ip/lighthouse.yaml", "linkwright: 1\nip: lighthouse\nprovides: { lantern: {} }\n"),
        ("ip/buoy.yaml", "linkwright: 1\nip: buoy\nconsumes: { lanterns: { top: {} } }\n"),
        (
            "soc/coast.yaml",
            "linkwright: 1\nsoc: coast\ndevices:\n  d0: { ip: buoy, lanterns: { top: d1 } }\n  d1: { ip: lighthouse }\n",
        ),
    ];
    let inputs: Vec<Input> = texts.iter().map(|(name, text)| Input::Text((*name).into(), (*text).into())).collect();
    let soc = front::read(&inputs, &Options::default()).model.expect("nothing is wrong").socs.remove(0);
    let topology = topology(&soc);
    let mut devices = [const { DeviceSlot::EMPTY }; 2];
    let mut links = [const { LinkSlot::EMPTY }; 1];
    let mut places = [const { DriverSlot::EMPTY }; 2];
    let storage =
        Storage { devices: &mut devices, links: &mut links, drivers: &mut places, domains: &mut [], nestings: &mut [] };
    let log: &'static Mutex<Vec<usize>> = Box::leak(Box::default());
    let drivers = ["d0", "d1"].map(|name| Named {
        name,
        number: usize::from(name == "d1"),
        asks_for: Vec::new(),
        probes: AtomicUsize::new(0),
        log,
    });
    let system = System::new(storage, VirtualTime::new());
    host_task(|task| {
        let cx = Context::sleepable(task);
        let mut handles = [None; 2];
        system.load(cx, topology, &mut handles, |_| true).expect("loads");
        let [buoy, lighthouse] = handles.map(|handle| handle.expect("takes part"));
        system.driver_register(cx, &drivers[0]).expect("room");
        system.run_pending(cx);
        let why = system.waiting(buoy).expect("the gate holds it").to_string();
        assert_eq!(why, "waiting for d1 because of edge `lantern top` declared at soc/coast.yaml:4");
        system.driver_register(cx, &drivers[1]).expect("room");
        system.run_pending(cx);
        assert_eq!(*log.lock().expect("one thread"), [1, 0]);
        [buoy, lighthouse].iter().for_each(|device| {
            system.enable(*device).expect("was disabled");
        });
        system.get_sync(cx, buoy).expect("resumes");
        assert_eq!(system.rpm_info(lighthouse).expect("lives").status, RpmStatus::Active);
        let first = system.next_in_order(Order::Sleep, None).expect("two devices");
        assert_eq!(
            (first, system.next_in_order(Order::Sleep, Some(first))),
            (lighthouse, Some(buoy)),
            "suspended last"
        );
    });
}
