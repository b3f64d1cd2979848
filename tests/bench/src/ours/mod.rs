//! This driver, over the generated controller, on the simulator.

mod finite;
mod rig;
mod ring;
pub mod steps;

use std::sync::OnceLock;

use bench_board::{Dmac0, Receive, ReceiveBursts, Transmit, TransmitBursts};
use linkwright::context::{Task, host_task};
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    BlockBuffers, CopyPair, DeviceToMemory, Endpoint, Linear, MemoryCopy, MemoryToDevice, SegmentStorage, Segments, Sg,
};

use self::finite::transfer;
use self::rig::Rig;
use crate::cases::{Case, cases};
use crate::peers::{Counted, Job, Way, word};

/// Most pieces of a list.
const PIECES: usize = 64;

/// What a case costs with this driver: submitted, started and served by the interrupt body in its steady state, that
/// is on a channel that was prepared before; the data is compared.
///
/// # Panics
/// When the driver fails or the data is wrong.
pub fn measure(case: &Case) -> Counted {
    run(&Rig::new(&case.job), &case.job)
}

/// All cases, each measured once.
pub fn all() -> &'static [(Case, Counted)] {
    static ALL: OnceLock<Vec<(Case, Counted)>> = OnceLock::new();
    ALL.get_or_init(|| cases().into_iter().map(|case| (case.clone(), measure(&case))).collect())
}

/// Beats read and written by copies of these lengths and offsets, on one board.
///
/// # Panics
/// As [`measure`].
pub fn beats(board: &Job, copies: &[(u32, (u32, u32))]) -> Vec<(u64, u64)> {
    let rig = Rig::new(board);
    let one = |&(bytes, offsets): &(u32, (u32, u32))| {
        let counted = run(&rig, &Job { offsets, ..Job::copy(bytes) }).columns;
        (counted.read_beats, counted.write_beats)
    };
    copies.iter().map(one).collect()
}

/// How often a case has the device drop its stale requests.
///
/// # Panics
/// As [`measure`].
pub fn flushes(case: &Case) -> usize {
    let rig = Rig::new(&case.job);
    run(&rig, &case.job);
    rig.sim.take_acks().iter().filter(|ack| ack.kind == linkwright_sim::AckKind::Flush).count()
}

fn run(rig: &Rig, job: &Job) -> Counted {
    host_task(|cx| match (job.way, job.burst, job.ring) {
        (Way::Copy, ..) => copy(cx, rig, job),
        (Way::Transmit, 1, false) => transmit::<Transmit>(cx, rig, job),
        (Way::Transmit, _, false) => transmit::<TransmitBursts>(cx, rig, job),
        (Way::Receive, 1, false) => receive::<Receive>(cx, rig, job),
        (Way::Receive, _, false) => receive::<ReceiveBursts>(cx, rig, job),
        (Way::Transmit | Way::Receive, _, true) => ring::lap(cx, rig, job),
    })
}

fn list<B: BlockBuffers>(pieces: Vec<B>) -> Segments<B, PIECES> {
    let storage: &'static SegmentStorage<B, PIECES> = Box::leak(Box::new(SegmentStorage::new()));
    let mut list = storage.take().unwrap_or_else(|| panic!("new storage is free"));
    pieces.into_iter().for_each(|piece| assert!(list.push(piece).is_ok(), "a longer list than any case has"));
    list
}

fn copy(cx: &mut Task<'_>, rig: &Rig, job: &Job) -> Counted {
    let (bytes, source, destination) = (job.bytes as usize, job.offsets.0 as usize, job.offsets.1 as usize);
    let check = |pair: &CopyPair<u8>| assert!(pair.source[..] == pair.destination[..], "wrong data");
    if job.pieces == 1 {
        let pair = rig.pair(cx, bytes, source, destination);
        let prepared = rig.prepare::<MemoryCopy<Dmac0>, _>(cx, Linear::between(&pair));
        return transfer(cx, rig, job, prepared, pair, check);
    }
    let pairs: Vec<_> = (0..job.pieces).map(|_| rig.pair(cx, bytes, source, destination)).collect();
    let prepared = rig.prepare::<MemoryCopy<Dmac0>, _>(cx, Sg::<PIECES>::between(&pairs));
    transfer(cx, rig, job, prepared, list(pairs), |pairs: &Segments<CopyPair<u8>, PIECES>| pairs.iter().for_each(check))
}

/// Buffers of the pieces, all different.
fn pieces(cx: &mut Task<'_>, rig: &Rig, job: &Job) -> Vec<DmaBuf<u32>> {
    let piece = |number: u32| {
        let mut buffer = rig.buffer::<u32>(cx, job.bytes as usize, 0);
        (0..).zip(buffer.iter_mut()).for_each(|(i, place)| *place = u32::from_le_bytes(word(number << 16 | i)));
        buffer
    };
    (0..job.pieces).map(piece).collect()
}

fn transmit<E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = MemoryToDevice, Word = u32>>(
    cx: &mut Task<'_>,
    rig: &Rig,
    job: &Job,
) -> Counted {
    let mut buffers = pieces(cx, rig, job);
    let expected: Vec<u8> = buffers.iter().flat_map(|b| b.iter().flat_map(|word| word.to_le_bytes())).collect();
    let check = || assert!(rig.port().got == expected, "wrong data for the device");
    if job.pieces == 1 {
        let buffer = buffers.swap_remove(0);
        let prepared = rig.prepare::<E, _>(cx, Linear::of(&buffer));
        return transfer(cx, rig, job, prepared, buffer, |_| check());
    }
    let prepared = rig.prepare::<E, _>(cx, Sg::<PIECES>::of(&buffers));
    transfer(cx, rig, job, prepared, list(buffers), |_| check())
}

fn receive<E: Endpoint<Controller = Dmac0, Peer = Dmac0, Direction = DeviceToMemory, Word = u32>>(
    cx: &mut Task<'_>,
    rig: &Rig,
    job: &Job,
) -> Counted {
    let buffer = rig.buffer::<u32>(cx, job.bytes as usize, 0);
    let prepared = rig.prepare::<E, _>(cx, Linear::of(&buffer));
    transfer(cx, rig, job, prepared, buffer, |buffer: &DmaBuf<u32>| {
        assert!((0..).zip(buffer.iter()).all(|(n, got)| got.to_le_bytes() == word(n)), "wrong data from the device");
    })
}
