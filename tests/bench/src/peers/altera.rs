//! Altera, `alt_dma.c`: copies by bus-wide bursts at any alignment, pieces chained in one program of at most 512 bytes,
//! programs kept and started again. Clients look at the interrupt themselves; nothing looks at faults or at the debug
//! port.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, When};
use linkwright_pl330::regs;
use linkwright_sim::Request;

use super::assembler::{Assembler, memory};
use super::machine::Machine;
use super::{Job, Peer, Way};

pub(super) const ALTERA: Peer = Peer {
    name: "Altera",
    plan,
    issue,
    complete,
    interrupt: true,
    keeps: true,
    bus: Some(8),
    pool: None,
    single: Request::SINGLE,
};

/// Bytes of a program's buffer.
const BUFFER: usize = 512;
const WIDE: u32 = 8;

fn burst(out: &mut Assembler, beat: u32, beats: u32) {
    out.control(memory(beat, beats), memory(beat, beats)).ops(&[Op::Load(When::Always), Op::Store(When::Always)]);
}

fn piece(job: &Job, source: u32, destination: u32) -> Vec<u8> {
    let mut out = Assembler::default();
    out.addresses(source, destination);
    let mut left = job.bytes;
    if !source.is_multiple_of(WIDE) {
        let head = (WIDE - source % WIDE).min(left);
        left -= head;
        burst(&mut out, 1, head);
    }
    let wide = left / WIDE;
    left %= WIDE;
    let mut full = wide / 16;
    if full > 0 {
        out.control(memory(WIDE, 16), memory(WIDE, 16));
    }
    let body = [Op::Load(When::Always), Op::Store(When::Always)];
    // One loop after the other, never nested.
    while full > 0 {
        let times = full.min(256);
        full -= times;
        if times == 1 {
            out.ops(&body);
        } else {
            out.repeat(0, times, |out| {
                out.ops(&body);
            });
        }
    }
    if !wide.is_multiple_of(16) {
        burst(&mut out, WIDE, wide % 16);
    }
    // Bytes that the destination's alignment left in the FIFO.
    if wide > 0 && source % WIDE != destination % WIDE {
        let kept = (destination + (WIDE - source % WIDE)) % WIDE;
        out.control(memory(1, kept), memory(1, kept)).op(Op::Store(When::Always));
    }
    if left > 0 {
        burst(&mut out, 1, left);
    }
    out.finish()
}

fn plan(job: &Job) -> Option<Vec<Vec<u8>>> {
    if job.way != Way::Copy || job.bus != WIDE {
        return None;
    }
    let end = Assembler::default().op(Op::WriteBarrier).op(Op::SendEvent(0)).op(Op::End).finish();
    let mut programs: Vec<Vec<u8>> = vec![Vec::new()];
    for (source, destination) in job.addresses() {
        let piece = piece(job, source, destination);
        if piece.len() + end.len() > BUFFER {
            return None;
        }
        match programs.last_mut() {
            Some(last) if last.len() + piece.len() + end.len() <= BUFFER => last.extend(piece),
            _ => programs.push(piece),
        }
    }
    programs.iter_mut().for_each(|program| program.extend_from_slice(&end));
    Some(programs)
}

fn issue(machine: &Machine, program: u32) {
    machine.status();
    machine.go_unasked(program, || {});
}

fn complete(machine: &Machine) {
    machine.read(regs::INTMIS);
    machine.driver.clear_interrupts(1);
}
