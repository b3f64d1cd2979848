use std::io::Write;
use std::time::{Duration, Instant};

use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::memory::{Arena, DmaBuf};
use linkwright::dma::{Controller, Dmac, ThreadState};
use linkwright::mmio::{Io, Value, Word};
use linkwright::power::{Active, AlwaysOn, Device};
use linkwright_exynos4210::{Pdma0, Serial0, Serial2, pdma0, serial0, serial2};
use linkwright_samsung_uart::regs;

use crate::{Machine, Memory, QtestBus};

static POWER: AlwaysOn = AlwaysOn::new();

/// First byte of the board's RAM, where its processors idle.
const RAM: u32 = 0x4000_0000;
const PROGRAMS: u32 = RAM + 0x0010_0000;
const BUFFERS: u32 = RAM + 0x0100_0000;
/// The controller's line where it enters the interrupt controller, whose identifiers count shared ones from 32 on.
const LINE: u32 = pdma0::interrupts::COMBINED - 32;

/// How long a machine may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A UART whose receiver requests DMA.
pub trait Uart: Device {
    /// Its first register.
    const BASE: u32;
    /// Which serial port of the machine it is.
    const PORT: usize;
}

impl Uart for Serial0 {
    const BASE: u32 = serial0::BASE as u32;
    const PORT: usize = 0;
}

impl Uart for Serial2 {
    const BASE: u32 = serial2::BASE as u32;
    const PORT: usize = 2;
}

/// QEMU's Exynos4210 with the driver on its first peripheral controller, whose request lines come from UARTs. Its clocks
/// run: requests come by themselves. Ends QEMU when dropped.
pub struct Exynos {
    /// QEMU.
    pub machine: &'static Machine,
    /// Its memory, as the driver reaches it.
    pub memory: &'static Memory,
    /// The engine.
    pub dmac: &'static Dmac<pdma0::Block<QtestBus>>,
    /// The same controller without its driver.
    pub controller: pdma0::Block<QtestBus>,
    /// Memory for buffers.
    pub buffers: &'static Arena,
}

impl Exynos {
    /// Start QEMU and bring the driver up as the spec says.
    ///
    /// # Panics
    /// When QEMU does not start; the message says what to install.
    #[allow(clippy::new_without_default, reason = "starts a process")]
    pub fn new(cx: &Task<'_>) -> Self {
        let machine = Machine::start_running("smdkc210", RAM, 4).unwrap_or_else(|e| panic!("{e}"));
        let machine: &'static Machine = Box::leak(Box::new(machine));
        machine.intercept_interrupts_into("/machine/soc/ext-gic");
        let memory: &'static Memory = Box::leak(Box::new(Memory::new(machine)));
        let programs = Arena::leak_mirrored(64 << 10, PROGRAMS, memory);
        let buffers = Arena::leak_mirrored(1 << 20, BUFFERS, memory);
        let block = || pdma0::Block::new(QtestBus::new(machine, pdma0::BASE as u32));
        let dmac = Box::leak(Box::new(Dmac::new::<Pdma0>(block(), &POWER, programs, pdma0::CONFIG)));
        dmac.probe(cx, &pdma0::EXPECTED).expect("the spec says what QEMU has");
        Self { machine, memory, dmac, controller: block(), buffers }
    }

    /// Proof that a device runs.
    ///
    /// # Panics
    /// Never: all of it always does.
    pub fn power<D: Device>(&self, cx: &Task<'_>) -> Active<D> {
        Active::resume(cx, &POWER).expect("always on")
    }

    /// Memory for a buffer of so many words, filled with `word`.
    ///
    /// # Panics
    /// When there is no room.
    pub fn buffer<W: Word>(&self, cx: &Task<'_>, words: usize, word: W) -> DmaBuf<W> {
        let mut buffer = self.buffers.alloc(cx, words).expect("room for a buffer");
        buffer.fill(word);
        buffer
    }

    /// Have a UART's receiver request DMA for each byte.
    pub fn receive<U: Uart>(&self) {
        let uart = QtestBus::new(self.machine, U::BASE);
        uart.write(regs::UFCON, Value::zero().with(regs::Ufcon::ENABLE, true));
        uart.write(regs::UCON, Value::zero().with(regs::Ucon::RECEIVE, regs::UconReceive::Dma));
        // QEMU looks at the request line only when the FIFO changes: before this read it says that there is something.
        uart.read(regs::URXH);
    }

    /// Let bytes come in at a UART.
    ///
    /// # Panics
    /// When QEMU is gone.
    pub fn feed<U: Uart>(&self, bytes: &[u8]) {
        self.machine.serial(U::PORT).write_all(bytes).expect("QEMU listens");
    }

    /// What the interrupt controller would do until `done`: run the driver's handler as long as the controller's line is
    /// up. Returns how often it ran.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn serve_until(&self, mut done: impl FnMut() -> bool) -> u32 {
        let begin = Instant::now();
        let mut served = 0;
        loop {
            let done = done();
            // Levels of lines come with answers.
            self.controller.interrupts();
            while self.machine.is_raised(LINE) {
                simulated_interrupt(|| self.dmac.irq());
                served += 1;
            }
            if done {
                return served;
            }
            let states: Vec<ThreadState> = (0..8).map(|thread| self.controller.state(thread)).collect();
            assert!(begin.elapsed() < PATIENCE, "it takes too long; threads are {states:?}");
            std::thread::sleep(Duration::from_micros(100));
        }
    }
}

impl Drop for Exynos {
    fn drop(&mut self) {
        self.machine.stop();
    }
}
