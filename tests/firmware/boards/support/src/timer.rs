//! The global timer of a Cortex-A9: time, and an interrupt when it is.

use linkwright::device::Clock;
use linkwright::mmio::{Bus, Io, Value};
use linkwright_arm_global_timer::regs::{
    COMPARATOR_HIGH, COMPARATOR_LOW, CONTROL, COUNTER_HIGH, COUNTER_LOW, ControlRegister as Control, INTERRUPT_STATUS,
    InterruptStatus,
};

/// The timer.
pub struct Timer<B> {
    bus: B,
    hertz: u32,
}

impl<B: Bus<u32>> Timer<B> {
    /// The timer behind `bus`, which counts `hertz` times a second.
    pub const fn new(bus: B, hertz: u32) -> Self {
        Self { bus, hertz }
    }

    /// Begin to count.
    pub fn start(&self) {
        self.bus.write(CONTROL, Value::zero().with(Control::ENABLE, true));
    }

    /// Counts since the start.
    pub fn ticks(&self) -> u64 {
        loop {
            let high = self.bus.read(COUNTER_HIGH).word();
            let low = self.bus.read(COUNTER_LOW).word();
            if self.bus.read(COUNTER_HIGH).word() == high {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
    }

    /// Counts in so many microseconds.
    pub fn ticks_of(&self, microseconds: u32) -> u64 {
        u64::from(microseconds) * u64::from(self.hertz) / 1_000_000
    }

    /// Interrupt once, when so many counts have passed since the start.
    pub fn interrupt_at(&self, ticks: u64) {
        let counting = Value::<Control>::zero().with(Control::ENABLE, true);
        // Both halves change before it compares again.
        self.bus.write(CONTROL, counting);
        self.bus.write(COMPARATOR_LOW, Value::from_word(ticks as u32));
        self.bus.write(COMPARATOR_HIGH, Value::from_word((ticks >> 32) as u32));
        self.bus.write(CONTROL, counting.with(Control::COMPARE, true).with(Control::INTERRUPT, true));
    }

    /// The interrupt came: no more of them. Returns whether it did.
    pub fn acknowledge(&self) -> bool {
        let reached = self.bus.read(INTERRUPT_STATUS).get(InterruptStatus::EVENT);
        if reached {
            self.bus.write(CONTROL, Value::zero().with(Control::ENABLE, true));
            self.bus.write(INTERRUPT_STATUS, Value::zero().with(InterruptStatus::EVENT, true));
        }
        reached
    }
}

impl<B: Bus<u32>> Clock for Timer<B> {
    fn now(&self) -> u64 {
        self.ticks() * (1_000_000_000 / u64::from(self.hertz))
    }
}
