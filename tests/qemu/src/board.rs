use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Channel, Config, Controller, CopyPair, Dmac, Linear, MemoryCopy, Prepared, ThreadState};
use linkwright::power::{Active, AlwaysOn};
use linkwright_zynq7000::DmacS;
use linkwright_zynq7000::dmac_s::{self, interrupts as lines};

use crate::{Machine, Memory, QtestBus};

/// First register of the Zynq-7000's controller.
pub const ZYNQ: u32 = dmac_s::BASE as u32;

/// Lines of the controller where they enter the interrupt controller, whose identifiers count shared ones from 32 on.
const LINES: [u32; 9] = [
    ABORT,
    lines::IRQ0 - 32,
    lines::IRQ1 - 32,
    lines::IRQ2 - 32,
    lines::IRQ3 - 32,
    lines::IRQ4 - 32,
    lines::IRQ5 - 32,
    lines::IRQ6 - 32,
    lines::IRQ7 - 32,
];
const ABORT: u32 = lines::ABORT - 32;

static POWER: AlwaysOn = AlwaysOn::new();

/// Where programs lie.
pub const PROGRAMS: u32 = 0x0010_0000;
const PROGRAM_BYTES: u32 = 64 << 10;
/// Where buffers lie.
pub const BUFFERS: u32 = 0x0100_0000;

/// A channel that copies memory.
pub type CopyChannel = Channel<MemoryCopy<DmacS>>;
/// One with a program.
pub type CopyPrepared = Prepared<MemoryCopy<DmacS>, Linear>;
/// A source and a destination.
pub type Pair = CopyPair<u8>;

/// QEMU's Zynq-7000 with the driver on it. Ends QEMU when dropped.
pub struct Board {
    /// QEMU.
    pub machine: &'static Machine,
    /// Its memory, as the driver reaches it.
    pub memory: &'static Memory,
    /// The engine.
    pub dmac: &'static Dmac<dmac_s::Block<QtestBus>>,
    /// The same controller without its driver.
    pub controller: dmac_s::Block<QtestBus>,
    /// Memory for buffers.
    pub buffers: &'static Arena,
    /// Proof that the controller runs.
    pub power: Active<DmacS>,
}

impl Board {
    /// Start QEMU and bring the driver up as the spec says.
    ///
    /// # Panics
    /// When QEMU does not start; the message says what to install.
    #[allow(clippy::new_without_default, reason = "starts a process")]
    pub fn new(cx: &Task<'_>) -> Self {
        Self::with_config(cx, dmac_s::CONFIG)
    }

    /// [`new`](Self::new) with another configuration of the engine.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    pub fn with_config(cx: &Task<'_>, config: Config) -> Self {
        let machine: &'static Machine = leak(zynq());
        let gic = machine.find("a9mpcore_priv").expect("QEMU's Zynq-7000 has an interrupt controller");
        machine.intercept_interrupts_into(&gic);
        let memory: &'static Memory = leak(Memory::new(machine));
        let programs = Arena::leak_mirrored(PROGRAM_BYTES, PROGRAMS, memory);
        let buffers = Arena::leak_mirrored(16 << 20, BUFFERS, memory);
        let controller = dmac_s::Block::new(QtestBus::new(machine, ZYNQ));
        let dmac = leak(Dmac::new::<DmacS>(controller, &POWER, programs, config));
        let controller = dmac_s::Block::new(QtestBus::new(machine, ZYNQ));
        let power = Active::resume(cx, &POWER).expect("always on");
        Self { machine, memory, dmac, controller, buffers, power }
    }

    /// What the interrupt controller would do: run the driver's handler as long as a line of the controller is up.
    /// Returns how often it ran.
    ///
    /// # Panics
    /// When the handler does not silence the line.
    pub fn serve(&self) -> u32 {
        let mut served = 0;
        while let Some(line) = LINES.into_iter().find(|line| self.machine.is_raised(*line)) {
            simulated_interrupt(|| self.dmac.irq());
            served += 1;
            assert!(served < 1000, "interrupt line {line} stays up");
        }
        served
    }

    /// Is the line that reports faults up?
    pub fn abort_line(&self) -> bool {
        self.machine.is_raised(ABORT)
    }

    /// A channel.
    ///
    /// # Panics
    /// When there is none.
    pub fn claim(&self, cx: &Task<'_>) -> CopyChannel {
        self.dmac.claim(cx).expect("a channel is free")
    }

    /// What a thread is doing.
    pub fn state(&self, thread: u8) -> ThreadState {
        self.controller.state(thread)
    }

    /// A source and a destination of `len` bytes, beginning at cache lines.
    ///
    /// # Panics
    /// When there is no room.
    pub fn pair(&self, cx: &Task<'_>, len: usize) -> Pair {
        let alloc = || -> DmaBuf<u8> { self.buffers.alloc(cx, len).expect("room for a buffer") };
        CopyPair { source: alloc(), destination: alloc() }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.machine.stop();
    }
}

/// QEMU's Zynq-7000 without a driver.
///
/// # Panics
/// When QEMU does not start; the message says what to install.
pub fn zynq() -> Machine {
    Machine::start("xilinx-zynq-a9").unwrap_or_else(|e| panic!("{e}"))
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
