//! System sleep switches a bound driver's device off in the phase that its spec says.
#![allow(missing_docs, reason = "tests")]

use std::marker::PhantomData;
use std::sync::Mutex;

use linkwright::consumer::{AcquireError, Bound, Consumer, ExampleBoard, Stage};
use linkwright::context::{Task, host_task};
use linkwright::device::{
    Call, Context, DeviceConfig, DeviceInfo, DeviceSlot, Driver, DriverSlot, Errno, SleepPhase, SleepRequest, Storage,
    System, VirtualTime,
};
use linkwright::power::{Device, DeviceId, OffPhase};

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn log(what: String) {
    LOG.lock().expect("one thread").push(what);
}

macro_rules! devices {
    ($($name:ident $id:literal $phase:ident;)*) => { $(
        struct $name;
        impl Device for $name {
            const NAME: &'static str = stringify!($name);
            const ID: DeviceId = DeviceId::new($id);
            const OFF: OffPhase = OffPhase::$phase;
        }
    )* };
}

devices! {
    Early 0 Suspend;
    Usual 1 Late;
    Last 2 Noirq;
}

/// Tells when it is switched.
struct Told<D>(PhantomData<D>);

impl<D: Device> Consumer for Told<D> {
    type Device = D;
    type Board = ExampleBoard;
    const RESOURCES: &'static [&'static str] = &[];

    fn acquire(_: &Task<'_>) -> Result<Self, AcquireError> {
        Ok(Self(PhantomData))
    }
    fn release(self, _: &Task<'_>) {}
    fn stage(&self, _: &Task<'_>, stage: Stage) -> Result<(), AcquireError> {
        match stage {
            Stage::Resume => log(format!("{} on", D::NAME)),
            Stage::Suspend => log(format!("{} off", D::NAME)),
            Stage::Probe | Stage::Remove => {}
        }
        Ok(())
    }
}

/// A device that does nothing but tell the phases. The last one in the list: the first to sleep, the last to wake.
struct Witness;

impl Driver<VirtualTime> for Witness {
    fn name(&self) -> &str {
        "witness"
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        device.number == 3
    }
    fn probe(&self, _: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        Ok(())
    }
    fn sleep(&self, phase: SleepPhase, _: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        log(format!("{phase:?}"));
        Ok(())
    }
}

#[test]
fn devices_go_off_in_the_phases_of_their_specs() {
    static EARLY: Bound<Told<Early>> = Bound::new();
    static USUAL: Bound<Told<Usual>> = Bound::new();
    static LAST: Bound<Told<Last>> = Bound::new();
    let mut devices = [const { DeviceSlot::EMPTY }; 4];
    let mut drivers = [const { DriverSlot::EMPTY }; 4];
    let storage =
        Storage { devices: &mut devices, links: &mut [], drivers: &mut drivers, domains: &mut [], nestings: &mut [] };
    let system = System::new(storage, VirtualTime::new());
    assert_eq!(<Nothing as Device>::OFF, OffPhase::Late, "of a device whose spec says nothing");
    host_task(|task| {
        let cx = Context::sleepable(task);
        let all: [&dyn Driver<VirtualTime>; 4] = [&EARLY, &USUAL, &LAST, &Witness];
        for driver in all {
            system.driver_register(cx, driver).expect("room");
        }
        let devices = [0, 1, 2, 3].map(|number| {
            let config = DeviceConfig { number, ..DeviceConfig::default() };
            let device = system.device_init(config).expect("room");
            system.device_add(cx, device).expect("adds");
            device
        });
        for device in &devices[..3] {
            system.set_autosuspend_delay(cx, *device, 1000).expect("it is there");
            system.use_autosuspend(cx, *device, true).expect("it is there");
            system.get_sync(cx, *device).expect("resumes");
            system.put_autosuspend(*device).expect("is on");
        }
        LOG.lock().expect("one thread").clear();
        system.system_sleep(cx, &SleepRequest::default(), &mut || log("asleep".into())).expect("sleeps");
        for device in &devices[..3] {
            system.get_sync(cx, *device).expect("runtime PM works again");
        }
    });
    let log = LOG.lock().expect("one thread").clone();
    assert_eq!(
        log,
        [
            "Suspend",
            "Early off",
            "SuspendLate",
            "Usual off",
            "SuspendNoirq",
            "Last off",
            "asleep",
            "ResumeNoirq",
            "ResumeEarly",
            "Resume",
            // Nobody used them, so they wait until somebody does.
            "Early on",
            "Usual on",
            "Last on",
        ]
    );
}

struct Nothing;

impl Device for Nothing {
    const NAME: &'static str = "nothing";
    const ID: DeviceId = DeviceId::new(4);
}
