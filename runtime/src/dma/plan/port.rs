use super::Attributes;

/// A device's side of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortEnd {
    /// Request line of the controller.
    pub request: u8,
    /// Bus address of the data register; every access goes there.
    pub address: u32,
    /// Bytes per access: a power of two, at most the bus width.
    pub beat: u8,
    /// Beats that one burst request asks for, 1 or more.
    pub burst: u8,
    /// Which requests the device raises.
    pub handshake: Handshake,
    /// How the beats that do not fill a burst go.
    pub tail: Tail,
    /// Drop stale requests once, before the first wait. Some controllers hang in this instruction.
    pub flush: bool,
    /// From device to memory: wait until each burst is in memory before the next request is taken, so that
    /// [`Program::done`](super::Program::done) is exact whenever the device is silent. (With
    /// [`Handshake::Peripheral`] it stays behind by a burst.)
    pub exact: bool,
    /// Of accesses to the register.
    pub attributes: Attributes,
}

/// Which requests a device raises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handshake {
    /// One request a beat.
    Single,
    /// One request a burst.
    Burst,
    /// Burst or single requests as the device likes: bursts while a whole one is left, singles for the rest. A single
    /// request that comes earlier moves one beat in a burst's place, so the transfer then ends short, never beyond its
    /// block; [`Program::done`](super::Program::done) says how much was moved. Memory must be aligned to the beat.
    Peripheral,
}

/// How the beats that do not fill a burst go, where requests are bursts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tail {
    /// Beat by beat, each for a single request: devices that ask for a burst at a FIFO threshold ask for these so.
    Singles,
    /// As one shorter burst: for devices that raise burst requests only.
    ShortBurst,
}
