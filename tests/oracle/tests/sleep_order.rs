//! The generated sleep order is the one in which the device model puts devices to sleep.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::sync::Mutex;

use linkwright::context::{Task, host_task};
use linkwright::device::{
    Call, Context, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno, LinkSlot, NestingSlot,
    SleepPhase as Callback, SleepRequest, Storage, System, VirtualTime,
};
use linkwright::power::DeviceId;
use linkwright::topology::Topology;
use linkwright_codegen::front::read;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::Soc;
use linkwright_codegen::spec::SleepPhase;
use oracle::order::topology;
use oracle::random::Numbers;

/// Switches its device off in the phase of its ip, and on in the one that undoes it.
struct Named {
    name: &'static str,
    off: Callback,
    on: Callback,
    log: &'static Mutex<Log>,
}

/// Devices as they went to sleep and woke up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Log {
    off: Vec<&'static str>,
    on: Vec<&'static str>,
}

impl Driver<VirtualTime> for Named {
    fn name(&self) -> &str {
        self.name
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.name
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(drop).map_err(|error| error.errno())
    }
    fn sleep(&self, phase: Callback, _: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        let mut log = self.log.lock().expect("one thread");
        if phase == self.off {
            log.off.push(self.name);
        }
        if phase == self.on {
            log.on.push(self.name);
        }
        Ok(())
    }
}

/// When drivers come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drivers {
    /// Before the devices: nobody waits.
    Before,
    /// After the devices, and who needs others first: devices wait for each other.
    Backward,
}

/// Loads a topology, with a driver for each device that acts in the phase that the soc has for it, and sleeps once.
fn sleep(task: &Task<'_>, topology: &'static Topology, soc: &Soc, drivers: Drivers) -> Log {
    fn slots<T>(count: usize, slot: impl Fn() -> T) -> Vec<T> {
        (0..count).map(|_| slot()).collect()
    }
    let phases: HashMap<&str, SleepPhase> =
        soc.sleep_order.iter().map(|step| (soc.devices[step.device].name.as_str(), step.phase)).collect();
    let log: &'static Mutex<Log> = Box::leak(Box::default());
    let named: Vec<Named> = topology
        .probe_order
        .iter()
        .map(|&id| {
            let name = topology.node(id).expect("known").name;
            let (off, on) = match phases[name] {
                SleepPhase::Suspend => (Callback::Suspend, Callback::Resume),
                SleepPhase::Late => (Callback::SuspendLate, Callback::ResumeEarly),
                SleepPhase::Noirq => (Callback::SuspendNoirq, Callback::ResumeNoirq),
            };
            Named { name, off, on, log }
        })
        .collect();
    let mut storage = (
        slots(topology.device_slots(), || DeviceSlot::EMPTY),
        slots(topology.link_slots(), || LinkSlot::EMPTY),
        slots(named.len(), || DriverSlot::EMPTY),
        slots(topology.domains.len(), || DomainSlot::EMPTY),
        slots(topology.nesting_slots(), || NestingSlot::EMPTY),
    );
    let storage = Storage {
        devices: &mut storage.0,
        links: &mut storage.1,
        drivers: &mut storage.2,
        domains: &mut storage.3,
        nestings: &mut storage.4,
    };
    let system = System::new(storage, VirtualTime::new());
    let cx = Context::sleepable(task);
    let mut handles = vec![None; topology.devices.len()];
    if drivers == Drivers::Before {
        for driver in &named {
            system.driver_register(cx, driver).expect("room");
        }
    }
    system.load(cx, topology, &mut handles, |_| true, |_| None).expect("loads");
    if drivers == Drivers::Backward {
        for driver in named.iter().rev() {
            system.driver_register(cx, driver).expect("room");
        }
    }
    system.run_pending(cx);
    let mut entered = 0;
    system.system_sleep(cx, &SleepRequest::default(), &mut || entered += 1).expect("sleeps");
    assert_eq!((entered, system.warnings()), (1, 0));
    std::mem::take(&mut *log.lock().expect("one thread"))
}

fn names(topology: &'static Topology) -> Vec<&'static str> {
    topology.sleep_order.iter().map(|&id| topology.node(id).expect("known").name).collect()
}

/// Each consumer sleeps before what it needs, unless that says that it goes in an earlier phase, or the probe order does
/// not follow the link either. Answers how many links it looked at.
fn respects_links(soc: &Soc, topology: &Topology, order: &[&str]) -> usize {
    let place = |id: DeviceId| {
        let name = topology.node(id).expect("known").name;
        order.iter().position(|slept| *slept == name).unwrap_or_else(|| panic!("{name} does not sleep"))
    };
    let probe = |id: DeviceId| topology.probe_order.iter().position(|&other| other == id).expect("takes part");
    let phase = |id: DeviceId| {
        let step = soc.sleep_order.iter().find(|step| step.device == usize::from(id.get()));
        step.expect("takes part").phase
    };
    let followed = topology
        .links
        .iter()
        .filter(|link| probe(link.supplier) < probe(link.consumer) && phase(link.consumer) <= phase(link.supplier));
    followed.inspect(|link| assert!(place(link.consumer) < place(link.supplier), "{link}: {order:?}")).count()
}

/// What must hold for any chip. Answers how many links it has, and whether waiting makes another order.
fn check(task: &Task<'_>, topology: &'static Topology, soc: &Soc) -> (usize, bool) {
    let expected = names(topology);
    assert_eq!(expected.len(), topology.probe_order.len());
    let links = respects_links(soc, topology, &expected);
    let slept = sleep(task, topology, soc, Drivers::Before);
    assert_eq!(slept.off, expected, "{}", topology.name);
    assert_eq!(slept.on, expected.iter().rev().copied().collect::<Vec<_>>(), "{}", topology.name);
    // Whoever waits goes to the end of the list. That may be another order, but one that the same links allow.
    let slept = sleep(task, topology, soc, Drivers::Backward);
    assert_eq!(slept.off.len(), expected.len());
    assert_eq!(respects_links(soc, topology, &slept.off), links);
    (links, slept.off != expected)
}

fn socs(inputs: &[Input]) -> Vec<Soc> {
    let reading = read(inputs, &Options::default());
    let first = reading.diagnostics.sorted().first().map(|finding| format!("{} {}", finding.rule, finding.title));
    reading.model.unwrap_or_else(|| panic!("{first:?}")).socs
}

#[test]
fn committed_chips_sleep_in_the_generated_order() {
    let committed: [&'static Topology; 5] = [
        &linkwright_cyclonev::TOPOLOGY,
        &linkwright_exynos4210::TOPOLOGY,
        &linkwright_exynos5433::TOPOLOGY,
        &linkwright_rk3399::TOPOLOGY,
        &linkwright_zynq7000::TOPOLOGY,
    ];
    for topology in committed {
        let found = socs(&[Input::Soc(topology.name.to_string())]);
        let soc = found.iter().find(|soc| soc.name == topology.name).expect("it is there");
        let ordered: Vec<&str> = soc.sleep_order.iter().map(|step| soc.devices[step.device].name.as_str()).collect();
        assert_eq!(names(topology), ordered, "the generated crate has what the generator finds now");
        let (links, other) = host_task(|task| check(task, topology, soc));
        println!("{}: {} devices, {links} links", topology.name, ordered.len());
        assert!(links > ordered.len() && other, "hardly anything is linked, or nobody waited");
    }
}

/// `plain` says nothing; the others say when they are off.
const IPS: [(&str, &str); 4] = [("plain", ""), ("first", "suspend"), ("late", "late"), ("noirq", "noirq")];

fn ips() -> Vec<Input> {
    let ip = |(name, off): (&str, &str)| {
        let sleep = if off.is_empty() { String::new() } else { format!("sleep: {{ off: {off} }}\n") };
        let text = format!(
            "linkwright: 1\nip: {name}\n{sleep}provides: {{ clk: {{}} }}\nconsumes:\n  clocks:\n    \
             r0: {{ optional: true }}\n    r1: {{ optional: true }}\n    r2: {{ optional: true }}\n"
        );
        Input::Text(format!("ip/{name}.yaml"), text)
    };
    IPS.map(ip).to_vec()
}

/// `codec` and `bus` need each other; `bus` probes without. `osc` says nothing and is needed by what goes last.
const PHASES: &str = "\
# linkwright: allow-file(LW0426) some go before those that use them
linkwright: 1
soc: phases
devices:
  osc: { ip: plain }
  pll: { ip: late, clocks: { r0: osc/0 } }
  spi: { ip: noirq, clocks: { r0: osc/0 } }
  bus: { ip: first, clocks: { r0: pll/0, r1: { to: codec, clock: 0, post_init: true } } }
  codec: { ip: first, clocks: { r0: bus/0, r1: pll/0 } }
  lamp: { ip: plain, clocks: { r0: bus/0 } }
  slow: { ip: late, clocks: { r0: bus/0 } }
";

#[test]
fn devices_sleep_phase_by_phase() {
    let mut inputs = ips();
    inputs.push(Input::Text("soc/phases.yaml".into(), PHASES.into()));
    let soc = &socs(&inputs)[0];
    let topology = topology(soc);
    let order: Vec<(&str, SleepPhase)> =
        soc.sleep_order.iter().map(|step| (soc.devices[step.device].name.as_str(), step.phase)).collect();
    assert_eq!(
        order,
        [
            ("codec", SleepPhase::Suspend),
            ("bus", SleepPhase::Suspend),
            ("slow", SleepPhase::Late),
            ("lamp", SleepPhase::Late),
            ("pll", SleepPhase::Late),
            ("spi", SleepPhase::Noirq),
            ("osc", SleepPhase::Noirq),
        ],
        "`bus` says that it is off before `slow` and `lamp`; `osc` says nothing and is on for `spi` until the end"
    );
    // Of eight links the circle's gives way, and those of `slow` and `lamp` to `bus` are against the phases.
    assert_eq!(host_task(|task| check(task, topology, soc)).0, 5);
}

/// Who needs whom at random, some of it in circles that `post_init` cuts, in phases at random.
fn random(numbers: &mut Numbers, name: &str) -> String {
    let count = 2 + numbers.below(14);
    let mut text = format!("# linkwright: allow-file(LW0426) any phases\nlinkwright: 1\nsoc: {name}\ndevices:\n");
    for device in 0..count {
        let references: Vec<String> = (0..numbers.below(4))
            .filter_map(|reference| match numbers.below(count) {
                supplier if supplier < device => Some(format!("r{reference}: d{supplier}/0")),
                supplier if supplier > device => {
                    Some(format!("r{reference}: {{ to: d{supplier}, clock: 0, post_init: true }}"))
                }
                _ => None,
            })
            .collect();
        let ip = numbers.pick(&IPS).0;
        text += &format!("  d{device}: {{ ip: {ip}, clocks: {{ {} }} }}\n", references.join(", "));
    }
    text
}

#[test]
fn random_chips_sleep_in_the_generated_order() {
    let mut numbers = Numbers::new(11);
    let mut links = 0;
    for bite in 0..10 {
        let mut inputs = ips();
        for chip in 0..100 {
            let name = format!("chip{bite}x{chip}");
            let text = random(&mut numbers, &name);
            inputs.push(Input::Text(format!("soc/{name}.yaml"), text));
        }
        let socs = socs(&inputs);
        assert_eq!(socs.len(), 100);
        links += host_task(|task| socs.iter().map(|soc| check(task, topology(soc), soc).0).sum::<usize>());
    }
    assert!(links > 3_000, "{links}");
}
