//! Faults are typed errors that name the instruction; the channel is usable afterwards, and nobody else notices.

use linkwright::context::{Task, host_task};
use linkwright::dma::{Config, Controller, Fault, FaultCause, FaultCauses, StartError, ThreadState, TransferError};
use linkwright::microcode::{Access, Control, Isa, Op, Side, When};
use linkwright::mmio::{Bounded, Io, Value};
use linkwright_pl330::{Microcode, regs};
use linkwright_zynq7000::dmac_s;
use qemu::{BUFFERS, Board, Random, find};

/// The thread of the bystander, and the event it waits for; the driver uses neither.
const PARKED: u8 = 7;
const CREDIT: u8 = 15;
/// Where it lies: behind what the driver has of the memory.
const ELSEWHERE: u32 = BUFFERS + (32 << 20);

fn board(cx: &Task<'_>) -> Board {
    Board::with_config(cx, Config { threads: 0x7f, ..dmac_s::CONFIG })
}

/// Someone else's program: it waits for an event, then copies 64 bytes.
struct Bystander<'a>(&'a Board);

impl<'a> Bystander<'a> {
    fn park(board: &'a Board) -> Self {
        let side = Access { increment: true, beat: 8, burst: 8, cache: 0, protection: 0 };
        let control = Microcode::control(&Control { source: side, destination: side, swap: 1 });
        let program: Vec<u8> = [
            Op::SetAddress(Side::Source, ELSEWHERE),
            Op::SetAddress(Side::Destination, ELSEWHERE + 0x1000),
            Op::SetControl(control),
            Op::WaitEvent(CREDIT, false),
            Op::Load(When::Always),
            Op::Store(When::Always),
            Op::WriteBarrier,
            Op::End,
        ]
        .iter()
        .flat_map(|op| Microcode::encode(*op).unwrap().as_bytes().to_vec())
        .collect();
        board.machine.write(ELSEWHERE, &[0x42; 64]);
        board.machine.write(ELSEWHERE + 0x1000, &[0; 64]);
        board.machine.write(ELSEWHERE + 0x2000, &program);
        board.controller.start(PARKED, ELSEWHERE + 0x2000, false, 10).unwrap();
        let bystander = Self(board);
        bystander.undisturbed();
        bystander
    }

    fn undisturbed(&self) {
        assert_eq!(self.0.state(PARKED), ThreadState::WaitingForEvent);
        assert_eq!(self.0.controller.faulting() & 1 << PARKED, 0);
    }

    /// It goes on where it stood.
    fn release(self) {
        self.undisturbed();
        self.0.controller.send_event(CREDIT, 10).unwrap();
        assert_eq!(self.0.state(PARKED), ThreadState::Stopped);
        let mut moved = [0; 64];
        self.0.machine.read(ELSEWHERE + 0x1000, &mut moved);
        assert_eq!(moved, [0x42; 64]);
    }
}

/// A channel of the driver that copies before and after; returns the channel.
fn copies(board: &Board, cx: &Task<'_>, channel: qemu::CopyChannel, seed: u64) -> qemu::CopyChannel {
    let mut pair = board.pair(cx, 3000);
    Random::new(seed).fill(&mut pair.source);
    let mut prepared = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
    let transfer = prepared.start(pair, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
    board.serve();
    let done = transfer.wait(cx);
    done.result.unwrap_or_else(|e| panic!("{e}"));
    assert!(*done.bufs.source == *done.bufs.destination);
    prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"))
}

/// Spoil the program of a copy of `len` bytes where it executes `ops`, run it, and return the fault. Another channel
/// of the driver and a parked program of someone else must not notice; the channel must work again.
fn fault(len: usize, ops: &[Op], spoilt: &[u8]) -> Fault {
    host_task(|cx| {
        let board = board(cx);
        let bystander = Bystander::park(&board);
        let (channel, other) = (board.claim(cx), board.claim(cx));
        let other = copies(&board, cx, other, 1);

        let mut pair = board.pair(cx, len);
        pair.source.fill(7);
        let mut prepared = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));
        let thread = prepared.thread();
        let at = find(&prepared, ops, 0);
        for (address, byte) in (at..).zip(spoilt) {
            board.memory.spoil(address, *byte);
        }
        let transfer = prepared.start(pair, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        assert!(board.abort_line(), "the fault raises its own line");
        assert_eq!(board.serve(), 1);
        let done = transfer.wait(cx);
        let Err(TransferError::Fault(fault)) = done.result else { panic!("{:?}", done.result) };
        assert_eq!(fault.thread, thread);
        assert_eq!(board.state(thread), ThreadState::Stopped);
        assert_eq!(board.controller.faulting(), 0);
        bystander.undisturbed();
        let other = copies(&board, cx, other, 2);

        board.memory.heal();
        let channel = prepared.unprepare(cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        let channel = copies(&board, cx, channel, 3);
        bystander.release();
        channel.release(cx);
        other.release(cx);
        println!("{fault}");
        fault
    })
}

#[test]
fn an_undefined_instruction() {
    let fault = fault(1000, &[Op::WriteBarrier], &[0xff]);
    assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::UndefinedInstruction));
    assert_eq!(fault.instruction().first(), Some(&0xff));
    assert!(fault.to_string().contains("undefined instruction") && fault.to_string().contains("ff"), "{fault}");
}

#[test]
fn an_operand_that_this_controller_does_not_have() {
    // Sixteen events, and this is the 32nd.
    let send = |event| Microcode::encode(Op::SendEvent(event)).unwrap();
    let fault = fault(1000, &[Op::SendEvent(0)], send(31).as_bytes());
    assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::InvalidOperand));
    let text = fault.to_string();
    assert!(text.contains("operand not valid"), "{text}");
    // Silicon leaves the program counter at the instruction; QEMU has already moved on to the next.
    assert!(text.contains("DMAEND"), "{text}");
}

#[test]
fn a_lock_up() {
    // One byte is loaded and never stored. One, because QEMU's kill leaves every second byte in the FIFO.
    let nop = Microcode::encode(Op::Nop).unwrap();
    let fault = fault(1, &[Op::Store(When::Always)], nop.as_bytes());
    assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::Lockup));
    assert!(fault.to_string().contains("DMAEND"), "{fault}");
    assert!(fault.to_string().contains("locked up"), "{fault}");
}

#[test]
fn a_store_without_data() {
    let nop = Microcode::encode(Op::Nop).unwrap();
    let fault = fault(64, &[Op::Load(When::Always)], nop.as_bytes());
    assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::FifoUnderflow));
    assert!(fault.to_string().contains("too little data"), "{fault}");
}

/// An instruction that the debug port does not take makes the manager fault, and on QEMU the port stays busy.
#[test]
fn a_busy_debug_port_and_a_faulting_manager() {
    host_task(|cx| {
        let board = board(cx);
        let bystander = Bystander::park(&board);
        let channel = copies(&board, cx, board.claim(cx), 1);
        let mut pair = board.pair(cx, 100);
        pair.source.fill(9);
        let mut prepared = channel.prepare_copy(cx, &pair).unwrap_or_else(|(e, _)| panic!("{e}"));

        let bus = board.controller.bus();
        let debug = |bytes: [u8; 2]| {
            let first =
                Value::zero().with(regs::Dbginst0::INSTR_BYTE0, bytes[0]).with(regs::Dbginst0::INSTR_BYTE1, bytes[1]);
            bus.write(regs::DBGINST0, first);
            bus.write(regs::DBGINST1, Value::zero());
            bus.write(regs::DBGCMD, Value::zero());
        };
        debug([0xff, 0]);
        let causes = FaultCauses::NONE.with(FaultCause::UndefinedInstruction).with(FaultCause::DebugInstruction);
        assert_eq!(board.controller.manager_fault(), Some(causes));
        let rejected = prepared.start(pair, &board.power).expect_err("the port is busy");
        assert_eq!(rejected.error, StartError::Stuck);

        // The next valid command frees the port; the driver's interrupt body brings the manager back.
        debug([Microcode::encode(Op::SendEvent(14)).unwrap().as_bytes()[0], 14 << 3]);
        board.dmac.irq();
        assert_eq!(board.controller.manager_fault(), None);
        assert_eq!(bus.read(regs::DSR).word(), 0);
        let transfer = prepared.start(rejected.bufs, &board.power).unwrap_or_else(|r| panic!("{}", r.error));
        board.serve();
        let done = transfer.wait(cx);
        done.result.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(*done.bufs.destination, [9; 100]);
        bystander.release();
        prepared.release(cx).unwrap();
        assert_eq!(bus.read(regs::FTR.at(Bounded::MIN)).word(), 0);
    });
}
