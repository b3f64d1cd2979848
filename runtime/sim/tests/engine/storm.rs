//! Everything at once, in any order: nothing is lost, nothing is wrong, nothing is touched without power.

use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::dma::{FaultCause, TransferError};
use linkwright_sim::Config;

use crate::rig::*;

/// Steps of one storm.
const STEPS: u32 = 4_000;
const CHANNELS: usize = 4;

struct Random(u64);

impl Random {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

/// One client: a prepared channel, and what is known of its transfer.
struct Client {
    copier: Copier,
    bytes: usize,
    offsets: (usize, usize),
    flying: bool,
    spoiled: bool,
    cancelled: bool,
}

#[derive(Default, Debug)]
struct Score {
    started: u32,
    succeeded: u32,
    faulted: u32,
    cancelled: u32,
    refused: u32,
    reclaimed: u32,
}

fn client(rig: &Rig, cx: &Task<'_>, random: &mut Random) -> Client {
    loop {
        let bytes = 1 + random.below(3_000);
        let offsets = (random.below(40), random.below(40));
        let channel = rig.dmac.claim::<Endpoint>(cx).unwrap();
        match channel.prepare_copy(cx, &rig.pair(cx, bytes, offsets, 0)) {
            Ok(copier) => return Client { copier, bytes, offsets, flying: false, spoiled: false, cancelled: false },
            Err((_, channel)) => channel.release(cx),
        }
    }
}

/// Take what the client's transfer left, if it has ended.
fn collect(client: &mut Client, score: &mut Score) {
    let Some(done) = client.copier.recover() else { return };
    assert!(client.flying, "a result for nothing");
    match done.result {
        Ok(()) => {
            assert!(!client.spoiled, "a fault became a success");
            check(done.bufs);
            score.succeeded += 1;
        }
        Err(TransferError::Cancelled) => {
            assert!(client.cancelled);
            score.cancelled += 1;
        }
        Err(TransferError::Fault(_)) => {
            assert!(client.spoiled);
            score.faulted += 1;
        }
        Err(other) => panic!("{other}"),
    }
    (client.flying, client.spoiled, client.cancelled) = (false, false, false);
}

fn storm(seed: u64) -> Score {
    let rig = Rig::new(Config::zynq7000());
    let sim = rig.board.dmac;
    let (mut random, mut score) = (Random(seed), Score::default());
    host_task(|cx| {
        let mut clients: Vec<Client> = (0..CHANNELS).map(|_| client(&rig, cx, &mut random)).collect();
        for step in 0..STEPS {
            let who = random.below(CHANNELS);
            let it = &mut clients[who];
            match random.below(12) {
                0..=3 => {
                    let power = rig.active(cx);
                    match it.copier.start_detached(rig.pair(cx, it.bytes, it.offsets, step), &power) {
                        Ok(()) => {
                            assert!(!it.flying, "two transfers at once");
                            (it.flying, it.spoiled, it.cancelled) = (true, false, false);
                            score.started += 1;
                        }
                        Err(_) => score.refused += 1,
                    }
                }
                4 => {
                    it.cancelled |= it.flying;
                    it.copier.cancel();
                }
                5 => {
                    let faults = sim.counters().faults;
                    let causes = [FaultCause::DataRead, FaultCause::UndefinedInstruction, FaultCause::Lockup];
                    sim.inject_fault(it.copier.thread(), causes[random.below(3)]);
                    it.spoiled |= sim.counters().faults > faults;
                }
                6..=8 => {
                    let ticks = random.below(600) as u64;
                    sim.run(ticks);
                }
                9 | 10 => {
                    if sim.interrupt() {
                        simulated_interrupt(|| rig.dmac.irq());
                    }
                    collect(it, &mut score);
                }
                _ if random.below(10) == 0 => {
                    // Let the channel go in the middle of whatever it does, and take another.
                    let gone = clients.swap_remove(who);
                    score.reclaimed += 1;
                    score.started -= u32::from(gone.flying);
                    drop(gone);
                    sim.run(1_000);
                    clients.push(client(&rig, cx, &mut random));
                }
                _ => {
                    rig.supply.suspend();
                }
            }
        }
        for it in &mut clients {
            it.cancelled |= it.flying;
            it.copier.cancel();
        }
        for _ in 0..20 {
            rig.serve();
            clients.iter_mut().for_each(|it| collect(it, &mut score));
        }
        assert!(clients.iter().all(|it| !it.flying), "a transfer was lost");
        clients.into_iter().for_each(|it| it.copier.release(cx).unwrap());
        assert_eq!(rig.supply.counts(), 0, "power was lost");
        assert!(rig.supply.suspend());
        // No thread, event or program memory was lost: each can be had again.
        let aligned = rig.pair(cx, 64, (0, 0), 0);
        let all: Vec<_> = (0..8).map(|_| rig.copier(cx, &aligned)).collect();
        all.into_iter().for_each(|copier| copier.release(cx).unwrap());
    });
    assert_eq!(score.started, score.succeeded + score.faulted + score.cancelled, "{score:?}");
    score
}

#[test]
fn nothing_is_lost_in_a_storm() {
    let mut all = [0; 5];
    for seed in 1..=10_u64 {
        let score = storm(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let each = [score.succeeded, score.faulted, score.cancelled, score.refused, score.reclaimed];
        all.iter_mut().zip(each).for_each(|(sum, n)| *sum += n);
    }
    assert!(all.iter().all(|n| *n > 100), "too calm: {all:?}");
}
