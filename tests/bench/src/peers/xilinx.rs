//! Xilinx, `xdmaps.c`: copies, in bursts that the client chooses. Loops are moved into a line of the instruction cache.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, When};
use linkwright_pl330::regs;
use linkwright_sim::Request;

use super::assembler::{Assembler, memory};
use super::machine::Machine;
use super::{Job, Peer, Way};

pub(super) const XILINX: Peer = Peer {
    name: "Xilinx",
    plan,
    issue,
    complete,
    interrupt: true,
    keeps: true,
    bus: None,
    pool: None,
    single: Request::SINGLE,
};

/// Line of the instruction cache.
const LINE: usize = 16;
const BODY: [Op; 2] = [Op::Load(When::Always), Op::Store(When::Always)];

/// Fill up to the next line if `bytes` from here do not fit into this one.
fn align(out: &mut Assembler, bytes: usize) {
    if out.here() / LINE != (out.here() + bytes - 1) / LINE {
        while !out.here().is_multiple_of(LINE) {
            out.op(Op::Nop);
        }
    }
}

fn single(out: &mut Assembler, times: u32) {
    out.op(Op::Loop(0, times as u16));
    align(out, 4);
    let start = out.here();
    out.ops(&BODY).loop_end(0, When::Always, start);
}

fn plan(job: &Job) -> Option<Vec<Vec<u8>>> {
    let one = |(source, destination): (u32, u32)| {
        let aligned = (source | destination).is_multiple_of(job.bus);
        let (beat, burst) = if aligned { (job.bus, 16) } else { (1, 1) };
        let mut out = Assembler::default();
        out.addresses(source, destination).control(memory(beat, burst), memory(beat, burst));
        let (bursts, rest) = (job.bytes / (beat * burst), job.bytes % (beat * burst));
        if bursts > 256 * 256 {
            return None;
        }
        if bursts >= 512 {
            out.op(Op::Loop(1, (bursts / 256) as u16));
            // The outer loop begins before what fills the line.
            let outer = out.here();
            align(&mut out, 8);
            out.op(Op::Loop(0, 256));
            let inner = out.here();
            out.ops(&BODY).loop_end(0, When::Always, inner).loop_end(1, When::Always, outer);
        } else if bursts > 256 {
            single(&mut out, 256);
        }
        match if bursts > 256 { bursts % 256 } else { bursts } {
            0 => {}
            left => single(&mut out, left),
        }
        for (count, beat) in [(rest / beat, beat), (rest % beat, 1)] {
            if count > 0 {
                out.control(memory(beat, 1), memory(beat, 1));
                single(&mut out, count);
            }
        }
        out.op(Op::WriteBarrier).op(Op::SendEvent(0)).op(Op::End);
        Some(out.finish())
    };
    if job.way != Way::Copy { None } else { job.addresses().map(one).collect() }
}

fn issue(machine: &Machine, program: u32) {
    let enabled = machine.read(regs::INTEN);
    machine.driver.enable_interrupts(enabled | 1);
    machine.read(regs::INTEN);
    machine.poll_debug();
    machine.go_unasked(program, || {
        machine.read(regs::DSR);
    });
}

/// Each channel has a line of its own, so nothing has to be asked.
fn complete(machine: &Machine) {
    machine.driver.clear_interrupts(1);
}
