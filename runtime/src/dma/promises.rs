//! What does not compile, and what to write instead.
//!
//! The canonical flow:
//!
//! ```
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # fn f<C: Controller>(cx: &Task<'_>, dmac: &'static Dmac<C>, arena: &'static Arena, core: &'static dyn PowerCore)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! type Copier = MemoryCopy<Dmac0>;
//! static HANDLER: fn(Done<'_, Copier, Linear>) = |done| drop(done.finish());
//!
//! let power = Active::<Dmac0>::resume(cx, core)?;
//! let pair = CopyPair { source: arena.alloc(cx, 64)?, destination: arena.alloc(cx, 64)? };
//! let mut copy = dmac.claim::<Copier>(cx)?.prepare_copy(cx, &pair).map_err(|(error, _)| error)?;
//! let done = copy.start(pair, &power).map_err(|rejected| rejected.error)?.wait(cx);
//! done.result?;
//! copy.set_handler(cx, &HANDLER);
//! copy.start_detached(done.bufs, &power).map_err(|rejected| rejected.error)?;
//! copy.release(cx)?;
//! # Ok(())
//! # }
//! ```
//!
//! Away from it rustc says what is wrong. Each line here stands for cases of the project's compile-fail suite, which
//! also checks that the message helps and that the way beside it compiles.
//!
//! * **Claiming, preparing, allocating, waiting or resuming in a completion handler.** There is no [`Task`]. Do it
//!   before the first transfer; a handler has [`rearm`](super::Done::rearm), [`finish`](super::Done::finish) and
//!   [`get_if_active`](crate::power::Active::get_if_active).
//! * **A `Task` in a handler, another thread, a static or a `Send` future.** It is neither `Send` nor `Sync`: pass it
//!   down as an argument, or wake a task that has one.
//! * **Sleeping in [`Task::atomic`] or [`Task::lock`].** They borrow the proof: sleep before or behind them.
//! * **Starting without power, or with that of another device or of the controller alone.** It takes
//!   `&Active<E::Peer>`: resume the endpoint's own device, in sleepable context, and keep the guard.
//! * **An endpoint whose device has no link to the controller.** List the supplier in the SoC spec.
//! * **An endpoint or a link written by hand without `unsafe`.** They are facts of the hardware: take those of the
//!   SoC's generated crate.
//! * **Touching a buffer in flight.** It was moved into the transfer, and comes back with the result.
//! * **Buffers, lists, arenas, engines or handlers on the stack.** What the hardware or an interrupt uses outlives
//!   every function: allocate buffers from an [`Arena`], keep the rest in statics;
//!   [`copy_blocking`](super::Prepared::copy_blocking) copies ordinary slices.
//! * **Starting, releasing or recovering while a transfer runs.** It borrows the channel: wait for it or stop it first;
//!   for several in a row make a queue.
//! * **Starting what was not prepared, using what was released.** Each step gives a value of another type.
//! * **A transfer that nobody keeps, a rejection that nobody looks at.** `must_use`: keep the transfer, or start it
//!   with [`start_detached`](super::Prepared::start_detached).
//! * **Touching a period of a ring that was granted, or two periods at once.** A [`Period`] borrows its ring and ends with
//!   its grant: copy what must be kept.
//! * **Answering a [`Done`] twice, or carrying it out of its handler.** Take the buffers with `finish` and carry those.
//! * **A handler that is not `Sync` or borrows a local.** Interrupts share it: use a [`Lock`], atomics, statics.
//! * **The wrong side, word, line or shape; pausing what has no checkpoints, pushing into a receiver's ring.** Endpoint,
//!   buffers and shape have types: the message names what was expected.
//! * **Driving the controller behind the engine.** It writes wherever it is told to, so that takes `unsafe`.
//!
//! [`Task`]: crate::context::Task
//! [`Task::atomic`]: crate::context::Task::atomic
//! [`Task::lock`]: crate::context::Task::lock
//! [`Lock`]: crate::sync::Lock
//! [`Arena`]: super::memory::Arena
//! [`Done`]: super::Done
//! [`Period`]: super::Period
