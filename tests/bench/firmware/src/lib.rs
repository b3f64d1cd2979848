//! The driver's atomic calls with all their types known, so that the compiler makes machine code of them.
//!
//! Nothing runs here: a test links each function with what it reaches, as firmware would be, and looks at that.
#![no_std]
#![forbid(unsafe_code)]
#![allow(clippy::result_large_err, reason = "the driver gives everything back with an error")]

use bench_board::{Dmac0, ReceiveBursts, SpiIn, TransmitBursts};
use linkwright::context::Task;
use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    Completed, Controller, Cookie, CopyPair, Dmac, Done, GatedRing, Linear, MemoryCopy, NotRearmed, Pausable,
    PauseError, Prepared, Queue, QueueError, QueueStorage, Rect, Rejected, Resubmit, Ring, RingError, Segments, Sg,
    Submitted, ThreadState, Transfer,
};
use linkwright::mmio::Mmio;
use linkwright::power::Active;
use linkwright_pl330::Pl330;

type End = MemoryCopy<Dmac0>;
type Pair = CopyPair<u8>;
type Registers = Pl330<Mmio<{ linkwright_pl330::regs::SIZE }>>;

/// Hand buffers over.
#[inline(never)]
pub fn entry_submit<'p>(
    prepared: &'p mut Prepared<End, Linear>,
    pair: Pair,
    power: &Active<Dmac0>,
) -> Result<Submitted<'p, End, Linear>, Rejected<Pair>> {
    prepared.submit(pair, power)
}

/// Start.
#[inline(never)]
pub fn entry_issue(submitted: Submitted<'_, End, Linear>) -> Result<Transfer<'_, End, Linear>, Rejected<Pair>> {
    submitted.issue()
}

/// Start and let go.
#[inline(never)]
pub fn entry_issue_detached(submitted: Submitted<'_, End, Linear>) -> Result<(), Rejected<Pair>> {
    submitted.issue_detached()
}

/// In the handler: the next transfer with other buffers.
#[inline(never)]
pub fn entry_rearm<'c>(done: Done<'c, End, Linear>, pair: Pair) -> Result<Pair, NotRearmed<'c, End, Linear>> {
    done.rearm(pair)
}

/// In the handler: the same transfer again.
#[inline(never)]
pub fn entry_rearm_same(done: Done<'_, End, Linear>) -> Result<(), NotRearmed<'_, End, Linear>> {
    done.rearm_same()
}

/// Hand a list of buffers over.
#[inline(never)]
pub fn entry_submit_list<'p>(
    prepared: &'p mut Prepared<End, Sg<8>>,
    list: Segments<Pair, 8>,
    power: &Active<Dmac0>,
) -> Result<Submitted<'p, End, Sg<8>>, Rejected<Segments<Pair, 8>>> {
    prepared.submit(list, power)
}

/// In the handler: the same list again.
#[inline(never)]
pub fn entry_rearm_list(done: Done<'_, End, Sg<8>>) -> Result<(), NotRearmed<'_, End, Sg<8>>> {
    done.rearm_same()
}

/// In the handler: nothing more.
#[inline(never)]
pub fn entry_finish(done: Done<'_, End, Linear>) -> Pair {
    done.finish()
}

/// Keep buffers for later.
#[inline(never)]
pub fn entry_queue_submit(
    queue: &Queue<End, Linear>,
    pair: Pair,
    power: &Active<Dmac0>,
) -> Result<Cookie, Rejected<Pair>> {
    queue.submit(pair, power)
}

/// Start what was kept.
#[inline(never)]
pub fn entry_queue_issue(queue: &Queue<End, Linear>) {
    queue.issue();
}

/// Take what has ended.
#[inline(never)]
pub fn entry_queue_pop(queue: &Queue<End, Linear>) -> Option<(Cookie, Completed<Pair>)> {
    queue.pop()
}

/// Stop a queue.
#[inline(never)]
pub fn entry_queue_terminate(queue: &Queue<End, Linear>) {
    queue.terminate();
}

/// In a queue's callback: the same buffers once more.
#[inline(never)]
pub fn entry_queue_resubmit(queue: Resubmit<'_, End, Linear>, pair: Pair) -> Result<Cookie, Rejected<Pair>> {
    queue.submit(pair)
}

/// Make a queue: reaches what the interrupt calls when one of its transfers has ended.
#[inline(never)]
pub fn entry_queue_made(
    prepared: Prepared<End, Linear>,
    cx: &Task<'_>,
    storage: &'static QueueStorage<End, Linear, 8>,
) -> Result<Queue<End, Linear>, QueueError> {
    prepared.into_queue(cx, storage).map_err(|(error, _)| error)
}

/// Start a ring.
#[inline(never)]
pub fn entry_ring_start(
    ring: &mut Ring<TransmitBursts>,
    buffer: DmaBuf<u32>,
    power: &Active<Dmac0>,
) -> Result<(), Rejected<DmaBuf<u32>>> {
    ring.start(buffer, power)
}

/// Words for a ring's device.
#[inline(never)]
pub fn entry_ring_push(ring: &mut Ring<TransmitBursts>, words: &[u32]) -> Result<usize, RingError> {
    ring.push(words)
}

/// Words from a ring's device.
#[inline(never)]
pub fn entry_ring_pull(ring: &mut Ring<ReceiveBursts>, words: &mut [u32]) -> Result<usize, RingError> {
    ring.pull(words)
}

/// Start a ring that waits for its client.
#[inline(never)]
pub fn entry_gated_start(
    ring: &mut GatedRing<ReceiveBursts>,
    buffer: DmaBuf<u32>,
    power: &Active<Dmac0>,
) -> Result<(), Rejected<DmaBuf<u32>>> {
    ring.start(buffer, power)
}

/// Fill a period and hand it over.
#[inline(never)]
pub fn entry_ring_grant(ring: &mut GatedRing<TransmitBursts>, word: u32) -> Result<bool, RingError> {
    let Some(mut period) = ring.period()? else { return Ok(false) };
    period.fill(word);
    period.grant()?;
    Ok(true)
}

/// To a device.
#[inline(never)]
pub fn entry_transmit<'p>(
    prepared: &'p mut Prepared<TransmitBursts, Linear>,
    buffer: DmaBuf<u32>,
    power: &Active<Dmac0>,
) -> Result<Transfer<'p, TransmitBursts, Linear>, Rejected<DmaBuf<u32>>> {
    prepared.submit(buffer, power)?.issue()
}

/// From a device that says which requests it makes, and may end early.
#[inline(never)]
pub fn entry_receive<'p>(
    prepared: &'p mut Prepared<SpiIn, Linear>,
    buffer: DmaBuf<u16>,
    power: &Active<Dmac0>,
) -> Result<Transfer<'p, SpiIn, Linear>, Rejected<DmaBuf<u16>>> {
    prepared.submit(buffer, power)?.issue()
}

/// A rectangle.
#[inline(never)]
pub fn entry_rect<'p>(
    prepared: &'p mut Prepared<End, Rect>,
    pair: Pair,
    power: &Active<Dmac0>,
) -> Result<Transfer<'p, End, Rect>, Rejected<Pair>> {
    prepared.submit(pair, power)?.issue()
}

/// Have a transfer stand.
#[inline(never)]
pub fn entry_pause(transfer: &Transfer<'_, End, Pausable<Linear>>) -> Result<(), PauseError> {
    transfer.pause()
}

/// Have it go on.
#[inline(never)]
pub fn entry_resume(transfer: &Transfer<'_, End, Pausable<Linear>>) -> Result<(), PauseError> {
    transfer.resume()
}

/// Does it stand?
#[inline(never)]
pub fn entry_is_paused(transfer: &Transfer<'_, End, Pausable<Linear>>) -> bool {
    transfer.is_paused()
}

/// How much has not arrived.
#[inline(never)]
pub fn entry_residue(transfer: &Transfer<'_, End, Linear>) -> u32 {
    transfer.residue()
}

/// Stop a detached transfer.
#[inline(never)]
pub fn entry_cancel(prepared: &mut Prepared<End, Linear>) {
    prepared.cancel();
}

/// Take back what it left.
#[inline(never)]
pub fn entry_recover(prepared: &mut Prepared<End, Linear>) -> Option<Completed<Pair>> {
    prepared.recover()
}

/// Do not start it after all.
#[inline(never)]
pub fn entry_cancel_submitted(submitted: Submitted<'_, End, Linear>) -> Option<Pair> {
    submitted.cancel()
}

/// Stop a transfer by letting it fall.
#[inline(never)]
pub fn entry_drop_transfer(transfer: Transfer<'_, End, Linear>) {
    drop(transfer);
}

/// Let a channel fall.
#[inline(never)]
pub fn entry_drop_prepared(prepared: Prepared<End, Linear>) {
    drop(prepared);
}

/// Serve the interrupt.
#[inline(never)]
pub fn entry_irq(dmac: &'static Dmac<Registers>) -> bool {
    dmac.irq()
}

/// Look for what has ended without its interrupt.
#[inline(never)]
pub fn entry_watch(dmac: &'static Dmac<Registers>) -> bool {
    dmac.watch().is_nothing()
}

/// What those call through a table: start a thread.
#[inline(never)]
pub fn entry_start(registers: &Registers, thread: u8, program: u32) -> bool {
    registers.start(thread, program, false, 100).is_ok()
}

/// What those call through a table: stop a thread.
#[inline(never)]
pub fn entry_kill(registers: &Registers, thread: u8) -> bool {
    registers.kill(thread, 100).is_ok()
}

/// What those call through a table: stop the manager.
#[inline(never)]
pub fn entry_kill_manager(registers: &Registers) -> bool {
    registers.kill_manager(100).is_ok()
}

/// What those call through a table: signal an event.
#[inline(never)]
pub fn entry_send_event(registers: &Registers, event: u8) -> bool {
    registers.send_event(event, 100).is_ok()
}

/// What those call through a table: look at a thread.
#[inline(never)]
pub fn entry_state(registers: &Registers, thread: u8) -> ThreadState {
    registers.state(thread)
}

/// What those call through a table: clear an event.
#[inline(never)]
pub fn entry_clear(registers: &Registers, events: u32) {
    registers.clear_interrupts(events);
}

/// A buffer that is given back.
#[inline(never)]
pub fn entry_drop(buffer: DmaBuf<u8>) {
    drop(buffer);
}

/// Something that can panic, to show that the test would see it.
#[inline(never)]
pub fn control_panics(bytes: &[u8], at: usize) -> u8 {
    bytes[at]
}
