#![allow(unsafe_code, reason = "declares the unsafe trait of wiring facts")]

use core::marker::PhantomData;

use super::buffers::{Buffers, CopyPair};
use super::memory::DmaBuf;
use super::plan::Handshake;
use crate::mmio::Word;
use crate::power::{Device, SuppliedBy};

mod sealed {
    pub trait Sealed {}
}

/// From where to where data goes, and so what buffers a transfer takes.
pub trait Direction: sealed::Sealed + 'static {
    /// What one linear transfer takes and gives back.
    type Buffers<W: Word>: Buffers;
}

/// Both sides are memory; a transfer takes a [`CopyPair`].
#[derive(Debug)]
pub enum MemoryToMemory {}
/// Memory to a device's port; a transfer takes a [`DmaBuf`].
#[derive(Debug)]
pub enum MemoryToDevice {}
/// A device's port to memory; a transfer takes a [`DmaBuf`].
#[derive(Debug)]
pub enum DeviceToMemory {}

impl sealed::Sealed for MemoryToMemory {}
impl sealed::Sealed for MemoryToDevice {}
impl sealed::Sealed for DeviceToMemory {}

impl Direction for MemoryToMemory {
    type Buffers<W: Word> = CopyPair<W>;
}
impl Direction for MemoryToDevice {
    type Buffers<W: Word> = DmaBuf<W>;
}
impl Direction for DeviceToMemory {
    type Buffers<W: Word> = DmaBuf<W>;
}

/// The device's side of an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Port {
    request: u8,
    fifo: u32,
    burst: u8,
    handshake: Handshake,
}

impl Port {
    /// Request line `request` of the controller; data register at bus address `fifo`. One request a word.
    pub const fn new(request: u8, fifo: u32) -> Self {
        Self { request, fifo, burst: 1, handshake: Handshake::Single }
    }

    /// The device's burst requests ask for `beats` words.
    #[must_use]
    pub const fn burst(self, beats: u8) -> Self {
        Self { burst: beats, ..self }
    }

    /// Which requests the device raises.
    #[must_use]
    pub const fn handshake(self, handshake: Handshake) -> Self {
        Self { handshake, ..self }
    }

    /// Request line of the controller.
    pub const fn request(self) -> u8 {
        self.request
    }

    /// Bus address of the data register.
    pub const fn fifo(self) -> u32 {
        self.fifo
    }
}

/// One end of a transfer as the hardware is wired: which controller, which device, which way, how wide, which port.
///
/// # Safety
/// Everything in it is true of the hardware. A wrong data register address is a write to arbitrary memory.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a DMA endpoint",
    note = "endpoint types come from the generated crate of the SoC; `MemoryCopy<D>` copies memory with controller `D`"
)]
pub unsafe trait Endpoint: 'static {
    /// The controller.
    type Controller: Device;
    /// Whose power a transfer needs; its link proves the controller's.
    type Peer: Device + SuppliedBy<Self::Controller>;
    /// Which way data goes.
    type Direction: Direction;
    /// What a buffer consists of.
    type Word: Word;
    /// The device's side; `None` from memory to memory.
    const PORT: Option<Port>;
}

/// The endpoint of controller `D` whose both sides are memory, in words of `W`.
pub struct MemoryCopy<D, W = u8>(PhantomData<fn() -> (D, W)>);

impl<D, W> core::fmt::Debug for MemoryCopy<D, W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MemoryCopy")
    }
}

// SAFETY: states no fact but that `D` is the controller, which claiming checks.
unsafe impl<D: Device, W: Word> Endpoint for MemoryCopy<D, W> {
    type Controller = D;
    type Peer = D;
    type Direction = MemoryToMemory;
    type Word = W;
    const PORT: Option<Port> = None;
}
