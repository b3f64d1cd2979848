//! Copies of every kind.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_futures::join::join;
use example_memcpy::Copier;
use firmware_support::report::{Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::{CopyPair, Done, Linear, MemoryCopy, MemoryFill, Provider, Rect, SegmentStorage, Sg};
use linkwright::sync::Lock;
use linkwright_zynq7000::DmacS;

use super::{copied, pair, power};
use crate::start::{DATA, INTERRUPTS, dmac};
use crate::time;

pub(super) fn blocking(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let mut bytes = 0;
    for length in [1, 7, 8, 63, 64, 1000, 4096, 65_535] {
        let mut copier = Copier::<DmacS>::open(cx, dmac() as &dyn Provider, length).must("a channel")?;
        for seed in 0..4 {
            let done = copier.copy(cx, pair(cx, length as usize, seed)?, &power).must("a start")?;
            done.result.must("the end")?;
            same("residue", done.residue, 0)?;
            holds("by interrupt", !done.interrupt_lost)?;
            bytes += copied(&done.bufs)?;
        }
    }
    // With the same program wherever the source begins on the bus.
    for offset in 0..8 {
        let mut pair = pair(cx, 300, 9)?;
        pair.source.set_window(offset, 290).must("a window")?;
        pair.destination.set_window(7 - offset, 290).must("a window")?;
        let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
        let mut copy = channel.prepare_copy(cx, &pair).must("a program")?;
        let done = copy.start(pair, &power).must("a start")?.wait(cx);
        done.result.must("the end")?;
        bytes += copied(&done.bufs)?;
        copy.release(cx).must("release")?;
    }
    Ok(bytes)
}

pub(super) async fn awaited(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let mut copier = Copier::<DmacS>::open(cx, dmac() as &dyn Provider, 5000).must("a channel")?;
    let mut bytes = 0;
    for seed in 0..10 {
        let done = copier.copy_async(pair(cx, 5000, seed)?, &power).await.must("a start")?;
        done.result.must("the end")?;
        bytes += copied(&done.bufs)?;
    }
    Ok(bytes)
}

/// Transfers of the chain.
const CHAIN: u32 = 50;
static ENDED: AtomicU32 = AtomicU32::new(0);
static WRONG: AtomicU32 = AtomicU32::new(0);
static SPARE: Lock<Option<CopyPair<u8>>> = Lock::new(None);

fn next(mut done: Done<'_, MemoryCopy<DmacS>, Linear>) {
    let ended = ENDED.fetch_add(1, Relaxed) + 1;
    let right = done.result().is_ok() && {
        let pair = done.bufs();
        pair.source.iter().eq(pair.destination.iter())
    };
    WRONG.fetch_add(u32::from(!right), Relaxed);
    let spare = SPARE.with(Option::take);
    let left = match spare {
        // Two pairs take turns.
        Some(mut other) if ended < CHAIN => {
            other.source.fill(ended as u8);
            match done.rearm(other) {
                Ok(last) => last,
                Err(refused) => {
                    WRONG.fetch_add(1, Relaxed);
                    drop(refused);
                    return;
                }
            }
        }
        _ => done.finish(),
    };
    SPARE.with(|spare| *spare = Some(left));
}

pub(super) async fn rearmed(cx: &Task<'_>) -> Verdict {
    static NEXT: fn(Done<'_, MemoryCopy<DmacS>, Linear>) = next;
    let power = power(cx)?;
    let before = INTERRUPTS.load(Relaxed);
    let mut copier = Copier::<DmacS>::open(cx, dmac() as &dyn Provider, 2048).must("a channel")?;
    copier.on_done(cx, &NEXT);
    let other = pair(cx, 2048, 1)?;
    SPARE.with(|spare| *spare = Some(other));
    copier.begin(pair(cx, 2048, 2)?, &power).must("a start")?;
    while ENDED.load(Relaxed) < CHAIN {
        time::sleep(100).await;
    }
    same("transfers that went wrong", WRONG.load(Relaxed), 0)?;
    holds("an interrupt for each", INTERRUPTS.load(Relaxed) - before >= CHAIN)?;
    drop(SPARE.with(Option::take));
    Ok(CHAIN)
}

pub(super) async fn two_at_once(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let open = |length| Copier::<DmacS>::open(cx, dmac() as &dyn Provider, length).must("a channel");
    let (mut long, mut short) = (open(30_000)?, open(3000)?);
    let mut bytes = 0;
    for seed in 0..10 {
        let (one, two) = (pair(cx, 30_000, seed)?, pair(cx, 3000, !seed)?);
        let (one, two) = join(long.copy_async(one, &power), short.copy_async(two, &power)).await;
        let (one, two) = (one.must("a start")?, two.must("a start")?);
        one.result.must("the end of the long one")?;
        two.result.must("the end of the short one")?;
        bytes += copied(&one.bufs)? + copied(&two.bufs)?;
    }
    Ok(bytes)
}

static LIST: SegmentStorage<CopyPair<u8>, 6> = SegmentStorage::new();

pub(super) fn shapes(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let mut bytes = 0;

    let mut list = LIST.take().must("the list")?;
    for length in [3, 500, 64, 1, 4096, 77] {
        list.push(pair(cx, length, length as u8)?).map_err(drop).must("room in the list")?;
    }
    let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
    let mut gather = channel.prepare(cx, Sg::<6>::between(&list)).must("a program")?;
    let mut done = gather.start(list, &power).must("a start")?.wait(cx);
    done.result.must("the end of the list")?;
    while let Some(pair) = done.bufs.pop() {
        bytes += copied(&pair)?;
    }
    drop(done);
    let channel = gather.unprepare(cx).must("the channel")?;

    // 20 rows of 30 bytes, out of rows of 50, packed.
    let frame = CopyPair { destination: pair(cx, 600, 0)?.destination, ..pair(cx, 1000, 5)? };
    let mut blit = channel.prepare(cx, Rect::new(30, 20).pitch(50, 30)).must("a program")?;
    let done = blit.start(frame, &power).must("a start")?.wait(cx);
    done.result.must("the end of the rectangle")?;
    let rows = done.bufs.source.chunks(50).map(|row| &row[..30]);
    holds("the rectangle", rows.flatten().eq(done.bufs.destination.iter()))?;
    bytes += 600;
    blit.release(cx).must("release")?;

    for word in [0_u32, 0x1234_5678] {
        let mut buffer = DATA.arena().alloc::<u32>(cx, 1000).must("room")?;
        buffer.fill(!word);
        let channel = dmac().claim::<MemoryFill<DmacS, u32>>(cx).must("a channel")?;
        let mut fill = channel.prepare_pattern(cx, Linear::new(4000), word).must("a program")?;
        let done = fill.start(buffer, &power).must("a start")?.wait(cx);
        done.result.must("the end of the fill")?;
        holds("the fill", done.bufs.iter().all(|found| *found == word))?;
        bytes += 4000;
        fill.release(cx).must("release")?;
    }
    Ok(bytes)
}
