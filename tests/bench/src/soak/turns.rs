//! Whole turns of clients that do more than one transfer at a time: rings and queues.

use std::collections::VecDeque;

use bench_board::{CodecIn, CodecOut, Dmac0};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    Completed, Cookie, Direction, Endpoint, GatedRing, Linear, MemoryCopy, Queue, QueueStorage, RingError, Status,
    TransferError, WithDevice,
};

use super::Score;
use super::area::Area;
use super::devices::bytes;
use super::kinds::pair;
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
    let lap = bytes(&buffer);
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
    got.chunks(lap.len()).for_each(|part| world.tally.begins("at the device of a ring", part, &lap));
    assert!(got.len() >= played as usize * words * 4, "{played} periods of {words} words, and {} bytes", got.len());
    check(&world.ports.codec_out);
    let mut buffer = done.bufs;
    area.check_guards(&world.tally, &mut buffer, |_| false);
    world.ports.codec_out.reset();
    score.periods += u64::from(played);
    world.tally.whole("ring to a device".into(), played.into());
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
    port.feed(&bytes(&data));
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
                world.tally.begins("from the device of a ring", &words[..count], &data[at.min(data.len())..]);
                world.tally.whole("ring from a device".into(), u64::from(count > 0));
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
    area.check_guards(&world.tally, &mut buffer, |_| false);
    check(port);
    port.reset();
    score.cancelled += 1;
    ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
}

/// Whole cache lines, and where they begin.
fn gated_ring(random: &mut Random) -> (u16, usize, Area) {
    let (periods, words) = (random.within(2, 5) as u16, 8 * random.within(1, 6));
    (periods, words, Area::aligned(usize::from(periods) * words))
}

/// The device is played what was granted, in order and no word more, and waits when nothing is.
pub(super) fn gated_out(cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
    let Ok(channel) = world.dmac.claim::<CodecOut>(cx) else { return };
    let (periods, words, area) = gated_ring(random);
    let Ok(mut ring) = channel.prepare_gated_ring(cx, periods, words as u32) else { return };
    score.prepared += 1;
    let port = &world.ports.codec_out;
    port.reset();
    let power = world.power(cx);
    ring.start(area.filled::<u32>(cx, world, random), &power).unwrap_or_else(|r| panic!("{}", r.error));
    drop(power);
    score.started += 1;
    let (mut granted, mut got): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    for _ in 0..random.within(1, 16) {
        for _ in 0..random.below(usize::from(periods) + 1) {
            let Some(mut mine) = ring.period().unwrap_or_else(|e| panic!("{e}")) else { break };
            assert_eq!(mine.len(), words, "a period is shorter than said");
            mine.fill_with(|| random.next() as u32);
            granted.extend(bytes(&mine));
            mine.grant().unwrap_or_else(|e| panic!("{e}"));
        }
        period(world, random);
        assert!(!world.supply.suspend(), "power went from under a ring");
        got.extend(port.take());
    }
    if random.once_in(2) {
        // What was granted is played to its end; then the device waits, however long.
        for round in 0.. {
            if ring.is_stalled().unwrap_or_else(|e| panic!("{e}")) {
                break;
            }
            assert!(round < 1_000, "granted periods are not played: {ring:?} {:?}", world.sim);
            period(world, random);
        }
        world.sim.run(2_000);
        got.extend(port.take());
        world.tally.same("at the device of a stalled ring", &got, &granted);
    }
    let played = ring.periods().unwrap_or_else(|e| panic!("{e}"));
    let buffer = stopped(&mut ring, cx).bufs;
    got.extend(port.take());
    world.tally.begins("at the device of a gated ring", &got, &granted);
    assert!(got.len() >= played as usize * words * 4, "{played} periods of {words} words, and {} bytes", got.len());
    check(port);
    port.reset();
    let mut buffer = buffer;
    area.check_guards(&world.tally, &mut buffer, |_| false);
    score.periods += u64::from(played);
    world.tally.whole("gated ring to a device".into(), played.into());
    score.cancelled += 1;
    ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
}

/// What the device gives comes out in order and complete, however late the client is.
pub(super) fn gated_in(cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
    let Ok(channel) = world.dmac.claim::<CodecIn>(cx) else { return };
    let (periods, words, area) = gated_ring(random);
    let Ok(mut ring) = channel.prepare_gated_ring(cx, periods, words as u32) else { return };
    score.prepared += 1;
    let port = &world.ports.codec_in;
    port.reset();
    let data: Vec<u32> = (0..words * 24).map(|_| random.next() as u32).collect();
    port.feed(&bytes(&data));
    let power = world.power(cx);
    ring.start(area.buffer(cx, world), &power).unwrap_or_else(|r| panic!("{}", r.error));
    drop(power);
    score.started += 1;
    let mut at = 0;
    for _ in 0..random.within(1, 16) {
        period(world, random);
        for _ in 0..random.below(usize::from(periods) + 1) {
            let Some(mut mine) = ring.period().unwrap_or_else(|e| panic!("{e}")) else { break };
            world.tally.same("from the device of a gated ring", &mine, data.get(at..at + words).unwrap_or(&[]));
            at += words;
            // It is the client's to write; the device's data goes over it.
            mine.fill(random.next() as u32);
            mine.grant().unwrap_or_else(|e| panic!("{e}"));
            score.periods += 1;
            world.tally.whole("gated ring from a device".into(), 1);
        }
    }
    let mut buffer = stopped(&mut ring, cx).bufs;
    area.check_guards(&world.tally, &mut buffer, |_| false);
    check(port);
    port.reset();
    score.cancelled += 1;
    ring.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}")).release(cx);
}

/// Stopped, as it was told to be.
fn stopped<E: Endpoint<Word = u32>>(ring: &mut GatedRing<E>, cx: &Task<'_>) -> Completed<DmaBuf<u32>>
where
    E::Direction: WithDevice + Direction<Buffers<u32> = DmaBuf<u32>>,
{
    let done = ring.stop(cx).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(done.result, Err(TransferError::Cancelled));
    done
}

/// A queue, and what of it must come back.
struct Queued {
    queue: Queue<Copies, Linear>,
    areas: [Area; 2],
    /// Submitted and not taken.
    cookies: VecDeque<Cookie>,
    stopped: bool,
}

impl Queued {
    /// Take what has ended; it comes back in order and right.
    fn take(&mut self, world: &World, score: &mut Score) {
        while let Some((cookie, mut done)) = self.queue.pop() {
            assert_eq!(Some(cookie), self.cookies.pop_front(), "out of order");
            match done.result {
                Ok(()) => {
                    world.tally.same("out of a queue", &done.bufs.destination, &done.bufs.source);
                    world.tally.whole("queue".into(), 1);
                    score.succeeded += 1;
                }
                Err(TransferError::Cancelled) if self.stopped => score.cancelled += 1,
                Err(other) => panic!("{other}"),
            }
            self.areas[0].check_guards(&world.tally, &mut done.bufs.source, |_| false);
            self.areas[1].check_guards(&world.tally, &mut done.bufs.destination, |_| false);
        }
        assert_eq!(self.queue.len(), self.cookies.len(), "the queue holds others than were submitted");
    }

    /// Let it run until nothing is in it.
    fn drain(&mut self, world: &World, random: &mut Random, score: &mut Score) {
        for round in 0..10_000 {
            self.take(world, score);
            if self.queue.is_empty() {
                break;
            }
            assert!(round < 9_999, "a queue never ends: {:?} {:?}", self.queue, world.sim);
            world.sim.run_until_interrupt(random.within(1, 2_000) as u64);
            world.serve();
        }
        score.wrongs.lost += self.cookies.len() as u64;
    }
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
    let mut queued = Queued { queue, areas, cookies: VecDeque::new(), stopped: false };
    let power = world.power(cx);
    for _ in 0..random.within(2, 14) {
        match queued.queue.submit(pair(areas, cx, world, random), &power) {
            Ok(cookie) => {
                score.started += 1;
                queued.cookies.push_back(cookie);
            }
            Err(full) => drop(full.bufs),
        }
        queued.queue.issue();
        for _ in 0..random.below(3) {
            world.sim.run_until_interrupt(random.within(1, 2_000) as u64);
            world.serve();
        }
        if random.once_in(40) {
            queued.queue.terminate();
            queued.stopped = true;
        }
        queued.take(world, score);
    }
    drop(power);
    if random.once_in(2) {
        queued.drain(world, random, score);
    }
    // What is not done by now is stopped, and dropped by whoever gives the queue up.
    let Queued { queue, cookies, .. } = queued;
    for cookie in &cookies {
        let status = queue.status(*cookie);
        assert!(!matches!(status, Status::Taken | Status::Lost | Status::Unknown), "{cookie:?} is {status:?}");
    }
    score.dropped += cookies.len() as u64;
    let prepared = queue.synchronize(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
    prepared.release(cx).unwrap_or_else(|e| panic!("{e}"));
}
