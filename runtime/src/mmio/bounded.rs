use super::{FieldValue, Word};

/// An unsigned number in `MIN..=MAX`: what an operand or a field narrower than a machine word can hold.
///
/// It is checked once, where it is made; encoding it later cannot fail and never drops bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bounded<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    /// The smallest value.
    pub const MIN: Self = Self(MIN);
    /// The largest value.
    pub const MAX: Self = Self(MAX);

    /// `Some` when `value` is in range.
    #[inline(always)]
    pub const fn new(value: u32) -> Option<Self> {
        if value >= MIN && value <= MAX { Some(Self(value)) } else { None }
    }

    /// The value, or the nearest bound.
    #[inline(always)]
    pub const fn saturating(value: u32) -> Self {
        if value < MIN {
            Self(MIN)
        } else if value > MAX {
            Self(MAX)
        } else {
            Self(value)
        }
    }

    /// A constant, checked at compile time.
    #[inline(always)]
    pub const fn of<const VALUE: u32>() -> Self {
        const { assert!(VALUE >= MIN && VALUE <= MAX, "value outside MIN..=MAX of its `Bounded`") };
        Self(VALUE)
    }

    /// The number.
    #[inline(always)]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> core::fmt::Debug for Bounded<MIN, MAX> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MIN: u32, const MAX: u32> core::fmt::Display for Bounded<MIN, MAX> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.0, f)
    }
}

impl<const MIN: u32, const MAX: u32> From<Bounded<MIN, MAX>> for u32 {
    fn from(value: Bounded<MIN, MAX>) -> u32 {
        value.0
    }
}

impl<W: Word, const MAX: u32> FieldValue<W> for Bounded<0, MAX> {
    #[inline(always)]
    fn from_field(bits: u64) -> Self {
        // A field as wide as MAX cannot exceed it.
        Self::saturating(bits as u32)
    }
    #[inline(always)]
    fn into_field(self) -> u64 {
        self.0.into()
    }
}
