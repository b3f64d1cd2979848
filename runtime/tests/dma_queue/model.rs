//! Random sequences against a model.

use linkwright::context::host_task;
use linkwright::dma::{AfterError, Completed, Cookie, StartError, Status, TransferError};

use crate::support::Rig;
use crate::{LEN, Pair, Random, check, pair, queue};

/// What the queue must do, in the words of its documentation.
#[derive(Default)]
struct Model {
    entries: std::collections::VecDeque<Expected>,
    next: u32,
}

struct Expected {
    cookie: Cookie,
    seed: u32,
    issued: bool,
    /// It may come back cancelled.
    doomed: bool,
    /// It may come back with a fault.
    faulty: bool,
}

impl Model {
    fn popped(&mut self, cookie: Cookie, completed: &Completed<Pair>) {
        let expected = self.entries.pop_front().expect("more came back than was submitted");
        assert_eq!(cookie, expected.cookie);
        check(completed, expected.seed);
        match completed.result {
            Ok(()) => assert!(expected.issued, "was not issued"),
            Err(TransferError::Cancelled) => assert!(expected.doomed, "nobody cancelled it"),
            Err(TransferError::Fault(_)) => assert!(expected.faulty && expected.issued, "no fault"),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_thousand_random_sequences_keep_to_the_model() {
    let sequences = if cfg!(miri) { 5 } else { 1_000 };
    // A board is never given back, so there are not many.
    let boards: Vec<Rig> = (0..4).map(|_| Rig::new()).collect();
    for (seed, rig) in (1..=sequences).zip(boards.iter().cycle()) {
        let free = rig.arena.free_bytes();
        let mut random = Random(seed * 2_654_435);
        host_task(|cx| {
            let power = rig.active(cx);
            let queue = queue::<4>(rig, cx);
            let mut model = Model::default();
            rig.machine.state().kill_latency = random.below(60);
            let policy = if random.below(2) == 0 { AfterError::Continue } else { AfterError::Return };
            queue.after_error(policy);
            for _ in 0..40 {
                match random.below(10) {
                    0..3 => {
                        let seed = model.next;
                        match queue.submit(pair(rig, cx, seed), &power) {
                            Ok(cookie) => {
                                assert!(model.entries.len() < 4);
                                model.next += 1;
                                let entry = Expected { cookie, seed, issued: false, doomed: false, faulty: false };
                                model.entries.push_back(entry);
                            }
                            Err(rejected) => {
                                assert_eq!(rejected.error, StartError::QueueFull);
                                assert_eq!(model.entries.len(), 4);
                            }
                        }
                    }
                    3 | 4 => {
                        queue.issue();
                        model.entries.iter_mut().for_each(|entry| entry.issued = true);
                    }
                    5 | 6 => {
                        if rig.machine.run(1 + random.below(60)) {
                            rig.engine.irq();
                        }
                    }
                    7 => {
                        rig.machine.state().lock_up = u32::MAX * u32::from(random.below(3) == 0);
                        if rig.machine.run(20) {
                            rig.engine.irq();
                        }
                        if std::mem::take(&mut rig.machine.state().lock_up) != 0 {
                            // Whatever was there may have met the fault, or come back for it.
                            for entry in &mut model.entries {
                                entry.faulty = true;
                                entry.doomed |= policy == AfterError::Return;
                            }
                        }
                    }
                    8 if random.below(3) == 0 => {
                        queue.terminate();
                        model.entries.iter_mut().for_each(|entry| entry.doomed = true);
                    }
                    _ => {
                        if let Some((cookie, completed)) = queue.pop() {
                            model.popped(cookie, &completed);
                            assert_eq!(queue.status(cookie), Status::Taken);
                        }
                    }
                }
                assert_eq!(queue.len(), model.entries.len());
                for entry in &model.entries {
                    let status = queue.status(entry.cookie);
                    assert!(status != Status::Queued || !entry.issued, "issued");
                    assert!(status == Status::Queued || entry.issued || entry.doomed, "{status:?} without issue");
                }
            }
            queue.issue();
            model.entries.iter_mut().for_each(|entry| entry.issued = true);
            let mut rounds = 0;
            while !model.entries.is_empty() {
                rounds += 1;
                assert!(rounds < 1_000, "lost: {:?}", queue.status(model.entries[0].cookie));
                if rig.machine.run(20) {
                    rig.engine.irq();
                }
                while let Some((cookie, completed)) = queue.pop() {
                    model.popped(cookie, &completed);
                }
            }
            assert!(queue.wait(cx).is_none());
            if random.below(2) == 0 {
                queue.synchronize(cx).unwrap().release(cx).unwrap();
            } else {
                drop(queue);
                rig.prepare(cx, LEN).release(cx).unwrap();
            }
        });
        rig.assert_clean(free);
    }
}
