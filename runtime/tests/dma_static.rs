//! Buffers of statics.

#![allow(unsafe_code, reason = "says what the device reaches")]

mod support;

use linkwright::context::host_task;
use linkwright::dma::memory::{Coherent, DmaBuf, Reach, StaticBuf, StaticBufError};
use linkwright::dma::{CopyPair, Linear};

use support::{BASE, BYTES, Copier, Rig};

/// The upper half of the machine's memory stands for statics; the rig's arena uses the lower.
fn reach(rig: &Rig) -> &'static Reach {
    Box::leak(Box::new(Reach::mirrored(BASE + BYTES / 2, BYTES / 2, rig.machine)))
}

#[test]
fn a_static_is_copied_by_dma_and_given_back() {
    static TABLE: StaticBuf<u8, 96> = StaticBuf::new({
        let mut words = [0; 96];
        let mut i = 0;
        while i < 96 {
            words[i] = i as u8 + 7;
            i += 1;
        }
        words
    });
    static SPACE: StaticBuf<u8, 128> = StaticBuf::new([0; 128]);
    let rig = Rig::with_arena_of(BYTES / 2);
    let reach = reach(&rig);
    host_task(|cx| {
        let power = rig.active(cx);
        let expected: Vec<u8> = (0..96).map(|i| i + 7).collect();
        let source = TABLE.take(cx, reach).unwrap();
        assert_eq!(*source, *expected, "what it was declared with");
        let mut destination = SPACE.take(cx, reach).unwrap();
        assert_eq!((source.bus_address() % 64, destination.bus_address() % 64), (0, 0));
        assert_ne!(source.bus_address(), destination.bus_address());
        destination.set_window(0, 96).unwrap();
        assert!(matches!(TABLE.take(cx, reach), Err(StaticBufError::Taken)));
        let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Linear::new(96)).unwrap();
        let done = copy.start(CopyPair { source, destination }, &power).unwrap();
        assert!(matches!(SPACE.take(cx, reach), Err(StaticBufError::Taken)), "it is in flight");
        assert!(rig.serve());
        let done = done.wait(cx);
        assert_eq!((done.result, &done.bufs.destination[..]), (Ok(()), &expected[..]));
        drop(done);
        // Given back, and taken again: all but the first 8 bytes are as they were.
        let again = TABLE.take(cx, reach).unwrap();
        assert_eq!(again[8..], expected[8..]);
    });
}

#[test]
fn the_hardware_s_own_address_follows_from_where_the_static_lies() {
    static NEAR: StaticBuf<u32, 16> = StaticBuf::new([3; 16]);
    static FAR: StaticBuf<u32, 16> = StaticBuf::new([4; 16]);
    static ODD: StaticBuf<u16, 5> = StaticBuf::new([5; 5]);
    static OPS: Coherent = Coherent;
    let at = (&raw const NEAR).addr();
    // SAFETY: no controller is given these buffers.
    let only_near: &Reach = Box::leak(Box::new(unsafe { Reach::new(at, 64, 0x8000_0040, 32, &OPS) }));
    host_task(|cx| {
        let near: DmaBuf<u32> = NEAR.take(cx, only_near).unwrap();
        assert_eq!((near.bus_address(), &near[..]), (0x8000_0040, &[3; 16][..]));
        assert!(matches!(FAR.take(cx, only_near), Err(StaticBufError::NotReachable)));
        let Err(error) = ODD.take(cx, only_near) else { panic!("10 bytes are no whole line") };
        assert_eq!(error, StaticBufError::SplitLine { line: 32 });
        assert!(error.to_string().contains("make it longer"));
    });
}

#[test]
fn who_takes_it_at_once_is_one() {
    static ONE: StaticBuf<u64, 64> = StaticBuf::new([1; 64]);
    let rig = Rig::with_arena_of(BYTES / 2);
    let reach = reach(&rig);
    for _ in 0..20 {
        let taken: Vec<_> = std::thread::scope(|scope| {
            let tasks: Vec<_> = (0..4).map(|_| scope.spawn(|| host_task(|cx| ONE.take(cx, reach)))).collect();
            tasks.into_iter().filter_map(|task| task.join().unwrap().ok()).collect()
        });
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0][1..], [1; 63]);
    }
}
