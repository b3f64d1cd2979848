use core::marker::PhantomData;

use super::buffers::CopyPair;
use super::dmac::{irq, unclaim};
use super::done::Handler;
use super::endpoint::{Endpoint, MemoryToMemory};
use super::flight::{Flight, raw_handler};
use super::link::Link;
use super::plan::{CopyRequest, Program};
use super::shape::{BuffersOf, Linear, Shape};
use super::slot::Phase;
use super::transfer::{Submitted, Transfer};
use super::{PrepareError, ReleaseError, StartError, TransferError};
use crate::context::Task;
use crate::power::Active;
use crate::sync::exclusive;

/// Longest program, in bytes: what preparing needs of stack. [`Config::program_bytes`](super::Config::program_bytes)
/// says so too.
const LONGEST: usize = 512;

/// A claimed channel: a thread of the controller, an event and program memory.
///
/// [`prepare`](Self::prepare) makes it ready for transfers of one shape. Dropping it is atomic and only marks it; the
/// next claim has it.
#[must_use = "dropping a channel gives it back"]
pub struct Channel<E: Endpoint> {
    owner: Owner,
    endpoint: PhantomData<fn() -> E>,
}

/// A transfer that did not start, and its buffers.
#[derive(Debug)]
pub struct Rejected<B> {
    /// Why.
    pub error: StartError,
    /// What was to be transferred.
    pub bufs: B,
}

/// A transfer that ended, and its buffers.
#[derive(Debug)]
pub struct Completed<B> {
    /// What was transferred.
    pub bufs: B,
    /// How it ended.
    pub result: Result<(), TransferError>,
}

/// Marks the slot when its owner goes away without releasing it.
struct Owner(Link);

impl Owner {
    /// Give up ownership without marking.
    fn disarm(self) -> Link {
        let link = self.0;
        core::mem::forget(self);
        link
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.cancel(false);
        // The last touch: once it is an orphan, another claim may have the slot at any moment.
        let dropped = self.0.with(|s| {
            s.orphan = true;
            // A callback may have parked its buffers since.
            matches!(s.phase, Phase::Idle | Phase::Finished).then(|| {
                s.land();
                s.empty()
            })
        });
        drop(dropped);
    }
}

impl<E: Endpoint> Channel<E> {
    pub(super) fn new(link: Link) -> Self {
        Self { owner: Owner(link), endpoint: PhantomData }
    }

    /// Number of the controller's thread that serves it.
    pub fn thread(&self) -> u8 {
        self.owner.0.thread
    }

    /// Give thread, event and program memory back. Sleepable.
    #[track_caller]
    pub fn release(self, cx: &Task<'_>) {
        cx.might_sleep();
        let link = self.owner.disarm();
        link.with(|s| s.phase = Phase::Busy);
        unclaim(&link, cx);
    }
}

impl<E: Endpoint<Direction = MemoryToMemory>> Channel<E> {
    /// Plan the program for transfers of one shape. Sleepable.
    ///
    /// All work that can fail for want of something happens here; starting transfers afterwards allocates nothing.
    ///
    /// # Errors
    /// [`PrepareError`], with the channel.
    #[track_caller]
    pub fn prepare<S: Shape>(self, cx: &Task<'_>, shape: S) -> Result<Prepared<E, S>, (PrepareError, Self)> {
        cx.might_sleep();
        match plan(&self.owner.0, shape.request()) {
            Ok(program) => {
                #[allow(unsafe_code, reason = "the slot is given its type of buffers")]
                // SAFETY: a claimed channel's slot is empty, and the owner goes into the value; it comes out again only
                // when the slot has been emptied.
                let flight = unsafe { Flight::new(self.owner.0) };
                Ok(Prepared { owner: self.owner, flight, program, shape })
            }
            Err(error) => Err((error, self)),
        }
    }

    /// [`prepare`](Self::prepare) for `pair` and every pair that lies alike: as long as its shorter window. Sleepable.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    #[track_caller]
    pub fn prepare_copy(
        self,
        cx: &Task<'_>,
        pair: &CopyPair<E::Word>,
    ) -> Result<Prepared<E, Linear>, (PrepareError, Self)> {
        self.prepare(cx, Linear::between(pair))
    }
}

impl<E: Endpoint> core::fmt::Debug for Channel<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Channel(thread {})", self.thread())
    }
}

fn plan(link: &Link, request: super::shape::Request) -> Result<Program, PrepareError> {
    let core = link.engine.core();
    let capabilities = core.shared.with(|s| s.capabilities);
    let (lines, bus_bytes) = capabilities.map_or((0, 0), |c| (c.fifo_lines, c.bus_bytes));
    let event = link.with(|s| {
        s.phase = Phase::Busy;
        s.event
    });
    let planned = (|| {
        let (resident, _) = promised(link);
        let request = CopyRequest {
            source: request.source.into(),
            destination: request.destination.into(),
            bytes: request.bytes,
            bus_bytes,
            fifo_lines: lines.saturating_sub(resident),
            event,
            source_attributes: core.config.source,
            destination_attributes: core.config.destination,
            barriers: core.config.barriers,
        };
        let mut scratch = [0; LONGEST];
        let room = usize::from(core.config.program_bytes).min(LONGEST);
        let out = scratch.split_at_mut(room).0;
        let program = link.engine.hardware().plan_copy(&request, out).map_err(PrepareError::Plan)?;
        // Another channel may have been prepared meanwhile, so look again and enter at once.
        let admitted = exclusive(|_| {
            let (resident, transient) = promised(link);
            let resident = resident.saturating_add(program.fifo.resident);
            let need = resident.saturating_add(transient.max(program.fifo.transient));
            if need > lines {
                return Err(PrepareError::Fifo { need, have: lines });
            }
            Ok(link.with(|s| {
                s.program = Some(program);
                s.memory.take()
            }))
        });
        let mut memory = admitted?;
        if let Some(memory) = &mut memory {
            memory.write_bytes(0, out.get(..program.len.into()).unwrap_or(out));
            memory.publish(0, program.len.into());
        }
        link.with(|s| s.memory = memory);
        Ok(program)
    })();
    link.with(|s| {
        s.handler = None;
        s.phase = Phase::Idle;
    });
    planned
}

/// FIFO lines that the programs of other channels keep, and the most that one of them needs for a moment.
fn promised(link: &Link) -> (u16, u16) {
    let others = link.engine.slots().iter().filter(|slot| !core::ptr::eq(*slot, link.slot));
    others.filter_map(|slot| slot.0.with(|s| s.program)).fold((0_u16, 0_u16), |(resident, transient), program| {
        (resident.saturating_add(program.fifo.resident), transient.max(program.fifo.transient))
    })
}

/// A channel with a program for transfers of shape `S`.
///
/// Starting needs no [`Task`]: it is atomic, allocates nothing, plans nothing and switches no power; it patches at most
/// 8 bytes of the program and does 1 register read and 3 writes. Use after release does not compile, nor does a second
/// start while a [`Transfer`] is alive.
///
/// Dropping it without [`release`](Self::release) is atomic: a running transfer is killed, its buffers stay with the
/// engine until the hardware is quiet.
#[must_use = "dropping it releases the channel"]
pub struct Prepared<E: Endpoint, S: Shape> {
    owner: Owner,
    flight: Flight<BuffersOf<E, S>>,
    program: Program,
    shape: S,
}

impl<E: Endpoint, S: Shape> Prepared<E, S> {
    fn link(&self) -> &Link {
        &self.owner.0
    }

    pub(super) fn flight(&self) -> Flight<BuffersOf<E, S>> {
        self.flight
    }

    /// What was prepared.
    pub fn shape(&self) -> S {
        self.shape
    }

    /// What the planner says about the program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Where the program stands, as the controller sees it.
    pub fn program_address(&self) -> Option<u32> {
        self.link().with(|s| s.memory.as_ref().map(super::memory::RawBuf::bus))
    }

    /// Copy the program as it stands in memory; returns its length. Any context.
    pub fn read_program(&self, out: &mut [u8]) -> usize {
        let most = out.len().min(self.program.len.into());
        self.link().with(|s| s.memory.as_ref().map_or(0, |m| m.read_bytes(0, out.split_at_mut(most).0)))
    }

    /// Number of the controller's thread that serves it.
    pub fn thread(&self) -> u8 {
        self.owner.0.thread
    }

    /// Hand buffers over and make everything ready, but start nothing. Atomic.
    ///
    /// # Errors
    /// [`StartError`], with the buffers.
    pub fn submit(
        &mut self,
        bufs: BuffersOf<E, S>,
        power: &Active<E::Peer>,
    ) -> Result<Submitted<'_, E, S>, Rejected<BuffersOf<E, S>>> {
        let loaded = self.flight.load(Phase::Idle, bufs, power.grant())?;
        Ok(Submitted::new(self, loaded))
    }

    /// [`submit`](Self::submit) and [`issue`](Submitted::issue). Atomic.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn start(
        &mut self,
        bufs: BuffersOf<E, S>,
        power: &Active<E::Peer>,
    ) -> Result<Transfer<'_, E, S>, Rejected<BuffersOf<E, S>>> {
        self.submit(bufs, power)?.issue()
    }

    /// [`submit`](Self::submit) and [`issue_detached`](Submitted::issue_detached): the end is told to the handler.
    /// Atomic.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn start_detached(
        &mut self,
        bufs: BuffersOf<E, S>,
        power: &Active<E::Peer>,
    ) -> Result<(), Rejected<BuffersOf<E, S>>> {
        self.submit(bufs, power)?.issue_detached()
    }

    /// Who is told of the end of detached transfers. Replaces the one before; a transfer in flight keeps to it too.
    /// Sleepable.
    #[track_caller]
    pub fn set_handler<H: Handler<E, S>>(&mut self, cx: &Task<'_>, handler: &'static H) {
        cx.might_sleep();
        let handler = raw_handler::<E, S, H>(handler);
        self.link().with(|s| s.handler = Some(handler));
    }

    /// Stop a detached transfer; [`recover`](Self::recover) gives the buffers back once the hardware is quiet. Its
    /// handler is not called. Atomic.
    pub fn cancel(&mut self) {
        self.link().cancel(true);
    }

    /// What an ended transfer left whose result nobody took: its [`Transfer`] was leaked, it was cancelled, its
    /// [`Done`](super::Done) was dropped, or it had no handler. Atomic.
    pub fn recover(&mut self) -> Option<Completed<BuffersOf<E, S>>> {
        let link = self.link();
        link.collect(false);
        // A `Submitted` that was leaked; but not what a handler is re-arming at this moment.
        if link.with(|s| s.phase == Phase::Submitted && s.attached) {
            link.cancel(true);
        }
        self.flight.take_finished()
    }

    /// Stop, wait for the hardware and give the program up. Buffers that were not recovered are dropped. Sleepable.
    ///
    /// # Errors
    /// [`ReleaseError`] when the channel does not stop within [`Config::release_polls`](super::Config::release_polls).
    #[track_caller]
    pub fn unprepare(self, cx: &Task<'_>) -> Result<Channel<E>, (ReleaseError, Self)> {
        cx.might_sleep();
        let link = self.link();
        if let Err(error) = quiesce(link) {
            return Err((error, self));
        }
        let old = link.with(|s| {
            s.program = None;
            s.closing = false;
            s.phase = Phase::Idle;
            (s.empty(), s.handler.take(), s.waker.take())
        });
        drop(old);
        Ok(Channel { owner: self.owner, endpoint: PhantomData })
    }

    /// [`unprepare`](Self::unprepare) and [`Channel::release`]. Sleepable.
    ///
    /// # Errors
    /// As [`unprepare`](Self::unprepare); the channel is then dropped, and claimed again only once it has stopped.
    #[track_caller]
    pub fn release(self, cx: &Task<'_>) -> Result<(), ReleaseError> {
        self.unprepare(cx).map_err(|(error, _)| error)?.release(cx);
        Ok(())
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Prepared<E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Prepared(thread {}, {} program bytes)", self.thread(), self.program.len)
    }
}

/// Stop the channel and wait: any phase -> Idle or Finished.
fn quiesce(link: &Link) -> Result<(), ReleaseError> {
    let config = &link.engine.core().config;
    link.cancel(true);
    for _ in 0..config.release_polls.max(1) {
        link.collect(false);
        match link.phase() {
            Phase::Idle | Phase::Finished => return Ok(()),
            // A callback that ran elsewhere re-armed at the last moment.
            Phase::Running | Phase::Submitted => link.cancel(true),
            _ => wait(link),
        }
    }
    match link.phase() {
        Phase::Stopping => Err(ReleaseError::Running),
        _ => Err(ReleaseError::InCallback),
    }
}

/// One round of waiting for the hardware.
pub(super) fn wait(link: &Link) {
    let config = &link.engine.core().config;
    if config.polled {
        irq(link.engine);
    }
    (config.relax)();
}
