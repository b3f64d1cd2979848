//! A simulated Samsung SPI controller, with a device at its wires.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use example_host::lock;
use linkwright::mmio::{Register, Value};
use linkwright_samsung_spi::regs;
use linkwright_sim::{Ack, BusDevice, BusError, Request, Requester};

/// Ticks of the DMA controller that a byte takes on the wire.
const PACE: u64 = 40;
/// Bytes of each FIFO.
const DEPTH: usize = 64;

/// One controller. Clones are the same.
#[derive(Clone, Debug)]
pub struct Spi(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    name: &'static str,
    values: BTreeMap<u32, u32>,
    clocked: bool,
    /// In the FIFOs.
    sent: VecDeque<u8>,
    received: VecDeque<u8>,
    /// Bytes until the clock on the wire stops.
    left: u32,
    /// The wire has moved bytes until here.
    since: u64,
    asked: [bool; 2],
    /// What the device answers to a byte, by how many came before it in this exchange.
    device: fn(u64, u8) -> u8,
    /// Bytes exchanged since the device was selected.
    exchanged: u64,
    /// What the device has seen, an entry for each time it was selected.
    seen: Vec<Vec<u8>>,
    deaf: bool,
}

/// The end of one FIFO: which request it makes, and where its data register is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Out,
    Back,
}

#[derive(Clone, Debug)]
struct End(Spi, Way);

impl Spi {
    pub(crate) fn new(name: &'static str) -> Self {
        Self(Arc::new(Mutex::new(State {
            name,
            values: BTreeMap::from([(regs::CS_REG.offset(), Value::<regs::CsReg>::reset().word())]),
            clocked: false,
            sent: VecDeque::new(),
            received: VecDeque::new(),
            left: 0,
            since: 0,
            asked: [false; 2],
            device: |_, byte| byte,
            exchanged: 0,
            seen: Vec::new(),
            deaf: false,
        })))
    }

    /// What the device answers to a byte, by how many came before. At first it answers the byte.
    pub fn set_device(&self, device: fn(u64, u8) -> u8) {
        lock(&self.0).device = device;
    }

    /// What the device has seen since the last call, an entry for each time it was selected.
    pub fn take_seen(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut lock(&self.0).seen)
    }

    /// Is the device selected?
    pub fn is_selected(&self) -> bool {
        lock(&self.0).is_selected()
    }

    /// Make no requests for what is received, or again: DMA then comes too late.
    pub fn set_deaf(&self, deaf: bool) {
        lock(&self.0).deaf = deaf;
    }

    /// Is the interrupt line up: was a byte lost, and does the driver want to know?
    pub fn is_raised(&self) -> bool {
        let state = lock(&self.0);
        let lost = state.value::<regs::SpiStatus>(regs::SPI_STATUS.offset()).get(regs::SpiStatus::RECEIVE_OVERRUN);
        lost && state.value::<regs::SpiIntEn>(regs::SPI_INT_EN.offset()).get(regs::SpiIntEn::RECEIVE_OVERRUN)
    }

    /// What DMA writes to.
    pub(crate) fn out(&self) -> impl BusDevice + Requester + 'static {
        End(self.clone(), Way::Out)
    }

    /// What DMA reads from.
    pub(crate) fn back(&self) -> impl BusDevice + Requester + 'static {
        End(self.clone(), Way::Back)
    }

    pub(crate) fn set_clock(&self, runs: bool) {
        lock(&self.0).clocked = runs;
    }

    pub(crate) fn load(&self, offset: u32) -> u32 {
        let state = lock(&self.0);
        state.must_be_on(offset);
        state.values.get(&offset).copied().unwrap_or(0)
    }

    pub(crate) fn store(&self, offset: u32, value: u32) {
        let mut state = lock(&self.0);
        state.must_be_on(offset);
        if offset == regs::PENDING_CLR_REG.offset() {
            // The driver takes all of them back.
            state.values.insert(regs::SPI_STATUS.offset(), 0);
            return;
        }
        let was = state.is_selected();
        state.values.insert(offset, value);
        if !was && state.is_selected() {
            state.seen.push(Vec::new());
            state.exchanged = 0;
        }
        let packets = Value::<regs::PacketCntReg>::from_word(value);
        if offset == regs::PACKET_CNT_REG.offset() && packets.get(regs::PacketCntReg::ENABLE) {
            state.left = packets.get(regs::PacketCntReg::COUNT).into();
        }
        if offset == regs::CH_CFG.offset() && Value::<regs::ChCfg>::from_word(value).get(regs::ChCfg::HELD_IN_RESET) {
            state.sent.clear();
            state.received.clear();
            state.left = 0;
        }
    }
}

impl State {
    fn must_be_on(&self, offset: u32) {
        assert!(self.clocked, "{}: access to register {offset:#x} without its clock", self.name);
    }

    fn value<R: Register<Word = u32>>(&self, offset: u32) -> Value<R> {
        Value::from_word(self.values.get(&offset).copied().unwrap_or(0))
    }

    fn is_selected(&self) -> bool {
        let select = self.values.get(&regs::CS_REG.offset());
        select.is_some_and(|word| !Value::<regs::CsReg>::from_word(*word).get(regs::CsReg::INACTIVE))
    }

    fn runs(&self) -> bool {
        let channels: Value<regs::ChCfg> = self.value(regs::CH_CFG.offset());
        let both = channels.get(regs::ChCfg::TRANSMIT) && channels.get(regs::ChCfg::RECEIVE);
        both && self.is_selected() && self.left > 0
    }

    /// Let the wire do what it has done by `now`.
    fn advance(&mut self, now: u64) {
        while now.saturating_sub(self.since) >= PACE {
            if !self.runs() || self.sent.is_empty() {
                self.since = now;
                break;
            }
            self.since += PACE;
            let Some(byte) = self.sent.pop_front() else { break };
            self.left -= 1;
            let answer = (self.device)(self.exchanged, byte);
            self.exchanged += 1;
            if let Some(seen) = self.seen.last_mut() {
                seen.push(byte);
            }
            if self.received.len() < DEPTH {
                self.received.push_back(answer);
            } else {
                let status: Value<regs::SpiStatus> = self.value(regs::SPI_STATUS.offset());
                let lost = set_overrun(status);
                self.values.insert(regs::SPI_STATUS.offset(), lost);
            }
        }
    }

    fn wants(&self, way: Way) -> bool {
        let mode: Value<regs::ModeCfg> = self.value(regs::MODE_CFG.offset());
        match way {
            Way::Out => mode.get(regs::ModeCfg::TRANSMIT_DMA) && self.sent.len() < DEPTH,
            Way::Back => mode.get(regs::ModeCfg::RECEIVE_DMA) && !self.received.is_empty() && !self.deaf,
        }
    }
}

/// The status, read-only for drivers, with a lost byte.
fn set_overrun(status: Value<regs::SpiStatus>) -> u32 {
    status.word() | 1 << regs::SpiStatus::RECEIVE_OVERRUN.shift()
}

impl Requester for End {
    fn request(&mut self, now: u64) -> Option<Request> {
        let mut state = lock(&self.0.0);
        state.advance(now);
        let asked = state.asked[self.1 as usize];
        (!asked && state.wants(self.1)).then(|| {
            state.asked[self.1 as usize] = true;
            Request::SINGLE
        })
    }

    fn next(&self, now: u64) -> Option<u64> {
        let state = lock(&self.0.0);
        if state.asked[self.1 as usize] {
            return None;
        }
        let moving = state.runs() && !state.sent.is_empty();
        if state.wants(self.1) { Some(now) } else { moving.then(|| now.max(state.since + PACE)) }
    }

    fn acknowledge(&mut self, ack: Ack) {
        let mut state = lock(&self.0.0);
        state.advance(ack.time);
        state.asked[self.1 as usize] = false;
    }
}

impl BusDevice for End {
    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), BusError> {
        let mut state = lock(&self.0.0);
        match (self.1, offset, out) {
            (Way::Back, 0, [byte]) => {
                *byte = state.received.pop_front().expect("DMA reads what was asked for");
                Ok(())
            }
            _ => Err(BusError { address: offset }),
        }
    }

    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), BusError> {
        let mut state = lock(&self.0.0);
        match (self.1, offset, data) {
            (Way::Out, 0, [byte]) => {
                assert!(state.sent.len() < DEPTH, "DMA writes what was asked for");
                state.sent.push_back(*byte);
                Ok(())
            }
            _ => Err(BusError { address: offset }),
        }
    }
}
