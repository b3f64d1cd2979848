use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use linkwright::dma::memory::Mirror;
use linkwright::mmio::Bus;

use crate::Machine;

/// A register block of the machine.
#[derive(Clone, Copy)]
pub struct QtestBus {
    machine: &'static Machine,
    base: u32,
}

impl QtestBus {
    /// The block whose first register is at `base`.
    pub fn new(machine: &'static Machine, base: u32) -> Self {
        Self { machine, base }
    }
}

impl Bus<u32> for QtestBus {
    fn load(&self, offset: u32) -> u32 {
        self.machine.load(self.base.wrapping_add(offset))
    }

    fn store(&self, offset: u32, value: u32) {
        self.machine.store(self.base.wrapping_add(offset), value);
    }
}

impl Bus<u8> for QtestBus {
    fn load(&self, offset: u32) -> u8 {
        self.machine.load_byte(self.base.wrapping_add(offset))
    }

    fn store(&self, offset: u32, value: u8) {
        self.machine.store_byte(self.base.wrapping_add(offset), value);
    }
}

/// The machine's memory, in which single bytes can go bad on their way from the driver.
pub struct Memory {
    machine: &'static Machine,
    bad: Mutex<BTreeMap<u32, u8>>,
}

impl Memory {
    /// All good.
    pub fn new(machine: &'static Machine) -> Self {
        Self { machine, bad: Mutex::default() }
    }

    /// From now on `address` holds `byte`, whatever the driver writes there.
    pub fn spoil(&self, address: u32, byte: u8) {
        self.bad().insert(address, byte);
        self.machine.write(address, &[byte]);
    }

    /// All good again; what is spoilt stays so until it is written.
    pub fn heal(&self) {
        self.bad().clear();
    }

    fn bad(&self) -> MutexGuard<'_, BTreeMap<u32, u8>> {
        self.bad.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mirror for Memory {
    fn clean(&self, bus: u32, bytes: &[u8]) {
        self.machine.write(bus, bytes);
        let end = bus.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        for (address, byte) in self.bad().range(bus..end) {
            self.machine.write(*address, &[*byte]);
        }
    }

    fn invalidate(&self, bus: u32, bytes: &mut [u8]) {
        self.machine.read(bus, bytes);
    }
}
