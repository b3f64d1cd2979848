use super::record::{record, words};
use super::{List, Map, Name, Scalar, Text, Version};
use crate::source::{Span, Spanned};

record! {
    /// A chip or a board: instances and who needs whom.
    Soc {
        /// Version of the format.
        "linkwright" => version: Spanned<Version>,
        /// Name of the chip or board.
        "soc" => name: Name,
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Another soc: everything of it, changed by what is written here.
        "extends" => extends: Option<Name>,
        /// Instances by name.
        "devices" => devices: Map<Device>,
    }
}

/// An instance of a block. Keys that are not listed here are subsystem keys and go to `references`.
#[derive(Clone, Debug)]
pub struct Device {
    /// What it is.
    pub doc: Option<Text>,
    /// Where the facts were read.
    pub source: Option<Text>,
    /// Its class; required unless the soc extends one that has the device. Checks and lowering see merged devices, in
    /// which only a broken one has none.
    pub ip: Option<Name>,
    /// Its address space.
    pub reg: Option<Reg>,
    /// Device that it sits on.
    pub parent: Option<Name>,
    /// Is it used? Default okay.
    pub status: Option<Spanned<Status>>,
    /// Values of the ip's parameters.
    pub parameters: Map<Spanned<u64>>,
    /// The ip's quirks that it has.
    pub quirks: List<Name>,
    /// What it needs, by subsystem key.
    pub references: Map<References>,
    /// Its name.
    pub span: Span,
}

/// Address space of an instance: `0x1000`, or `{ base: 0x1000, size: 0x100 }`.
#[derive(Clone, Debug)]
pub struct Reg {
    /// First address.
    pub base: Spanned<u64>,
    /// Bytes; default: the ip's window.
    pub size: Option<Spanned<u64>>,
}

words! {
    /// Is a device used?
    Status {
        /// Yes.
        "okay" => Okay,
        /// No: its facts are known, but it has no links and is not probed.
        "disabled" => Disabled,
    }
}

/// What a device refers to in one subsystem.
#[derive(Clone, Debug)]
pub enum References {
    /// One reference without a name.
    One(Reference),
    /// References by name.
    Named(Map<Reference>),
}

impl References {
    /// The references; the unnamed one has no name.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Name>, &Reference)> {
        let (one, named) = match self {
            References::One(one) => (Some(one), None),
            References::Named(named) => (None, Some(named)),
        };
        one.into_iter().map(|r| (None, r)).chain(named.into_iter().flat_map(|m| m.iter().map(|(n, r)| (Some(n), r))))
    }
}

/// A reference to a provider: `pdma0/16`, or `{ to: pdma0, request: 16 }`.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Device that provides.
    pub provider: Name,
    /// What it is asked for.
    pub args: ReferenceArgs,
    /// The whole reference.
    pub span: Span,
}

/// Arguments of a reference.
#[derive(Clone, Debug)]
pub enum ReferenceArgs {
    /// In the order of the subsystem's `args`.
    Positional(Vec<Spanned<Scalar>>),
    /// By name.
    Named(Map<Spanned<Scalar>>),
}
