use std::sync::{Arc, Mutex};

use linkwright::mmio::{Bounded, Io, Readable, Reg, Register, Value};
use linkwright_pl330::instruction::Instruction;
use linkwright_pl330::{Pl330, regs};
use linkwright_sim::{Ack, BusDevice, BusError, Config, Outcome, Pl330Sim, Request, Requester, SimMemory};

use super::job::{Job, Way};

/// Where things are on the board.
pub(crate) struct Place;

impl Place {
    const PROGRAMS: u32 = 0x0010_0000;
    pub(super) const SOURCE: u32 = 0x0020_0000;
    pub(super) const DESTINATION: u32 = 0x0040_0000;
    pub(crate) const PORT: u32 = 0x4000_0000;
    const ROOM: u32 = 0x0018_0000;
    /// Request line of the device.
    pub(crate) const LINE: u8 = 5;
}

/// More ticks than any job takes.
const LONG: u64 = 1_000_000_000;

/// A device that is always ready, whether its requests are acknowledged or not.
pub(crate) struct Eager(pub(crate) Request);

impl Requester for Eager {
    fn request(&mut self, _: u64) -> Option<Request> {
        Some(self.0)
    }
    fn next(&self, now: u64) -> Option<u64> {
        Some(now + 1)
    }
    fn acknowledge(&mut self, _: Ack) {}
}

/// Its register: keeps what it is given, gives what it has.
#[derive(Default)]
pub(crate) struct Register32 {
    pub(crate) got: Vec<u8>,
    pub(crate) given: u32,
}

/// What the device gives as its word number `n`.
pub(crate) fn word(n: u32) -> [u8; 4] {
    n.wrapping_mul(0x9e37_79b1).to_le_bytes()
}

pub(crate) struct Port(pub(crate) Arc<Mutex<Register32>>);

impl BusDevice for Port {
    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), BusError> {
        let mut register = self.0.lock().map_err(|_| BusError { address: offset })?;
        let bytes = word(register.given);
        register.given += 1;
        out.copy_from_slice(bytes.get(..out.len()).ok_or(BusError { address: offset })?);
        Ok(())
    }
    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), BusError> {
        self.0.lock().map_err(|_| BusError { address: offset })?.got.extend_from_slice(data);
        Ok(())
    }
}

/// A controller on a board, as another driver sees it: registers and memory.
pub(super) struct Machine {
    pub(super) sim: &'static Pl330Sim,
    pub(super) driver: Pl330<&'static Pl330Sim>,
    port: Arc<Mutex<Register32>>,
}

impl Machine {
    /// For `job`, whose source holds data.
    pub(super) fn new(job: &Job) -> Self {
        let port = Arc::<Mutex<Register32>>::default();
        let memory = SimMemory::new()
            .with_ram(Place::PROGRAMS, 0x1_0000)
            .with_ram(Place::SOURCE, Place::ROOM)
            .with_ram(Place::DESTINATION, Place::ROOM)
            .with_device(Place::PORT, 4, Port(Arc::clone(&port)));
        // Some of these drivers do what must not be done. That is theirs.
        memory.violations().collect();
        let data: Vec<u8> = (0..Place::ROOM).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 13) as u8).collect();
        memory.poke(Place::SOURCE, &data).unwrap_or_else(|e| panic!("{e}"));
        let config =
            Config { bus_bytes: job.bus as u8, fifo_lines: job.lines as u16, requests: 32, ..Config::zynq7000() };
        let sim = Pl330Sim::new(config, Arc::new(memory)).unwrap_or_else(|e| panic!("{e}"));
        let sim: &'static Pl330Sim = Box::leak(Box::new(sim));
        Self { sim, driver: Pl330::new(sim), port }
    }

    /// Let the device make requests.
    pub(super) fn listen(&self, request: Request) {
        self.sim.attach(Place::LINE, Arc::new(Mutex::new(Eager(request))));
    }

    /// Put a program into memory.
    pub(super) fn program(&self, bytes: &[u8]) -> u32 {
        self.sim.memory().poke(Place::PROGRAMS, bytes).unwrap_or_else(|e| panic!("{e}"));
        Place::PROGRAMS
    }

    pub(super) fn read<R: Register<Word = u32>>(&self, register: Reg<R, impl Readable>) -> u32 {
        self.sim.read(register).word()
    }

    /// Look at the state of channel 0.
    pub(super) fn status(&self) {
        self.read(regs::CHANNEL_STATUS_CSR.at(Bounded::of::<0>()));
    }

    /// Start channel 0 as [`Controller::start`] does, but without asking whether the debug port is free, and with
    /// `between` before the command is given.
    pub(super) fn go_unasked(&self, program: u32, between: impl FnOnce()) {
        let go = Instruction::Go { channel: Bounded::of::<0>(), address: program, non_secure: false }.encode();
        let bytes = go.as_bytes();
        let first =
            Value::zero().with(regs::Dbginst0::INSTR_BYTE0, bytes[0]).with(regs::Dbginst0::INSTR_BYTE1, bytes[1]);
        self.sim.write(regs::DBGINST0, first);
        self.sim.write(regs::DBGINST1, Value::from_word(program));
        between();
        self.sim.write(regs::DBGCMD, Value::zero().with(regs::Dbgcmd::DBGCMD, regs::DebugCommand::Execute));
    }

    pub(super) fn poll_debug(&self) {
        assert_eq!(self.read(regs::DBGSTATUS), 0, "nothing else uses it");
    }

    /// Let it work until it raises its interrupt.
    pub(super) fn until_interrupt(&self) {
        assert_eq!(self.sim.run_until_interrupt(LONG), Outcome::Reached, "{:?}", self.sim);
    }

    /// Let it work until nothing happens any more, and have all threads stopped.
    pub(super) fn settle(&self) {
        assert_eq!(self.sim.run_until_idle(LONG), Outcome::Idle, "{:?}", self.sim);
        assert_eq!(self.sim.channel(0).state, regs::ThreadState::Stopped, "{:?}", self.sim);
    }

    /// The data is where it belongs. Forgets what the device got and gave.
    pub(super) fn check(&self, job: &Job) {
        let Ok(mut register) = self.port.lock() else { panic!("the port's lock") };
        let mut stream = Vec::new();
        for (source, destination) in job.addresses() {
            match job.way {
                Way::Copy => {
                    let memory = self.sim.memory();
                    let (from, to) =
                        (memory.dump(source, job.bytes as usize), memory.dump(destination, job.bytes as usize));
                    assert!(from == to, "wrong data");
                }
                Way::Transmit => stream.extend(self.sim.memory().dump(source, job.bytes as usize)),
                Way::Receive => stream.extend(self.sim.memory().dump(destination, job.bytes as usize)),
            }
        }
        match job.way {
            Way::Copy => {}
            Way::Transmit => assert!(register.got == stream, "wrong data for the device"),
            Way::Receive => {
                let words = job.pieces * job.bytes / 4;
                let given: Vec<u8> = (register.given - words..register.given).flat_map(word).collect();
                assert!(given == stream, "wrong data from the device");
            }
        }
        register.got.clear();
    }
}
