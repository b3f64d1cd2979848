//! The smallest firmware that copies memory by DMA: one block, told by an interrupt. Ends the emulator with status 0 if
//! every byte is right.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod start;

use core::sync::atomic::{AtomicU32, Ordering::SeqCst};

use linkwright::context::Task;
use linkwright::dma::{CopyPair, Done, Linear, MemoryCopy, Prepared};
use linkwright::power::Active;
use linkwright_zynq7000::DmacS;

type Copy = MemoryCopy<DmacS>;

const BYTES: usize = 4000;
/// Bytes that were right.
static RIGHT: AtomicU32 = AtomicU32::new(u32::MAX);

/// In the interrupt. A function of its own, so that a trace shows when it begins.
#[inline(never)]
fn copied(done: Done<'_, Copy, Linear>) {
    let ended = done.result().is_ok();
    let pair = done.finish();
    let right = pair.source.iter().zip(pair.destination.iter()).filter(|(a, b)| a == b).count();
    RIGHT.store(if ended { right as u32 } else { 0 }, SeqCst);
}

static COPIED: fn(Done<'_, Copy, Linear>) = copied;

/// Atomic. A function of its own, so that the machine code shows what it reaches.
#[inline(never)]
fn issue(copy: &mut Prepared<Copy, Linear>, pair: CopyPair<u8>, power: &Active<DmacS>) -> Option<()> {
    copy.start_detached(pair, power).ok()
}

/// Is everything copied?
fn main(cx: &Task<'_>) -> bool {
    copy(cx).is_some() && RIGHT.load(SeqCst) == BYTES as u32
}

fn copy(cx: &Task<'_>) -> Option<()> {
    let memory = start::DATA.arena();
    let mut source = memory.alloc::<u8>(cx, BYTES + 1).ok()?;
    source.iter_mut().zip(1..).for_each(|(byte, number)| *byte = number);
    // Any offset, any length.
    source.set_window(1, BYTES).ok()?;
    let pair = CopyPair { source, destination: memory.alloc(cx, BYTES).ok()? };

    let channel = start::DMAC.claim::<Copy>(cx).ok()?;
    let mut copy = channel.prepare_copy(cx, &pair).ok()?;
    copy.set_handler(cx, &COPIED);
    let power = Active::<DmacS>::resume(cx, &start::POWER).ok()?;
    issue(&mut copy, pair, &power)?;
    while RIGHT.load(SeqCst) == u32::MAX {
        aarch32_cpu::asm::wfe();
    }
    copy.release(cx).ok()
}
