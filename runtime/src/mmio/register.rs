use core::marker::PhantomData;

use super::{Bounded, Bus, Register, Value, Word, sealed::Sealed};

/// How a register or a field may be accessed.
pub trait Access: Sealed + 'static {}
/// Reading is allowed.
#[diagnostic::on_unimplemented(
    message = "what is `{Self}` cannot be read",
    note = "the hardware gives nothing back here: remember what was written, or read the register that shows the state"
)]
pub trait Readable: Access {}
/// Writing a value is allowed.
#[diagnostic::on_unimplemented(
    message = "what is `{Self}` cannot be written",
    note = "the hardware alone decides what stands here; if the manual says otherwise, correct `access` in the spec"
)]
pub trait Writable: Access {}
/// Reading, changing and writing back keeps every bit not changed.
#[diagnostic::on_unimplemented(
    message = "what is `{Self}` cannot be read, changed and written back",
    note = "`write` a whole value: of `WriteToClear` one with only the bits to clear, of `WriteOnly` one from `Value::reset`"
)]
pub trait Modifiable: Readable + Writable {}

macro_rules! access {
    ($($(#[$doc:meta])* $name:ident: $($cap:ident)*;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl Sealed for $name {}
        impl Access for $name {}
        $(impl $cap for $name {})*
    )*};
}
access! {
    /// Reads only.
    ReadOnly: Readable;
    /// Writes only.
    WriteOnly: Writable;
    /// Reads and writes, and a read-modify-write keeps what it does not change.
    ReadWrite: Readable Writable Modifiable;
    /// Reads show a state and writing a one clears that bit: there is no `modify`, which would clear every set bit.
    WriteToClear: Readable Writable;
    /// Reads show a state and writing a one sets that bit; zeros leave theirs: `write` one with only the bits to set.
    WriteToSet: Readable Writable;
    /// Reads show a state and writing a one toggles that bit; zeros leave theirs.
    WriteToToggle: Readable Writable;
    /// Reads show a state and writing a zero clears that bit; ones leave theirs.
    WriteZeroToClear: Readable Writable;
}

/// The place of a register of kind `R` in its block.
pub struct Reg<R, A> {
    offset: u32,
    kind: PhantomData<fn() -> (R, A)>,
}

impl<R, A> Clone for Reg<R, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, A> Copy for Reg<R, A> {}

impl<R: Register, A: Access> Reg<R, A> {
    /// The register `offset` bytes into the block.
    pub const fn new(offset: u32) -> Self {
        Self { offset, kind: PhantomData }
    }

    /// Bytes from the start of the block.
    #[inline(always)]
    pub const fn offset(self) -> u32 {
        self.offset
    }
}

/// The places of registers 0 to `LAST` of kind `R`, `stride` bytes apart.
pub struct RegArray<R, A, const LAST: u32> {
    offset: u32,
    stride: u32,
    kind: PhantomData<fn() -> (R, A)>,
}

impl<R, A, const LAST: u32> Clone for RegArray<R, A, LAST> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, A, const LAST: u32> Copy for RegArray<R, A, LAST> {}

impl<R: Register, A: Access, const LAST: u32> RegArray<R, A, LAST> {
    /// Register 0 is `offset` bytes into the block, register 1 another `stride` bytes on.
    pub const fn new(offset: u32, stride: u32) -> Self {
        Self { offset, stride, kind: PhantomData }
    }

    /// Register `index`.
    #[inline(always)]
    pub const fn at(self, index: Bounded<0, LAST>) -> Reg<R, A> {
        Reg::new(self.offset + self.stride * index.get())
    }
}

/// Typed access to registers of `W` bits' width, for every [`Bus`] that moves them. Atomic context.
pub trait Io<W: Word>: Bus<W> {
    /// Read a register.
    #[inline(always)]
    fn read<R: Register<Word = W>, A: Readable>(&self, reg: Reg<R, A>) -> Value<R> {
        Value::from_word(self.load(reg.offset))
    }

    /// Write a register.
    #[inline(always)]
    fn write<R: Register<Word = W>, A: Writable>(&self, reg: Reg<R, A>, value: Value<R>) {
        self.store(reg.offset, value.word());
    }

    /// Read a register, change the value, write it back. Not atomic against other users of the register.
    #[inline(always)]
    fn modify<R: Register<Word = W>, A: Modifiable>(&self, reg: Reg<R, A>, change: impl FnOnce(Value<R>) -> Value<R>) {
        let value = self.read(reg);
        self.write(reg, change(value));
    }
}

impl<W: Word, B: Bus<W> + ?Sized> Io<W> for B {}
