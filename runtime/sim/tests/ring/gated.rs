//! Rings that wait for their client before each period.

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{FaultCause, GatedRing, RingError, StartError};
use linkwright_sim::{Board, Config, FifoConfig, FifoPeripheral, Outcome, SimMemory};

use crate::rig::{FIFO, LINE, Rig, Rx, Tx, consecutive, word};

#[test]
fn a_gated_transmitter_waits_for_its_client() {
    let rig = Rig::transmitter(2);
    let free = rig.board.data.free_bytes();
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        let mut crooked = rig.buffer(cx, (0..300).map(word));
        crooked.set_window(8, 192).unwrap();
        let rejected = ring.start(crooked, &power).unwrap_err();
        assert_eq!(rejected.error, StartError::SplitLine { line: 32 });
        ring.start(rig.buffer(cx, (0..192).map(|_| 0xdead)), &power).unwrap();
        // The program says that its gate is shut; nothing is granted, so nothing moves.
        assert_eq!(rig.period_costs(), (3, 1));
        rig.board.dmac.run(5_000);
        assert_eq!((rig.device.moved(), ring.is_stalled()), (0, Ok(true)));
        let mut filled = 0;
        let fill = |ring: &mut GatedRing<Tx>, filled: &mut usize| {
            let Some(mut period) = ring.period().unwrap() else { return false };
            assert_eq!(period.len(), 64);
            for place in period.iter_mut() {
                *place = word(*filled);
                *filled += 1;
            }
            period.grant().unwrap();
            true
        };
        // A period that is only looked at stays.
        drop(ring.period().unwrap().unwrap());
        // All three at once; the interrupts open the gate for the second and third.
        while fill(&mut ring, &mut filled) {}
        assert_eq!((filled, ring.is_stalled()), (192, Ok(false)));
        for _ in 0..20 {
            rig.period();
            assert!(fill(&mut ring, &mut filled), "each period that ends is the client's");
        }
        for _ in 0..3 {
            rig.period();
        }
        // Paused: no grant, no word.
        rig.board.dmac.run(5_000);
        assert_eq!((rig.device.moved(), ring.is_stalled()), (filled as u64, Ok(true)));
        assert_eq!(ring.periods(), Ok(23));
        let counters = rig.board.dmac.counters();
        assert_eq!((counters.starts, counters.interrupts), (1, 1 + 23));
        while fill(&mut ring, &mut filled) {}
        (0..3).for_each(|_| rig.period());
        let buffer = ring.stop(cx).unwrap().bufs;
        consecutive(&rig.sent(), 0);

        // Stopped in a granted period: the next run waits for its own grant.
        ring.start(buffer, &power).unwrap();
        rig.period();
        fill(&mut ring, &mut filled);
        rig.board.dmac.run(100);
        let buffer = ring.stop(cx).unwrap().bufs;
        rig.board.dmac.run(1_000);
        rig.device.reset();
        ring.start(buffer, &power).unwrap();
        rig.period();
        rig.board.dmac.run(5_000);
        assert_eq!((rig.device.moved(), ring.is_stalled()), (0, Ok(true)));
        ring.unprepare(cx).map_err(|(e, _)| e).unwrap().release(cx);
    });
    assert_eq!(rig.board.data.free_bytes(), free);
}

#[test]
fn whenever_a_gated_ring_is_stopped_the_next_run_waits_for_its_own_grant() {
    let rig = Rig::transmitter(2);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        let mut buffer = Some(rig.buffer(cx, (0..192).map(word)));
        // How far the program comes before the interrupt, before the grant and before the stop; and is the interrupt
        // served?
        let steps = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 60];
        for (first, second, third) in steps
            .iter()
            .flat_map(|a| steps.iter().map(move |b| (a, b)))
            .flat_map(|(a, b)| steps.iter().map(move |c| (*a, *b, *c)))
        {
            let case = || format!("{first}, {second} and {third} cycles");
            ring.start(buffer.take().unwrap(), &power).unwrap();
            rig.board.dmac.run(first);
            simulated_interrupt(|| rig.dmac.irq());
            rig.board.dmac.run(second);
            ring.period().unwrap().unwrap().grant().unwrap();
            rig.board.dmac.run(third);
            let stopped = ring.stop(cx).unwrap();
            rig.board.dmac.run(500);
            rig.device.reset();
            ring.start(stopped.bufs, &power).unwrap();
            rig.period();
            rig.board.dmac.run(1_000);
            assert_eq!((rig.device.moved(), ring.is_stalled()), (0, Ok(true)), "{}", case());
            // And one grant is one period.
            ring.period().unwrap().unwrap().grant().unwrap();
            rig.period();
            rig.board.dmac.run(1_000);
            assert_eq!((rig.device.moved(), ring.is_stalled()), (64, Ok(true)), "{}", case());
            assert_eq!(ring.periods(), Ok(1), "{}", case());
            buffer = Some(ring.stop(cx).unwrap().bufs);
        }
    });
}

#[test]
fn a_first_grant_waits_until_the_program_has_come_to_its_gate() {
    for cycles in 0..80 {
        let rig = Rig::transmitter(2);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut ring = rig.gated::<Tx>(cx, 3, 64);
            ring.start(rig.buffer(cx, (0..192).map(word)), &power).unwrap();
            rig.board.dmac.run(cycles);
            for _ in 0..2 {
                ring.period().unwrap().unwrap().grant().unwrap();
            }
            (0..3).for_each(|_| rig.period());
            rig.board.dmac.run(1_000);
            assert_eq!((ring.periods(), ring.is_stalled()), (Ok(2), Ok(true)), "after {cycles} cycles");
            drop(ring);
            let sent = rig.sent();
            assert_eq!(sent.len(), 128);
            consecutive(&sent, 0);
        });
    }
}

#[test]
fn a_grant_outlives_a_fault_of_the_manager() {
    let rig = Rig::transmitter(2);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        ring.start(rig.buffer(cx, (0..192).map(word)), &power).unwrap();
        rig.period();
        rig.board.dmac.run(100);
        // Granted while the manager stands: told as soon as the interrupt has brought it back.
        rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
        assert_eq!(ring.period().unwrap().unwrap().grant(), Err(RingError::Stuck));
        rig.board.dmac.run(1_000);
        assert_eq!(rig.device.moved(), 0);
        simulated_interrupt(|| assert!(rig.dmac.irq()));
        rig.period();
        assert_eq!(rig.device.moved(), 64);
        ring.period().unwrap().unwrap().grant().unwrap();
        while rig.device.moved() < 100 {
            rig.board.dmac.run(10);
        }
        // A fault in a period loses nothing and opens nothing.
        rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
        simulated_interrupt(|| assert!(rig.dmac.irq()));
        rig.period();
        assert_eq!((rig.device.moved(), ring.is_stalled()), (128, Ok(true)));
        consecutive(&rig.sent(), 0);
    });
}

#[test]
fn a_fault_of_the_manager_opens_no_gate_that_nobody_opened() {
    for ahead in 0..160 {
        let rig = Rig::transmitter(2);
        host_task(|cx| {
            let power = rig.power(cx);
            let mut ring = rig.gated::<Tx>(cx, 3, 64);
            ring.start(rig.buffer(cx, (0..192).map(word)), &power).unwrap();
            rig.period();
            ring.period().unwrap().unwrap().grant().unwrap();
            while rig.device.moved() < 50 {
                rig.board.dmac.run(1);
            }
            // The period may end before, in, or after the interrupt body that brings the manager back.
            rig.board.dmac.run(ahead);
            rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
            simulated_interrupt(|| assert!(rig.dmac.irq()));
            for _ in 0..4 {
                rig.board.dmac.run(500);
                simulated_interrupt(|| rig.dmac.irq());
            }
            assert_eq!((rig.device.moved(), ring.is_stalled()), (64, Ok(true)), "{ahead} ticks ahead");
        });
    }
}

/// The grant is lost with the manager while the program is between its signal and its gate: nobody can tell yet.
#[test]
fn a_grant_that_is_lost_before_the_program_waits_is_given_again() {
    for (fetch_latency, words) in [12, 40, 100, 300, 900].iter().flat_map(|f| (2..20).map(move |w| (*f, w * 8))) {
        let device = FifoPeripheral::new(FifoConfig { pace: 2, ..FifoConfig::transmitter(2, Some(8)) });
        let memory = SimMemory::new().with_device(FIFO, 4, device.clone());
        let mut instance = Config::zynq7000();
        instance.timing.fetch_latency = fetch_latency;
        let board = Board::with_memory(instance, memory).unwrap();
        board.dmac.attach(LINE, device.requester());
        // The simulator only notes that a faulting manager was told something.
        board.dmac.memory().violations().collect();
        let rig = Rig::over(board, device);
        host_task(|cx| {
            let power = rig.power(cx);
            let words = words * 2;
            let mut ring = rig.gated::<Tx>(cx, 2, words);
            ring.start(rig.buffer(cx, (0..2 * words as usize).map(word)), &power).unwrap();
            rig.period();
            ring.period().unwrap().unwrap().grant().unwrap();
            rig.board.dmac.inject_manager_fault(FaultCause::DebugInstruction);
            rig.board.dmac.run(10);
            simulated_interrupt(|| assert!(rig.dmac.irq()));
            rig.board.dmac.run(10_000);
            // Whoever looks has it given again, at last the watchdog.
            if words % 32 == 0 {
                assert!(ring.period().unwrap().is_some());
            } else {
                rig.dmac.watch();
            }
            rig.board.dmac.run(10_000);
            simulated_interrupt(|| rig.dmac.irq());
            assert_eq!((rig.device.moved(), ring.periods()), (words.into(), Ok(1)), "{fetch_latency}, {words}");
        });
    }
}

#[test]
fn a_gated_receiver_hands_its_periods_over() {
    // The device waits for room: with the gate nothing is lost, however late the client is.
    let rig = Rig::new(FifoConfig { pace: 2, ..FifoConfig::receiver(2, Some(8)) });
    host_task(|cx| {
        let power = rig.power(cx);
        rig.feed((0..4_000).map(word));
        let mut ring = rig.gated::<Rx>(cx, 4, 64);
        ring.start(rig.buffer(cx, (0..256).map(|_| 0xdead)), &power).unwrap();
        assert!(ring.period().unwrap().is_none(), "all are the device's");
        rig.period();
        let mut got = Vec::new();
        for round in 0..30 {
            if round % 7 == 0 {
                // Late: all four are full, and the device waits.
                for _ in 0..4 {
                    if rig.board.dmac.run_until_interrupt(20_000) == Outcome::Reached {
                        rig.dmac.irq();
                    }
                }
                assert_eq!(ring.is_stalled(), Ok(true));
            } else if ring.period().unwrap().is_none() {
                rig.period();
            }
            let period = ring.period().unwrap().expect("a period that has ended");
            got.extend_from_slice(&period);
            period.grant().unwrap();
        }
        assert_eq!(got.len(), 30 * 64);
        consecutive(&got, 0);
        assert_eq!(rig.device.mishaps(), Default::default());
        let wait = ring.wait_period(cx);
        assert_eq!(wait, Ok(64));
    });
}

#[test]
fn a_grant_while_the_command_interface_is_stuck_is_told_and_not_lost() {
    let rig = Rig::transmitter(2);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut ring = rig.gated::<Tx>(cx, 3, 64);
        ring.start(rig.buffer(cx, (0..192).map(|_| 0xdead)), &power).unwrap();
        rig.period();
        rig.board.dmac.run(1_000);
        let grant = |ring: &mut GatedRing<Tx>, first: usize| {
            let mut period = ring.period().unwrap().expect("the client's");
            period.iter_mut().enumerate().for_each(|(at, place)| *place = word(first + at));
            period.grant()
        };
        rig.board.dmac.kill_debug(true);
        let told = grant(&mut ring, 0).unwrap_err();
        assert_eq!(told, RingError::Stuck);
        assert!(told.to_string().contains("check its clock and reset"), "{told}");
        rig.board.dmac.run(1_000);
        assert_eq!(rig.device.moved(), 0);
        rig.board.dmac.kill_debug(false);
        grant(&mut ring, 64).unwrap();
        rig.period();
        rig.period();
        drop(ring);
        rig.board.dmac.run(1_000);
        let sent = rig.sent();
        assert_eq!(sent.len(), 128);
        consecutive(&sent, 0);
    });
}
