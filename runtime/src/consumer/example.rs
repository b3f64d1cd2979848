#![allow(unsafe_code, reason = "states of nothing that it is nothing")]

use core::marker::PhantomData;

use super::{Board, Dma, Mapped, Provides, Reference, Subsystem};
use crate::dma::{Direction, Endpoint, Port};
use crate::mmio::{Bus, Word};
use crate::power::{AlwaysOn, Device, DeviceId, PowerCore};

/// The supplier of what no SoC wires.
#[derive(Debug)]
pub enum Nobody {}

impl Device for Nobody {
    const NAME: &'static str = "nobody";
    const ID: DeviceId = DeviceId::new(u16::MAX);
}

/// A reference of device `C` that its SoC does not wire.
pub struct NotWired<C, S>(PhantomData<(C, S)>);

// SAFETY: there is no resource.
unsafe impl<C: Device, S: Subsystem> Reference for NotWired<C, S> {
    type Consumer = C;
    type Supplier = Nobody;
    type Subsystem = S;
    const NAME: &'static str = "";
    const PLACE: &'static str = "";
    const ARGS: &'static [u64] = &[];
}

/// A DMA port of device `C` that its SoC does not wire to a controller.
pub struct NotWiredPort<C, D, W>(PhantomData<(C, D, W)>);

// SAFETY: there is no channel.
unsafe impl<C: Device, D: Direction, W: Word> Reference for NotWiredPort<C, D, W> {
    type Consumer = C;
    type Supplier = Nobody;
    type Subsystem = Dma;
    const NAME: &'static str = "";
    const PLACE: &'static str = "";
    const ARGS: &'static [u64] = &[];
}

// SAFETY: `C` controls no transfers, so nothing claims a channel of this endpoint.
unsafe impl<C: Device, D: Direction, W: Word> Endpoint for NotWiredPort<C, D, W> {
    type Controller = C;
    type Peer = C;
    type Direction = D;
    type Word = W;
    const PORT: Option<Port> = None;
}

/// A device of no SoC: a driver is checked against its ip with it, before it is used anywhere.
#[derive(Debug)]
pub enum Example {}

impl Device for Example {
    const NAME: &'static str = "example";
    const ID: DeviceId = DeviceId::new(u16::MAX - 1);
}

// SAFETY: it has no registers.
unsafe impl Mapped for Example {
    const WINDOW: Option<(u64, u64)> = None;
}

/// A board with nothing on it, to go with [`Example`].
#[derive(Debug)]
pub enum ExampleBoard {}

/// The bus to nothing: there is no value of it.
#[derive(Debug)]
pub enum NoBus {}

impl<W: Word> Bus<W> for NoBus {
    fn load(&self, _: u32) -> W {
        match *self {}
    }
    fn store(&self, _: u32, _: W) {
        match *self {}
    }
}

impl Board for ExampleBoard {
    type Bus = NoBus;

    unsafe fn bus(_: u64, _: u64) -> NoBus {
        unreachable!("no device of an example board has registers")
    }

    fn power() -> &'static dyn PowerCore {
        static NOTHING: AlwaysOn = AlwaysOn::new();
        &NOTHING
    }
}

impl<S: Subsystem> Provides<Example, S> for ExampleBoard {
    fn provider() -> Option<&'static S::Provider> {
        None
    }
}
