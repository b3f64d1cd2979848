//! Interrupts, starts, cancels and releases on several threads at once: nothing is lost, nothing is used twice, every
//! byte is right.

mod support;

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{Config, Done, Linear, PrepareError, StartError, TransferError};

use support::{CONFIG, Copier, Rig, pattern};

/// A small generator, so that the choices do not depend on anything else.
struct Random(u32);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % n
    }
}

static REARMED: AtomicU32 = AtomicU32::new(0);
static FINISHED: Mutex<u32> = Mutex::new(0);
static HANDLER: fn(Done<'_, Copier, Linear>) = |mut done| {
    if done.result().is_ok() {
        let pair = done.bufs();
        assert_eq!(*pair.source, *pair.destination, "success means that the data is there");
        pair.destination.fill(0);
    }
    if !REARMED.fetch_add(1, SeqCst).is_multiple_of(3) {
        match done.rearm_same() {
            Ok(()) => return,
            Err(refused) => {
                assert_eq!(refused.error, StartError::Closed);
                done = refused.done;
            }
        }
    }
    if REARMED.load(SeqCst).is_multiple_of(2) {
        drop(done.finish());
        *FINISHED.lock().unwrap() += 1;
    }
};

/// Clients would wait for ever for hardware that panicked.
struct Hardware;

impl Drop for Hardware {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

#[test]
fn soak() {
    // Not `eprintln!`, which a test that aborts never shows.
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(std::io::stderr(), "{panic}");
    }));
    let rounds = if cfg!(miri) { 4 } else { 1_000 };
    let config = Config { release_polls: 10_000_000, relax: std::thread::yield_now, ..CONFIG };
    let rig = Rig::with(config);
    let free = rig.arena.free_bytes();
    let over = AtomicBool::new(false);
    let completed = AtomicU32::new(0);
    std::thread::scope(|scope| {
        // Two processors that take interrupts, and one that lets the machine run by itself.
        let hardware: Vec<_> = (0..3)
            .map(|which| {
                let (rig, over) = (&rig, &over);
                scope.spawn(move || {
                    let _whole = Hardware;
                    while !over.load(SeqCst) {
                        if which == 0 {
                            rig.machine.run(7);
                        } else {
                            simulated_interrupt(|| rig.engine.irq());
                        }
                        std::thread::yield_now();
                    }
                })
            })
            .collect();
        let tasks: Vec<_> = (1..=5)
            .map(|seed| {
                let (rig, completed) = (&rig, &completed);
                scope.spawn(move || host_task(|cx| client(rig, cx, Random(seed * 7_919), rounds, completed)))
            })
            .collect();
        // All of them, whether or not one failed: the hardware runs for the rest until then.
        let ends: Vec<_> = tasks.into_iter().map(|task| task.join()).collect();
        over.store(true, SeqCst);
        ends.into_iter().for_each(|end| end.unwrap());
        hardware.into_iter().for_each(|task| task.join().unwrap());
    });
    host_task(|cx| {
        // What was dropped without release is collected by preparing everything once.
        let all: Vec<_> = (0..4).map(|_| rig.prepare(cx, 64)).collect();
        all.into_iter().for_each(|copy| copy.release(cx).unwrap());
    });
    rig.assert_clean(free);
    assert!(completed.load(SeqCst) > rounds, "most transfers ended well");
    assert!(REARMED.load(SeqCst) > 0 && *FINISHED.lock().unwrap() > 0);
}

fn client(rig: &Rig, cx: &linkwright::context::Task<'_>, mut random: Random, rounds: u32, completed: &AtomicU32) {
    let mut round = 0;
    while round < rounds {
        let channel = rig.engine.claim::<Copier>(cx).unwrap();
        let len = 1 + random.below(300) as usize;
        let data = pattern(len, round);
        let pair = linkwright::dma::CopyPair {
            source: rig.buffer(cx, random.below(4) as usize, &data),
            destination: rig.buffer(cx, random.below(4) as usize, &vec![0; len]),
        };
        let mut copy = match channel.prepare_copy(cx, &pair) {
            Ok(copy) => copy,
            // Five clients, four threads, one FIFO.
            Err((error, channel)) => {
                assert!(
                    matches!(error, PrepareError::NoThread | PrepareError::Plan(_) | PrepareError::Fifo { .. }),
                    "{error}"
                );
                channel.release(cx);
                std::thread::yield_now();
                continue;
            }
        };
        round += 1;
        let power = rig.active(cx);
        match random.below(6) {
            0 | 1 => {
                let done = copy.start(pair, &power).unwrap().wait(cx);
                assert_eq!(done.result, Ok(()));
                assert_eq!(*done.bufs.destination, *data);
                completed.fetch_add(1, SeqCst);
            }
            2 => {
                let done = copy.start(pair, &power).unwrap().stop(cx);
                match done.result {
                    Ok(()) => assert_eq!(*done.bufs.destination, *data),
                    Err(error) => assert_eq!(error, TransferError::Cancelled),
                }
            }
            3 => drop(copy.start(pair, &power).unwrap()),
            4 => {
                copy.set_handler(cx, &HANDLER);
                copy.start_detached(pair, &power).unwrap();
                for _ in 0..random.below(20) {
                    std::thread::yield_now();
                }
                drop(copy.recover());
            }
            _ => {
                drop(power);
                drop(copy);
                continue;
            }
        }
        drop(power);
        if random.below(3) > 0 {
            copy.release(cx).unwrap();
        }
    }
}
