//! Everything at once, for long: transfers of random shapes through the whole driver on the simulated board, with
//! faults, cancels, pauses, leaks, lost interrupts and power that goes whenever nobody holds it.
//!
//! What must not happen is counted in [`Wrongs`]: wrong data, a byte written beside a buffer, a register touched without
//! power, a cache line not handed over, and, at the end, transfers that have not come back, nor have power, memory,
//! threads and events. A result that does not fit what was done to the transfer panics where it is seen.

mod area;
mod client;
mod devices;
mod forms;
mod kinds;
mod lists;
mod ports;
mod random;
mod tally;
mod turns;
mod world;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use linkwright::context::host_task;
use linkwright::dma::FaultCause;

use self::client::Client;
use self::random::Random;
use self::world::World;

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
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
    /// Of the manager, before it could do what it was told last.
    pub overtaken: u64,
    /// Simulated ticks.
    pub ticks: u64,
    /// Bytes that were compared with what they must be.
    pub compared: u64,
    /// How many of each kind arrived whole: transfers that succeeded, and periods of rings.
    pub kinds: BTreeMap<String, u64>,
    /// What must be 0.
    pub wrongs: Wrongs,
}

/// What must not happen, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wrongs {
    /// Transfers started that nobody was told the end of and nobody had given up.
    pub lost: u64,
    /// Bytes that are not what they must be, in a buffer, beside one, or at a device.
    pub bytes: u64,
    /// Registers used without power or clock.
    pub unpowered: u64,
    /// Whatever else the simulator says software must never do.
    pub violations: u64,
    /// Channels that cannot be prepared any more.
    pub channels: u64,
    /// Counts of power that nobody has and that were not given back.
    pub power_counts: u64,
    /// Power cannot be switched off any more.
    pub stays_on: bool,
    /// Bytes of data and program memory that were not given back.
    pub bytes_leaked: u64,
}

impl std::fmt::Display for Wrongs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { lost, bytes, unpowered, violations, channels, power_counts, stays_on, bytes_leaked } = self;
        write!(
            f,
            "{lost} completions lost, {bytes} bytes wrong, {unpowered} registers used without power, {violations} other \
             violations, {channels} channels, {power_counts} counts of power and {bytes_leaked} bytes leaked{}",
            if *stays_on { ", power stays on" } else { "" }
        )
    }
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
/// When a transfer ends as nothing made it end, or never.
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
                None if who == 4 && random.once_in(3) => turns::gated_out(cx, &world, &mut random, &mut score),
                None if who == 5 && random.once_in(3) => turns::ring_in(cx, &world, &mut random, &mut score),
                None if who == 5 && random.once_in(3) => turns::gated_in(cx, &world, &mut random, &mut score),
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
            if random.once_in(500) && world.is_on() {
                if random.once_in(2) {
                    world.sim.run(10);
                } else {
                    // What it was told just before is lost: a start, a kill, a resume.
                    score.overtaken += 1;
                }
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
        world.count_what_is_missing(cx, free, &mut score.wrongs);
    });
    world.count_violations(score.overtaken, &mut score.wrongs);
    score.powered = world.powered();
    score.ticks = world.sim.now();
    (score.compared, score.kinds) = (world.tally.compared(), world.tally.kinds());
    score.wrongs.bytes = world.tally.wrong();
    score.wrongs.lost += score.started.abs_diff(score.ended());
    score
}
