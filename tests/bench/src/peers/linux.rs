//! Linux, `drivers/dma/pl330.c`: one program, one start and one interrupt for each element of a list and each period of
//! a ring. A program is as many full loop nests as fit, then the next smaller ones, then single bursts.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, RequestKind, When};
use linkwright_pl330::regs;
use linkwright_sim::Request;

use super::assembler::{Assembler, memory, register};
use super::machine::{Machine, Place};
use super::{Job, Peer, Way};

pub(super) const LINUX: Peer = Peer {
    name: "Linux",
    plan: |job| plan(job, false),
    issue,
    complete,
    interrupt: true,
    keeps: false,
    bus: None,
    pool: Some(16),
    single: Request::SINGLE,
};

/// For revision r0p0, whose loads and stores of a copy must not overlap.
pub(super) const LINUX_R0P0: Peer = Peer { name: "Linux (r0p0)", plan: |job| plan_r0p0(job), ..LINUX };

/// Most bytes of a loop's body.
const JUMP: usize = 255;

fn plan_r0p0(job: &Job) -> Option<Vec<Vec<u8>>> {
    if job.way == Way::Copy { plan(job, true) } else { None }
}

fn plan(job: &Job, barriers: bool) -> Option<Vec<Vec<u8>>> {
    let one = |(source, destination): (u32, u32)| {
        let mut out = Assembler::default();
        let (beat, burst) = match job.way {
            Way::Copy => {
                // The largest beat that divides addresses and length; a burst only if that is the whole bus.
                let beat = 1 << (source | destination | job.bytes | job.bus).trailing_zeros();
                (beat, if beat == job.bus { (job.lines / 8).min(16) } else { 1 })
            }
            Way::Transmit | Way::Receive => (Job::WORD, job.burst),
        };
        let (from, to) = match job.way {
            Way::Copy => (memory(beat, burst), memory(beat, burst)),
            Way::Transmit => (memory(beat, burst), register(beat, burst)),
            Way::Receive => (register(beat, burst), memory(beat, burst)),
        };
        out.control(from, to).addresses(source, destination);
        let mut left = job.bytes / (beat * burst);
        if !job.bytes.is_multiple_of(beat * burst) {
            return None;
        }
        let body = body(job, barriers);
        while left > 0 {
            left -= nest(&mut out, left, &body);
        }
        out.op(Op::SendEvent(0)).op(Op::End);
        Some(out.finish())
    };
    job.addresses().map(one).collect()
}

/// One burst. The device's stale requests are dropped before each.
fn body(job: &Job, barriers: bool) -> Vec<Op> {
    let (kind, when) =
        if job.burst > 1 { (RequestKind::Burst, When::Burst) } else { (RequestKind::Single, When::Single) };
    let wait = [Op::FlushPeripheral(Place::LINE), Op::WaitPeripheral(kind, Place::LINE)];
    let (load, store) = (Op::Load(When::Always), Op::Store(When::Always));
    match job.way {
        Way::Copy if barriers => vec![load, Op::ReadBarrier, store, Op::WriteBarrier],
        Way::Copy => vec![load, store],
        Way::Transmit => [&wait[..], &[load, Op::StorePeripheral(when, Place::LINE)]].concat(),
        Way::Receive => [&wait[..], &[Op::LoadPeripheral(when, Place::LINE), store]].concat(),
    }
}

/// Loops around `body` for at most `bursts` bursts; returns how many.
fn nest(out: &mut Assembler, bursts: u32, body: &[Op]) -> u32 {
    let mut measure = Assembler::default();
    let size = measure.ops(body).here();
    if bursts == 1 {
        out.ops(body);
        return 1;
    }
    if bursts <= 256 {
        out.repeat(1, bursts, |out| {
            out.ops(body);
        });
        return bursts;
    }
    let outer = (bursts / 256).min(256);
    // A nest that is full holds the body more than once, as far as the outer loop can jump.
    let copies = (bursts / 256 / outer).min(((JUMP - 4) / size) as u32);
    out.repeat(0, outer, |out| {
        out.repeat(1, 256, |out| {
            for _ in 0..copies {
                out.ops(body);
            }
        });
    });
    outer * 256 * copies
}

fn issue(machine: &Machine, program: u32) {
    machine.status();
    machine.status();
    let enabled = machine.read(regs::INTEN);
    machine.driver.enable_interrupts(enabled | 1);
    machine.driver.start(0, program, false, 1).unwrap_or_else(|_| panic!("stuck"));
}

fn complete(machine: &Machine) {
    machine.read(regs::FSRD);
    machine.read(regs::FSRC);
    machine.read(regs::INT_EVENT_RIS);
    machine.read(regs::INTEN);
    machine.driver.clear_interrupts(1);
}
