//! FreeBSD, `sys/dev/xdma/controller/pl330.c`: devices only, a word at a time, a whole list in one program. It takes no
//! look at the debug port before it commands it, nor at faults.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, RequestKind, When};
use linkwright_pl330::regs;
use linkwright_sim::Request;

use super::assembler::{Assembler, memory, register};
use super::machine::{Machine, Place};
use super::{Job, Peer, Way};

pub(super) const FREEBSD: Peer = Peer {
    name: "FreeBSD",
    plan,
    issue,
    complete,
    interrupt: true,
    keeps: false,
    bus: None,
    pool: None,
    // A single request would end its loops.
    single: Request::BURST,
};

fn plan(job: &Job) -> Option<Vec<Vec<u8>>> {
    let words = job.bytes / Job::WORD;
    // What is no multiple of 128 words gets lost.
    if job.way == Way::Copy || words > 128 && !words.is_multiple_of(128) || words / 128 > 256 {
        return None;
    }
    let pieces: Vec<_> = job.addresses().collect();
    // A ring is started again for each period; a list is one program.
    let each = if job.ring { 1 } else { pieces.len() };
    Some(pieces.chunks(each).map(|pieces| program(job.way, words, pieces)).collect())
}

fn program(way: Way, words: u32, pieces: &[(u32, u32)]) -> Vec<u8> {
    let (from, to) = match way {
        Way::Receive => (register(Job::WORD, 1), memory(Job::WORD, 1)),
        Way::Copy | Way::Transmit => (memory(Job::WORD, 1), register(Job::WORD, 1)),
    };
    let body =
        [Op::WaitPeripheral(RequestKind::Peripheral, Place::LINE), Op::Load(When::Burst), Op::Store(When::Burst)];
    let mut out = Assembler::default();
    for &(source, destination) in pieces {
        out.control(from, to).addresses(source, destination);
        out.op(Op::Loop(0, if words > 128 { words / 128 } else { words } as u16));
        let outer = out.here();
        if words > 128 {
            out.op(Op::Loop(1, 128));
            let inner = out.here();
            out.ops(&body).loop_end(1, When::Burst, inner);
        } else {
            out.ops(&body);
        }
        out.loop_end(0, When::Burst, outer);
    }
    out.op(Op::SendEvent(0)).op(Op::End).finish()
}

fn issue(machine: &Machine, program: u32) {
    machine.go_unasked(program, || {
        machine.driver.clear_interrupts(u32::MAX);
        machine.driver.enable_interrupts(1);
    });
}

fn complete(machine: &Machine) {
    let raised = machine.read(regs::INTMIS);
    machine.driver.clear_interrupts(raised);
}
