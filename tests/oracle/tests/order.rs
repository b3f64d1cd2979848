//! Orders that the generator finds, played on the device model: nothing waits, and what binds is what binds by deferral.

use std::sync::Mutex;

use linkwright::context::host_task;
use linkwright::device::{Context, DeviceSlot, DriverSlot, LinkSlot, Order, RpmStatus, Storage, System, VirtualTime};
use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};
use oracle::order::{Named, play, probe_calls, topology, with_graphs};

#[test]
fn the_generated_order_probes_each_device_once_and_binds_what_deferral_binds() {
    let calls = probe_calls(10_000);
    assert!(calls.by_deferral - calls.by_order > calls.by_order / 10, "deferral is really tried: {calls}");
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
    let drivers = ["d0", "d1"].map(|name| Named::new(name, usize::from(name == "d1"), Vec::new(), log));
    let system = System::new(storage, VirtualTime::new());
    host_task(|task| {
        let cx = Context::sleepable(task);
        let mut handles = [None; 2];
        system.load(cx, topology, &mut handles, |_| true, |_| None).expect("loads");
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
