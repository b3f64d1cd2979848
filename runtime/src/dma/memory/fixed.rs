#![allow(unsafe_code, reason = "makes a pool of a static")]

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

#[cfg(any(feature = "std", feature = "full"))]
use super::Mirror;
use super::upkeep::Upkeep;
use super::{Arena, CacheOps, DmaBuf};
use crate::context::Task;
#[cfg(any(feature = "std", feature = "full"))]
use crate::dma::only::Only;
use crate::mmio::Word;
use crate::sync::Lock;

/// Alignment of a [`StaticBuf`], in bytes: as long as any cache line it can have.
const ALIGNMENT: u32 = 64;

/// Memory that controllers reach, wherever in it a `static` lies: what [`StaticBuf::take`] needs to know.
pub struct Reach {
    /// The processor's address of the first byte; none where the device has a copy of its own.
    base: Option<usize>,
    bus: u32,
    line: u32,
    upkeep: Upkeep,
    /// Bytes, of a copy those that stand for nothing yet, at its end.
    bytes: Lock<u32>,
}

impl Reach {
    /// `bytes` bytes from the processor's address `base` on, which controllers have at `bus`.
    ///
    /// # Safety
    /// As for [`Arena::new`], for whatever `static` lies there; the memory itself stays whose it is.
    pub const unsafe fn new(base: usize, bytes: u32, bus: u32, line: u32, ops: &'static dyn CacheOps) -> Self {
        Self { base: Some(base), bus, line, upkeep: Upkeep::Direct(ops), bytes: Lock::new(bytes) }
    }

    /// `bytes` bytes of a simulator's or emulator's memory at bus address `bus`, a multiple of 64, that stand for
    /// `static`s anywhere. Lines have 32 bytes. Needs the feature `std` or `full`.
    #[cfg(any(feature = "std", feature = "full"))]
    pub const fn mirrored(bus: u32, bytes: u32, mirror: &'static dyn Mirror) -> Self {
        Self { base: None, bus, line: 32, upkeep: Upkeep::Mirrored(Only::new(mirror)), bytes: Lock::new(bytes) }
    }

    /// The controllers' address of `bytes` bytes at the processor's address `at`.
    fn bus_of(&self, at: usize, bytes: u32) -> Option<u32> {
        self.bytes.with(|left| match self.base {
            Some(base) => {
                let offset = u32::try_from(at.checked_sub(base)?).ok()?;
                let end = offset.checked_add(bytes)?;
                self.bus.checked_add(offset).filter(|_| end <= *left)
            }
            None => {
                *left = left.checked_sub(bytes.checked_next_multiple_of(ALIGNMENT)?)?;
                self.bus.checked_add(*left)
            }
        })
    }
}

impl core::fmt::Debug for Reach {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Reach({:#010x}, {:?})", self.bus, self.upkeep)
    }
}

/// Why a [`StaticBuf`] has no buffer to give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StaticBufError {
    /// It was taken and the buffer still exists.
    Taken,
    /// Its end shares a cache line with something else.
    SplitLine {
        /// Bytes of a line.
        line: u32,
    },
    /// Controllers do not reach it.
    NotReachable,
}

impl core::fmt::Display for StaticBufError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Taken => f.write_str("the static is taken: drop its buffer first, or declare another"),
            Self::SplitLine { line } => {
                write!(f, "the static is not whole cache lines of {line} bytes: make it longer")
            }
            Self::NotReachable => {
                f.write_str("controllers do not reach the static: place it in memory that they reach")
            }
        }
    }
}

impl core::error::Error for StaticBufError {}

/// `N` words in a `static` that become a [`DmaBuf`]: a buffer without a pool.
///
/// ```
/// use linkwright::dma::memory::StaticBuf;
/// static SAMPLES: StaticBuf<u16, 512> = StaticBuf::new([0; 512]);
/// # use linkwright::{context::Task, dma::memory::{DmaBuf, Reach, StaticBufError}};
/// # fn f(cx: &Task<'_>, ram: &'static Reach) -> Result<DmaBuf<u16>, StaticBufError> {
/// let buffer = SAMPLES.take(cx, ram)?;
/// # Ok(buffer)
/// # }
/// ```
#[repr(C, align(64))]
pub struct StaticBuf<W: Word, const N: usize> {
    words: UnsafeCell<[W; N]>,
    /// A pool of one piece, made when it is first taken.
    pool: UnsafeCell<MaybeUninit<Arena>>,
    state: Lock<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Never taken.
    New,
    /// There is a pool, and what its list covers of the first contents.
    Made(Option<[u8; START]>),
}

/// Bytes that a pool's list takes of a free piece.
const START: usize = 8;

// SAFETY: the words belong to the pool once it is made, and before that to nobody; the pool is made once, under the lock,
// and only read after.
unsafe impl<W: Word, const N: usize> Sync for StaticBuf<W, N> {}

impl<W: Word, const N: usize> StaticBuf<W, N> {
    const BYTES: u32 = {
        assert!(size_of::<[W; N]>() >= START, "a buffer of a static has at least 8 bytes");
        assert!(size_of::<[W; N]>() <= 1 << 30, "a buffer of a static has at most 1 GiB");
        size_of::<[W; N]>() as u32
    };

    /// A buffer that holds `words` when it is first taken.
    pub const fn new(words: [W; N]) -> Self {
        let _ = Self::BYTES;
        let pool = UnsafeCell::new(MaybeUninit::uninit());
        Self { words: UnsafeCell::new(words), pool, state: Lock::new(State::New) }
    }

    /// Take it; dropping the buffer gives it back. Taken again, its first 8 bytes may hold anything. Sleepable.
    ///
    /// `reach` is asked the first time only.
    ///
    /// # Errors
    /// [`StaticBufError`].
    #[track_caller]
    pub fn take(&'static self, cx: &Task<'_>, reach: &'static Reach) -> Result<DmaBuf<W>, StaticBufError> {
        cx.might_sleep();
        let bytes = Self::BYTES;
        if reach.line > ALIGNMENT || !bytes.is_multiple_of(reach.line.max(1)) {
            return Err(StaticBufError::SplitLine { line: reach.line });
        }
        let pool = self.state.with(|state| {
            if *state == State::New {
                let base = NonNull::from(&self.words).cast::<u8>();
                let bus = reach.bus_of(base.addr().get(), bytes).ok_or(StaticBufError::NotReachable)?;
                if !bus.is_multiple_of(reach.line.max(1)) {
                    return Err(StaticBufError::SplitLine { line: reach.line });
                }
                // The pool keeps its list in the free piece.
                // SAFETY: initialised, at least 8 bytes by its alignment and line, and nobody has a buffer of it yet.
                let start = unsafe { self.words.get().cast::<[u8; START]>().read() };
                let pool = Arena::with_upkeep(base, bytes, bus, reach.line, reach.upkeep);
                // SAFETY: the lock is held, and nobody reads the pool before the state says so.
                unsafe { self.pool.get().write(MaybeUninit::new(pool)) };
                *state = State::Made(Some(start));
            }
            // SAFETY: it is there for ever, and no longer written.
            let pool = unsafe { &*self.pool.get() };
            // SAFETY: it is made.
            Ok(unsafe { pool.assume_init_ref() })
        })?;
        let buffer = pool.alloc::<W>(cx, N).map_err(|_| StaticBufError::Taken)?;
        let start = self.state.with(|state| match state {
            State::New => None,
            State::Made(start) => start.take(),
        });
        if let Some(start) = start {
            // SAFETY: the buffer is all of it, and is this function's.
            unsafe { self.words.get().cast::<[u8; START]>().write(start) };
        }
        Ok(buffer)
    }
}

impl<W: Word, const N: usize> core::fmt::Debug for StaticBuf<W, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "StaticBuf({N})")
    }
}
