//! Everything at once, for long: transfers of random shapes through the whole driver on the simulated board, with
//! faults, cancels, pauses, leaks, lost interrupts and power that goes whenever nobody holds it.
//!
//! Whatever must not happen panics where it happens: wrong data, a byte written beside a buffer, a result that does not
//! fit what was done to the transfer, a register touched without power, a cache line not handed over. What can only be
//! seen at the end is checked there: every transfer has come back, and so have power, memory, threads and events.

mod area;
mod client;
mod kinds;
mod lists;
mod ports;
mod random;
mod turns;
mod world;

use std::time::{Duration, Instant};

use linkwright::context::host_task;
use linkwright::dma::FaultCause;

use self::client::Client;
use self::random::Random;
use self::world::World;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Score {
    /// Transfers started.
    pub started: u64,
    /// That succeeded, with every byte where it belongs.
    pub succeeded: u64,
    /// That faulted, told so.
    pub faulted: u64,
    /// That were not started because the manager faulted, told so.
    pub unstarted: u64,
    /// Whose last event got lost without a trace, so that nobody can tell how they ended; told so.
    pub unknown: u64,
    /// That were stopped on request or for a time limit, told so.
    pub cancelled: u64,
    /// Whose handle was dropped in flight; nobody is told.
    pub dropped: u64,
    /// Submitted and taken back before they were started.
    pub withdrawn: u64,
    /// Whose handle was leaked; recovered later.
    pub leaked: u64,
    /// Times a transfer stood at a checkpoint and went on.
    pub paused: u64,
    /// Periods of rings, each checked.
    pub periods: u64,
    /// Ends whose interrupt was lost, and that were found.
    pub found: u64,
    /// Channels prepared.
    pub prepared: u64,
    /// Prepared channels that were dropped in flight and taken again.
    pub reclaimed: u64,
    /// Times the controller's power came back.
    pub powered: u64,
    /// Faults injected.
    pub injected: u64,
    /// Simulated ticks.
    pub ticks: u64,
}

impl Score {
    /// Transfers of which it is known how they ended.
    pub fn ended(&self) -> u64 {
        self.succeeded + self.faulted + self.unstarted + self.unknown + self.cancelled + self.dropped
    }
}

/// Clients at once.
const CLIENTS: usize = 7;

/// Make so many transfers, or as many as there is time for.
///
/// # Panics
/// When anything is wrong.
pub fn soak(transfers: u64, seed: u64, limit: Option<Duration>) -> Score {
    let begin = Instant::now();
    let world = World::new();
    let (mut random, mut score) = (Random::new(seed), Score::default());
    let free = world.free();
    host_task(|cx| {
        let mut clients: Vec<Option<Box<dyn Client>>> = (0..CLIENTS).map(|_| None).collect();
        let late = || limit.is_some_and(|limit| begin.elapsed() > limit);
        let (mut steps, mut awake) = (0_u64, CLIENTS);
        while score.started < transfers && !(steps.is_multiple_of(256) && late()) {
            if steps.is_multiple_of(256) {
                // With few of them power is off between transfers.
                awake = random.within(1, CLIENTS);
            }
            steps += 1;
            let who = random.below(awake);
            match &mut clients[who] {
                None if who == 4 && random.once_in(3) => turns::ring_out(cx, &world, &mut random, &mut score),
                None if who == 5 && random.once_in(3) => turns::ring_in(cx, &world, &mut random, &mut score),
                None if who == 0 && random.once_in(3) => turns::queue(cx, &world, &mut random, &mut score),
                None => clients[who] = kinds::client(who, cx, &world, &mut random, &mut score),
                Some(client) if client.is_tired() => {
                    if let Some(client) = clients[who].take() {
                        client.close(cx, &world, &mut random, &mut score);
                    }
                }
                Some(client) => client.act(cx, &world, &mut random, &mut score),
            }
            world.weather(&mut random, &mut score);
            if random.once_in(2_000) && world.is_on() {
                // What it was told to do before, it does first.
                world.sim.run(10);
                world.sim.inject_manager_fault(FaultCause::UndefinedInstruction);
                score.injected += 1;
                clients.iter_mut().flatten().for_each(|client| client.manager_faulted());
                world.serve();
            }
            let who = random.below(CLIENTS);
            if let Some(client) = &mut clients[who] {
                client.collect(&world, &mut score);
            }
        }
        for client in clients.into_iter().flatten() {
            client.finish(cx, &world, &mut score);
        }
        world.settle(&mut score);
        world.check_all_is_back(cx, free);
    });
    score.powered = world.powered();
    score.ticks = world.sim.now();
    assert_eq!(score.started, score.ended(), "a completion was lost: {score:?}");
    score
}
