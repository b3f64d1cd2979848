#![allow(unsafe_code, reason = "declares the unsafe trait of wiring facts")]

use core::marker::PhantomData;

use super::buffers::{BlockBuffers, CopyPair, Role};
use super::engine::Config;
use super::memory::DmaBuf;
use super::plan::{End, Handshake, PortEnd};
use crate::mmio::Word;
use crate::power::{Device, SuppliedBy};

pub(super) mod sealed {
    use super::{Config, End, Port, Role};

    pub trait Sealed {
        /// Which side a transfer's single buffer is.
        const ROLE: Role;

        /// Source and destination. That of a fill is zeros unless a word is given.
        fn ends(port: Option<Port>, beat: u8, config: &Config) -> (End, End);
    }
}

/// From where to where data goes, and so what buffers a transfer takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a direction of transfers",
    note = "directions are those of `linkwright::dma`, which the engine keeps caches for: `MemoryToMemory`, `MemoryToDevice`, \
            `DeviceToMemory`, `Fill`"
)]
#[allow(private_bounds, reason = "sealed: the engine must know how to plan it")]
pub trait Direction: sealed::Sealed + 'static {
    /// What one linear transfer takes and gives back.
    type Buffers<W: Word>: BlockBuffers;
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
/// The same word again and again to memory; a transfer takes a [`DmaBuf`].
#[derive(Debug)]
pub enum Fill {}

/// A direction with a device's port.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no device side",
    note = "this takes an endpoint of direction `MemoryToDevice` or `DeviceToMemory`"
)]
pub trait WithDevice: Direction {}

impl WithDevice for MemoryToDevice {}
impl WithDevice for DeviceToMemory {}

impl sealed::Sealed for MemoryToMemory {
    const ROLE: Role = Role::Both;

    fn ends(_: Option<Port>, _: u8, _: &Config) -> (End, End) {
        (End::Memory, End::Memory)
    }
}

impl sealed::Sealed for MemoryToDevice {
    const ROLE: Role = Role::Source;

    fn ends(port: Option<Port>, beat: u8, config: &Config) -> (End, End) {
        (End::Memory, port.map_or(End::Zero, |port| port.end(beat, config)))
    }
}

impl sealed::Sealed for DeviceToMemory {
    const ROLE: Role = Role::Destination;

    fn ends(port: Option<Port>, beat: u8, config: &Config) -> (End, End) {
        (port.map_or(End::Zero, |port| port.end(beat, config)), End::Memory)
    }
}

impl sealed::Sealed for Fill {
    const ROLE: Role = Role::Destination;

    fn ends(_: Option<Port>, _: u8, _: &Config) -> (End, End) {
        (End::Zero, End::Memory)
    }
}

impl Direction for MemoryToMemory {
    type Buffers<W: Word> = CopyPair<W>;
}
impl Direction for MemoryToDevice {
    type Buffers<W: Word> = DmaBuf<W>;
}
impl Direction for DeviceToMemory {
    type Buffers<W: Word> = DmaBuf<W>;
}
impl Direction for Fill {
    type Buffers<W: Word> = DmaBuf<W>;
}

/// The device's side of an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Port {
    request: u8,
    fifo: u32,
    burst: u8,
    handshake: Handshake,
    exact: bool,
}

impl Port {
    /// Request line `request` of the controller; data register at bus address `fifo`. One request a word.
    pub const fn new(request: u8, fifo: u32) -> Self {
        Self { request, fifo, burst: 1, handshake: Handshake::Single, exact: true }
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

    /// From device to memory: is each request settled in memory before the next is taken? Then the residue is exact
    /// whenever the device is silent, as protocols need that end by silence. So it is unless told otherwise; without, a
    /// fast device is served faster.
    #[must_use]
    pub const fn exact(self, exact: bool) -> Self {
        Self { exact, ..self }
    }

    /// Request line of the controller.
    pub const fn request(self) -> u8 {
        self.request
    }

    /// Bus address of the data register.
    pub const fn fifo(self) -> u32 {
        self.fifo
    }

    fn end(self, beat: u8, config: &Config) -> End {
        End::Port(PortEnd {
            request: self.request,
            address: self.fifo,
            beat,
            burst: self.burst,
            handshake: self.handshake,
            tail: config.tail,
            flush: config.flush,
            exact: self.exact,
            attributes: config.device,
        })
    }
}

/// One end of a transfer as the hardware is wired: which controller, which device, which way, how wide, which port.
///
/// # Safety
/// Everything in it is true of the hardware. A wrong data register address is a write to arbitrary memory.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a DMA endpoint",
    note = "endpoint types come from the generated crate of the SoC; `MemoryCopy<D>` copies memory with controller `D`, \
            `MemoryFill<D>` fills it"
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
    /// The device's side; `None` where there is none.
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

/// The endpoint of controller `D` that fills memory with zeros or with one word of `W` again and again.
pub struct MemoryFill<D, W = u8>(PhantomData<fn() -> (D, W)>);

impl<D, W> core::fmt::Debug for MemoryFill<D, W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MemoryFill")
    }
}

// SAFETY: as for `MemoryCopy`.
unsafe impl<D: Device, W: Word> Endpoint for MemoryFill<D, W> {
    type Controller = D;
    type Peer = D;
    type Direction = Fill;
    type Word = W;
    const PORT: Option<Port> = None;
}
