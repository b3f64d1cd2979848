//! Zephyr as Alif extended it, same path: devices, interrupts, a barrier before the event.

use linkwright::dma::Controller;
use linkwright::microcode::{Op, RequestKind, When};
use linkwright_pl330::regs;
use linkwright_sim::Request;

use super::assembler::{Assembler, memory, register};
use super::machine::{Machine, Place};
use super::zephyr::{loops, read_command};
use super::{Job, Peer, Way};

pub(super) const ALIF: Peer = Peer {
    name: "Zephyr (Alif)",
    plan,
    issue,
    complete,
    interrupt: true,
    keeps: false,
    bus: None,
    pool: None,
    // It listens to burst requests only.
    single: Request::BURST,
};

fn plan(job: &Job) -> Option<Vec<Vec<u8>>> {
    let one = |(source, destination): (u32, u32)| {
        let (beat, burst) = match job.way {
            // Burst: the client's choice.
            Way::Copy => (1 << (source | destination | job.bytes | job.bus).trailing_zeros(), 16),
            Way::Transmit | Way::Receive => (Job::WORD, job.burst),
        };
        let (from, to) = match job.way {
            Way::Copy => (memory(beat, burst), memory(beat, burst)),
            Way::Transmit => (memory(beat, burst), register(beat, burst)),
            Way::Receive => (register(beat, burst), memory(beat, burst)),
        };
        let wait = [Op::FlushPeripheral(Place::LINE), Op::WaitPeripheral(RequestKind::Burst, Place::LINE)];
        let body = match job.way {
            Way::Copy => vec![Op::Load(When::Always), Op::Store(When::Always)],
            Way::Transmit => {
                [&wait[..], &[Op::Load(When::Burst), Op::StorePeripheral(When::Burst, Place::LINE)]].concat()
            }
            Way::Receive => {
                [&wait[..], &[Op::LoadPeripheral(When::Burst, Place::LINE), Op::Store(When::Burst)]].concat()
            }
        };
        let bursts = job.bytes / (beat * burst);
        if bursts >= 256 * 256 {
            return None;
        }
        let mut out = Assembler::default();
        out.addresses(source, destination).control(from, to);
        loops(&mut out, bursts, &body);
        // What is less than a burst is a shorter one.
        let rest = job.bytes % (beat * burst) / beat;
        if rest > 0 {
            let shorter =
                |side: linkwright::microcode::Access| linkwright::microcode::Access { burst: rest as u8, ..side };
            out.control(shorter(from), shorter(to)).ops(&body);
        }
        out.op(Op::WriteBarrier).op(Op::SendEvent(0)).ops(&[Op::End; 4]);
        Some(out.finish())
    };
    job.addresses().map(one).collect()
}

fn issue(machine: &Machine, program: u32) {
    machine.poll_debug();
    machine.go_unasked(program, || {
        let enabled = machine.read(regs::INTEN);
        machine.driver.enable_interrupts(enabled | 1);
    });
    read_command(machine);
}

fn complete(machine: &Machine) {
    machine.read(regs::FSRD);
    machine.read(regs::FSRC);
    machine.read(regs::INTMIS);
    machine.driver.clear_interrupts(1);
}
