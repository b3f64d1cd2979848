//! The driver's atomic calls with all their types known, so that the compiler makes machine code of them.
//!
//! Nothing runs here: a test links each function with what it reaches, as firmware would be, and looks at that.
#![no_std]
#![forbid(unsafe_code)]
#![allow(clippy::result_large_err, reason = "the driver gives everything back with an error")]

use linkwright::dma::memory::DmaBuf;
use linkwright::dma::{
    Controller, CopyPair, Done, Linear, MemoryCopy, NotRearmed, Prepared, Rejected, Segments, Sg, Submitted,
    ThreadState, Transfer,
};
use linkwright::mmio::Mmio;
use linkwright::power::{Active, Device, DeviceId};
use linkwright_pl330::Pl330;

/// The controller.
#[derive(Debug)]
pub enum Dmac0 {}

impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

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
