//! Every interleaving of two threads on the concurrent core, by loom: get and put from two contexts, suspend against
//! resume, put against unbind. The whole [`System`] runs on loom's lock; what the threads share is real.
//!
//! `mutants.rs` shows that these tests notice a lost wait or mark.

use linkwright::context::host_task;
use linkwright::device::{
    Call, Context, DeviceConfig, DeviceHandle, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot, Errno,
    Exclusive, LinkKind, LinkSlot, NestingSlot, Platform, RpmStatus, Storage, System,
};
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::sync::{Arc, Condvar, Mutex};

struct Surroundings {
    epoch: Mutex<u64>,
    changed: Condvar,
}

struct Shared<T>(Mutex<T>);

impl<T> Exclusive<T> for Shared<T> {
    fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.lock().expect("no panic inside"))
    }
}

impl Platform for Surroundings {
    type Lock<T> = Shared<T>;
    fn now(&self) -> u64 {
        0
    }
    fn kick(&self) {}
    fn epoch(&self) -> u64 {
        *self.epoch.lock().expect("no panic inside")
    }
    fn notify(&self) {
        *self.epoch.lock().expect("no panic inside") += 1;
        self.changed.notify_all();
    }
    fn wait(&self, seen: u64) -> bool {
        let mut epoch = self.epoch.lock().expect("no panic inside");
        while *epoch == seen {
            epoch = self.changed.wait(epoch).expect("no panic inside");
        }
        true
    }
    fn caller(&self) -> u32 {
        // Loom names its threads by number.
        let id = format!("{:?}", loom::thread::current().id());
        id.bytes().filter(u8::is_ascii_digit).fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))
    }
    const INLINE_WORK: bool = false;
}

/// A device's hardware: on or off, and who is touching it.
struct Hardware {
    name: &'static str,
    on: AtomicBool,
    switching: AtomicBool,
    bound: AtomicBool,
    switched: AtomicU32,
}

impl Hardware {
    fn new(name: &'static str) -> &'static Self {
        Box::leak(Box::new(Self {
            name,
            on: AtomicBool::new(false),
            switching: AtomicBool::new(false),
            bound: AtomicBool::new(false),
            switched: AtomicU32::new(0),
        }))
    }

    fn switch(&self, to: bool) {
        assert!(!self.switching.swap(true, Ordering::SeqCst), "two callbacks of {} at once", self.name);
        assert!(self.bound.load(Ordering::SeqCst), "{} is switched after its driver was removed", self.name);
        assert_ne!(self.on.swap(to, Ordering::SeqCst), to, "{} is switched twice", self.name);
        self.switched.fetch_add(1, Ordering::SeqCst);
        self.switching.store(false, Ordering::SeqCst);
    }

    fn is_on(&self) -> bool {
        self.on.load(Ordering::SeqCst)
    }
}

impl Driver<Surroundings> for Hardware {
    fn name(&self) -> &str {
        self.name
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.name == self.name
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, Surroundings>) -> Result<(), Errno> {
        self.bound.store(true, Ordering::SeqCst);
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
    fn remove(&self, call: &Call<'_, '_, '_, '_, Surroundings>) {
        let _ = call.system().disable(call.context(), call.device());
        assert!(!self.switching.load(Ordering::SeqCst), "{} is removed while it is switched", self.name);
        self.bound.store(false, Ordering::SeqCst);
    }
    fn runtime_resume(&self, _: &Call<'_, '_, '_, '_, Surroundings>) -> Result<(), Errno> {
        self.switch(true);
        Ok(())
    }
    fn runtime_suspend(&self, _: &Call<'_, '_, '_, '_, Surroundings>) -> Result<(), Errno> {
        self.switch(false);
        Ok(())
    }
}

type Sys = System<'static, Surroundings>;

struct Machine {
    system: Sys,
    supplier: (DeviceHandle, &'static Hardware),
    consumer: (DeviceHandle, &'static Hardware),
}

/// s <- c with runtime PM, both bound and suspended.
fn machine(linked: bool) -> Arc<Machine> {
    fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
        Box::leak((0..count).map(|_| slot()).collect())
    }
    let storage = Storage {
        devices: slots(2, || DeviceSlot::EMPTY),
        links: slots(1, || LinkSlot::EMPTY),
        drivers: slots(2, || DriverSlot::EMPTY),
        domains: slots(0, || DomainSlot::EMPTY),
        nestings: slots(0, || NestingSlot::EMPTY),
    };
    let system = System::new(storage, Surroundings { epoch: Mutex::new(0), changed: Condvar::new() });
    let (s, c) = (Hardware::new("s"), Hardware::new("c"));
    let (supplier, consumer) = host_task(|task| {
        let cx = Context::sleepable(task);
        let add = |name| {
            let device = system.device_init(DeviceConfig { name, ..DeviceConfig::default() }).expect("room");
            system.device_add(cx, device).expect("registers");
            device
        };
        let (supplier, consumer) = (add("s"), add("c"));
        system.driver_register(cx, s).expect("room");
        system.driver_register(cx, c).expect("room");
        if linked {
            system.link_add(cx, consumer, supplier, LinkKind::MANAGED, None).expect("links");
        }
        system.run_pending(cx);
        (supplier, consumer)
    });
    Arc::new(Machine { system, supplier: (supplier, s), consumer: (consumer, c) })
}

impl Machine {
    fn in_task<R>(&self, f: impl FnOnce(Context<'_, '_>) -> R) -> R {
        host_task(|task| f(Context::sleepable(task)))
    }

    fn settle(&self) {
        self.in_task(|cx| self.system.run_pending(cx));
    }

    fn status(&self, device: DeviceHandle) -> (RpmStatus, u32) {
        self.system.rpm_info(device).map(|info| (info.status, info.usage)).expect("a device")
    }
}

fn explore(preemptions: usize, f: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.max_branches = 20_000;
    model.check(f);
}

#[test]
fn get_and_put_from_two_contexts() {
    explore(2, || {
        let machine = machine(true);
        let user = |machine: &Machine| {
            machine.in_task(|cx| {
                let (c, hardware) = machine.consumer;
                machine.system.resume_and_get(cx, c).expect("resumes");
                assert!(hardware.is_on(), "a user's device is off");
                assert!(machine.supplier.1.is_on(), "the supplier of a user's device is off");
                let _ = machine.system.put_sync_suspend(cx, c);
            });
        };
        let other = machine.clone();
        let thread = loom::thread::spawn(move || user(&other));
        user(&machine);
        thread.join().expect("the other user");
        machine.settle();
        assert_eq!(machine.status(machine.consumer.0), (RpmStatus::Suspended, 0));
        assert_eq!(machine.status(machine.supplier.0), (RpmStatus::Suspended, 0));
        assert!(!machine.consumer.1.is_on() && !machine.supplier.1.is_on());
    });
}

#[test]
fn suspend_against_resume() {
    explore(3, || {
        let machine = machine(false);
        machine.in_task(|cx| {
            machine.system.resume_and_get(cx, machine.consumer.0).expect("resumes");
            machine.system.put_noidle(machine.consumer.0).expect("a device");
        });
        let other = machine.clone();
        let thread = loom::thread::spawn(move || {
            other.in_task(|cx| {
                let _ = other.system.suspend(cx, other.consumer.0);
            });
        });
        machine.in_task(|cx| {
            machine.system.resume_and_get(cx, machine.consumer.0).expect("resumes");
            assert!(machine.consumer.1.is_on(), "a user's device is off");
        });
        thread.join().expect("the suspender");
        machine.settle();
        assert_eq!(machine.status(machine.consumer.0), (RpmStatus::Active, 1));
        assert!(machine.consumer.1.is_on());
    });
}

#[test]
fn put_against_unbind() {
    explore(3, || {
        let machine = machine(false);
        machine.in_task(|cx| machine.system.resume_and_get(cx, machine.consumer.0).expect("resumes"));
        let other = machine.clone();
        let thread = loom::thread::spawn(move || {
            other.in_task(|cx| other.system.device_unbind(cx, other.consumer.0).expect("unbinds"));
        });
        machine.in_task(|cx| {
            let _ = machine.system.put_sync_suspend(cx, machine.consumer.0);
        });
        thread.join().expect("the unbinder");
        machine.settle();
        assert_eq!(machine.status(machine.consumer.0), (RpmStatus::Suspended, 0));
        assert!(!machine.consumer.1.bound.load(Ordering::SeqCst));
    });
}

#[test]
fn unbinding_a_supplier_against_a_user_of_its_consumer() {
    explore(2, || {
        let machine = machine(true);
        let other = machine.clone();
        let thread = loom::thread::spawn(move || {
            other.in_task(|cx| other.system.device_unbind(cx, other.supplier.0).expect("unbinds"));
        });
        machine.in_task(|cx| {
            if machine.system.resume_and_get(cx, machine.consumer.0).is_ok() {
                let _ = machine.system.put_sync_suspend(cx, machine.consumer.0);
            }
        });
        thread.join().expect("the unbinder");
        machine.settle();
        assert_eq!(machine.status(machine.supplier.0).1, 0);
        assert!(!machine.supplier.1.bound.load(Ordering::SeqCst));
        assert!(!machine.consumer.1.bound.load(Ordering::SeqCst));
    });
}
