use crate::dma::ClaimError;

/// Why a provider did not do what it was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum OperationError {
    /// The provider has no such operation.
    Unsupported,
    /// The provider has no such resource.
    Unknown,
    /// A number is out of the provider's range.
    Range,
    /// Not now.
    Busy,
    /// The hardware did not do it.
    Failed,
}

impl core::fmt::Display for OperationError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "the provider does not offer this operation",
            Self::Unknown => "the provider has no resource of this number",
            Self::Range => "the number is out of the provider's range",
            Self::Busy => "the resource is in use; try again later",
            Self::Failed => "the hardware did not follow",
        })
    }
}

impl core::error::Error for OperationError {}

/// Why a driver did not get its resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum AcquireError {
    /// The device has no registers.
    NoWindow(&'static str),
    /// The SoC does not wire a resource that the driver cannot do without.
    NotWired(&'static str),
    /// A DMA channel was not claimed.
    Claim {
        /// What the ip's spec calls it.
        resource: &'static str,
        /// Where the SoC's spec wires it.
        place: &'static str,
        /// Why.
        error: ClaimError,
    },
    /// A provider refused what the subsystem's spec does at this stage.
    Stage {
        /// What the ip's spec calls it.
        resource: &'static str,
        /// Why.
        error: OperationError,
    },
}

impl core::fmt::Display for AcquireError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoWindow(device) => {
                write!(f, "`{device}` has no registers for a driver; give it a `reg` in the SoC's spec")
            }
            Self::NotWired(name) => {
                write!(f, "`{name}` is not wired; list it under the device in the SoC's spec")
            }
            Self::Claim { resource, place, error } => write!(f, "`{resource}` ({place}): {error}"),
            Self::Stage { resource, error } => write!(f, "`{resource}`: {error}"),
        }
    }
}

impl core::error::Error for AcquireError {}
