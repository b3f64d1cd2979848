//! Stateless links as owned values.

use linkwright::context::{Task, host_task};
use linkwright::device::{
    BindState, Call, Context, DeviceConfig, DeviceHandle, DeviceInfo, DeviceSlot, DomainSlot, Driver, DriverSlot,
    Errno, Error, LinkKind, LinkSlot, LinkState, NestingSlot, RpmStatus, RuntimePm, Storage, System, VirtualTime,
};
use linkwright::sync::Lock;

type Model = System<'static, VirtualTime>;

/// Takes every device.
struct Any;

impl Driver<VirtualTime> for Any {
    fn name(&self) -> &str {
        "any"
    }
    fn matches(&self, _: &DeviceInfo<'_>) -> bool {
        true
    }
    fn probe(&self, call: &Call<'_, '_, '_, '_, VirtualTime>) -> Result<(), Errno> {
        call.system().enable(call.device()).map(|_| ()).map_err(|e| e.errno())
    }
}

fn slots<T>(count: usize, slot: impl Fn() -> T) -> &'static mut [T] {
    Box::leak((0..count).map(|_| slot()).collect())
}

/// Two bound devices: a consumer and its supplier.
fn with_pair(play: impl FnOnce(&Task<'_>, &Model, DeviceHandle, DeviceHandle)) {
    let storage = Storage {
        devices: slots(2, || DeviceSlot::EMPTY),
        links: slots(1, || LinkSlot::EMPTY),
        drivers: slots(1, || DriverSlot::EMPTY),
        domains: slots(0, || DomainSlot::EMPTY),
        nestings: slots(0, || NestingSlot::EMPTY),
    };
    let system = System::new(storage, VirtualTime::new());
    host_task(|task| {
        let cx = Context::sleepable(task);
        system.driver_register(cx, &Any).expect("room");
        let [consumer, supplier] = ["consumer", "supplier"].map(|name| {
            let device = system.device_init(DeviceConfig { name, ..DeviceConfig::default() }).expect("room");
            system.device_add(cx, device).expect("registers");
            assert_eq!(system.device_info(device).map(|info| info.bind), Some(BindState::Bound));
            device
        });
        play(task, &system, consumer, supplier);
        system.run_pending(cx);
        assert_eq!(system.warnings(), 0);
    });
}

#[test]
fn the_last_reference_takes_the_link_with_it() {
    with_pair(|task, system, c, s| {
        let cx = Context::sleepable(task);
        let first = system.link_stateless(cx, c, s, RuntimePm::Follow).expect("links");
        let second = system.link_stateless(cx, c, s, RuntimePm::Off).expect("merges");
        assert_eq!(second.info().map(|info| (info.refs, info.state)), Ok((2, LinkState::None)));
        drop(first);
        assert_eq!(second.info().map(|info| info.refs), Ok(1));
        assert_eq!(second.remove(), Ok(()));
        assert_eq!(system.link_of(c, s), None);
    });
}

#[test]
fn dropping_in_atomic_context_queues_what_sleeps() {
    with_pair(|task, system, c, s| {
        let cx = Context::sleepable(task);
        let status = |device| system.rpm_info(device).map(|info| (info.status, info.usage));
        let link = system.link_stateless(cx, c, s, RuntimePm::Follow).expect("links");
        system.get_sync(cx, c).expect("resumes");
        system.run_pending(cx);
        assert_eq!(status(s), Some((RpmStatus::Active, 1)), "held by the link");
        // Suspending here would be seen in the states below.
        Lock::new(()).with(|()| drop(link));
        assert_eq!(system.link_of(c, s), None);
        assert_eq!(status(s), Some((RpmStatus::Active, 0)), "nothing is switched in atomic context");
        system.run_pending(cx);
        assert_eq!(status(s), Some((RpmStatus::Suspended, 0)));
        assert_eq!(status(c), Some((RpmStatus::Active, 1)));
        // The only slot is free again.
        drop(system.link_stateless(cx, c, s, RuntimePm::Off).expect("room"));
    });
}

#[test]
fn a_kept_link_is_given_back_by_its_handle() {
    with_pair(|task, system, c, s| {
        let cx = Context::sleepable(task);
        let handle = system.link_stateless(cx, c, s, RuntimePm::Off).expect("links").into_handle();
        assert_eq!(system.link_of(c, s), Some(handle));
        assert_eq!(system.link_del(handle), Ok(()));
        assert_eq!(system.link_del(handle), Err(Error::Gone));
    });
}

#[test]
fn a_reference_outlives_the_device_and_says_so() {
    for lost_is_consumer in [false, true] {
        with_pair(|task, system, c, s| {
            let cx = Context::sleepable(task);
            let link = system.link_stateless(cx, c, s, RuntimePm::Follow).expect("links");
            let other = system.link_stateless(cx, c, s, RuntimePm::Follow).expect("merges");
            system.get_sync(cx, c).expect("resumes");
            system.device_del(cx, if lost_is_consumer { c } else { s }).expect("goes");
            system.run_pending(cx);
            assert_eq!(link.info(), Err(Error::Gone));
            // A new link takes the slot; stale references do not touch it.
            let left = if lost_is_consumer { s } else { c };
            let config = DeviceConfig { name: "new", ..DeviceConfig::default() };
            let new = system.device_init(config).expect("room");
            system.device_add(cx, new).expect("registers");
            let fresh = system.link_stateless(cx, new, left, RuntimePm::Off).expect("the slot is free");
            drop(link);
            assert_eq!(other.remove(), Err(Error::Gone));
            assert_eq!(fresh.info().map(|info| info.refs), Ok(1));
        });
    }
}

/// A managed link that a stateless reference joined loses only the reference.
#[test]
fn a_managed_link_stays() {
    with_pair(|task, system, c, s| {
        let cx = Context::sleepable(task);
        let managed = system.link_add(cx, c, s, LinkKind::MANAGED, None).expect("links");
        drop(system.link_stateless(cx, c, s, RuntimePm::Off).expect("merges"));
        assert_eq!(system.link_info(managed).map(|info| info.refs), Some(1));
    });
}
