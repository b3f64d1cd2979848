//! Copies of any alignment and length, compared byte for byte with what QEMU's memory holds afterwards.

use std::time::Instant;

use linkwright::context::host_task;
use qemu::{Board, Pair, Random};

const LONGEST: u32 = 1 << 20;
/// Bytes before and behind a destination that must survive.
const GUARD: usize = 256;

/// Length, and offsets of source and destination: the copies that drivers are compared by.
const KNOWN: [(u32, u32, u32); 7] =
    [(65_536, 0, 0), (65_537, 0, 0), (7, 1, 6), (1000, 3, 3), ((1 << 20) + 3, 1, 0), ((1 << 20) + 3, 1, 1), (1, 0, 0)];

/// Put a copy of `len` bytes into the buffers; returns the surroundings of the destination as they must stay.
fn lay_out(board: &Board, random: &mut Random, pair: &mut Pair, (len, from, to): (u32, u32, u32)) -> Vec<u8> {
    let (len, from, to) = (len as usize, GUARD + from as usize, GUARD + to as usize);
    let mut around = vec![0; len + 2 * GUARD];
    random.fill(&mut around);
    // On both sides of the mirror: the driver writes back lines that the destination covers only partly.
    pair.destination.set_window(to - GUARD, around.len()).unwrap();
    pair.destination.copy_from_slice(&around);
    board.machine.write(pair.destination.bus_address(), &around);
    pair.destination.set_window(to, len).unwrap();
    pair.source.set_window(from, len).unwrap();
    random.fill(&mut pair.source);
    around
}

#[test]
fn three_hundred_random_copies() {
    host_task(|cx| {
        let started = Instant::now();
        let board = Board::new(cx);
        let mut random = Random::new(330);
        let mut pair = board.pair(cx, LONGEST as usize + 2 * GUARD + 260);
        let mut channels: Vec<_> = (0..8).map(|_| board.claim(cx)).collect();
        let (mut bytes, mut longest) = (0_u64, 0);
        for round in 0..320 {
            let copy = match KNOWN.get(round) {
                Some(known) => *known,
                None => (random.length(LONGEST), random.up_to(255), random.up_to(255)),
            };
            let len = copy.0;
            let mut expected = lay_out(&board, &mut random, &mut pair, copy);
            expected[GUARD..GUARD + len as usize].copy_from_slice(&pair.source);
            let at = pair.destination.bus_address() - GUARD as u32;
            let what = format!("{len} bytes from {:#x} to {:#x}", pair.source.bus_address(), at + GUARD as u32);

            let channel = channels.remove(0);
            let mut prepared = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{what}: {e}"));
            assert!(prepared.program().len <= 256, "{what}");
            longest = longest.max(prepared.program().len);
            let transfer = prepared.start(pair, &board.power).unwrap_or_else(|r| panic!("{what}: {}", r.error));
            assert_eq!(board.serve(), 1, "{what}: one interrupt a transfer");
            assert!(transfer.is_done(), "{what}");
            let completed = transfer.wait(cx);
            completed.result.unwrap_or_else(|e| panic!("{what}: {e}"));
            pair = completed.bufs;

            let mut found = vec![0; expected.len()];
            board.machine.read(at, &mut found);
            assert!(found == expected, "{what}: first difference at {:?}", differs(&found, &expected));
            assert!(*pair.destination == *pair.source, "{what}: the driver's view");
            channels.push(prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{what}: {e}")));
            bytes += u64::from(len);
        }
        channels.into_iter().for_each(|channel| channel.release(cx));
        println!("320 copies, {bytes} bytes, longest program {longest} bytes, {:?}", started.elapsed());
    });
}

fn differs(a: &[u8], b: &[u8]) -> Option<usize> {
    a.iter().zip(b).position(|(a, b)| a != b)
}
