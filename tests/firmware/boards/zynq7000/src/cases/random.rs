//! Random transfers, every byte of every buffer compared.

use embassy_futures::yield_now;
use firmware_support::report::{Failed, Must, Verdict, same};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{CopyPair, Linear, MemoryCopy, MemoryFill, Rect, SegmentStorage, Sg};
use linkwright::power::Active;
use linkwright_zynq7000::DmacS;

use super::power;
use crate::start::{DATA, dmac};

const TRANSFERS: u32 = 10_000;
/// Room around a window, whose bytes must keep what they hold.
const AROUND: usize = 24;

/// Marsaglia's xorshift.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn below(&mut self, end: u32) -> usize {
        (self.next() % end) as usize
    }

    /// A length: small ones as often as large ones.
    fn length(&mut self) -> usize {
        let most = 1 << (1 + self.below(12));
        1 + self.below(most)
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A window of `length` bytes anywhere in a larger buffer, which is random all over.
fn buffer(cx: &Task<'_>, random: &mut Random, length: usize) -> Result<DmaBuf<u8>, Failed> {
    let mut buffer = DATA.arena().alloc::<u8>(cx, length + AROUND).must("room")?;
    random.fill(&mut buffer);
    buffer.set_window(random.below(AROUND as u32), length).must("a window")?;
    Ok(buffer)
}

/// A destination, filled with one value by which what was not to be written is known.
fn destination(cx: &Task<'_>, random: &mut Random, length: usize, value: u8) -> Result<DmaBuf<u8>, Failed> {
    let mut buffer = DATA.arena().alloc::<u8>(cx, length + AROUND).must("room")?;
    // Whole cache lines.
    buffer.reset_window();
    buffer.fill(value);
    buffer.set_window(random.below(AROUND as u32), length).must("a window")?;
    Ok(buffer)
}

/// Bytes around the window that are not `value`.
fn spoilt_around(buffer: &mut DmaBuf<u8>, value: u8) -> usize {
    let (window, length) = (buffer.bus_address(), buffer.len());
    buffer.reset_window();
    let start = (window - buffer.bus_address()) as usize;
    let around = buffer[..start].iter().chain(&buffer[start + length..]);
    around.filter(|byte| **byte != value).count()
}

fn different<'a>(found: impl Iterator<Item = &'a u8>, expected: impl Iterator<Item = &'a u8>) -> usize {
    found.zip(expected).filter(|(a, b)| a != b).count()
}

/// What has been moved, and what is wrong with it.
#[derive(Default)]
struct Tally {
    bytes: u32,
    wrong: usize,
}

impl Tally {
    fn pair(&mut self, pair: &mut CopyPair<u8>, value: u8) {
        self.bytes += pair.destination.len() as u32;
        self.wrong += different(pair.destination.iter(), pair.source.iter());
        self.wrong += spoilt_around(&mut pair.destination, value);
    }
}

pub(super) async fn transfers(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let room = DATA.arena().free_bytes();
    let mut random = Random(0x2545_f491);
    let mut tally = Tally::default();
    let mut shown = 0;
    for number in 0..TRANSFERS {
        let before = tally.wrong;
        match number % 8 {
            0 => list(cx, &mut random, &power, &mut tally)?,
            1 => rectangle(cx, &mut random, &power, &mut tally)?,
            2 => fill(cx, &mut random, &power, &mut tally)?,
            way => linear(cx, &mut random, &power, &mut tally, way).await?,
        }
        if tally.wrong > before && shown < 8 {
            shown += 1;
            firmware_support::note!("transfer {number}: {} wrong bytes", tally.wrong - before);
        }
    }
    same("wrong bytes", tally.wrong, 0)?;
    same("memory is all back", DATA.arena().free_bytes(), room)?;
    firmware_support::note!("transfers {TRANSFERS}, bytes {}, wrong {}", tally.bytes, tally.wrong);
    Ok(tally.bytes)
}

async fn linear(
    cx: &Task<'_>,
    random: &mut Random,
    power: &Active<DmacS>,
    tally: &mut Tally,
    way: u32,
) -> Result<(), Failed> {
    let (length, value) = (random.length(), random.next() as u8);
    let source = buffer(cx, random, length)?;
    let pair = CopyPair { source, destination: destination(cx, random, length, value)? };
    let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
    let mut copy = channel.prepare_copy(cx, &pair).must("a program")?;
    let mut done = match way {
        3 | 4 => copy.start(pair, power).must("a start")?.wait(cx),
        5 | 6 => copy.start(pair, power).must("a start")?.await,
        _ => {
            copy.start_detached(pair, power).must("a start")?;
            loop {
                match copy.recover() {
                    Some(done) => break done,
                    None => yield_now().await,
                }
            }
        }
    };
    done.result.must("the end")?;
    tally.pair(&mut done.bufs, value);
    copy.release(cx).must("release")
}

static LIST: SegmentStorage<CopyPair<u8>, 8> = SegmentStorage::new();

fn list(cx: &Task<'_>, random: &mut Random, power: &Active<DmacS>, tally: &mut Tally) -> Result<(), Failed> {
    let value = random.next() as u8;
    let mut list = LIST.take().must("the list")?;
    for _ in 0..1 + random.below(8) {
        let length = random.length().min(1500);
        let source = buffer(cx, random, length)?;
        let pair = CopyPair { source, destination: destination(cx, random, length, value)? };
        list.push(pair).map_err(drop).must("room in the list")?;
    }
    let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
    let mut copy = channel.prepare(cx, Sg::<8>::between(&list)).must("a program")?;
    let mut done = copy.start(list, power).must("a start")?.wait(cx);
    done.result.must("the end")?;
    while let Some(mut pair) = done.bufs.pop() {
        tally.pair(&mut pair, value);
    }
    copy.release(cx).must("release")
}

fn rectangle(cx: &Task<'_>, random: &mut Random, power: &Active<DmacS>, tally: &mut Tally) -> Result<(), Failed> {
    let (row, rows) = (1 + random.below(100), 1 + random.below(30));
    let (from, to) = (row + random.below(60), row + random.below(60));
    let (whole, value) = (|pitch| (rows - 1) * pitch + row, random.next() as u8);
    let source = buffer(cx, random, whole(from))?;
    let pair = CopyPair { source, destination: destination(cx, random, whole(to), value)? };
    let shape = Rect::new(row as u32, rows as u32).pitch(from as i32, to as i32);
    let shape = shape.at(pair.source.bus_address(), pair.destination.bus_address());
    let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
    let mut copy = channel.prepare(cx, shape).must("a program")?;
    let mut done = copy.start(pair, power).must("a start")?.wait(cx);
    done.result.must("the end")?;
    for (read, written) in done.bufs.source.chunks(from).zip(done.bufs.destination.chunks(to)) {
        tally.wrong += different(written[..row].iter(), read[..row].iter());
        tally.wrong += written[row..].iter().filter(|byte| **byte != value).count();
        tally.bytes += row as u32;
    }
    tally.wrong += spoilt_around(&mut done.bufs.destination, value);
    copy.release(cx).must("release")
}

fn fill(cx: &Task<'_>, random: &mut Random, power: &Active<DmacS>, tally: &mut Tally) -> Result<(), Failed> {
    let (length, value, pattern) = (random.length(), random.next() as u8, random.next() as u8);
    let buffer = destination(cx, random, length, value)?;
    let channel = dmac().claim::<MemoryFill<DmacS, u8>>(cx).must("a channel")?;
    let mut fill = channel.prepare_pattern(cx, Linear::of(&buffer), pattern).must("a program")?;
    let mut done = fill.start(buffer, power).must("a start")?.wait(cx);
    done.result.must("the end")?;
    tally.bytes += length as u32;
    tally.wrong += done.bufs.iter().filter(|byte| **byte != pattern).count();
    tally.wrong += spoilt_around(&mut done.bufs, value);
    fill.release(cx).must("release")
}
