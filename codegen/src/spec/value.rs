use crate::source::{Span, Spanned};

/// A word of letters, digits, `_` and `-`, at most 64 characters, beginning with a letter or digit.
pub type Name = Spanned<String>;

/// Free text at its place.
pub type Text = Spanned<Prose>;

/// Markdown or other free text, without control characters but tab and line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose(pub String);

impl std::ops::Deref for Prose {
    type Target = String;
    fn deref(&self) -> &String {
        &self.0
    }
}

impl std::fmt::Display for Prose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The version of the format; 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version;

/// Bits of a register: `7:4` or `9`. Not checked: `high` may be below `low`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// Most significant bit.
    pub high: u32,
    /// Least significant bit.
    pub low: u32,
}

impl Bits {
    /// Number of bits; 0 if they are written the wrong way round.
    pub fn width(self) -> u32 {
        (self.high + 1).saturating_sub(self.low)
    }
}

/// Numbers from `low` to `high` inclusive: `1..8`. Not checked: `high` may be below `low`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First.
    pub low: u64,
    /// Last.
    pub high: u64,
}

/// Names with dots between: `REGISTER`, `CLUSTER.REGISTER`, `CLUSTER.REGISTER.field`. At least one name.
#[derive(Clone, Debug)]
pub struct Path {
    /// The names.
    pub parts: Vec<Name>,
    /// The whole path.
    pub span: Span,
}

impl Path {
    /// As it is written.
    pub fn text(&self) -> String {
        self.parts.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// Which registers lose their contents with power.
#[derive(Clone, Debug)]
pub enum Lost {
    /// `all`.
    All,
    /// `none`.
    None,
    /// These.
    Some(Vec<Path>),
}

/// A number or a name, as in the argument of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A number.
    Number(u64),
    /// A name.
    Name(String),
}

/// The longest name.
pub(crate) const NAME_MAX: usize = 64;

/// Is it a name of the format?
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= NAME_MAX
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
