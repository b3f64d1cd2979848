//! Several processors at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::{Config, Cookie, QueueError, StartError, TransferError};

use crate::support::{CONFIG, Rig};
use crate::{LEN, Random, pair, queue, storage};

/// Two submitters, two processors that take interrupts, one that terminates, and one that takes what has ended.
#[test]
fn processors_race() {
    let rounds = if cfg!(miri) { 20 } else { 3_000 };
    let rig = Rig::with(Config { release_polls: 10_000_000, relax: std::thread::yield_now, ..CONFIG });
    let free = rig.arena.free_bytes();
    host_task(|cx| {
        let power = rig.active(cx);
        let queue = queue::<6>(&rig, cx);
        let over = AtomicBool::new(false);
        let taken = Mutex::new(Vec::new());
        let submitted: Vec<Vec<Cookie>> = std::thread::scope(|scope| {
            let (rig, queue, over, taken, power) = (&rig, &queue, &over, &taken, &power);
            for which in 0..4_u32 {
                scope.spawn(move || {
                    let mut random = Random(which + 77);
                    while !over.load(SeqCst) {
                        match which {
                            0 => drop(rig.machine.run(7)),
                            1 | 2 => drop(simulated_interrupt(|| rig.engine.irq())),
                            _ if random.below(40) == 0 => queue.terminate(),
                            _ => {}
                        }
                        std::thread::yield_now();
                    }
                });
            }
            scope.spawn(move || {
                while !over.load(SeqCst) || !queue.is_empty() {
                    if let Some((cookie, completed)) = queue.pop() {
                        if completed.result.is_ok() {
                            assert_eq!(*completed.bufs.source, *completed.bufs.destination);
                        } else {
                            assert_eq!(completed.result, Err(TransferError::Cancelled));
                        }
                        taken.lock().unwrap().push((cookie, completed.result.is_ok()));
                    }
                    if over.load(SeqCst) {
                        rig.machine.run(7);
                        rig.engine.irq();
                    }
                    std::thread::yield_now();
                }
            });
            let submitters: Vec<_> = (0..2_u32)
                .map(|which| {
                    scope.spawn(move || {
                        host_task(|cx| {
                            let mut cookies = Vec::new();
                            let mut seed = 0;
                            while cookies.len() < rounds {
                                seed += 2;
                                match queue.submit(pair(rig, cx, seed + which), power) {
                                    Ok(cookie) => cookies.push(cookie),
                                    Err(rejected) => assert_eq!(rejected.error, StartError::QueueFull),
                                }
                                queue.issue();
                                std::thread::yield_now();
                            }
                            cookies
                        })
                    })
                })
                .collect();
            let cookies = submitters.into_iter().map(|s| s.join().unwrap()).collect();
            over.store(true, SeqCst);
            cookies
        });
        let taken = taken.into_inner().unwrap();
        assert_eq!(taken.len(), 2 * rounds, "each came back once");
        for cookies in submitted {
            let own: Vec<_> = taken.iter().map(|(cookie, _)| *cookie).filter(|c| cookies.contains(c)).collect();
            assert_eq!(own, cookies, "in order");
        }
        let well = taken.iter().filter(|(_, ok)| *ok).count();
        assert!(well > rounds / 10 && well < 2 * rounds, "{well}");
        queue.synchronize(cx).unwrap().release(cx).unwrap();
    });
    rig.assert_clean(free);
}

/// Queues that are dropped while their interrupts are served, over and over in the same storage.
#[test]
fn dropping_races_the_interrupt() {
    let rounds = if cfg!(miri) { 10 } else { 2_000 };
    let rig = Rig::with(Config { release_polls: 10_000_000, relax: std::thread::yield_now, ..CONFIG });
    let free = rig.arena.free_bytes();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for which in 0..3 {
            let (rig, over) = (&rig, &over);
            scope.spawn(move || {
                while !over.load(SeqCst) {
                    if which == 0 {
                        rig.machine.run(7);
                    } else {
                        simulated_interrupt(|| rig.engine.irq());
                    }
                    std::thread::yield_now();
                }
            });
        }
        host_task(|cx| {
            let storage = storage::<3>();
            let power = rig.active(cx);
            let mut random = Random(4_711);
            for _ in 0..rounds {
                let mut prepared = rig.prepare(cx, LEN);
                let queue = loop {
                    match prepared.into_queue(cx, storage) {
                        Ok(queue) => break queue,
                        // Its last completion is still being handled elsewhere.
                        Err((error, back)) => {
                            assert_eq!(error, QueueError::StorageTaken);
                            prepared = back;
                            std::thread::yield_now();
                        }
                    }
                };
                for seed in 0..3 {
                    queue.submit(pair(&rig, cx, seed), &power).unwrap();
                }
                queue.issue();
                for _ in 0..random.below(30) {
                    std::thread::yield_now();
                }
                if random.below(3) == 0 {
                    queue.synchronize(cx).unwrap().release(cx).unwrap();
                } else {
                    drop(queue);
                }
            }
        });
        over.store(true, SeqCst);
    });
    host_task(|cx| {
        let all: Vec<_> = (0..4).map(|_| rig.prepare(cx, LEN)).collect();
        all.into_iter().for_each(|prepared| prepared.release(cx).unwrap());
    });
    rig.assert_clean(free);
}
