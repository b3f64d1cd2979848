//! Memory that a DMA controller reaches.
//!
//! An [`Arena`] hands out [`DmaBuf`]s from storage that the board lends it once. A buffer is a line-aligned region of
//! its own with a window of any offset and length in it; the window is what a transfer reads or writes. While a device
//! may own a region, no Rust reference to it exists: the engine holds the buffer by value and touches it only through
//! raw pointers.
//!
//! | moment | source | destination |
//! |---|---|---|
//! | before the transfer | clean | flush partly covered lines, discard the others |
//! | after it | nothing | discard |
//!
//! The second discard is needed because the processor may have fetched lines speculatively during the transfer.

mod arena;
mod buffer;
mod fixed;
mod upkeep;
mod view;
mod words;

pub use arena::{AllocError, Arena};
pub(crate) use buffer::RawBuf;
pub use buffer::{DmaBuf, WindowError};
pub use fixed::{Reach, StaticBuf, StaticBufError};
pub use upkeep::{CacheOps, Coherent, Lines, Mirror};
pub(crate) use view::View;
