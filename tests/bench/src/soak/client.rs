use linkwright::context::Task;
use linkwright::dma::{
    BuffersOf, Channel, Completed, Endpoint, FaultCause, Goes, PrepareError, Prepared, TransferError,
};
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::Outcome;

use bench_board::Dmac0;

use super::Score;
use super::forms::{Form, Inner};
use super::random::Random;
use super::world::World;

/// A prepared channel, or why not and the channel.
pub(super) type Ready<E, S> = Result<Prepared<E, S>, (PrepareError, Channel<E>)>;

/// A sort of transfer: its shape, its buffers, and what must be in them afterwards.
pub(super) trait Kind: 'static {
    type End: Endpoint<Controller = Dmac0, Peer = Dmac0>;
    type Shape: Form + Goes<<Self::End as Endpoint>::Direction>;
    /// From where to where.
    const WAY: &'static str;

    fn prepare(&self, cx: &Task<'_>, channel: Channel<Self::End>) -> Ready<Self::End, Self::Shape>;

    /// Buffers for the next transfer; what the device has to give is given to it.
    fn load(&mut self, cx: &Task<'_>, world: &World, random: &mut Random) -> BuffersOf<Self::End, Self::Shape>;

    /// Everything has arrived, and nothing else has changed.
    fn check_whole(&mut self, world: &World, bufs: BuffersOf<Self::End, Self::Shape>);

    /// Nothing has changed but what the transfer was to change.
    fn check_part(&mut self, world: &World, bufs: BuffersOf<Self::End, Self::Shape>);

    /// The transfer is over and its buffers are gone: bring the device to where the next one can begin.
    fn forget(&mut self, world: &World);
}

/// A kind of transfers and the channel that makes them.
pub(super) trait Client {
    /// Do something: start, stop, break or hold.
    fn act(&mut self, cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score);

    /// Take what has ended.
    fn collect(&mut self, world: &World, score: &mut Score);

    /// The manager has faulted: what it was to start may not have started.
    fn manager_faulted(&mut self);

    /// It has made enough transfers of this kind.
    fn is_tired(&self) -> bool;

    /// Give the channel up, perhaps in the middle of a transfer.
    fn close(self: Box<Self>, cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score);

    /// Let the transfer end and give the channel up.
    fn finish(self: Box<Self>, cx: &mut Task<'_>, world: &World, score: &mut Score);
}

/// What was done to a transfer in flight, and so how it may end.
#[derive(Default)]
struct Flight {
    spoiled: bool,
    unmanaged: bool,
    stopped: bool,
    held: bool,
    residue: Option<u32>,
    /// What [`World::losses`] was when it began.
    losses: u64,
}

impl Flight {
    fn new(world: &World) -> Self {
        Self { losses: world.losses.get(), ..Self::default() }
    }
}

/// A prepared channel.
pub(super) struct Unit<K: Kind> {
    kind: K,
    prepared: Prepared<K::End, K::Shape>,
    flight: Option<Flight>,
    left: usize,
}

/// What a thread may fault for.
const CAUSES: [FaultCause; 12] = [
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

impl<K: Kind> Unit<K> {
    /// A channel for `kind`; `None` if there is no room for it just now.
    pub(super) fn new(kind: K, cx: &Task<'_>, world: &World, random: &mut Random, score: &mut Score) -> Option<Self> {
        // A request line may still be an orphan's whose thread has not stopped.
        let channel = world.dmac.claim::<K::End>(cx).ok()?;
        match kind.prepare(cx, channel) {
            Ok(prepared) => {
                score.prepared += 1;
                let mut unit = Self { kind, prepared, flight: None, left: random.within(1, 80) };
                unit.kind.forget(world);
                Some(unit)
            }
            Err((PrepareError::Fifo { .. } | PrepareError::NoThread | PrepareError::NoEvent, channel)) => {
                channel.release(cx);
                None
            }
            Err((error, _)) => panic!("{error}"),
        }
    }

    /// Start a transfer, in one of the ways that there are.
    fn start(&mut self, cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
        let bufs = self.kind.load(cx, world, random);
        let power = world.power(cx);
        self.left = self.left.saturating_sub(1);
        match random.below(16) {
            // Taken back before it begins.
            0 => {
                let submitted = self.prepared.submit(bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
                if random.once_in(2) {
                    let bufs = submitted.cancel().unwrap_or_else(|| panic!("the buffers are gone"));
                    self.kind.check_part(world, bufs);
                } else {
                    drop(submitted);
                }
                score.withdrawn += 1;
                self.kind.forget(world);
            }
            // Waited for.
            1 | 2 => {
                score.started += 1;
                let transfer = self.prepared.start(bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
                let mut last = transfer.residue();
                while !transfer.is_done() {
                    let outcome = world.sim.run_until_interrupt(random.within(50, 5_000) as u64);
                    assert_ne!(outcome, Outcome::Idle, "it never ends: {:?}", world.sim);
                    let now = transfer.residue();
                    assert!(now <= last, "the residue grows from {last} to {now}");
                    last = now;
                    world.serve();
                }
                let done = transfer.wait(cx);
                self.ended(done, &Flight::new(world), world, score);
            }
            // Stopped, or given up for taking too long.
            3 => {
                score.started += 1;
                let transfer = self.prepared.start(bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
                world.sim.run(random.within(0, 600) as u64);
                let flight = Flight { stopped: true, ..Flight::new(world) };
                let done = if random.once_in(2) {
                    transfer.stop(cx)
                } else {
                    transfer.wait_or(cx, || true).unwrap_or_else(|e| panic!("{e}"))
                };
                self.ended(done, &flight, world, score);
            }
            // Dropped: the buffers go when the hardware is quiet.
            4 => {
                score.started += 1;
                let transfer = self.prepared.start(bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
                world.sim.run(random.within(0, 600) as u64);
                drop(transfer);
                score.dropped += 1;
                let thread = self.prepared.thread();
                while world.sim.channel(thread).state != ThreadState::Stopped {
                    assert!(self.prepared.recover().is_none(), "a dropped transfer has left something");
                    world.sim.run(20);
                }
                assert!(self.prepared.recover().is_none(), "a dropped transfer has left something");
                self.kind.forget(world);
            }
            // Leaked.
            5 | 6 => {
                score.started += 1;
                score.leaked += 1;
                std::mem::forget(self.prepared.start(bufs, &power).unwrap_or_else(|r| panic!("{}", r.error)));
                self.flight = Some(Flight::new(world));
            }
            _ => {
                score.started += 1;
                self.prepared.start_detached(bufs, &power).unwrap_or_else(|r| panic!("{}", r.error));
                self.flight = Some(Flight::new(world));
            }
        }
    }

    /// Do something to the transfer in flight.
    fn disturb(&mut self, world: &World, random: &mut Random, score: &mut Score) {
        let Some(flight) = &mut self.flight else { return };
        match random.below(40) {
            0 => {
                flight.stopped = true;
                self.prepared.cancel();
            }
            1..=4 => {
                let faults = world.sim.counters().faults;
                world.sim.inject_fault(self.prepared.thread(), CAUSES[random.below(CAUSES.len())]);
                flight.spoiled |= world.sim.counters().faults > faults;
                score.injected += 1;
            }
            5..=9 => {
                // It is never more than it was.
                let now = self.prepared.residue();
                assert!(
                    flight.residue.is_none_or(|before| now <= before),
                    "the residue grows: {:?} {now}",
                    flight.residue
                );
                flight.residue = Some(now);
            }
            10..=30 if !flight.held => flight.held = K::Shape::pause(&self.prepared),
            10..=30 if flight.held => {
                if K::Shape::is_paused(&self.prepared) {
                    let before = self.prepared.residue();
                    world.sim.run(random.within(1, 300) as u64);
                    assert!(
                        !K::Shape::is_paused(&self.prepared) || self.prepared.residue() == before,
                        "it moves while it stands"
                    );
                    score.paused += 1;
                }
                K::Shape::resume(&self.prepared);
                flight.held = false;
            }
            _ => {}
        }
    }

    /// A transfer has ended; may it end so?
    fn ended(
        &mut self,
        done: Completed<BuffersOf<K::End, K::Shape>>,
        flight: &Flight,
        world: &World,
        score: &mut Score,
    ) {
        match done.result {
            Ok(()) => {
                assert!(!flight.spoiled, "a fault became a success");
                assert_eq!(done.residue, 0, "success, and yet a residue");
                score.succeeded += 1;
                self.kind.check_whole(world, done.bufs);
                let pausable = if K::Shape::IS_PAUSABLE { ", pausable" } else { "" };
                let shape = <K::Shape as Form>::Inner::NAME;
                world.tally.whole(format!("{}, {shape}{pausable}", K::WAY), 1);
            }
            Err(error) => {
                match error {
                    TransferError::Fault(_) if flight.spoiled => score.faulted += 1,
                    TransferError::Vanished if flight.losses != world.losses.get() => score.unknown += 1,
                    TransferError::Manager(_) if flight.unmanaged => score.unstarted += 1,
                    TransferError::Cancelled | TransferError::TimedOut if flight.stopped => score.cancelled += 1,
                    other => panic!("nobody did anything to it: {other}"),
                }
                self.kind.check_part(world, done.bufs);
            }
        }
        self.kind.forget(world);
    }
}

impl<K: Kind> Client for Unit<K> {
    fn act(&mut self, cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
        if self.flight.is_none() {
            self.start(cx, world, random, score);
        } else {
            self.disturb(world, random, score);
        }
    }

    fn collect(&mut self, world: &World, score: &mut Score) {
        if self.flight.is_none() {
            return;
        }
        if let Some(done) = self.prepared.recover()
            && let Some(flight) = self.flight.take()
        {
            self.ended(done, &flight, world, score);
        }
    }

    fn manager_faulted(&mut self) {
        if let Some(flight) = &mut self.flight {
            flight.unmanaged = true;
        }
    }

    fn is_tired(&self) -> bool {
        self.left == 0
    }

    fn close(mut self: Box<Self>, cx: &mut Task<'_>, world: &World, random: &mut Random, score: &mut Score) {
        if self.flight.is_some() && random.once_in(3) {
            // In the middle of whatever it does.
            score.dropped += 1;
            score.reclaimed += 1;
            drop(self);
            return;
        }
        if let Some(flight) = &mut self.flight {
            flight.stopped = true;
            self.prepared.cancel();
        }
        self.finish(cx, world, score);
    }

    fn finish(mut self: Box<Self>, cx: &mut Task<'_>, world: &World, score: &mut Score) {
        if let Some(flight) = &mut self.flight
            && flight.held
        {
            K::Shape::resume(&self.prepared);
            flight.held = false;
        }
        for round in 0..10_000 {
            self.collect(world, score);
            if self.flight.is_none() {
                break;
            }
            assert!(round < 9_999, "a completion was lost: {:?}", world.sim);
            world.sim.run(200);
            world.serve();
            if round % 100 == 99 {
                world.watch(score);
            }
        }
        let Self { prepared, .. } = *self;
        prepared.release(cx).unwrap_or_else(|e| panic!("{e}"));
    }
}
