//! What does not compile, and what to write instead.
//!
//! Every example here is compiled by the tests of this crate and must fail. The first is the control: the same
//! declarations around the canonical flow, which compiles.
//!
//! ```
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f<C: Controller>(cx: &Task<'_>, dmac: &'static Dmac<C>, arena: &'static Arena, core: &'static dyn PowerCore)
//! # -> Result<(), Box<dyn std::error::Error>> {
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
//! Preparing in a completion handler: there is no `Task` there. Prepare before; in the handler re-arm.
//!
//! ```compile_fail,E0061
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! static H: fn(Done<'_, Copier, Linear>) = |done| {
//!     let (channel, _) = take();
//!     let _ = channel.prepare(Linear::new(64)); // error: needs `&Task`
//!     done.finish();
//! };
//! # fn take() -> (Channel<Copier>, ()) { panic!() }
//! ```
//!
//! Smuggling a `Task` into a handler: handlers are `Sync`, a `Task` is not.
//!
//! ```compile_fail,E0277
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &'static Task<'static>, copy: &mut Prepared<Copier, Linear>) {
//! let handler = move |done: Done<'_, Copier, Linear>| {
//!     cx.might_sleep();
//!     done.finish();
//! };
//! copy.set_handler(cx, Box::leak(Box::new(handler))); // error: `Task` cannot be shared
//! # }
//! ```
//!
//! Submitting without power: resume the device first, in sleepable context, and keep the guard.
//!
//! ```compile_fail,E0061
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Dmac0>) {
//! copy.submit(pair); // error: missing `&Active<Dmac0>`
//! # }
//! ```
//!
//! Power of another device, even if it happens to be supplied by the controller.
//!
//! ```compile_fail,E0308
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Uart>) {
//! let _ = copy.start(pair, &power); // error: expected `Active<Dmac0>`
//! # }
//! ```
//!
//! An endpoint whose device has no link to the controller: list the supplier in the SoC spec.
//!
//! ```compile_fail,E0277
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! struct Rx;
//! // SAFETY: an example that does not compile.
//! unsafe impl Endpoint for Rx {
//!     type Controller = Dmac0;
//!     type Peer = Uart; // error: the spec links `Uart` to no supplier `Dmac0`
//!     type Direction = DeviceToMemory;
//!     type Word = u8;
//!     const PORT: Option<Port> = Some(Port::new(3, 0xE000_1030));
//! }
//! ```
//!
//! Starting twice: the first transfer borrows the channel until it is waited for or dropped.
//!
//! ```compile_fail,E0499
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, a: CopyPair<u8>, b: CopyPair<u8>, power: Active<Dmac0>) {
//! let first = copy.start(a, &power);
//! let second = copy.start(b, &power); // error: second mutable borrow
//! drop((first, second));
//! # }
//! ```
//!
//! Releasing in flight.
//!
//! ```compile_fail,E0505
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Dmac0>) {
//! let transfer = copy.start(pair, &power);
//! let _ = copy.release(cx); // error: borrowed
//! drop(transfer);
//! # }
//! ```
//!
//! Using a channel after its release.
//!
//! ```compile_fail,E0382
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Dmac0>) {
//! let _ = copy.release(cx);
//! let _ = copy.start(pair, &power); // error: moved
//! # }
//! ```
//!
//! Touching a buffer in flight: it comes back with the result.
//!
//! ```compile_fail,E0382
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Dmac0>) {
//! let transfer = copy.start(pair, &power);
//! println!("{}", pair.destination[0]); // error: moved
//! drop(transfer);
//! # }
//! ```
//!
//! Memory that no controller reaches, such as the stack: allocate from an `Arena`, or use `copy_blocking`.
//!
//! ```compile_fail,E0308
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(cx: &Task<'_>, mut copy: Prepared<Copier, Linear>, pair: CopyPair<u8>, power: Active<Dmac0>) {
//! let mut stack = [0_u8; 64];
//! let _ = copy.start(CopyPair { source: pair.source, destination: stack }, &power); // error: no `DmaBuf`
//! # }
//! ```
//!
//! Keeping a `Done` beyond its handler.
//!
//! ```compile_fail,E0521
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! use std::{cell::RefCell, thread_local};
//! thread_local!(static KEPT: RefCell<Option<Done<'static, Copier, Linear>>> = RefCell::new(None));
//! static H: fn(Done<'_, Copier, Linear>) = |done| {
//!     KEPT.with(|kept| *kept.borrow_mut() = Some(done)); // error: escapes
//! };
//! ```
//!
//! Answering twice.
//!
//! ```compile_fail,E0382
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! static H: fn(Done<'_, Copier, Linear>) = |done| {
//!     let pair = done.finish();
//!     let _ = done.rearm(pair); // error: moved
//! };
//! ```
//!
//! Starting what was not prepared.
//!
//! ```compile_fail,E0599
//! # use linkwright::{context::Task, dma::{memory::{Arena, DmaBuf}, *}, power::*};
//! # struct Dmac0;
//! # impl Device for Dmac0 { const NAME: &'static str = "dmac0"; const ID: DeviceId = DeviceId::new(0); }
//! # struct Uart;
//! # impl Device for Uart { const NAME: &'static str = "uart"; const ID: DeviceId = DeviceId::new(1); }
//! # type Copier = MemoryCopy<Dmac0>;
//! # fn f(channel: Channel<Copier>, pair: CopyPair<u8>, power: Active<Dmac0>) {
//! let _ = channel.start(pair, &power); // error: no method `start`
//! # }
//! ```
//!
//! Driving the controller behind the engine's back: it writes wherever it is told to, so that takes `unsafe`.
//!
//! ```compile_fail,E0133
//! # use linkwright::dma::*;
//! # fn f<C: Controller>(dmac: &'static Dmac<C>) {
//! let _ = dmac.controller().start(0, 0x1000, false, 1); // error: unsafe
//! # }
//! ```
