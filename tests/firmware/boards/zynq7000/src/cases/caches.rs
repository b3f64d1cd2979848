//! QEMU has no caches. What can be shown on it is that the right lines are maintained, with the processor's operations.

use core::ops::Range;

use firmware_support::cache::{Kind, line};
use firmware_support::report::{Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::MemoryCopy;
use linkwright_zynq7000::DmacS;

use super::{copied, pair, power};
use crate::start::{CACHES, dmac};

/// Of the last maintenances of this kind: do they cover all of `wanted`, and nothing but whole lines of it?
fn covered(kinds: &[Kind], wanted: Range<u32>) -> bool {
    let size = line();
    let whole = wanted.start & !(size - 1)..wanted.end.next_multiple_of(size);
    let here = || {
        CACHES.recent().into_iter().flatten().filter(|(kind, address, bytes)| {
            kinds.contains(kind) && *address < whole.end && address + bytes > whole.start
        })
    };
    let within = here().all(|(_, address, bytes)| address >= whole.start && address + bytes <= whole.end);
    let mut lines = whole.clone().step_by(size as usize);
    within && lines.all(|at| here().any(|(_, address, bytes)| (address..address + bytes).contains(&at)))
}

pub(super) fn maintained(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let before = CACHES.lines();
    for (from, to, bytes) in [(0, 0, 256), (5, 0, 100), (0, 9, 100), (31, 33, 1000), (3, 3, 1)] {
        let mut pair = pair(cx, 2000, 3)?;
        pair.source.set_window(from, bytes).must("a window")?;
        pair.destination.set_window(to, bytes).must("a window")?;
        let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
        let mut copy = channel.prepare_copy(cx, &pair).must("a program")?;
        let whole = |start: u32| start..start + bytes as u32;
        let (source, destination) = (whole(pair.source.bus_address()), whole(pair.destination.bus_address()));

        CACHES.forget();
        let submitted = copy.submit(pair, &power).must("a submission")?;
        holds("the source is written back", covered(&[Kind::Clean], source.clone()))?;
        holds("the source is not dropped", !covered(&[Kind::Discard, Kind::Flush], source))?;
        holds("the destination is dropped", covered(&[Kind::Discard, Kind::Flush], destination.clone()))?;
        let partial = [destination.start, destination.end].iter().any(|edge| !edge.is_multiple_of(line()));
        let flushed = CACHES.recent().iter().flatten().any(|(kind, ..)| *kind == Kind::Flush);
        same("lines that are only partly written are written back first", flushed, partial)?;

        CACHES.forget();
        let done = submitted.issue().must("a start")?.wait(cx);
        done.result.must("the end")?;
        holds("the destination is dropped again", covered(&[Kind::Discard], destination))?;
        copied(&done.bufs)?;
        copy.release(cx).must("release")?;
    }
    Ok(CACHES.lines().iter().zip(before).map(|(after, before)| after - before).sum())
}
