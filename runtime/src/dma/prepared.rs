use super::channel::Channel;
use super::done::Handler;
use super::endpoint::Endpoint;
use super::equip;
use super::flight::{Flight, raw_handler};
use super::irq::irq;
use super::link::Link;
use super::plan::Program;
use super::shape::{BuffersOf, Shape};
use super::slot::Phase;
use super::transfer::{Submitted, Transfer};
use super::{ReleaseError, StartError, TransferError};
use crate::context::Task;
use crate::power::Active;

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
    /// Bytes that did not arrive, or of which nobody can tell. 0 after success, but for a device that may end a
    /// transfer early ([`Handshake::Peripheral`](super::Handshake::Peripheral)).
    pub residue: u32,
    /// Its end was found by [`Dmac::watch`](super::Dmac::watch) or [`Transfer::wait_or`]: the interrupt did not come.
    pub interrupt_lost: bool,
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

/// A channel with a program for transfers of shape `S`.
///
/// Starting needs no [`Task`]: it is atomic, allocates nothing, plans nothing and switches no power; it patches at most
/// 8 bytes of the program a block and does 1 register read and 3 writes. Use after release does not compile, nor does a
/// second start while a [`Transfer`] is alive.
///
/// Dropping it without [`release`](Self::release) is atomic: a running transfer is killed, its buffers stay with the
/// engine until the hardware is quiet.
#[must_use = "dropping it releases the channel"]
pub struct Prepared<E: Endpoint, S: Shape> {
    owner: Owner,
    flight: Flight<BuffersOf<E, S>>,
    shape: S,
}

impl<E: Endpoint, S: Shape> Prepared<E, S> {
    pub(super) fn new(link: Link, shape: S) -> Self {
        #[allow(unsafe_code, reason = "the slot is given its type of buffers")]
        // SAFETY: a slot that was just equipped is empty, and the owner goes into the value; what fills it is taken out
        // again before another owner has it.
        let flight = unsafe { Flight::new(link) };
        Self { owner: Owner(link), flight, shape }
    }

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
    pub fn program(&self) -> Program {
        // A channel has a program for as long as it has an owner.
        self.link().with(|s| s.program).unwrap_or(Program::NONE)
    }

    /// Where the program stands, as the controller sees it.
    pub fn program_address(&self) -> Option<u32> {
        self.link().with(|s| s.memory.as_ref().map(super::memory::RawBuf::bus))
    }

    /// Copy the program as it stands in memory; returns its length. Any context.
    pub fn read_program(&self, out: &mut [u8]) -> usize {
        let most = out.len().min(self.program().len.into());
        self.link().with(|s| s.code().map_or(0, |code| code.read(0, out.split_at_mut(most).0)))
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
        let loaded = self.flight.load(Phase::Idle, bufs, power.grant())?;
        Ok(self.flight.go(loaded, Phase::Idle, false)?)
    }

    /// Who is told of the end of detached transfers. Replaces the one before; a transfer in flight keeps to it too.
    /// Sleepable.
    #[track_caller]
    pub fn set_handler<H: Handler<E, S>>(&mut self, cx: &Task<'_>, handler: &'static H) {
        cx.might_sleep();
        let handler = raw_handler::<E, S, H>(handler);
        self.link().with(|s| s.handler = Some(handler));
    }

    /// Tell nobody any more of the end of detached transfers. Sleepable.
    #[track_caller]
    pub fn clear_handler(&mut self, cx: &Task<'_>) {
        cx.might_sleep();
        self.link().with(|s| s.handler = None);
    }

    /// Stop a detached transfer; [`recover`](Self::recover) gives the buffers back once the hardware is quiet. Its
    /// handler is not called. Atomic.
    pub fn cancel(&mut self) {
        self.link().cancel(true);
    }

    /// Bytes of the transfer in flight, or of the last one, that have not surely arrived. It never grows while a
    /// transfer runs. Atomic; at most 5 register reads, and up to 4 more until it was once seen to have begun.
    pub fn residue(&self) -> u32 {
        self.link().residue()
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

    /// Stop, wait for the hardware and give thread, event and program up. Buffers that were not recovered are dropped.
    /// Sleepable.
    ///
    /// # Errors
    /// [`ReleaseError`] when the channel does not stop within [`Config::release_polls`](super::Config::release_polls).
    #[track_caller]
    pub fn unprepare(self, cx: &Task<'_>) -> Result<Channel<E>, (ReleaseError, Self)> {
        cx.might_sleep();
        if let Err(error) = quiesce(self.link()) {
            return Err((error, self));
        }
        Ok(Channel::new(equip::release(&self.owner.disarm(), cx)))
    }

    /// [`unprepare`](Self::unprepare) and [`Channel::release`]. Sleepable.
    ///
    /// # Errors
    /// As [`unprepare`](Self::unprepare); the channel is then dropped, and its thread used again only once it has
    /// stopped.
    #[track_caller]
    pub fn release(self, cx: &Task<'_>) -> Result<(), ReleaseError> {
        self.unprepare(cx).map(drop).map_err(|(error, _)| error)
    }
}

impl<E: Endpoint, S: Shape> core::fmt::Debug for Prepared<E, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Prepared(thread {}, {} program bytes)", self.thread(), self.program().len)
    }
}

/// Stop the channel and wait: any phase -> Busy.
fn quiesce(link: &Link) -> Result<(), ReleaseError> {
    let config = &link.engine.core().config;
    link.cancel(true);
    for _ in 0..config.release_polls.max(1) {
        link.collect(false);
        let was = link.with(|s| {
            let was = s.phase;
            // An interrupt body that still tells of progress is not done with the handler.
            let quiet = matches!(was, Phase::Idle | Phase::Finished) && !s.telling();
            if quiet {
                s.phase = Phase::Busy;
            }
            (was, quiet)
        });
        match was {
            (_, true) => return Ok(()),
            // A callback that ran elsewhere re-armed at the last moment.
            (Phase::Running | Phase::Submitted, _) => link.cancel(true),
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
