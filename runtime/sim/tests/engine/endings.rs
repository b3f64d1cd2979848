//! Transfers that do not end well.

use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::{FaultCause, FaultCauses, Linear, StartError, Transfer, TransferError};
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{Board, Config, Failing, Violation};

use crate::rig::*;

fn small_fifo() -> Config {
    Config { fifo_lines: 32, ..Config::zynq7000() }
}

/// Start a copy beside a healthy one, spoil it, and see that it ends with an error, that the channel works again and
/// that the healthy one never notices.
fn spoiled(instance: Config, spoil: impl FnOnce(&Rig, u32)) -> TransferError {
    let rig = Rig::new(instance);
    host_task(|cx| {
        let power = rig.active(cx);
        let (healthy, ill) = (rig.pair(cx, 20_000, (0, 0), 1), rig.pair(cx, 1_000, (0, 0), 2));
        let mut other = rig.copier(cx, &healthy);
        let mut copier = rig.copier(cx, &ill);
        let program = copier.program_address().unwrap();
        let other = other.start(healthy, &power).map_err(|r| r.error).unwrap();
        let transfer = copier.submit(ill, &power).map_err(|r| r.error).unwrap();
        spoil(&rig, program);
        let transfer = transfer.issue().map_err(|r| r.error).unwrap();
        rig.until_done(&transfer);
        let done = transfer.wait(cx);
        let error = done.result.unwrap_err();
        rig.board.dmac.memory().repair();
        rig.until_done(&other);
        let healthy = other.wait(cx);
        assert_eq!(healthy.result, Ok(()));
        check(healthy.bufs);
        rig.copies(cx, &mut copier, rig.pair(cx, 1_000, (0, 0), 3));
        assert!(!rig.board.dmac.interrupt(), "no line stays high");
        error
    })
}

fn causes(error: &TransferError) -> Vec<FaultCause> {
    error.fault().unwrap_or_else(|| panic!("no fault: {error}")).causes.iter().collect()
}

fn overwrite(rig: &Rig, address: u32, bytes: &[u8]) {
    rig.board.dmac.memory().poke(address, bytes).unwrap();
}

/// Of the first load in the program; the three moves before it take 18 bytes.
const FIRST_LOAD: u32 = 20;

#[test]
fn an_undefined_instruction() {
    let error = spoiled(Config::zynq7000(), |rig, program| overwrite(rig, program + FIRST_LOAD, &[0xff]));
    assert_eq!(causes(&error), [FaultCause::UndefinedInstruction]);
    assert_eq!(error.fault().unwrap().offset, Some(FIRST_LOAD as u16));
    let text = error.to_string();
    assert!(text.contains("undefined instruction") && text.contains("offset 20"), "{text}");
}

#[test]
fn an_invalid_operand_is_told_with_its_instruction() {
    // DMASEV 31 on a controller with 16 events.
    let error = spoiled(Config::zynq7000(), |rig, program| overwrite(rig, program + FIRST_LOAD, &[0x34, 0xf8]));
    assert_eq!(causes(&error), [FaultCause::InvalidOperand]);
    let text = error.to_string();
    // The disassembler is not everywhere.
    assert!(text.contains("DMASEV E31") || !cfg!(feature = "full"), "{text}");
}

#[test]
fn a_lock_up_is_told_with_its_instruction() {
    // Loads without stores fill the FIFO.
    let error = spoiled(small_fifo(), |rig, program| overwrite(rig, program + FIRST_LOAD, &[0x04; 8]));
    assert_eq!(causes(&error), [FaultCause::Lockup]);
    let text = error.to_string();
    assert!(text.contains("locked up"), "{text}");
    assert!(text.contains("DMALD") || !cfg!(feature = "full"), "{text}");
}

#[test]
fn a_store_without_data() {
    let error = spoiled(Config::zynq7000(), |rig, program| overwrite(rig, program + FIRST_LOAD, &[0x18]));
    assert_eq!(causes(&error), [FaultCause::FifoUnderflow]);
}

#[test]
fn bus_errors() {
    // The second pair's buffers are the last two in the arena; everything but the healthy copy's fails.
    let last = Board::DATA.start + 2 * (20_000 + 60)..Board::DATA.end;
    let error = spoiled(Config::zynq7000(), |rig, _| rig.board.dmac.memory().fail(last.clone(), Failing::Reads));
    assert_eq!(causes(&error), [FaultCause::DataRead]);
    let error = spoiled(Config::zynq7000(), |rig, _| rig.board.dmac.memory().fail(last.clone(), Failing::Writes));
    assert_eq!(causes(&error), [FaultCause::DataWrite]);
    let error = spoiled(Config::zynq7000(), |rig, program| {
        rig.board.dmac.memory().fail(program..program + 16, Failing::Reads);
    });
    assert_eq!(causes(&error), [FaultCause::InstructionFetch]);
}

/// No cause ever becomes a success, whenever it comes.
#[test]
fn every_fault_is_an_error() {
    let causes = [
        FaultCause::UndefinedInstruction,
        FaultCause::InvalidOperand,
        FaultCause::EventSecurity,
        FaultCause::PeripheralSecurity,
        FaultCause::AccessSecurity,
        FaultCause::FifoOverflow,
        FaultCause::FifoUnderflow,
        FaultCause::InstructionFetch,
        FaultCause::DataWrite,
        FaultCause::DataRead,
        FaultCause::Lockup,
        FaultCause::DebugInstruction,
    ];
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let pair = rig.pair(cx, 20_000, (0, 0), 1);
        let mut copier = rig.copier(cx, &pair);
        let mut pair = Some(pair);
        let power = rig.active(cx);
        for (cause, ticks) in causes.into_iter().flat_map(|cause| [10, 40, 300, 600].map(|ticks| (cause, ticks))) {
            let transfer = copier.start(pair.take().unwrap(), &power).map_err(|r| r.error).unwrap();
            rig.board.dmac.run(ticks);
            assert_ne!(rig.board.dmac.channel(0).state, ThreadState::Stopped, "{ticks} is too late");
            rig.board.dmac.inject_fault(0, cause);
            rig.until_done(&transfer);
            let done = transfer.wait(cx);
            assert_eq!(self::causes(&done.result.unwrap_err()), [cause], "after {ticks}");
            pair = Some(rig.copies(cx, &mut copier, done.bufs));
        }
    });
}

/// The manager cannot start what it is told to. Whoever waits for the start is told, whoever runs is not, and with
/// nobody waiting it is mended all the same.
#[test]
fn a_manager_fault_is_told_to_whom_it_concerns_and_mended() {
    let rig = Rig::new(Config::zynq7000());
    // The simulator notes the start that a faulting manager is given; no driver can know.
    rig.board.dmac.memory().violations().collect();
    host_task(|cx| {
        let power = rig.active(cx);
        let (running, starting) = (rig.pair(cx, 20_000, (0, 0), 1), rig.pair(cx, 100, (0, 0), 2));
        let (mut first, mut second) = (rig.copier(cx, &running), rig.copier(cx, &starting));
        let running = first.start(running, &power).map_err(|r| r.error).unwrap();
        rig.board.dmac.run(300);
        let mend = || {
            assert!(simulated_interrupt(|| rig.dmac.irq()));
            // The kill takes a moment to get through the debug interface.
            rig.board.dmac.run(20);
        };

        rig.board.dmac.inject_manager_fault(FaultCause::InvalidOperand);
        assert!(rig.board.dmac.abort_line());
        mend();
        assert!(!rig.board.dmac.abort_line() && !running.is_done(), "it concerned nobody");

        rig.board.dmac.inject_manager_fault(FaultCause::EventSecurity);
        let concerned = second.start(starting, &power).map_err(|r| r.error).unwrap();
        rig.board.dmac.run(20);
        mend();
        assert!(!rig.board.dmac.abort_line() && !running.is_done());
        let done = concerned.wait(cx);
        let causes = FaultCauses::NONE.with(FaultCause::EventSecurity);
        assert_eq!((done.result, done.residue), (Err(TransferError::Manager(causes)), 100));
        assert_eq!(rig.board.dmac.memory().violations().take(), [Violation::DebugFaulting]);

        rig.copies(cx, &mut second, done.bufs);
        rig.until_done(&running);
        let done = running.wait(cx);
        assert_eq!(done.result, Ok(()));
        check(done.bufs);
        assert_eq!(rig.board.dmac.memory().violations().take(), []);
    });
}

#[test]
fn a_stuck_debug_interface_gives_the_buffers_back() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let power = rig.active(cx);
        let pair = rig.pair(cx, 100, (1, 2), 1);
        let mut copier = rig.copier(cx, &pair);
        rig.board.dmac.kill_debug(true);
        let rejected = copier.start(pair, &power).unwrap_err();
        assert_eq!(rejected.error, StartError::Stuck);
        rig.board.dmac.kill_debug(false);
        rig.copies(cx, &mut copier, rejected.bufs);
    });
}

fn started<'p>(
    rig: &Rig,
    cx: &Task<'_>,
    copier: &'p mut Copier,
    pair: Pair,
    ticks: u64,
) -> Transfer<'p, Endpoint, Linear> {
    let power = rig.active(cx);
    let transfer = copier.start(pair, &power).map_err(|r| r.error).unwrap();
    rig.board.dmac.run(ticks);
    transfer
}

#[test]
fn a_lost_interrupt_can_be_waited_out_and_stopped() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let pair = rig.pair(cx, 100, (0, 0), 1);
        let mut copier = rig.copier(cx, &pair);
        rig.board.dmac.lose_interrupts(u32::MAX);
        let transfer = started(&rig, cx, &mut copier, pair, 10_000);
        assert!(!transfer.is_done());
        let done = transfer.stop(cx);
        assert!(done.result.is_err(), "nobody was told that it ended");
        rig.board.dmac.lose_interrupts(0);
        rig.copies(cx, &mut copier, done.bufs);
    });
}

#[test]
fn a_stopped_transfer_writes_no_more() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let pair = rig.pair(cx, 50_000, (0, 0), 1);
        let mut copier = rig.copier(cx, &pair);
        let mut pair = Some(pair);
        for ticks in [1, 10, 50, 100, 1_000, 5_000] {
            let transfer = started(&rig, cx, &mut copier, pair.take().unwrap(), ticks);
            let done = transfer.stop(cx);
            assert_eq!(done.result, Err(TransferError::Cancelled));
            let written = rig.board.dmac.counters().writes.bytes;
            rig.board.dmac.run(100_000);
            assert_eq!(rig.board.dmac.counters().writes.bytes, written);
            pair = Some(done.bufs);
        }
        rig.copies(cx, &mut copier, pair.unwrap());
    });
}

#[test]
fn a_dropped_transfer_keeps_its_buffers_until_the_bus_is_quiet() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let pair = rig.pair(cx, 50_000, (0, 0), 1);
        let destination = pair.destination.bus_address();
        let mut copier = rig.copier(cx, &pair);
        let transfer = started(&rig, cx, &mut copier, pair, 1_000);
        rig.board.dmac.hang_bus(true);
        drop(transfer);
        // Memory of that size would be the dropped buffers', were they free.
        let next = rig.pair(cx, 50_000, (0, 0), 2);
        assert_ne!(next.destination.bus_address(), destination);
        let power = rig.active(cx);
        let refused = copier.start(next, &power).unwrap_err();
        assert_eq!(refused.error, StartError::Busy);
        rig.board.dmac.hang_bus(false);
        rig.board.dmac.run(1_000);
        rig.copies(cx, &mut copier, refused.bufs);
    });
}

#[test]
fn a_leaked_transfer_runs_to_its_end() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let pair = rig.pair(cx, 5_000, (1, 2), 1);
        let mut copier = rig.copier(cx, &pair);
        std::mem::forget(started(&rig, cx, &mut copier, pair, 100));
        assert!(copier.recover().is_none());
        rig.serve();
        let done = copier.recover().unwrap();
        assert_eq!(done.result, Ok(()));
        check(done.bufs);
    });
}

#[test]
fn a_dropped_channel_is_claimed_again() {
    let rig = Rig::new(Config { channels: 1, ..Config::zynq7000() });
    host_task(|cx| {
        let pair = rig.pair(cx, 50_000, (0, 0), 1);
        let mut copier = rig.copier(cx, &pair);
        std::mem::forget(started(&rig, cx, &mut copier, pair, 1_000));
        drop(copier);
        rig.board.dmac.run(10_000);
        simulated_interrupt(|| rig.dmac.irq());
        let pair = rig.pair(cx, 100, (0, 0), 2);
        let mut copier = rig.copier(cx, &pair);
        rig.copies(cx, &mut copier, pair);
    });
}
