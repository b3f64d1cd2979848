//! What arrives, and what it costs.

use linkwright::context::host_task;
use linkwright::dma::{Config, CopyError, CopyPair, Linear, StartError, TransferError};

use crate::support::{BASE, CONFIG, Copier, Rig, pattern};

#[test]
fn claim_to_release_blocking() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 1_000);
        let mut pair = rig.pair(cx, &pattern(1_000, 1));
        for seed in 2..5 {
            let transfer = copy.start(pair, &power).unwrap();
            assert!(!transfer.is_done());
            assert!(rig.serve());
            assert!(transfer.is_done());
            let done = transfer.wait(cx);
            assert_eq!(done.result, Ok(()));
            assert_eq!(*done.bufs.source, *done.bufs.destination);
            // The other way round: the same program, other addresses.
            pair = CopyPair { source: done.bufs.destination, destination: done.bufs.source };
            pair.source.copy_from_slice(&pattern(1_000, seed));
        }
        copy.release(cx).unwrap();
        drop((pair, power));
        rig.assert_clean(free);
    });
}

/// Every alignment class against every other, all short lengths, with what lies around checked in the device's memory.
#[test]
fn every_window_moves_its_bytes_and_no_others() {
    let rig = Rig::with(Config { polled: true, ..CONFIG });
    host_task(|cx| {
        let power = rig.active(cx);
        for (source_at, destination_at) in (0..5).flat_map(|s| (0..5).map(move |d| (s, d))) {
            for len in (1..24).chain([31, 32, 33, 63, 64, 65, 500]) {
                let data = pattern(len, len as u32);
                let source = rig.buffer(cx, source_at, &data);
                let mut destination = rig.buffer(cx, destination_at, &vec![0; len]);
                destination.reset_window();
                destination.fill(0x5a);
                let region = (destination.bus_address(), destination.len());
                destination.set_window(destination_at, len).unwrap();
                let device = (region.0 - BASE) as usize..(region.0 - BASE) as usize + region.1;
                rig.machine.state().memory[device.clone()].fill(0xee);
                let pair = CopyPair { source, destination };
                let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare_copy(cx, &pair).unwrap();
                let mut done = copy.start(pair, &power).unwrap().wait(cx);
                assert_eq!(done.result, Ok(()));
                assert_eq!(*done.bufs.destination, *data, "{source_at} {destination_at} {len}");
                copy.release(cx).unwrap();
                done.bufs.destination.reset_window();
                let device = rig.machine.state().memory[device].to_vec();
                for (at, byte) in done.bufs.destination.iter().enumerate() {
                    if !(destination_at..destination_at + len).contains(&at) {
                        assert_eq!(*byte, 0x5a, "the processor lost byte {at} beside the window");
                        // Lines that the window touches were flushed; the others the device has never seen.
                        assert!(matches!(device[at], 0x5a | 0xee), "the device wrote byte {at} beside the window");
                    }
                }
            }
        }
    });
}

#[test]
fn submit_moves_nothing_until_issue() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        let submitted = copy.submit(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(!rig.serve());
        let pair = submitted.cancel().unwrap();
        assert!(pair.destination.iter().all(|b| *b == 0));
        drop(copy.submit(pair, &power).unwrap());
        // Dropped unissued: the buffers are free, the channel too.
        let transfer = copy.submit(rig.pair(cx, &pattern(64, 2)), &power).unwrap().issue().unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
        std::mem::forget(copy.submit(rig.pair(cx, &pattern(64, 2)), &power).unwrap());
        assert_eq!(copy.start(rig.pair(cx, &[0; 64]), &power).unwrap_err().error, StartError::Busy);
        assert_eq!(copy.recover().unwrap().result, Err(TransferError::Cancelled));
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

#[test]
fn start_is_one_read_and_three_writes_and_patches_what_changed() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        let mut pair = rig.pair(cx, &pattern(64, 1));
        let mut last = u16::MAX;
        for _ in 0..3 {
            let before = rig.machine.accesses();
            let submitted = copy.submit(pair, &power).unwrap();
            assert_eq!(rig.machine.accesses(), before, "submit touches memory only");
            last = submitted.patched_bytes();
            assert!(last <= 8);
            let transfer = submitted.issue().unwrap();
            let after = rig.machine.accesses();
            assert_eq!((after.0 - before.0, after.1 - before.1), (1, 3));
            while !rig.machine.run(1) {}
            let before = rig.machine.accesses();
            assert!(rig.engine.irq());
            let after = rig.machine.accesses();
            assert_eq!((after.0 - before.0, after.1 - before.1), (4, 1), "the interrupt's cost");
            pair = transfer.wait(cx).bufs;
        }
        assert_eq!(last, 0, "the same addresses again");
        let mut program = [0; 256];
        let len = copy.read_program(&mut program);
        let at = (copy.program_address().unwrap() - BASE) as usize;
        assert_eq!(program[..len], rig.machine.state().memory[at..at + len], "the device runs what was planned");
    });
}

#[test]
fn slices_of_any_length_are_copied_through_buffers() {
    let rig = Rig::with(Config { polled: true, ..CONFIG });
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare(cx, Linear::new(100).at(3, 1)).unwrap();
        for len in [0, 1, 99, 100, 101, 350] {
            let (source, mut destination) = (pattern(len, 3), vec![0; len]);
            copy.copy_blocking(cx, rig.arena, &source, &mut destination, &power).unwrap();
            assert_eq!(source, destination);
        }
        let error = copy.copy_blocking(cx, rig.arena, &[1], &mut [1, 2], &power).unwrap_err();
        assert_eq!(error, CopyError::Lengths { source: 1, destination: 2 });
        rig.machine.state().lock_up = 1;
        let error = copy.copy_blocking(cx, rig.arena, &[1], &mut [1], &power).unwrap_err();
        assert!(matches!(error, CopyError::Transfer(_)), "{error}");
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}
