#![allow(unsafe_code, reason = "tells the compiler that a device reads or wrote memory")]

use core::fmt::Debug;

use crate::dma::only::Only;

/// Whole cache lines of one buffer, or a part of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lines {
    /// First byte, for the processor. Not to be dereferenced as a reference: a device may own the memory.
    pub cpu: *mut u8,
    /// First byte, for the controller.
    pub bus: u32,
    /// Length in bytes.
    pub bytes: u32,
}

/// Cache maintenance of memory that processor and controller share without hardware coherence.
///
/// Each operation returns only when it is complete at the level the controller sees (on a Cortex-A9 with an outer
/// cache: inner then outer for cleaning, outer then inner for discarding, each with its barrier). Atomic context.
pub trait CacheOps: Sync + 'static {
    /// Write dirty lines back.
    fn clean(&self, lines: Lines);
    /// Drop lines without writing them back.
    fn discard(&self, lines: Lines);
    /// Write dirty lines back and drop them.
    fn flush(&self, lines: Lines);
    /// Order everything before against what the controller does next, and the other way round.
    ///
    /// By default Rust's sequentially consistent fence, which on Arm is `dmb ish`. Where the controller is outside the
    /// inner shareable domain, or stores wait in a buffer outside the processor, write your own (`dsb`, and what drains
    /// that buffer).
    fn barrier(&self) {
        core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
    }
}

/// Memory that needs no cache maintenance: uncached, or kept coherent by hardware. Its
/// [`barrier`](CacheOps::barrier) is the default one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Coherent;

impl CacheOps for Coherent {
    fn clean(&self, _: Lines) {}
    fn discard(&self, _: Lines) {}
    fn flush(&self, _: Lines) {}
}

/// The device's own copy of mirrored memory: a simulator's or an emulator's.
///
/// The processor's copy is ordinary memory that no device touches, so implementing this needs no `unsafe`. Copying
/// happens exactly where hardware without coherence needs cache maintenance; an engine that forgot it would see old
/// data. Atomic context.
pub trait Mirror: Sync + 'static {
    /// Copy `bytes` to the device's memory at `bus`.
    fn clean(&self, bus: u32, bytes: &[u8]);
    /// Copy the device's memory at `bus` to `bytes`.
    fn invalidate(&self, bus: u32, bytes: &mut [u8]);
    /// Look at the device's memory at `bus`; the processor's copy stays what it is.
    fn peek(&self, bus: u32, out: &mut [u8]) {
        self.invalidate(bus, out);
    }
    /// The device is about to write here; the processor's copy is void until [`invalidate`](Self::invalidate).
    /// For models of a cache; nothing has to be copied.
    fn discard(&self, bus: u32, bytes: u32) {
        let _ = (bus, bytes);
    }
}

/// How an arena's memory is kept in step with the device's view.
#[derive(Clone, Copy)]
pub(super) enum Upkeep {
    Direct(&'static dyn CacheOps),
    Mirrored(Only<&'static dyn Mirror>),
}

impl Upkeep {
    /// Do both describe memory of one bus? Directly reachable memory does by the contract of `Arena::new`.
    pub(super) fn same_bus(self, other: Self) -> bool {
        match (self, other) {
            (Self::Direct(_), Self::Direct(_)) => true,
            (Self::Mirrored(a), Self::Mirrored(b)) => core::ptr::addr_eq(*a.get(), *b.get()),
            (Self::Direct(_), Self::Mirrored(..)) | (Self::Mirrored(..), Self::Direct(_)) => false,
        }
    }

    /// The device reads next.
    ///
    /// # Safety
    /// `lines` are initialised memory that the caller owns alone.
    pub(super) unsafe fn clean(self, lines: Lines) {
        match self {
            Self::Direct(ops) => {
                handover(lines);
                ops.clean(lines);
            }
            Self::Mirrored(mirror) => {
                // SAFETY: initialised and the caller's alone; no device touches the processor's copy.
                let bytes = unsafe { core::slice::from_raw_parts(lines.cpu, lines.bytes as usize) };
                mirror.get().clean(lines.bus, bytes);
            }
        }
    }

    /// The device writes all of it next.
    pub(super) fn discard(self, lines: Lines) {
        match self {
            Self::Direct(ops) => {
                handover(lines);
                ops.discard(lines);
            }
            Self::Mirrored(mirror) => mirror.get().discard(lines.bus, lines.bytes),
        }
    }

    /// The device writes a part of it next.
    ///
    /// # Safety
    /// As for [`clean`](Self::clean).
    pub(super) unsafe fn flush(self, lines: Lines) {
        match self {
            Self::Direct(ops) => {
                handover(lines);
                ops.flush(lines);
            }
            // SAFETY: the caller's promise.
            Self::Mirrored(..) => unsafe { self.clean(lines) },
        }
    }

    /// The device has written.
    ///
    /// # Safety
    /// As for [`clean`](Self::clean); the device is done with the memory.
    pub(super) unsafe fn refresh(self, lines: Lines) {
        match self {
            Self::Direct(ops) => {
                ops.discard(lines);
                handover(lines);
            }
            Self::Mirrored(mirror) => {
                // SAFETY: initialised and the caller's alone; no device touches the processor's copy.
                let bytes = unsafe { core::slice::from_raw_parts_mut(lines.cpu, lines.bytes as usize) };
                mirror.get().invalidate(lines.bus, bytes);
            }
        }
    }

    /// Read memory as the device sees it, without replacing the processor's copy where there are two.
    ///
    /// # Safety
    /// As for [`clean`](Self::clean); the processor has written nothing there that it did not clean.
    pub(super) unsafe fn peek(self, lines: Lines, at: Lines, out: &mut [u8]) {
        match self {
            Self::Direct(_) => {
                // SAFETY: the caller's promise; no device writes here.
                unsafe { self.refresh(lines) };
                // SAFETY: `at` lies in `lines`.
                unsafe { core::ptr::copy_nonoverlapping(at.cpu, out.as_mut_ptr(), out.len().min(at.bytes as usize)) };
            }
            Self::Mirrored(mirror) => mirror.get().peek(at.bus, out),
        }
    }

    pub(super) fn barrier(self) {
        if let Self::Direct(ops) = self {
            ops.barrier();
        }
    }
}

impl Debug for Upkeep {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Direct(_) => "direct",
            Self::Mirrored(..) => "mirrored",
        })
    }
}

/// Make the compiler assume that the memory is read and written here: a fence alone orders only atomic accesses of
/// Rust code, not a device's.
fn handover(lines: Lines) {
    #[cfg(not(miri))]
    // SAFETY: no instruction at all. Without `nomem` the compiler must assume that it accesses memory reachable from
    // its operand.
    unsafe {
        core::arch::asm!("/* {0} */", in(reg) lines.cpu, options(nostack, preserves_flags));
    }
    #[cfg(miri)]
    let _ = lines;
}
