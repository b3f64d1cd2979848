//! Zephyr, `drivers/dma/dma_pl330.c` by Broadcom: copies only, on a bus of 128 bits, waiting for each program in turn.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, When};
use linkwright_pl330::regs;
use linkwright_sim::Request;

use super::assembler::{Assembler, memory};
use super::machine::Machine;
use super::{Job, Peer, Way};

pub(super) const ZEPHYR: Peer = Peer {
    name: "Zephyr",
    plan,
    issue,
    complete,
    interrupt: false,
    keeps: false,
    bus: Some(16),
    pool: None,
    single: Request::SINGLE,
};

/// Loops around `body` for `bursts` bursts: full inner loops first, then the rest. An outer pass loads the inner counter
/// again instead of jumping to where it is loaded.
pub(super) fn loops(out: &mut Assembler, bursts: u32, body: &[Op]) {
    if bursts >= 256 {
        out.op(Op::Loop(1, (bursts / 256) as u16)).op(Op::Loop(0, 256));
        let start = out.here();
        out.ops(body).loop_end(0, When::Always, start);
        out.op(Op::Loop(0, 256)).loop_end(1, When::Always, start);
    }
    if !bursts.is_multiple_of(256) {
        out.repeat(0, bursts % 256, |out| {
            out.ops(body);
        });
    }
}

fn plan(job: &Job) -> Option<Vec<Vec<u8>>> {
    let one = |(source, destination): (u32, u32)| {
        let beat = 1 << (source | destination | job.bytes | 16).trailing_zeros();
        // A burst is longer than one beat only where the length is a multiple of 2 to the power of the beat's bytes.
        let burst = (1..=16).rev().find(|burst| u64::from(job.bytes).is_multiple_of(burst << beat)).unwrap_or(1) as u32;
        let bursts = job.bytes / (beat * burst);
        // More makes several programs, which nobody asks of it here.
        if bursts >= 256 * 256 || !job.bytes.is_multiple_of(beat * burst) {
            return None;
        }
        let mut out = Assembler::default();
        out.addresses(source, destination).control(memory(beat, burst), memory(beat, burst));
        loops(&mut out, bursts, &[Op::Load(When::Always), Op::Store(When::Always)]);
        out.ops(&[Op::End; 4]);
        Some(out.finish())
    };
    if job.way != Way::Copy { None } else { job.addresses().map(one).collect() }
}

fn issue(machine: &Machine, program: u32) {
    machine.driver.start(0, program, false, 1).unwrap_or_else(|_| panic!("stuck"));
    read_command(machine);
}

/// Reads back a register that can only be written, to see whether the command is done.
pub(super) fn read_command(machine: &Machine) {
    use linkwright::mmio::Bus;
    machine.sim.load(regs::DBGCMD.offset());
}

fn complete(machine: &Machine) {
    machine.status();
}
