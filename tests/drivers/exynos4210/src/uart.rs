//! A simulated Samsung UART: what its registers do for a driver with DMA.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use example_host::lock;
use linkwright::mmio::{Register, Value};
use linkwright_samsung_uart::regs;
use linkwright_sim::{FifoConfig, FifoPeripheral};

/// One UART. What it sends and what it receives is the test's.
#[derive(Debug)]
pub struct Uart {
    name: &'static str,
    /// What was sent.
    pub sent: FifoPeripheral,
    /// What comes in.
    pub received: FifoPeripheral,
    values: Mutex<BTreeMap<u32, u32>>,
    clocked: AtomicBool,
}

impl Uart {
    pub(crate) fn new(name: &'static str) -> Self {
        let uart = Self {
            name,
            sent: FifoPeripheral::new(FifoConfig::transmitter(1, None)),
            received: FifoPeripheral::new(FifoConfig::receiver(1, None)),
            values: Mutex::default(),
            clocked: AtomicBool::new(false),
        };
        uart.request();
        uart
    }

    pub(crate) fn set_clock(&self, runs: bool) {
        self.clocked.store(runs, SeqCst);
    }

    fn value<R: Register<Word = u32>>(&self, offset: u32) -> Value<R> {
        Value::from_word(lock(&self.values).get(&offset).copied().unwrap_or(0))
    }

    /// Who serves the FIFOs is who the control register says.
    fn request(&self) {
        let control: Value<regs::Ucon> = self.value(regs::UCON.offset());
        self.sent.enable(control.get(regs::Ucon::TRANSMIT) == regs::UconTransmit::Dma);
        self.received.enable(control.get(regs::Ucon::RECEIVE) == regs::UconReceive::Dma);
    }

    /// Nothing has come for a while. Is the interrupt line up?
    pub fn fall_silent(&self) -> bool {
        let control: Value<regs::Ucon> = self.value(regs::UCON.offset());
        let empty = self.received.unread() == 0;
        if !control.get(regs::Ucon::RECEIVE_TIMEOUT) || empty && !control.get(regs::Ucon::EMPTY_TIMEOUT) {
            return false;
        }
        let mask: Value<regs::Uintm> = self.value(regs::UINTM.offset());
        let raised = Value::<regs::Uintp>::zero().with(regs::Uintp::RECEIVE, true);
        *lock(&self.values).entry(regs::UINTP.offset()).or_default() |= raised.word();
        !mask.get(regs::Uintm::RECEIVE)
    }

    /// Is the receiver's interrupt raised?
    pub fn is_raised(&self) -> bool {
        self.value::<regs::Uintp>(regs::UINTP.offset()).get(regs::Uintp::RECEIVE)
    }

    fn must_be_on(&self, offset: u32) {
        assert!(self.clocked.load(SeqCst), "{}: access to register {offset:#x} without its clock", self.name);
    }

    pub(crate) fn load(&self, offset: u32) -> u32 {
        self.must_be_on(offset);
        if offset == regs::UTRSTAT.offset() {
            // What the sender has, it has sent. What has come is for DMA.
            return Value::<regs::Utrstat>::reset().word();
        }
        if offset == regs::UFSTAT.offset() {
            return u32::try_from(self.received.unread().min(0xff)).unwrap_or(0);
        }
        lock(&self.values).get(&offset).copied().unwrap_or(0)
    }

    pub(crate) fn store(&self, offset: u32, value: u32) {
        self.must_be_on(offset);
        let mut values = lock(&self.values);
        let place = values.entry(offset).or_default();
        // Writing a one to what is pending clears it.
        let pending = offset == regs::UINTP.offset() || offset == regs::UINTSP.offset();
        *place = if pending { *place & !value } else { value };
        drop(values);
        self.request();
    }
}
