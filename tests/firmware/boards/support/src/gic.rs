//! The interrupt controller of a Cortex-A9 (GIC version 1), on its generated registers.
//!
//! The crate `arm-gic` (0.10) does not fit: its GICv2 cannot say which processor an interrupt goes to, which has to be
//! said where there are two, and acknowledges group 1 through registers that version 1 has not.

use linkwright::mmio::{Bounded, Bus, Io, Value};
use linkwright_arm_cortex_a9_gic::regs as distributor;
use linkwright_arm_gic_cpu::regs as interface;

/// The interrupt controller, as one processor uses it.
pub struct Gic<D, I> {
    distributor: D,
    interface: I,
}

/// What IAR says when there is none.
const NONE: u32 = 1023;

impl<D: Bus<u32> + Bus<u8>, I: Bus<u32>> Gic<D, I> {
    /// Distributor and CPU interface.
    pub const fn new(distributor: D, interface: I) -> Self {
        Self { distributor, interface }
    }

    /// Let interrupts of every priority through to this processor.
    pub fn start(&self) {
        use interface::{CTLR, Ctlr, PMR, Pmr};
        self.interface.write(PMR, Value::<Pmr>::zero().with(Pmr::PRIORITY, u8::MAX));
        self.interface.write(CTLR, Value::<Ctlr>::zero().with(Ctlr::ENABLE, true));
        self.distributor.write(distributor::CTLR, Value::zero().with(distributor::Ctlr::ENABLE, true));
    }

    /// Have an interrupt come to the first processor. An identifier that the controller has not is ignored.
    pub fn enable(&self, id: u32) {
        let (Some(place), Some(word)) = (Bounded::new(id), Bounded::new(id / 32)) else { return };
        let processors = distributor::Itargetsr::PROCESSORS;
        self.distributor.write(distributor::ITARGETSR.at(place), Value::zero().with(processors, 1));
        self.distributor.write(distributor::ISENABLER.at(word), Value::from_word(1 << (id % 32)));
    }

    /// Have it come no more.
    pub fn disable(&self, id: u32) {
        if let Some(word) = Bounded::new(id / 32) {
            self.distributor.write(distributor::ICENABLER.at(word), Value::from_word(1 << (id % 32)));
        }
    }

    /// Serve every interrupt that is pending: `handle` is told its identifier. In the interrupt handler.
    #[inline]
    pub fn serve(&self, mut handle: impl FnMut(u32)) {
        loop {
            let acknowledged = self.interface.read(interface::IAR);
            let id = acknowledged.get(interface::Iar::ID).get();
            if id == NONE {
                return;
            }
            handle(id);
            self.interface.write(interface::EOIR, Value::from_word(acknowledged.word()));
        }
    }
}
