use super::record::{record, words};
use super::{Handshake, List, Map, Name, RuntimePm, Scalar, Text, Version};
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

record! {
    /// An instance of a block. Keys that are not listed are subsystem keys.
    Device {
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Its class; only a device that the extended soc has may do without.
        "ip" => ip: Option<Name>,
        /// Its address space.
        "reg" => reg: Option<Reg>,
        /// Device that it sits on.
        "parent" => parent: Option<Name>,
        /// Is it used? Default okay.
        "status" => status: Option<Spanned<Status>>,
        /// What its driver does in runtime PM, in place of the ip's, key by key.
        "runtime_pm" => runtime_pm: Option<RuntimePm>,
        /// Values of the ip's parameters.
        "parameters" => parameters: Map<Spanned<u64>>,
        /// The ip's quirks that it has; a soc that extends another replaces the list.
        "quirks" => quirks: Option<List<Name>>,
        rest references: Map<References> ["What it needs, by subsystem key."],
    }
}

impl Device {
    /// The ip's quirks that it has.
    pub fn quirks(&self) -> &[Name] {
        self.quirks.as_deref().unwrap_or_default()
    }

    /// Does it take part? A disabled device has facts but no links.
    pub fn enabled(&self) -> bool {
        self.status.as_ref().is_none_or(|s| s.value == Status::Okay)
    }
}

record! {
    /// Address space of an instance: its first address, or a mapping.
    Reg short "base" {
        /// First address.
        "base" => base: Spanned<u64>,
        /// Bytes; default: the ip's window.
        "size" => size: Option<Spanned<u64>>,
    }
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
    /// For DMA: in place of the ip's.
    pub burst: Option<Spanned<u64>>,
    /// For DMA: in place of the ip's.
    pub handshake: Option<Spanned<Handshake>>,
    /// The device probes without it.
    pub post_init: Option<Spanned<bool>>,
    /// The whole reference.
    pub span: Span,
}

impl Reference {
    /// Is it needed only after the device has been probed?
    pub fn post_init(&self) -> bool {
        self.post_init.as_ref().is_some_and(|post_init| post_init.value)
    }
}

record! {
    /// A reference with named arguments. Keys that are not listed are arguments of the subsystem.
    LongReference {
        /// Device that provides.
        "to" => to: Name,
        /// For DMA: beats of a burst request, in place of the ip's.
        "burst" => burst: Option<Spanned<u64>>,
        /// For DMA: what the device asks for, in place of the ip's.
        "handshake" => handshake: Option<Spanned<Handshake>>,
        /// The device probes without it: nothing waits for the provider, and the link gives way first in a circle.
        "post_init" => post_init: Option<Spanned<bool>>,
        rest args: Map<Spanned<Scalar>> ["Arguments by name."],
    }
}

/// Arguments of a reference.
#[derive(Clone, Debug)]
pub enum ReferenceArgs {
    /// In the order of the subsystem's `args`.
    Positional(Vec<Spanned<Scalar>>),
    /// By name.
    Named(Map<Spanned<Scalar>>),
}
