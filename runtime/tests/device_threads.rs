//! The device model under real threads: clients that take and give back counts, and a worker for deferred work.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use linkwright::context::host_task;
use linkwright::device::{
    Call, Context, DeviceConfig, DeviceHandle, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno, Idle,
    LinkKind, LinkSlot, NestingSlot, Platform, RpmError, RpmStatus, Storage, System, Threads,
};

type Model = System<'static, Threads>;

/// Each is supplied by the one before it.
const CHAIN: [&str; 5] = ["root", "bus", "clock", "dma", "user"];
const CLIENTS: usize = 4;
const ROUNDS: u32 = 4_000;

/// A driver that notices what must not happen.
struct Watch {
    name: &'static str,
    supplier: Option<DeviceHandle>,
    /// A suspend or resume of the device runs.
    inside: AtomicBool,
    /// An idle check of the device runs: beside a transition it may, as in Linux, beside another it may not.
    idling: AtomicBool,
    resumed: AtomicU32,
    suspended: AtomicU32,
    wrong: Mutex<BTreeSet<&'static str>>,
}

impl Watch {
    fn note(&self, what: &'static str, is: bool) {
        if is {
            self.wrong.lock().expect("no callback panics").insert(what);
        }
    }

    /// A suspend or resume.
    fn transition(&self, call: &Call<'_, '_, '_, '_, Threads>) {
        self.note("two transitions at once", self.inside.swap(true, SeqCst));
        if let Some(supplier) = self.supplier {
            let on = call.system().rpm_info(supplier).is_some_and(|info| info.status == RpmStatus::Active);
            self.note("a transition without its supplier", !on);
        }
        thread::yield_now();
        self.note("two transitions at once", !self.inside.swap(false, SeqCst));
    }
}

impl Driver<Threads> for Watch {
    fn name(&self) -> &str {
        self.name
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.name
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, Threads>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
    fn has_runtime_idle(&self) -> bool {
        true
    }
    fn runtime_idle(&self, _: &Call<'_, '_, '_, '_, Threads>) -> Result<Idle, Errno> {
        self.note("idle checks overlap", self.idling.swap(true, SeqCst));
        thread::yield_now();
        self.note("idle checks overlap", !self.idling.swap(false, SeqCst));
        Ok(Idle::MaySuspend)
    }
    fn runtime_suspend(&self, call: &Call<'_, '_, '_, '_, Threads>) -> Result<(), Errno> {
        self.transition(call);
        self.suspended.fetch_add(1, SeqCst);
        Ok(())
    }
    fn runtime_resume(&self, call: &Call<'_, '_, '_, '_, Threads>) -> Result<(), Errno> {
        self.resumed.fetch_add(1, SeqCst);
        self.transition(call);
        Ok(())
    }
}

fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
    Box::leak((0..count).map(|_| slot()).collect())
}

/// The chain, bound and suspended.
fn chain() -> (&'static Model, Vec<DeviceHandle>, Vec<&'static Watch>) {
    let storage = Storage {
        devices: slots(CHAIN.len(), || DeviceSlot::EMPTY),
        links: slots(CHAIN.len(), || LinkSlot::EMPTY),
        drivers: slots(CHAIN.len(), || DriverSlot::EMPTY),
        domains: slots(0, || DomainSlot::EMPTY),
        nestings: slots(0, || NestingSlot::EMPTY),
    };
    let system: &'static Model = Box::leak(Box::new(System::new(storage, Threads::default())));
    let (mut devices, mut drivers) = (Vec::new(), Vec::new());
    host_task(|task| {
        let cx = Context::sleepable(task);
        for name in CHAIN {
            let device = system.device_init(DeviceConfig { name, ..DeviceConfig::default() }).expect("room");
            system.device_add(cx, device).expect("registers");
            let supplier = devices.last().copied();
            if let Some(supplier) = supplier {
                system.link_add(cx, device, supplier, LinkKind::MANAGED, None).expect("links");
            }
            let driver: &'static Watch = Box::leak(Box::new(Watch {
                name,
                supplier,
                inside: AtomicBool::new(false),
                idling: AtomicBool::new(false),
                resumed: AtomicU32::new(0),
                suspended: AtomicU32::new(0),
                wrong: Mutex::default(),
            }));
            system.driver_register(cx, driver).expect("room");
            devices.push(device);
            drivers.push(driver);
        }
        system.run_pending(cx);
    });
    (system, devices, drivers)
}

/// What a driver's user does, over and over.
fn client(system: &Model, devices: &[DeviceHandle], client: usize) {
    host_task(|task| {
        let cx = Context::sleepable(task);
        for round in 0..ROUNDS {
            let device = devices[(client + round as usize) % devices.len()];
            match (client as u32 + round) % 7 {
                0 => {
                    // Refused while in use, and when another one is faster.
                    let _ = system.suspend(cx, device);
                }
                1 => {
                    if system.get_if_active(device) == Ok(true) {
                        assert_ne!(system.put(device), Err(RpmError::Underflow));
                    }
                }
                2 => {
                    // The queued get may be answered with "in progress", the count is taken.
                    let _ = system.get(device);
                    let _ = system.put_sync_suspend(cx, device);
                }
                3 => {
                    let _ = system.schedule_suspend(device, 1);
                }
                kind => {
                    system.get_sync(cx, device).expect("resumes");
                    let active = |d| system.rpm_info(d).is_some_and(|info| info.status == RpmStatus::Active);
                    let place = devices.iter().position(|d| *d == device).expect("one of them");
                    assert!(devices[..=place].iter().all(|d| active(*d)), "held, so it and its suppliers run");
                    let put = match kind {
                        4 => system.put_sync(cx, device),
                        5 => system.put_autosuspend(device),
                        _ => system.put(device),
                    };
                    assert_ne!(put, Err(RpmError::Underflow));
                }
            }
        }
    });
}

fn play() {
    let (system, devices, drivers) = chain();
    host_task(|task| {
        // Its suspends come from the timer.
        let (cx, last) = (Context::sleepable(task), devices[CHAIN.len() - 1]);
        system.set_autosuspend_delay(cx, last, 1).expect("lives");
        system.use_autosuspend(cx, last, true).expect("lives");
    });
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            host_task(|task| {
                while !stop.load(SeqCst) {
                    system.run_pending(Context::sleepable(task));
                    system.platform().wait_kick(system.next_deadline());
                }
            });
        });
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                scope.spawn({
                    let devices = &devices;
                    move || client(system, devices, n)
                })
            })
            .collect();
        let results: Vec<_> = clients.into_iter().map(thread::ScopedJoinHandle::join).collect();
        let status = |d: &DeviceHandle| system.rpm_info(*d).map(|info| info.status);
        // Nobody asks any more: the worker alone switches all off, the consumer when its timer has run out.
        host_task(|task| {
            let _ = system.get_sync(Context::sleepable(task), devices[CHAIN.len() - 1]);
            let _ = system.put_autosuspend(devices[CHAIN.len() - 1]);
        });
        for _ in 0..1_000 {
            if devices.iter().all(|d| status(d) == Some(RpmStatus::Suspended)) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        stop.store(true, SeqCst);
        system.platform().kick();
        assert!(results.iter().all(Result::is_ok), "a client has failed");
    });
    for ((name, device), driver) in CHAIN.iter().zip(&devices).zip(&drivers) {
        let info = system.rpm_info(*device).expect("lives");
        assert_eq!((info.status, info.usage, info.error), (RpmStatus::Suspended, 0, None), "{name}");
        let (resumed, suspended) = (driver.resumed.load(SeqCst), driver.suspended.load(SeqCst));
        assert!(resumed > 0, "{name} was never used");
        assert_eq!(resumed, suspended, "{name}");
        assert!(!driver.inside.load(SeqCst));
        assert_eq!(*driver.wrong.lock().expect("no callback panics"), BTreeSet::new(), "{name}");
        let mut link = system.next_supplier(*device, None);
        while let Some(edge) = link {
            assert_eq!(edge.rpm_active, 1, "{name} holds its supplier");
            link = system.next_supplier(*device, Some(edge.handle));
        }
    }
    assert_eq!(system.warnings(), 0);
    assert_eq!(system.next_deadline(), None);
}

/// Whatever the interleaving: counts are zero and all is off at the end, and nothing went wrong on the way.
#[test]
fn clients_and_a_worker() {
    let (done, finished) = mpsc::channel();
    let player = thread::spawn(move || {
        play();
        let _ = done.send(());
    });
    if finished.recv_timeout(Duration::from_secs(20)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("the model hangs");
    }
    player.join().expect("see its panic");
}
