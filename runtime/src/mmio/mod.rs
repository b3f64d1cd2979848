//! Register access.
//!
//! A *bus* performs accesses ([`Bus`]); a *register* is a typed place ([`Reg`], [`RegArray`]) whose contents are a
//! [`Value`] with typed [`Field`]s. The bus does the access, so a simulator, a socket to an emulator or a recorder can
//! stand in for the hardware:
//!
//! ```
//! use linkwright::mmio::{Bus, Field, Io, ReadWrite, Reg, Register};
//!
//! /// Line control (an invented register).
//! pub enum Ctrl {}
//! impl Register for Ctrl {
//!     type Word = u32;
//! }
//! impl Ctrl {
//!     /// Bit 0: transmitter on.
//!     pub const ENABLE: Field<Ctrl, bool> = Field::new(0, 1);
//! }
//! const CTRL: Reg<Ctrl, ReadWrite> = Reg::new(0x10);
//!
//! fn enable(io: &impl Bus<u32>) {
//!     io.modify(CTRL, |v| v.with(Ctrl::ENABLE, true));
//! }
//! # struct Cell(core::cell::Cell<u32>);
//! # impl Bus<u32> for Cell {
//! #     fn load(&self, _: u32) -> u32 { self.0.get() }
//! #     fn store(&self, _: u32, value: u32) { self.0.set(value) }
//! # }
//! # let cell = Cell(core::cell::Cell::new(6));
//! # enable(&cell);
//! # assert_eq!(cell.0.get(), 7);
//! ```
//!
//! What a register does not allow does not compile: a read-only register has no `write`, a write-only or
//! write-one-to-clear register has no `modify`.

mod bounded;
mod pointer;
mod register;
mod value;

pub use bounded::Bounded;
pub use pointer::Mmio;
pub use register::{
    Access, Io, Modifiable, ReadOnly, ReadWrite, Readable, Reg, RegArray, Writable, WriteOnly, WriteToClear,
    WriteToSet, WriteToToggle, WriteZeroToClear,
};
pub use value::{Field, FieldValue, Register, Value};

mod sealed {
    pub trait Sealed {}
}

/// The contents of a register as the bus moves them: `u8`, `u16`, `u32` or `u64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a word that a bus moves",
    note = "a register or a DMA buffer consists of `u8`, `u16`, `u32` or `u64`: all bits that may come are values of these",
    note = "keep other types out of it and convert when reading and writing"
)]
pub trait Word: sealed::Sealed + Copy + Eq + Send + Sync + core::fmt::Debug + core::fmt::LowerHex + 'static {
    /// Width in bits.
    const BITS: u32;
    /// From a 64-bit number; higher bits are dropped.
    fn truncate(value: u64) -> Self;
    /// As a 64-bit number.
    fn widen(self) -> u64;
}

macro_rules! word {
    ($($t:ty)*) => {$(
        impl sealed::Sealed for $t {}
        impl Word for $t {
            const BITS: u32 = <$t>::BITS;
            #[inline(always)]
            fn truncate(value: u64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn widen(self) -> u64 {
                self.into()
            }
        }
    )*};
}
word!(u8 u16 u32 u64);

/// Performs accesses of one width to a hardware block; offsets are bytes from the block's first register.
///
/// Implemented by [`Mmio`] for real hardware and by simulators and recorders. Atomic context; an access never sleeps.
pub trait Bus<W: Word> {
    /// Read the register at `offset`.
    fn load(&self, offset: u32) -> W;
    /// Write the register at `offset`.
    fn store(&self, offset: u32, value: W);
}

impl<W: Word, B: Bus<W> + ?Sized> Bus<W> for &B {
    #[inline(always)]
    fn load(&self, offset: u32) -> W {
        (**self).load(offset)
    }
    #[inline(always)]
    fn store(&self, offset: u32, value: W) {
        (**self).store(offset, value);
    }
}
