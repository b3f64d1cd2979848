//! What goes wrong ends as a typed error, the channel is usable afterwards, and other channels never notice.

mod support;

use std::sync::Mutex;

use linkwright::context::host_task;
use linkwright::dma::{
    Config, CopyPair, Done, FaultCause, Linear, PrepareError, Prepared, ReleaseError, StartError, ThreadState,
    TransferError,
};
use linkwright::power::Active;

use support::machine::EVENTS;
use support::{BASE, CONFIG, Controller0, Copier, Rig, pattern};

/// A transfer on `copy` succeeds.
fn works(
    rig: &Rig,
    cx: &linkwright::context::Task<'_>,
    copy: &mut Prepared<Copier, Linear>,
    power: &Active<Controller0>,
) {
    let bytes = copy.shape().bytes() as usize;
    let transfer = copy.start(rig.pair(cx, &pattern(bytes, 77)), power).unwrap();
    while !transfer.is_done() {
        assert!(rig.serve());
    }
    let done = transfer.wait(cx);
    assert_eq!(done.result, Ok(()));
    assert_eq!(*done.bufs.destination, *pattern(bytes, 77));
}

/// Break `program` in the device's memory, run it beside a healthy transfer, and return how it ended.
fn broken(breakage: impl Fn(&mut [u8])) -> TransferError {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut healthy = rig.prepare(cx, 3_000);
        let other = healthy.start(rig.pair(cx, &pattern(3_000, 5)), &power).unwrap();
        // Crooked, so that the program is longer than a cache line.
        let pair = CopyPair { source: rig.buffer(cx, 1, &pattern(500, 6)), destination: rig.buffer(cx, 2, &[0; 500]) };
        let mut copy = rig.engine.claim::<Copier>(cx).unwrap().prepare_copy(cx, &pair).unwrap();
        assert!(copy.program().len > 40);
        let transfer = copy.start(pair, &power).unwrap();
        let mut state = rig.machine.state();
        let pc = state.threads[1].pc;
        breakage(&mut state.memory[(pc - BASE) as usize..]);
        drop(state);
        while !transfer.is_done() {
            assert!(rig.serve());
        }
        let done = transfer.wait(cx);
        assert_eq!(rig.machine.state().threads[1].state, None, "left stopped");
        let again = copy.start(done.bufs, &power).unwrap();
        while !again.is_done() {
            assert!(rig.serve());
        }
        let again = again.wait(cx);
        assert_eq!((again.result, &*again.bufs.destination), (Ok(()), &*pattern(500, 6)), "usable as it was");
        while !other.is_done() {
            assert!(rig.serve());
        }
        let other = other.wait(cx);
        assert_eq!(other.result, Ok(()));
        assert_eq!(*other.bufs.destination, *pattern(3_000, 5));
        assert!(!rig.machine.line());
        copy.release(cx).unwrap();
        healthy.release(cx).unwrap();
        done.result.unwrap_err()
    })
}

/// Where `op` stands in the rest of a program.
fn find(program: &[u8], op: u8) -> usize {
    let mut at = 0;
    while program[at] != op {
        at += support::isa::Step::decode(&program[at..]).expect("a program").1;
    }
    at
}

#[test]
fn undefined_instruction() {
    let error = broken(|program| {
        let at = find(program, b'S');
        program[at] = 0x99;
    });
    let fault = error.fault().expect("a fault");
    assert!(fault.causes.contains(FaultCause::UndefinedInstruction));
    assert_eq!(fault.instruction()[0], 0x99, "what the device executed");
    assert!(fault.offset.is_some());
    let text = error.to_string();
    assert!(text.contains("undefined instruction") && text.contains("99"), "{text}");
}

#[test]
fn invalid_operand_is_disassembled() {
    let error = broken(|program| {
        let at = find(program, b'V');
        program[at + 1] = EVENTS + 1;
    });
    let fault = error.fault().expect("a fault");
    assert!(fault.causes.contains(FaultCause::InvalidOperand));
    assert_eq!(fault.instruction(), [b'V', EVENTS + 1]);
    assert!(error.to_string().contains("`signal 7`"), "{error}");
}

#[test]
fn bus_errors() {
    let error = broken(|program| program[2..6].copy_from_slice(&0x101_u32.to_le_bytes()));
    assert!(error.fault().expect("a fault").causes.contains(FaultCause::DataRead));
    let error = broken(|program| program[8..12].copy_from_slice(&0x102_u32.to_le_bytes()));
    assert!(error.fault().expect("a fault").causes.contains(FaultCause::DataWrite));
}

#[test]
fn pc_outside_the_program() {
    let error = broken(|program| {
        // Instead of ending it runs on, into what is no instruction.
        let at = find(program, b'V');
        program[at..at + 100].fill(b'B');
        program[at + 100] = 0;
    });
    let fault = error.fault().expect("a fault");
    assert_eq!((fault.offset, fault.instruction()), (None, &[][..]));
    assert!(error.to_string().contains("outside its program"), "{error}");
}

#[test]
fn lock_up() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        rig.machine.state().lock_up = 1;
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        let error = transfer.wait(cx).result.unwrap_err();
        assert!(error.fault().expect("a fault").causes.contains(FaultCause::Lockup));
        assert!(error.to_string().contains("locked up"), "{error}");
        rig.machine.state().lock_up = 0;
        works(&rig, cx, &mut copy, &power);
    });
}

/// Event and fault of one thread, both seen in one interrupt or the fault later: never success.
#[test]
fn a_fault_after_the_event_is_no_success() {
    for late in 0..10 {
        let rig = Rig::new();
        rig.machine.state().end_delay = late;
        host_task(|cx| {
            let power = rig.active(cx);
            let mut copy = rig.prepare(cx, 64);
            rig.machine.state().fault_at_end = 1;
            let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
            while !rig.machine.run(1) {}
            rig.machine.run(late / 3);
            rig.engine.irq();
            let error = transfer.wait(cx).result.unwrap_err();
            assert!(error.fault().expect("a fault").causes.contains(FaultCause::InstructionFetch));
            rig.machine.state().fault_at_end = 0;
            works(&rig, cx, &mut copy, &power);
            assert!(!rig.machine.line());
        });
    }
}

#[test]
fn a_thread_that_does_not_end_is_killed_and_told() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        rig.machine.state().never_end = 1;
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Err(TransferError::NoEnd));
        rig.machine.state().never_end = 0;
        works(&rig, cx, &mut copy, &power);
    });
}

static TOLD: Mutex<Vec<TransferError>> = Mutex::new(Vec::new());
static TELL: fn(Done<'_, Copier, Linear>) = |done| {
    TOLD.lock().unwrap().push(done.result().unwrap_err());
    if TOLD.lock().unwrap().len() == 1 {
        // Once more from the callback of a fault.
        done.rearm_same().unwrap();
    }
};

#[test]
fn faults_reach_the_handler_which_may_try_again() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &TELL);
        rig.machine.state().lock_up = 1;
        copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        assert!(rig.serve());
        let told = std::mem::take(&mut *TOLD.lock().unwrap());
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|e| e.fault().is_some_and(|f| f.causes.contains(FaultCause::Lockup))));
        assert!(copy.recover().is_some());
    });
}

#[test]
fn manager_fault_tells_the_transfer_it_did_not_start() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let (mut healthy, mut copy) = (rig.prepare(cx, 3_000), rig.prepare(cx, 64));
        let other = healthy.start(rig.pair(cx, &pattern(3_000, 5)), &power).unwrap();
        rig.machine.state().refuse_start = true;
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        let error = transfer.wait(cx).result.unwrap_err();
        assert!(matches!(error, TransferError::Manager(causes) if causes.contains(FaultCause::DebugInstruction)));
        rig.machine.state().refuse_start = false;
        assert!(!rig.machine.line(), "the manager is back");
        works(&rig, cx, &mut copy, &power);
        while !other.is_done() {
            assert!(rig.serve());
        }
        assert_eq!(other.wait(cx).result, Ok(()));
    });
}

#[test]
fn a_manager_fault_blames_no_transfer_that_runs() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 3_000);
        let transfer = copy.start(rig.pair(cx, &pattern(3_000, 1)), &power).unwrap();
        rig.machine.state().manager = Some(linkwright::dma::FaultCauses::NONE);
        assert!(rig.engine.irq());
        assert!(!transfer.is_done());
        assert!(rig.serve());
        assert_eq!(transfer.wait(cx).result, Ok(()));
    });
}

#[test]
fn stuck_command_interface() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        rig.machine.state().busy = u32::MAX;
        let rejected = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap_err();
        assert_eq!(rejected.error, StartError::Stuck);
        assert!(rejected.error.to_string().contains("clock"), "{}", rejected.error);
        rig.machine.state().busy = 0;
        drop(rejected);
        works(&rig, cx, &mut copy, &power);
        // Stuck when a transfer is cancelled: the kill is made up for later, the buffers stay until then.
        let before = rig.arena.free_bytes();
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        rig.machine.state().busy = u32::MAX;
        rig.machine.state().never_end = 1;
        drop(transfer);
        assert!(rig.arena.free_bytes() < before);
        rig.machine.state().busy = 0;
        rig.machine.state().never_end = 0;
        while rig.arena.free_bytes() < before {
            assert!(copy.recover().is_none());
        }
        works(&rig, cx, &mut copy, &power);
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

static REFUSED: Mutex<Option<StartError>> = Mutex::new(None);
static TRY_AGAIN: fn(Done<'_, Copier, Linear>) = |done| {
    let refused = done.rearm_same().unwrap_err();
    *REFUSED.lock().unwrap() = Some(refused.error);
    assert!(refused.bufs.is_none());
    drop(refused.done.finish());
};

#[test]
fn rearm_that_fails_gives_everything_back() {
    let rig = Rig::new();
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        copy.set_handler(cx, &TRY_AGAIN);
        copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        rig.machine.run(1_000);
        rig.machine.state().busy = u32::MAX;
        assert!(rig.engine.irq());
        rig.machine.state().busy = 0;
        assert_eq!(REFUSED.lock().unwrap().take(), Some(StartError::Stuck));
        works(&rig, cx, &mut copy, &power);
        copy.release(cx).unwrap();
        drop(power);
        rig.assert_clean(free);
    });
}

#[test]
fn release_of_a_hung_channel_is_an_error_and_the_next_recovers_it() {
    let rig = Rig::with(Config { threads: 1, ..CONFIG });
    host_task(|cx| {
        let free = rig.arena.free_bytes();
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 4_000);
        rig.machine.state().kill_latency = u32::MAX;
        copy.start_detached(rig.pair(cx, &pattern(4_000, 1)), &power).unwrap();
        let (error, copy) = copy.unprepare(cx).unwrap_err();
        assert_eq!(error, ReleaseError::Running);
        assert_eq!(copy.release(cx), Err(ReleaseError::Running));
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        let (error, channel) = channel.prepare(cx, Linear::new(64)).unwrap_err();
        assert_eq!(error, PrepareError::NoThread, "its memory may still be written");
        assert!(rig.arena.free_bytes() < free - 8_000);
        rig.machine.state().threads[0].state = None;
        drop(power);
        rig.power.suspend_if_idle();
        assert!(rig.power.is_on(), "the hung transfer holds power");
        channel.prepare(cx, Linear::new(64)).unwrap().release(cx).unwrap();
        rig.assert_clean(free);
    });
}

/// A fault whose kill takes longer than the interrupt may wait: the client is told when the thread has stopped.
#[test]
fn slow_kill_after_a_fault() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        rig.machine.state().lock_up = 1;
        rig.machine.state().kill_latency = 500;
        let transfer = copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
        assert!(rig.serve());
        assert!(!transfer.is_done(), "the device may still write");
        let error = transfer.wait(cx).result.unwrap_err();
        assert!(error.fault().expect("a fault").causes.contains(FaultCause::Lockup), "not lost by waiting");
        rig.machine.state().lock_up = 0;
        works(&rig, cx, &mut copy, &power);
    });
}

#[test]
fn a_foreign_thread_that_faults_is_silenced() {
    let rig = Rig::new();
    host_task(|cx| {
        let power = rig.active(cx);
        let mut copy = rig.prepare(cx, 64);
        rig.machine.state().threads[3].state = Some(ThreadState::Faulting);
        assert!(rig.engine.irq());
        assert!(!rig.machine.line());
        works(&rig, cx, &mut copy, &power);
    });
}

/// Commands take a while to act: a start that still stands in the command interface is not a stopped thread, and a kill
/// that does is not a fault.
#[test]
fn slow_commands() {
    for delay in [1, 5, 12] {
        let rig = Rig::new();
        rig.machine.state().command_delay = delay;
        host_task(|cx| {
            let free = rig.arena.free_bytes();
            let power = rig.active(cx);
            let mut copy = rig.prepare(cx, 64);
            works(&rig, cx, &mut copy, &power);
            let before = rig.arena.free_bytes();
            drop(copy.start(rig.pair(cx, &pattern(64, 1)), &power).unwrap());
            while rig.arena.free_bytes() < before {
                assert!(copy.recover().is_none());
            }
            let stands = || {
                let state = rig.machine.state();
                (state.threads[0].state, state.threads[0].pc)
            };
            let stopped = stands();
            rig.machine.run(100);
            assert_eq!(stands(), (None, stopped.1), "memory came back before the thread had ended");
            rig.machine.state().lock_up = 1;
            copy.set_handler(cx, &SLOW);
            copy.start_detached(rig.pair(cx, &pattern(64, 1)), &power).unwrap();
            assert!(rig.serve());
            assert!(copy.recover().is_none(), "the handler was told in the interrupt");
            rig.machine.state().lock_up = 0;
            works(&rig, cx, &mut copy, &power);
            copy.release(cx).unwrap();
            drop(power);
            rig.assert_clean(free);
        });
    }
}

static SLOW: fn(Done<'_, Copier, Linear>) = |done| drop(done.finish());
