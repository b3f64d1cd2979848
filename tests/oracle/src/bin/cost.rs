//! What the device model costs: `cost scale` for large topologies, `cost chain [N]` for get and put.
//!
//! Build with `--release` for numbers that mean something.

#![forbid(unsafe_code)]

use std::time::Instant;

use linkwright::context::host_task;
use linkwright::device::{
    BareMetal, Call, Clock, Context, DeviceConfig, DeviceHandle, DeviceInfo, DeviceSlot, DomainSlot, Driver,
    DriverSlot, Errno, LinkError, LinkKind, LinkSlot, LinkSpec, NestingSlot, Order, PathEdge, Platform, Storage,
    System,
};
use oracle::random::Numbers;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> u64 {
        0
    }
}

type Sys = System<'static, BareMetal<Stopped>>;

fn system(devices: usize, links: usize) -> Sys {
    fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
        Box::leak((0..count).map(|_| slot()).collect())
    }
    let storage = Storage {
        devices: slots(devices, || DeviceSlot::EMPTY),
        links: slots(links, || LinkSlot::EMPTY),
        drivers: slots(8, || DriverSlot::EMPTY),
        domains: slots(0, || DomainSlot::EMPTY),
        nestings: slots(0, || NestingSlot::EMPTY),
    };
    System::new(storage, BareMetal::new(Stopped))
}

fn add<P: Platform>(system: &System<'_, P>, cx: Context<'_, '_>, name: &'static str) -> DeviceHandle {
    let device = system.device_init(DeviceConfig { name, ..DeviceConfig::default() }).expect("room");
    system.device_add(cx, device).expect("registers");
    device
}

/// Nanoseconds and steps for each edge.
#[derive(Clone, Copy)]
struct Cost {
    time: f64,
    steps: f64,
}

/// Do something to each of several systems.
fn measure<T>(systems: &mut [T], edges: usize, system: impl Fn(&T) -> &Sys, mut f: impl FnMut(&mut T)) -> Cost {
    let count = |systems: &[T]| systems.iter().map(|s| system(s).steps()).sum::<u64>();
    let steps = count(systems);
    let start = Instant::now();
    systems.iter_mut().for_each(&mut f);
    let time = start.elapsed().as_nanos() as f64 / edges as f64;
    Cost { time, steps: (count(systems) - steps) as f64 / edges as f64 }
}

const LINKS_EACH: usize = 10;

/// Every device needs ten of the hundred before it.
fn edges(n: usize) -> Vec<(usize, usize)> {
    let mut numbers = Numbers::new(1);
    let mut edges = Vec::with_capacity(n * LINKS_EACH);
    for consumer in 1..n {
        for i in 0..LINKS_EACH {
            let window = consumer.min(100);
            if i < window {
                // Distinct suppliers: one out of each tenth of the window.
                let (low, high) = (i * window / LINKS_EACH, (i + 1) * window / LINKS_EACH);
                if high > low {
                    edges.push((consumer - 1 - (low + numbers.below(high - low)), consumer));
                }
            }
        }
    }
    edges
}

/// A system of the measurement, its devices, and the length of the circle found in it.
struct Subject {
    system: Sys,
    devices: Vec<DeviceHandle>,
    circle: usize,
}

/// `copies` systems of `n` devices each.
fn scale_of(n: usize, copies: usize) -> [(&'static str, Cost); 5] {
    let edges = edges(n);
    let count = edges.len() * copies;
    host_task(|task| {
        let cx = Context::sleepable(task);
        let mut subjects: Vec<Subject> = (0..2 * copies)
            .map(|_| {
                let system = system(n, edges.len() + 1);
                let devices = (0..n).map(|_| add(&system, cx, "d")).collect();
                Subject { system, devices, circle: 0 }
            })
            .collect();
        let (single, all) = subjects.split_at_mut(copies);
        let adding = measure(
            single,
            count,
            |s| &s.system,
            |s| {
                for &(supplier, consumer) in &edges {
                    s.system
                        .link_add(cx, s.devices[consumer], s.devices[supplier], LinkKind::MANAGED, None)
                        .expect("links");
                }
            },
        );
        // Backward: as far from the order as can be.
        let bulk = measure(
            all,
            count,
            |s| &s.system,
            |s| {
                let specs = edges.iter().rev().map(|&(supplier, consumer)| LinkSpec {
                    consumer: s.devices[n - 1 - consumer],
                    supplier: s.devices[n - 1 - supplier],
                    kind: LinkKind::MANAGED,
                    declared: None,
                });
                s.system.link_all(cx, specs, &mut []).expect("links");
            },
        );
        let reading = measure(
            single,
            count,
            |s| &s.system,
            |s| {
                let mut next = s.system.next_in_order(Order::Sleep, None);
                let mut seen = 0;
                while let Some(device) = next {
                    seen += 1;
                    next = s.system.next_in_order(Order::Sleep, Some(device));
                }
                assert_eq!(seen, n);
            },
        );
        // The worst circle: the first needs the last.
        let circle = measure(
            single,
            count,
            |s| &s.system,
            |s| match s.system.link_add(cx, s.devices[0], s.devices[n - 1], LinkKind::MANAGED, None) {
                Err(LinkError::Cycle { length, .. }) => s.circle = length as usize,
                other => panic!("{other:?}"),
            },
        );
        let explaining = measure(
            single,
            count,
            |s| &s.system,
            |s| {
                let (first, last) = (s.devices[0], s.devices[n - 1]);
                let mut path = vec![PathEdge { supplier: first, consumer: first, link: None }; s.circle];
                assert_eq!(s.system.cycle_path(first, last, &mut path), Some(s.circle));
                assert_eq!((path[0].supplier, path[path.len() - 1].consumer), (first, last));
            },
        );
        [
            ("adding one by one", adding),
            ("adding all and ordering", bulk),
            ("reading the order", reading),
            ("detecting a circle", circle),
            ("explaining it", explaining),
        ]
    })
}

/// The best of several runs: other work on the machine only ever adds.
fn best_of(runs: usize, n: usize, copies: usize) -> [(&'static str, Cost); 5] {
    let mut best = scale_of(n, copies);
    for _ in 1..runs {
        for (best, (_, cost)) in best.iter_mut().zip(scale_of(n, copies)) {
            best.1.time = best.1.time.min(cost.time);
        }
    }
    best
}

fn scale() {
    // As many small systems as hold the same amount of data, so that caches help neither.
    let small = best_of(3, 1_000, 100);
    let large = best_of(3, 100_000, 1);
    println!(
        "for each edge               100 x 1,000 devices        100,000 devices, 1,000,000 links   ratio of time, steps"
    );
    for ((name, a), (_, b)) in small.iter().zip(&large) {
        println!(
            "{name:<26} {:>7.1} ns {:>6.2} steps {:>9.1} ns {:>6.2} steps {:>20.2} {:>6.2}",
            a.time,
            a.steps,
            b.time,
            b.steps,
            b.time / a.time,
            b.steps / a.steps.max(f64::MIN_POSITIVE)
        );
        assert!(b.steps <= a.steps * 1.5 + 0.1, "{name}: steps for each edge grow with the number of devices");
    }
}

struct Plain(&'static str);

impl<P: Platform> Driver<P> for Plain {
    fn name(&self) -> &str {
        self.0
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.0
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, P>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
}

const CHAIN: [&str; 5] = ["a", "b", "c", "d", "e"];

/// `rounds` of get and put at the end of a chain of four suppliers: cold (everything resumes and suspends), or while
/// somebody else holds it.
fn chain(rounds: usize, cold: bool) -> f64 {
    let drivers: &'static [Plain] = Box::leak(CHAIN.iter().map(|name| Plain(name)).collect());
    host_task(|task| {
        let cx = Context::sleepable(task);
        let system = system(8, 8);
        let devices = CHAIN.map(|name| add(&system, cx, name));
        for driver in drivers {
            system.driver_register(cx, driver).expect("room");
        }
        for pair in devices.windows(2) {
            system.link_add(cx, pair[1], pair[0], LinkKind::MANAGED, None).expect("links");
        }
        system.run_pending(cx);
        let end = devices[4];
        if !cold {
            system.resume_and_get(cx, end).expect("resumes");
        }
        let steps = system.steps();
        for _ in 0..rounds {
            system.resume_and_get(cx, end).expect("resumes");
            let _ = system.put_sync_suspend(cx, end);
            system.run_pending(cx);
        }
        (system.steps() - steps) as f64 / rounds.max(1) as f64
    })
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("scale") => scale(),
        Some("chain") => {
            let rounds = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
            let cold = args.get(2).is_none_or(|how| how != "held");
            println!("{:.1} steps for each get and put", chain(rounds, cold));
        }
        _ => {
            eprintln!("usage: cost scale | cost chain [ROUNDS [held]]");
            std::process::exit(2);
        }
    }
}
