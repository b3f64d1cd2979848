//! What goes wrong.

use core::sync::atomic::Ordering::Relaxed;

use firmware_support::report::{Failed, Must, Verdict, holds, same};
use linkwright::context::Task;
use linkwright::dma::{FaultCause, FaultCauses, Linear, MemoryCopy, TransferError};
use linkwright::microcode::{Isa, Op};
use linkwright_pl330::Microcode;
use linkwright_zynq7000::DmacS;

use super::{copied, pair, power};
use crate::start::{ABORTS, GIC, LINES, TIMER, dmac, spoil_program};

/// One byte of a program is spoilt: the instruction before the signal of its end is none.
pub(super) async fn abort_line(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let claim = || dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel");
    let mut other = claim()?.prepare(cx, Linear::new(1000)).must("a program")?;
    let mut broken = claim()?.prepare(cx, Linear::new(500)).must("a program")?;
    let mut program = [0; 256];
    let length = broken.read_program(&mut program);
    let barrier = Microcode::encode(Op::WriteBarrier).must("a barrier")?;
    let barrier = barrier.as_bytes().first().copied().must("its code")?;
    let at = program[..length].iter().rposition(|byte| *byte == barrier).must("the barrier before the signal")?;
    let address = broken.program_address().must("a program")? + at as u32;
    spoil_program(address, 0xff);
    let mut faults = 0;
    for seed in 0..3 {
        let before = ABORTS.load(Relaxed);
        let bad = broken.start(pair(cx, 500, seed)?, &power).must("a start")?;
        let good = other.start(pair(cx, 1000, seed)?, &power).must("a start beside it")?;
        let bad = bad.await;
        let good = good.await;
        good.result.must("the end of the other")?;
        copied(&good.bufs)?;
        let Err(TransferError::Fault(fault)) = bad.result else {
            firmware_support::note!("no fault: {:?}", bad.result);
            return Err(Failed);
        };
        same("its causes", fault.causes, FaultCauses::NONE.with(FaultCause::UndefinedInstruction))?;
        same("its thread", fault.thread, broken.thread())?;
        same("interrupts of the abort line", ABORTS.load(Relaxed) - before, 1)?;
        if seed == 0 {
            firmware_support::note!("{fault}");
        }
        faults += 1;
    }
    // With a program that is whole, the same thread works.
    let thread = broken.thread();
    let channel = broken.unprepare(cx).must("the channel")?;
    let mut mended = channel.prepare(cx, Linear::new(500)).must("a program")?;
    same("its thread", mended.thread(), thread)?;
    let done = mended.start(pair(cx, 500, 7)?, &power).must("a start")?.await;
    done.result.must("the end")?;
    copied(&done.bufs)?;
    mended.release(cx).must("release")?;
    other.release(cx).must("release")?;
    Ok(faults)
}

pub(super) fn lost_interrupt(cx: &Task<'_>) -> Verdict {
    let power = power(cx)?;
    let channel = dmac().claim::<MemoryCopy<DmacS>>(cx).must("a channel")?;
    let mut copy = channel.prepare(cx, Linear::new(700)).must("a program")?;
    LINES.iter().for_each(|line| GIC.disable(*line));
    let begin = TIMER.ticks();
    let transfer = copy.start(pair(cx, 700, 8)?, &power).must("a start")?;
    let done = transfer.wait_or(cx, || TIMER.ticks() - begin > TIMER.ticks_of(1_000));
    let waited = TIMER.ticks() - begin;
    LINES.iter().for_each(|line| GIC.enable(*line));
    let done = done.must("it stops")?;
    done.result.must("the end")?;
    holds("it is said that the interrupt was lost", done.interrupt_lost)?;
    copied(&done.bufs)?;
    copy.release(cx).must("release")?;
    Ok((waited / TIMER.ticks_of(1)) as u32)
}
