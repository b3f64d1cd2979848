//! Random graphs of devices as specs, played on the device model in the order that the generator finds for them, or by
//! deferral.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use linkwright::context::{Task, host_task};
use linkwright::device::{
    BindState, Call, Context, DeviceConfig, DeviceInfo, DeviceSlot, Driver, DriverSlot, Errno, LinkSlot, Rules,
    Storage, System, VirtualTime,
};
use linkwright::power::DeviceId;
use linkwright::topology::{Link, Node, Strength, Topology};
use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{LinkClass, Soc};

use crate::random::Numbers;

/// A random graph.
#[derive(Debug)]
pub struct Graph {
    /// For each device in the order of the spec its suppliers, and whether it is probed without.
    pub suppliers: Vec<Vec<(usize, bool)>>,
    /// Devices whose driver never comes.
    pub missing: Vec<bool>,
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

    /// As a spec file.
    pub fn spec(&self, number: usize) -> String {
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
    pub fn comes_up(&self) -> Vec<bool> {
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
pub fn topology(soc: &Soc) -> &'static Topology {
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
        domains: &[],
        probe_order: keep(soc.probe_order.iter().map(|device| id(*device))),
        sleep_order: keep(soc.sleep_order.iter().map(|step| id(step.device))),
    }))
}

/// A driver of one device, which counts its probes, and may look for its suppliers by itself.
#[derive(Debug)]
pub struct Named {
    name: &'static str,
    number: usize,
    asks_for: Vec<usize>,
    probes: AtomicUsize,
    log: &'static Mutex<Vec<usize>>,
}

impl Named {
    /// Logs its number in `log` when it binds. Without links it has to ask for each supplier, and to come again.
    pub fn new(name: &'static str, number: usize, asks_for: Vec<usize>, log: &'static Mutex<Vec<usize>>) -> Self {
        Self { name, number, asks_for, probes: AtomicUsize::new(0), log }
    }
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

/// What happened to a graph's devices.
#[derive(Debug)]
pub struct Played {
    /// Who is bound in the end.
    pub bound: Vec<bool>,
    /// How often each was probed.
    pub probes: Vec<usize>,
    /// In which order devices bound.
    pub order: Vec<usize>,
}

impl Played {
    /// Probe calls of all devices.
    pub fn calls(&self) -> usize {
        self.probes.iter().sum()
    }
}

/// Plays a graph: with the links and the order of its topology, or as drivers did without either.
pub fn play(task: &Task<'_>, graph: &Graph, topology: Option<&'static Topology>, numbers: &mut Numbers) -> Played {
    let count = graph.suppliers.len();
    let log: &'static Mutex<Vec<usize>> = Box::leak(Box::default());
    let names: Vec<&'static str> =
        (0..count).map(|device| &*Box::leak(format!("d{device}").into_boxed_str())).collect();
    let drivers: Vec<Named> = (0..count)
        .map(|number| {
            let needed = graph.suppliers[number].iter().filter(|(_, later)| !later).map(|(supplier, _)| *supplier);
            let asks_for = if topology.is_some() { Vec::new() } else { needed.collect() };
            Named::new(names[number], number, asks_for, log)
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
            system.load(cx, topology, &mut handles, |_| true, |_| None).expect("loads");
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
pub fn with_graphs(count: usize, back: bool, mut test: impl FnMut(&Task<'_>, &Graph, &Soc, &mut Numbers)) {
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

/// Probe calls with the generated order and without.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProbeCalls {
    /// Graphs played.
    pub graphs: usize,
    /// Devices of all graphs.
    pub devices: usize,
    /// Calls in the generated order.
    pub by_order: usize,
    /// Calls where each driver asks for its suppliers and comes again.
    pub by_deferral: usize,
    /// Most calls saved in a single graph.
    pub worst: usize,
}

impl core::fmt::Display for ProbeCalls {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { graphs, devices, by_order, by_deferral, worst } = self;
        writeln!(f, "{graphs} graphs, {devices} devices: {by_order} probe calls by order, {by_deferral} by deferral")?;
        write!(f, "saved {} calls, up to {worst} in a graph", by_deferral.saturating_sub(*by_order))
    }
}

/// Count probe calls of so many graphs without circles.
///
/// # Panics
/// If a device that can come up is not probed exactly once in the generated order, or if others bind by deferral.
pub fn probe_calls(graphs: usize) -> ProbeCalls {
    let mut count = ProbeCalls { graphs, ..ProbeCalls::default() };
    with_graphs(graphs, false, |task, graph, soc, numbers| {
        let ordered = play(task, graph, Some(topology(soc)), numbers);
        let deferred = play(task, graph, None, numbers);
        let up = graph.comes_up();
        assert_eq!(ordered.bound, up, "{}", graph.spec(0));
        assert_eq!(deferred.bound, up, "{}", graph.spec(0));
        let once: Vec<usize> = up.iter().map(|up| usize::from(*up)).collect();
        assert_eq!(ordered.probes, once, "each device that can come up is probed once, the others never");
        let expected: Vec<usize> = soc.probe_order.iter().copied().filter(|device| up[*device]).collect();
        assert_eq!(ordered.order, expected, "in the order that was generated");
        count.devices += up.len();
        count.by_order += ordered.calls();
        count.by_deferral += deferred.calls();
        count.worst = count.worst.max(deferred.calls().saturating_sub(ordered.calls()));
    });
    count
}
