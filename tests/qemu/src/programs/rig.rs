use linkwright::dma::{Capabilities, Controller};
use linkwright_exynos4210::{mdma1, pdma0};
use linkwright_pl330::Pl330;

use crate::{Machine, QtestBus, Random, ZYNQ};

/// A controller in one of QEMU's machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Instance {
    /// Zynq-7000: 64-bit bus, a large FIFO.
    Zynq,
    /// Exynos4210's first peripheral controller: 32-bit bus, a small FIFO.
    Pdma0,
    /// Exynos4210's memory copier: 64-bit bus.
    Mdma1,
}

impl Instance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Zynq, Self::Pdma0, Self::Mdma1];

    /// QEMU's machine, the controller's first register and the first byte of RAM.
    fn place(self) -> (&'static str, u32, u32) {
        match self {
            Self::Zynq => ("xilinx-zynq-a9", ZYNQ, 0),
            Self::Pdma0 => ("smdkc210", pdma0::BASE as u32, 0x4000_0000),
            Self::Mdma1 => ("smdkc210", mdma1::BASE as u32, 0x4000_0000),
        }
    }
}

/// A machine whose controller runs programs without a driver. Ends QEMU when dropped.
pub struct Rig {
    pub(super) instance: Instance,
    pub(super) machine: &'static Machine,
    pub(super) controller: Pl330<QtestBus>,
    pub(super) capabilities: Capabilities,
    /// Where programs go.
    pub(super) program: u32,
    /// A bus-wide word that fills repeat.
    pub(super) pattern: u32,
    /// Stands for a device's data register.
    pub(super) port: u32,
    /// Random bytes that no program changes.
    pub(super) source: u32,
    pub(super) contents: Vec<u8>,
    /// Where programs write.
    pub(super) destination: u32,
}

impl Rig {
    /// Bytes of the source.
    pub(super) const SOURCE: u32 = 256 << 10;

    /// Start the instance's machine.
    ///
    /// # Panics
    /// When QEMU does not start; the message says what to install.
    pub fn start(instance: Instance) -> Self {
        let (kind, base, ram) = instance.place();
        let machine: &'static Machine = Box::leak(Box::new(Machine::start(kind).unwrap_or_else(|e| panic!("{e}"))));
        let controller = Pl330::new(QtestBus::new(machine, base));
        let mut contents = vec![0; Self::SOURCE as usize];
        Random::new(base.into()).fill(&mut contents);
        let source = ram + 0x0020_0000;
        machine.write(source, &contents);
        Self {
            instance,
            machine,
            capabilities: controller.capabilities(),
            controller,
            program: ram + 0x0010_0000,
            pattern: ram + 0x0011_0000,
            port: ram + 0x0011_1000,
            source,
            contents,
            destination: ram + 0x0040_0000,
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.machine.stop();
    }
}
