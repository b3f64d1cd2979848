//! How the simulated board of the measurements is wired: what generated code says of a chip.
//!
//! It stands apart for the `unsafe` of these facts. They are true because the measurements build the board so.
#![no_std]
#![allow(unsafe_code, reason = "facts of the simulated board, as generated code states those of a chip")]

use linkwright::dma::{DeviceToMemory, Endpoint, Handshake, MemoryToDevice, Port};
use linkwright::power::{Device, DeviceId};

/// The controller.
#[derive(Debug)]
pub enum Dmac0 {}

impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

macro_rules! ports {
    ($($(#[$doc:meta])* $name:ident: $direction:ident, $word:ty, $port:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $name {}

            // SAFETY: the board puts a device there and connects it to that request line.
            unsafe impl Endpoint for $name {
                type Controller = Dmac0;
                type Peer = Dmac0;
                type Direction = $direction;
                type Word = $word;
                const PORT: Option<Port> = Some($port);
            }

            impl $name {
                /// Request line.
                pub const LINE: u8 = $port.request();
                /// Bus address of the data register.
                pub const ADDRESS: u32 = $port.fifo();
            }
        )*
    };
}

/// The device of the measured transfers: one register for both ways.
const MEASURED: Port = Port::new(5, 0x4000_0000);

ports! {
    /// Four bytes at a time to the measured device, one request each.
    Transmit: MemoryToDevice, u32, MEASURED;
    /// The same, eight words a request.
    TransmitBursts: MemoryToDevice, u32, MEASURED.burst(8).handshake(Handshake::Burst);
    /// Four bytes at a time from the measured device, one request each. The residue is told to the burst, as the other
    /// drivers' is.
    Receive: DeviceToMemory, u32, MEASURED.exact(false);
    /// The same, eight words a request.
    ReceiveBursts: DeviceToMemory, u32, MEASURED.burst(8).handshake(Handshake::Burst).exact(false);
    /// A UART's transmitter: bytes, one request each.
    UartOut: MemoryToDevice, u8, Port::new(8, 0x4001_0000);
    /// A UART's receiver.
    UartIn: DeviceToMemory, u8, Port::new(9, 0x4001_0100);
    /// A codec's transmitter: words of four bytes, four a request, the rest one by one.
    CodecOut: MemoryToDevice, u32, Port::new(10, 0x4002_0000).burst(4).handshake(Handshake::Burst);
    /// A codec's receiver.
    CodecIn: DeviceToMemory, u32, Port::new(11, 0x4002_0100).burst(4).handshake(Handshake::Burst);
    /// A transmitter that says which requests it makes.
    SpiOut: MemoryToDevice, u16, Port::new(12, 0x4003_0000).burst(8).handshake(Handshake::Peripheral);
    /// A receiver that says which requests it makes.
    SpiIn: DeviceToMemory, u16, Port::new(13, 0x4003_0100).burst(8).handshake(Handshake::Peripheral);
}
