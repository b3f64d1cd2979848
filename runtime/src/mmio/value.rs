use core::marker::PhantomData;

use super::{Access, ReadWrite, Readable, Word, Writable};

/// A kind of register: the width of its contents and what it holds after reset.
///
/// Implemented by generated marker types; the contents themselves are a [`Value`].
pub trait Register: 'static {
    /// How the bus moves it.
    type Word: Word;
    /// Contents after reset, as far as the description says; 0 otherwise.
    const RESET: u64 = 0;
}

/// The contents of a register of kind `R`.
pub struct Value<R: Register>(R::Word);

impl<R: Register> Value<R> {
    /// From the raw word.
    #[inline(always)]
    pub const fn from_word(word: R::Word) -> Self {
        Self(word)
    }

    /// All bits zero.
    #[inline(always)]
    pub fn zero() -> Self {
        Self(R::Word::truncate(0))
    }

    /// What the register holds after reset.
    #[inline(always)]
    pub fn reset() -> Self {
        Self(R::Word::truncate(R::RESET))
    }

    /// The raw word.
    #[inline(always)]
    pub const fn word(self) -> R::Word {
        self.0
    }

    /// What `field` holds.
    #[inline(always)]
    pub fn get<T: FieldValue<R::Word>, A: Readable>(self, field: Field<R, T, A>) -> T {
        T::from_field((self.0.widen() >> field.shift) & field.mask())
    }

    /// The same contents with `field` set to `value`.
    #[inline(always)]
    #[must_use]
    pub fn with<T: FieldValue<R::Word>, A: Writable>(self, field: Field<R, T, A>, value: T) -> Self {
        let mask = field.mask();
        let kept = self.0.widen() & !(mask << field.shift);
        Self(R::Word::truncate(kept | (value.into_field() & mask) << field.shift))
    }
}

impl<R: Register> Clone for Value<R> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<R: Register> Copy for Value<R> {}
impl<R: Register> PartialEq for Value<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<R: Register> Eq for Value<R> {}
impl<R: Register> core::fmt::Debug for Value<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A field of register `R` that holds a `T` and may be accessed as `A` says.
pub struct Field<R, T, A = ReadWrite> {
    shift: u8,
    width: u8,
    kind: Kind<R, T, A>,
}

/// Owns nothing: neither `R`, `T` nor `A` limits where a field may be used.
type Kind<R, T, A> = PhantomData<fn() -> (R, T, A)>;

impl<R, T, A> Clone for Field<R, T, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, T, A> Copy for Field<R, T, A> {}

impl<R: Register, T: FieldValue<R::Word>, A: Access> Field<R, T, A> {
    /// The field of `width` bits whose lowest bit is `shift`.
    ///
    /// # Panics
    /// In a constant, so at compile time, when it does not lie in the register.
    pub const fn new(shift: u8, width: u8) -> Self {
        assert!(width > 0 && shift as u32 + width as u32 <= R::Word::BITS, "field outside its register");
        Self { shift, width, kind: PhantomData }
    }

    /// Lowest bit.
    pub const fn shift(self) -> u8 {
        self.shift
    }

    /// Number of bits.
    pub const fn width(self) -> u8 {
        self.width
    }

    #[inline(always)]
    const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.width as u32)
    }
}

/// What a field can hold: `bool`, an unsigned integer, a [`Bounded`](super::Bounded) number or a generated enum.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a field can hold",
    note = "fields hold `bool`, an unsigned integer, a `Bounded` number or an enum of the generated crate"
)]
pub trait FieldValue<W: Word>: Copy {
    /// From the field's bits, shifted down; every bit pattern of the field's width is a value.
    fn from_field(bits: u64) -> Self;
    /// The field's bits, shifted down.
    fn into_field(self) -> u64;
}

impl<W: Word> FieldValue<W> for bool {
    #[inline(always)]
    fn from_field(bits: u64) -> Self {
        bits != 0
    }
    #[inline(always)]
    fn into_field(self) -> u64 {
        self.into()
    }
}

macro_rules! integer_field {
    ($($t:ty)*) => {$(
        impl<W: Word> FieldValue<W> for $t {
            #[inline(always)]
            fn from_field(bits: u64) -> Self {
                bits as $t
            }
            #[inline(always)]
            fn into_field(self) -> u64 {
                self.into()
            }
        }
    )*};
}
integer_field!(u8 u16 u32 u64);
