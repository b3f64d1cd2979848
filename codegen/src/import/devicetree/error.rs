use std::fmt;

/// Why a device tree was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It does not begin like a flattened tree.
    NotATree,
    /// It is of a version that cannot be read.
    Version {
        /// Its version.
        version: u32,
        /// The oldest one that it can be read as.
        compatible: u32,
    },
    /// It is damaged.
    Corrupt {
        /// Offset in the file, in bytes.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// There is more of something than an import takes.
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// No node has a `compatible`, so there is no device.
    NoDevices,
    /// Source could not be compiled.
    Source {
        /// What was wrong: a sentence without a full stop.
        what: String,
        /// What to do.
        help: String,
    },
}

impl ImportError {
    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::NotATree => "source (`.dts`) is compiled by `linkwright import dts`; the kernel's build makes `.dtb`",
            Self::Version { .. } => "compile it again with a current `dtc`, which writes version 17",
            Self::Corrupt { .. } => "get or compile it again; `fdtdump FILE` shows what can still be read",
            Self::TooLarge { .. } => "is this the tree of a board? Leave out what is not needed",
            Self::NoDevices => "an overlay or a fragment is not enough: import the tree of a whole board",
            Self::Source { help, .. } => help,
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATree => write!(f, "not a flattened device tree: it does not begin with d0 0d fe ed"),
            Self::Version { version, compatible } => {
                write!(f, "a device tree of version {version} (readable as {compatible}); versions from 17 can be read")
            }
            Self::Corrupt { at, what } => write!(f, "a damaged device tree: {what}, at byte {at}"),
            Self::TooLarge { what, most } => write!(f, "a device tree with more than {most} {what}"),
            Self::NoDevices => write!(f, "a device tree without devices: no node below the root has a `compatible`"),
            Self::Source { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for ImportError {}
