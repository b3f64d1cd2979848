//! Blocks as a spec will tell them. Equal is what generates the same code: words and places in the file do not count.

use std::hash::{Hash, Hasher};

/// Text for people, equal to any other.
#[derive(Clone, Debug, Default)]
pub(super) struct Words<T>(pub(super) T);

impl<T> PartialEq for Words<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl<T> Eq for Words<T> {}
impl<T> Hash for Words<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// One or more lines of Markdown, or empty.
pub(super) type Doc = Words<String>;
/// What a person should know about an entry: lines of comments before it.
pub(super) type Comments = Words<Vec<String>>;

/// A distinct block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Block {
    pub(super) doc: Doc,
    /// Bytes.
    pub(super) window: u64,
    /// Bits of most registers.
    pub(super) width: u32,
    pub(super) items: Vec<Item>,
    /// Sets that several fields hold, by name.
    pub(super) enums: Vec<(String, Set)>,
    /// Lines, as all instances have them.
    pub(super) interrupts: Vec<String>,
    pub(super) comments: Comments,
}

/// A register or a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) doc: Doc,
    pub(super) offset: u64,
    pub(super) view: Option<String>,
    pub(super) array: Option<Array>,
    pub(super) kind: Kind,
    pub(super) comments: Comments,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Register(Register),
    Cluster(Vec<Item>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Array {
    pub(super) count: u64,
    pub(super) stride: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Register {
    pub(super) width: u32,
    pub(super) access: Access,
    pub(super) reset: Option<u64>,
    pub(super) read_side_effect: bool,
    pub(super) fields: Vec<Field>,
}

/// Named as in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Access {
    ReadOnly,
    ReadWrite,
    WriteOnly,
    /// Writing a one clears.
    OneToClear,
    /// Writing a one sets.
    OneToSet,
    /// Writing a one toggles.
    OneToToggle,
    /// Writing a zero clears.
    ZeroToClear,
}

impl Access {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "ro",
            Self::ReadWrite => "rw",
            Self::WriteOnly => "wo",
            Self::OneToClear => "w1c",
            Self::OneToSet => "w1s",
            Self::OneToToggle => "w1t",
            Self::ZeroToClear => "w0c",
        }
    }

    pub(super) fn reads(self) -> bool {
        self != Self::WriteOnly
    }

    pub(super) fn writes(self) -> bool {
        self != Self::ReadOnly
    }

    /// A write does something else than store what is written.
    pub(super) fn acts(self) -> bool {
        !matches!(self, Self::ReadOnly | Self::ReadWrite | Self::WriteOnly)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: Doc,
    pub(super) low: u32,
    pub(super) width: u32,
    pub(super) access: Access,
    pub(super) values: Values,
    pub(super) comments: Comments,
}

impl Field {
    pub(super) fn high(&self) -> u32 {
        self.low + (self.width - 1)
    }
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Values {
    Number,
    Inline(Set),
    /// One of the block's enums.
    Shared(String),
}

/// Named values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Set {
    /// Bits of the fields that hold it.
    pub(super) width: u32,
    /// What the SVD calls it.
    pub(super) name: Words<Option<String>>,
    pub(super) values: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) value: u64,
    pub(super) doc: Doc,
    pub(super) comments: Comments,
}

/// A peripheral: a block at its place.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) base: u64,
    /// Which of the chip's blocks.
    pub(super) block: usize,
    /// Number of each of the block's interrupts, in its order.
    pub(super) interrupts: Vec<u32>,
    pub(super) disabled: bool,
    pub(super) comments: Vec<String>,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Chip {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) source: String,
    /// Lines of comments at the head of each file.
    pub(super) head: Vec<String>,
    /// And of the soc's alone: the licence of the SVD file.
    pub(super) licence: Vec<String>,
    /// With their names.
    pub(super) blocks: Vec<(String, Block)>,
    /// Of the interrupt controller that stands beside them; `None`: interrupts are not told.
    pub(super) nvic: Option<String>,
    pub(super) instances: Vec<Instance>,
    pub(super) comments: Vec<String>,
}
