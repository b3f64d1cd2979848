//! Whole turns of clients that do more than one transfer at a time: rings and queues.

use bench_board::{CodecIn, CodecOut, Dmac0};
use linkwright::context::Task;
use linkwright::dma::{CopyPair, Linear, MemoryCopy, QueueStorage, RingError, TransferError};

use super::Score;
use super::area::Area;
use super::ports::check;
use super::random::Random;
use super::world::World;

/// Transfers that a queue holds.
const DEPTH: usize = 4;
type Copies = MemoryCopy<Dmac0>;

/// A whole number of the codec's bursts, and where a ring may begin.
fn ring(random: &mut Random) -> (u16, usize, Area) {
    let (periods, words) = (random.within(2, 5) as u16, 4 * random.within(2, 12));
    (periods, words, Area::aligned(usize::from(periods) * words))
}

/// Let a period pass.
fn period(world: &World, random: &mut Random) {
    for _ in 0..random.within(1, 4) {
        world.sim.run_until_interrupt(400);
        world.serve();
    }
}

/// The device is played the same buffer again and again.
pub(super) fn ring_out(cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
    let Ok(channel) = world.dmac.claim::<CodecOut>(cx) else { return };
    let (periods, words, area) = ring(random);
    let Ok(mut ring) = channel.prepare_ring(cx, periods, words as u32) else { return };
    score.prepared += 1;
    world.ports.codec_out.reset();
    let buffer = area.filled::<u32>(cx, world, random);
    let lap: Vec<u8> = buffer.iter().flat_map(|word| word.to_le_bytes()).collect();
    let power = world.power(cx);
    ring.start(buffer, &power).unwrap_or_else(|r| panic!("{}", r.error));
    drop(power);
    score.started += 1;
    for _ in 0..random.within(1, 12) {
        period(world, random);
        // It is not on time to be cut: a ring holds its power.
        assert!(!world.supply.suspend(), "power went from under a ring");
    }
    let (played, _) = ring.position().unwrap_or_else(|e| panic!("{e}"));
    let done = ring.stop(cx).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(done.result, Err(TransferError::Cancelled));
    let got = world.ports.codec_out.take();
    assert!(got.chunks(lap.len()).all(|part| lap.starts_with(part)), "wrong data for the device");
    assert!(got.len() >= played as usize * words * 4, "{played} periods of {words} words, and {} bytes", got.len());
    check(&world.ports.codec_out);
    let mut buffer = done.bufs;
    area.check_guards(&mut buffer, |_| false);
    world.ports.codec_out.reset();
    score.periods += u64::from(played);
    score.cancelled += 1;
    ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
}

/// What the device gives comes out in order, or the client is told that it was late.
pub(super) fn ring_in(cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
    let Ok(channel) = world.dmac.claim::<CodecIn>(cx) else { return };
    let (periods, words, area) = ring(random);
    let Ok(mut ring) = channel.prepare_ring(cx, periods, words as u32) else { return };
    score.prepared += 1;
    let port = &world.ports.codec_in;
    port.reset();
    let data: Vec<u32> = (0..words * 24).map(|_| random.next() as u32).collect();
    port.feed(&data.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
    let power = world.power(cx);
    ring.start(area.buffer(cx, world), &power).unwrap_or_else(|r| panic!("{}", r.error));
    drop(power);
    score.started += 1;
    let mut at = 0;
    for _ in 0..random.within(1, 24) {
        period(world, random);
        let mut words = vec![0; random.within(1, 2 * words)];
        match ring.pull(&mut words) {
            Ok(count) => {
                assert!(data.get(at..at + count) == words.get(..count), "wrong data from the device");
                at += count;
            }
            Err(RingError::Overrun { missed }) => at += missed as usize,
            Err(other) => panic!("{other}"),
        }
        score.periods += 1;
    }
    let done = ring.stop(cx).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(done.result, Err(TransferError::Cancelled));
    let mut buffer = done.bufs;
    area.check_guards(&mut buffer, |_| false);
    check(port);
    port.reset();
    score.cancelled += 1;
    ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
}

/// Copies in a queue come back in order, whatever happens.
pub(super) fn queue(cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
    let len = random.within(1, 300);
    let areas = [Area::anywhere(len, random), Area::anywhere(len, random)];
    let Ok(channel) = world.dmac.claim::<Copies>(cx) else { return };
    let linear = Linear::new(areas[0].bytes::<u8>()).at(areas[0].at::<u8>(), areas[1].at::<u8>());
    let Ok(prepared) = channel.prepare(cx, linear) else { return };
    score.prepared += 1;
    let storage: &'static QueueStorage<Copies, Linear, DEPTH> = Box::leak(Box::new(QueueStorage::new()));
    let queue = prepared.into_queue(cx, storage).unwrap_or_else(|(e, _)| panic!("{e}"));
    let power = world.power(cx);
    let (mut cookies, mut stopped) = (std::collections::VecDeque::new(), false);
    for _ in 0..random.within(2, 14) {
        let pair = || CopyPair { source: areas[0].buffer(cx, world), destination: areas[1].buffer(cx, world) };
        let mut pair = pair();
        pair.source.iter_mut().for_each(|byte| *byte = random.next() as u8);
        match queue.submit(pair, &power) {
            Ok(cookie) => {
                score.started += 1;
                cookies.push_back(cookie);
            }
            Err(full) => drop(full.bufs),
        }
        queue.issue();
        for _ in 0..random.below(3) {
            world.sim.run_until_interrupt(random.within(1, 2_000) as u64);
            world.serve();
        }
        if random.once_in(40) {
            queue.terminate();
            stopped = true;
        }
        while let Some((cookie, mut done)) = queue.pop() {
            assert_eq!(Some(cookie), cookies.pop_front(), "out of order");
            match done.result {
                Ok(()) => {
                    assert!(done.bufs.source[..] == done.bufs.destination[..], "wrong data");
                    score.succeeded += 1;
                }
                Err(TransferError::Cancelled) if stopped => score.cancelled += 1,
                Err(other) => panic!("{other}"),
            }
            areas[0].check_guards(&mut done.bufs.source, |_| false);
            areas[1].check_guards(&mut done.bufs.destination, |_| false);
        }
    }
    drop(power);
    // What is not done by now is stopped, and dropped by whoever gives the queue up.
    score.dropped += cookies.len() as u64;
    let prepared = queue.synchronize(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
    prepared.release(cx).unwrap_or_else(|e| panic!("{e}"));
}
