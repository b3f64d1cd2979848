//! A channel for blocks of any length: programs are kept while the length stays.

use linkwright::context::host_task;
use linkwright::dma::{Config, Linear, PrepareError, ReleaseError, Resizable, ResizeError};

use crate::support::{CONFIG, Copier, Rig, pattern};

#[test]
fn each_length_has_a_program_and_the_last_one_stays() {
    let rig = Rig::with(Config { polled: true, ..CONFIG });
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = Resizable::<Copier>::new(rig.engine.claim(cx).unwrap());
        assert!(copy.prepared().is_none(), "no length was asked for");
        for bytes in [1, 7, 7, 300, 64, 64, 1] {
            let pair = rig.pair(cx, &pattern(bytes, 3));
            let prepared = copy.prepare(cx, Linear::between(&pair)).unwrap();
            let done = prepared.start(pair, &power).unwrap().wait(cx);
            assert_eq!(done.result, Ok(()));
            assert_eq!(*done.bufs.destination, *pattern(bytes, 3), "{bytes} bytes");
        }
        // The same length: the same program, not planned anew.
        let pair = rig.pair(cx, &pattern(40, 4));
        let done = copy.prepare(cx, Linear::new(40)).unwrap().start(pair, &power).unwrap().wait(cx);
        let again = copy.prepare(cx, Linear::new(40)).unwrap().submit(done.bufs, &power).unwrap();
        assert_eq!(again.patched_bytes(), 0, "a new program would have to get its addresses");
        drop(again);
        // A length that no program has leaves the channel.
        assert!(matches!(copy.prepare(cx, Linear::new(0)), Err(ResizeError::Prepare(PrepareError::Plan(_)))));
        assert!(copy.prepared().is_none());
        copy.prepare(cx, Linear::new(16)).unwrap();
        copy.unprepare(cx).unwrap();
        copy.release(cx).unwrap().expect("the channel is back").release(cx);
        drop(power);
        rig.assert_clean(free);
    });
}

#[test]
fn what_nobody_recovered_is_in_nobodys_way() {
    let rig = Rig::with(Config { polled: true, ..CONFIG });
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = Resizable::<Copier>::new(rig.engine.claim(cx).unwrap());
        for _ in 0..3 {
            let pair = rig.pair(cx, &pattern(100, 5));
            copy.prepare(cx, Linear::new(100)).unwrap().start_detached(pair, &power).unwrap();
            rig.machine.run(10_000);
            rig.serve();
        }
        copy.release(cx).unwrap();
    });
}

#[test]
fn a_transfer_that_does_not_stop_keeps_its_program() {
    let rig = Rig::with(Config { polled: true, release_polls: 10, ..CONFIG });
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = Resizable::<Copier>::new(rig.engine.claim(cx).unwrap());
        let pair = rig.pair(cx, &pattern(100, 6));
        rig.machine.state().kill_latency = u32::MAX;
        copy.prepare(cx, Linear::new(100)).unwrap().start_detached(pair, &power).unwrap();
        let refused = copy.prepare(cx, Linear::new(50)).map(drop);
        assert_eq!(refused, Err(ResizeError::Release(ReleaseError::Running)));
        assert!(ResizeError::Release(ReleaseError::Running).to_string().contains("reset the controller"));
        assert_eq!(copy.prepared().expect("it stays").shape(), Linear::new(100));
        let (error, mut copy) = copy.release(cx).expect_err("it still runs");
        assert_eq!(error, ReleaseError::Running);
        rig.machine.state().kill_latency = 0;
        for thread in &mut rig.machine.state().threads {
            thread.finish_kill();
        }
        copy.prepare(cx, Linear::new(50)).unwrap();
        copy.release(cx).unwrap();
    });
}
